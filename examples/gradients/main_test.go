package main

import (
	"os"
	"strings"
	"testing"
)

// The tour prints what it printed when each number was compared with differences and with
// the formulas.
func TestTour(t *testing.T) {
	want, err := os.ReadFile("testdata/output.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	tour(&got)
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Errorf("line %d: got %q", i+1, line)
		}
	}
}
