package nn_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// wantError checks that f panics with a *trace.Error of that reason, at a line of the
// test that called f.
func wantError(t *testing.T, f func(), want string) {
	t.Helper()
	err := trace.Try(f)
	if err == nil {
		t.Errorf("no error, want %q", want)
		return
	}
	e, _ := trace.AsError(err)
	if e.Err.Error() != want {
		t.Errorf("got  %s\nwant %s", e.Err, want)
	}
	if !strings.Contains(e.Position(), "_test.go:") {
		t.Errorf("%q is placed at %q, not at the test's line", want, e.Position())
	}
}
