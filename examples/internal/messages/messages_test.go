package messages_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

var update = flag.Bool("update", false, "write testdata/messages.golden anew")

// mistake is a wrong call. A call that returns an error instead of panicking with a
// *trace.Error returns that error.
type mistake struct {
	does string // as its author would say
	call func() error
}

// panics is a mistake that the library answers with a *trace.Error.
func panics(does string, call func()) mistake {
	return mistake{does, func() error { return trace.Try(call) }}
}

// lineNumbers matches the lines of the mistakes, which change with edits.
var lineNumbers = regexp.MustCompile(`(mistakes_test\.go):\d+`)

// The golden file is meant to be read as a page: each message names the operation, its
// arguments, the user's line, and a remedy.
func TestMessages(t *testing.T) {
	var page strings.Builder
	page.WriteString("What the library says of mistakes. A line of the user is shown as its file; go test -update writes this page.\n")
	for _, part := range []struct {
		title    string
		mistakes []mistake
	}{{"Operations (package fn)", ofOperations()}, {"Values and trees (package trace)", ofTraces()}, {"Transforms", ofTransforms()},
		{"Layers (package nn)", ofLayers()}, {"Attributors (package attribute)", ofAttributors()}, {"Rules (package rules)", ofRules()}} {
		page.WriteString("\n" + part.title + "\n\n")
		for _, m := range part.mistakes {
			err := m.call()
			if err == nil {
				t.Errorf("%s: no error", m.does)
				continue
			}
			text := err.Error()
			if _, ok := err.(*trace.Error); ok && !strings.HasPrefix(text, "mistakes_test.go:") {
				t.Errorf("%s: not at the user's line: %s", m.does, text)
			}
			if strings.Contains(text, "\n") {
				t.Errorf("%s: more than one line: %s", m.does, text)
			}
			page.WriteString("- " + m.does + "\n      " + lineNumbers.ReplaceAllString(text, "$1") + "\n")
		}
	}
	compare(t, filepath.Join("testdata", "messages.golden"), page.String())
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, have := strings.Split(string(text), "\n"), strings.Split(got, "\n")
	for i := range max(len(want), len(have)) {
		if w, h := lineAt(want, i), lineAt(have, i); w != h {
			t.Fatalf("%s differs at line %d (go test -update writes it anew)\ngot  %s\nwant %s", path, i+1, h, w)
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}
