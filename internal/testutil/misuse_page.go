package testutil

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

var updateMessages = flag.Bool("update-messages", false, "write the pages of error messages anew")

// shownRounds is the number of calls of each function whose errors are on the page.
const shownRounds = 60

// page has the errors of each function, one of each kind, in the order in which they were
// met. A function has none if it takes what it is given, or was left out.
type page map[string][]message

// message is an error without the test's line, and what is left of it without details.
type message struct{ text, kind string }

var (
	// position is the line of a user as errors begin with it: here that of the test.
	position = regexp.MustCompile(`^\w+_test\.go:\d+: `)
	// number is that of a line, which changes with edits.
	number = regexp.MustCompile(`(_test\.go):\d+`)
	// details are what errors of one kind differ in: types, lists, and numbers.
	details = regexp.MustCompile(`[a-z]+\d*\[[^\]]*\]|\[[-\d ]*\]|[-+]?(\d[\d.]*(e[-+]?\d+)?|Inf)|NaN|absent|(bool|[fiu]\d+)\b`)
)

// note notes an error of a function, nil if there was none.
func (p page) note(t *testing.T, name string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	text := err.Error()
	line := position.FindString(text)
	if line == "" {
		t.Errorf("%s: the error has not the user's line: %v", name, err)
	}
	text = number.ReplaceAllString(strings.TrimPrefix(text, line), "$1")
	m := message{text, kindOf(text)}
	if !slices.ContainsFunc(p[name], func(other message) bool { return other.kind == m.kind }) {
		p[name] = append(p[name], m)
	}
}

// kindOf is a message without its details and without the operands of its operation.
func kindOf(text string) string {
	if operation, reason, ok := strings.Cut(text, "): "); ok {
		name, _, _ := strings.Cut(operation, "(")
		text = name + ": " + reason
	}
	return details.ReplaceAllString(text, "#")
}

// compare compares the page with the golden one.
func (p page) compare(t *testing.T, folder string) {
	t.Helper()
	name := "messages.golden"
	switch folder {
	case ".":
	case "":
		name = "messages_methods.golden"
	default:
		name = "messages_" + filepath.Base(folder) + ".golden"
	}
	comparePage(t, name, p.String())
}

// Mistake is a wrong call, which gives an error or panics with a *trace.Error.
type Mistake struct {
	Does string // as its author would say
	Call func() error
}

// Messages compares what the errors of mistakes say with testdata/messages.golden, a page
// to be read: each has one line, and says what, where and what to do. Places are folders
// of the test, each with the name that it has on the page.
func Messages(t *testing.T, places map[string]string, mistakes ...Mistake) {
	t.Helper()
	var b strings.Builder
	for _, m := range mistakes {
		var err error
		if panicked := trace.Try(func() { err = m.Call() }); panicked != nil {
			err = panicked
		}
		if err == nil || strings.ContainsAny(err.Error(), "\n\r\x00") {
			t.Errorf("%s: got %v, want an error of one line", m.Does, err)
			continue
		}
		text := number.ReplaceAllString(err.Error(), "$1")
		for place, name := range places {
			text = strings.ReplaceAll(text, place, name)
		}
		fmt.Fprintf(&b, "%s\n\t%s\n", m.Does, text)
	}
	comparePage(t, "messages.golden", b.String())
}

// comparePage compares a page with the golden one in testdata, or writes it.
func comparePage(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateMessages {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v: write it by -update-messages", err)
		return
	}
	want := strings.Split(string(data), "\n")
	for i, line := range strings.Split(text, "\n") {
		if i >= len(want) || line != want[i] {
			old := "the end"
			if i < len(want) {
				old = want[i]
			}
			t.Errorf("%s:%d: an error says\n%s\nthe page has\n%s\nRead what -update-messages changes", path, i+1, line, old)
			return
		}
	}
}

func (p page) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&b, "%s\n", name)
		if len(p[name]) == 0 {
			fmt.Fprintf(&b, "\t(none)\n")
		}
		for _, m := range p[name] {
			fmt.Fprintf(&b, "\t%s\n", m.text)
		}
	}
	return b.String()
}
