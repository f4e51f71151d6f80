package main

import (
	"io"
	"os"
	"strings"
	"testing"
)

// models is the folder with the networks, which is not part of the project.
const models = "../../../shared/models"

func TestClaims(t *testing.T) {
	if _, err := os.Stat(models); err != nil || testing.Short() {
		t.Skip("needs the folder of networks, and half a minute")
	}
	var out strings.Builder
	if code := run(&out, []string{models}); code != 0 || !strings.Contains(out.String(), " claims hold, 0 do not") {
		t.Errorf("got code %d and\n%s", code, out.String())
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, usage},
		{[]string{"-x"}, 2, usage},
		{[]string{dir}, 1, "models.json: no such file"},
		{[]string{"-h"}, 0, usage},
	} {
		var out strings.Builder
		if code := run(io.Writer(&out), c.args); code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: got code %d and %q, want code %d and %q", c.args, code, out.String(), c.code, c.want)
		}
	}
}
