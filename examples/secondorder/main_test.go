package main

import (
	"bytes"
	"strings"
	"testing"
)

// The walk-through fails by itself if finite differences disagree. A smaller image keeps
// it short.
func TestWalk(t *testing.T) {
	var out bytes.Buffer
	if err := walk(&out, 8); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "along one direction"); n != 4 {
		t.Errorf("%d of 4 steps were confirmed:\n%s", n, out.String())
	}
}
