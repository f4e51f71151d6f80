package main

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// All methods but gradient descent reach the minimum, and the truth lies within three
// deviations of what is fitted.
func TestOptimize(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-n", "4"}, &out); err != nil {
		t.Fatal(err)
	}
	numbers := func(text string) (list []float64) {
		for _, s := range regexp.MustCompile(`-?\d[\d.]*(?:e[-+]\d+)?`).FindAllString(text, -1) {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, x)
		}
		return list
	}
	lines := strings.Split(out.String(), "\n")
	for _, line := range lines[2:5] {
		if x := numbers(line[17:]); len(x) != 2 || x[0] > 100 || x[1] > 1e-6 {
			t.Errorf("%q", line)
		}
	}
	for _, line := range lines[7:10] {
		if x := numbers(line); len(x) != 3 || x[0]-3*x[1] > x[2] || x[0]+3*x[1] < x[2] {
			t.Errorf("%q", line)
		}
	}
	if err := run([]string{"-n", "1"}, &out); err == nil || err.Error() != "-n 1: want 2 to 1000 variables" {
		t.Errorf("got %v", err)
	}
}
