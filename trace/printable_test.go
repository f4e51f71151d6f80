package trace_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{
		"":                   "",
		"features.0":         "features.0",
		`back\slash`:         `back\slash`,
		`a "quoted" name`:    `a "quoted" name`,
		`"quoted"`:           `"\"quoted\""`,
		"größe ∂":            "größe ∂",
		"a\nb\x00\xff\u202e": `"a\nb\x00\xff\u202e"`,
		"tab\t":              `"tab\t"`,
		"\xff":               `"\xff"`,
		"\ufffd":             "\ufffd",
	} {
		if got := trace.Printable(name); got != want {
			t.Errorf("Printable(%q): got %s, want %s", name, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("é", 1000)
	if got, want := trace.Excerpt(long), strings.Repeat("é", 50)+"... (2000 bytes)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := trace.Excerpt("x"+long), "x"+strings.Repeat("é", 49)+"... (2001 bytes)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := trace.Excerpt("a\nb"); got != "a\nb" {
		t.Errorf("got %s", got)
	}
}

// What is as long as the most is whole, and no most is below nothing.
func TestShortened(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"abc", 3, "abc"}, {"abc", 4, "abc"}, {"abc", 2, "ab... (3 bytes)"}, {"abc", 0, "... (3 bytes)"}, {"abc", -5, "... (3 bytes)"}, {"", 0, ""}, {"", -1, ""},
		{"aé", 2, "a... (3 bytes)"}, {"é", 1, "... (2 bytes)"}, {"\xffab", 2, "a... (3 bytes)"},
	} {
		if got := trace.Shortened(c.text, c.most); got != c.want {
			t.Errorf("%q of at most %d: got %q, want %q", c.text, c.most, got, c.want)
		}
	}
	if got := trace.Excerpt(strings.Repeat("x", 100)); got != strings.Repeat("x", 100) {
		t.Errorf("100 bytes became %q", got)
	}
}
