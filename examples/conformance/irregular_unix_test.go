//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe once blocked the program forever, and tensors in a device were read until memory
// ran out.
func TestFaultC9OnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"pipe.json", "t.safetensors"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skip("no pipes here: ", err)
		}
		write(t, filepath.Join(dir, []string{"a.json", "b.json"}[i]), `{"format":1,"group":"rules","tensors":"`+[]string{"t", "zero"}[i]+`.safetensors","cases":[{}]}`)
	}
	for _, name := range []string{"zero.json", "zero.safetensors"} {
		if err := os.Symlink("/dev/zero", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	code := run(&out, []string{dir})
	if got := out.String(); code != 1 || strings.Count(got, "not a regular file") != 4 || !strings.HasSuffix(got, "0 passed, 4 failed\n") {
		t.Errorf("got code %d and\n%s", code, got)
	}
}
