package program

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"one", []string{"one"}},
		{"one  two", []string{"one two"}},
		{"three four", []string{"three", "four"}},
		{"Σ·π·√ ∂", []string{"Σ·π·√ ∂"}},
		{"seventeen is longer", []string{"seventeen", "is", "longer"}},
	} {
		if got := wrap(c.text, 7); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	for _, c := range []struct{ got, want, text string }{
		{"a\nb", "a\nb", ""},
		{"a\nb", "a\nc", `line 2: on disk is "b", generated is "c"`},
		{"a", "a\nc", `line 2: on disk is the end, generated is "c"`},
		{"a\nb", "a", `line 2: on disk is "b", generated is the end`},
	} {
		if got := firstDifference([]byte(c.got), []byte(c.want)); got != c.text {
			t.Errorf("%q and %q: got %q, want %q", c.got, c.want, got, c.text)
		}
	}
}
