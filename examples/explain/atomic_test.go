package main

import (
	"errors"
	"io"
	"os"
	"testing"
)

// A file is there as a whole, or as it was.
func TestWriteFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(text string, err error) error {
		return writeFile("d/x", func(w io.Writer) error {
			io.WriteString(w, text)
			return err
		})
	}
	if err := write("one", nil); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left")
	if err := write("two", full); err != full {
		t.Errorf("got %v", err)
	}
	if got := files(t, "."); len(got) != 1 || got["d/x"] != "one" {
		t.Errorf("got %v", got)
	}
	info, err := os.Stat("d/x")
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}
