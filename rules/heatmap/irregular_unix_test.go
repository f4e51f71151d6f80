//go:build unix

package heatmap

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe would block forever, and a device has no end.
func TestFaultC9OnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe.png"), filepath.Join(dir, "zero.png")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link, "/dev/zero", dir} {
		want := "heatmap: " + path + ": not a regular file"
		_, err := Read(path)
		expectError(t, err, want)
		_, err = ReadSized(path, 8, 8)
		expectError(t, err, want)
		_, _, err = ReadGray(path)
		expectError(t, err, want)
	}
}
