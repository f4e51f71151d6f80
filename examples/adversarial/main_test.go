package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/rules/heatmap"
)

func TestRunLowersTheLossAndDraws(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.png")
	o, err := parse([]string{"-steps", "40", "-o", path}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, o); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	first, last := loss(t, lines[0]), loss(t, lines[10])
	if !(last < first) {
		t.Errorf("the loss went from %v to %v:\n%s", first, last, out.String())
	}
	if !strings.Contains(out.String(), "prediction before 6, after 6") {
		t.Errorf("the prediction changed:\n%s", out.String())
	}
	if _, err := heatmap.Read(path); err != nil {
		t.Error(err)
	}
}

func loss(t *testing.T, line string) (l float64) {
	t.Helper()
	var step int
	if _, err := fmt.Sscanf(line, "step %d loss %g", &step, &l); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return l
}

func TestBadFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-steps 0", "-steps 0: want 1 to 1000000 steps"},
		{"-steps 9000000000000000000", "-steps 9000000000000000000: want 1 to 1000000 steps"},
		{"-steps 9000000000000000000000", `invalid value "9000000000000000000000" for flag -steps: value out of range`},
		{"-image 11", "-image 11: want 0 to 9 for a digit"},
		{"-target -1", "-target -1: want 0 to 9 for a digit"},
		{"-rate NaN", "-rate NaN: want a finite number of at least 0"},
		{"-rate -1", "-rate -1: want a finite number of at least 0"},
		{"-gamma +Inf", "-gamma +Inf: want a finite number of at least 0"},
		{"-o=", `-o "": want a name`},
		{"more", `unexpected argument "more"`},
		{"-rate x", `invalid value "x" for flag -rate: parse error`},
	} {
		if _, err := parse(strings.Fields(c.args), io.Discard); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.args, err, c.want)
		}
	}
	o, _ := parse([]string{"-rate", "1e9", "-steps", "30", "-o", filepath.Join(t.TempDir(), "x.png")}, io.Discard)
	if err := run(io.Discard, o); err == nil || !strings.Contains(err.Error(), "choose a smaller -rate") {
		t.Errorf("a diverging descent gives %v", err)
	}
}
