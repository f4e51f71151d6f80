// Package flagtest fuzzes the function that reads the command line of an example.
package flagtest

import (
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

// Fuzz calls parse with arguments made from the seeds. A seed is a command line with a
// line for each argument. The function must return, and its error must print as one line.
func Fuzz(f *testing.F, parse func(args []string, w io.Writer) error, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	for _, s := range []string{"", "\n", "-h", "--", "-", "-=", "stray", "-\xff=1", "-o=\n-o\n", "-a\tb", "-o\n\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		err := parse(strings.Split(lines, "\n"), io.Discard)
		if err == nil || errors.Is(err, flag.ErrHelp) {
			return
		}
		text := flags.OneLine(err.Error())
		if len(text) > 2000 || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("the error of %q is no line: %q", lines, text)
		}
	})
}
