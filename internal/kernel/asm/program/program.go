// Package program is what the commands that write assembly have in common: one command
// for each room of kernels, which writes one file of assembly and one of declarations.
package program

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
)

// Write writes the files of a room, beside the folder of this module in which it runs.
// kernels writes the functions to avo's file, of which a process has one: so there is a
// command for each room.
func Write(room string, kernels func()) {
	if err := generate(room, filepath.Join("..", room), kernels); err != nil {
		log.Fatal(err)
	}
}

// generate writes the files of a room to a folder.
func generate(room, folder string, kernels func()) error {
	os.Args = os.Args[:1] // which the first line of the files repeats
	assembly, declarations := names(room)
	for name, value := range map[string]string{"out": filepath.Join(folder, assembly), "stubs": filepath.Join(folder, declarations), "pkg": room} {
		if err := flag.Set(name, value); err != nil {
			return err
		}
	}
	build.Constraint(buildtags.Not("purego"))
	kernels()
	build.Generate()
	return nil
}

// names are the files of a room.
func names(room string) (assembly, declarations string) {
	return room + "_amd64.s", room + "_decl_amd64.go"
}

// CheckDrift is the test of a command: what it writes is what lies in its room. It runs
// in the command's own folder.
func CheckDrift(t *testing.T, room string, kernels func()) {
	t.Helper()
	folder := t.TempDir()
	if err := generate(room, folder, kernels); err != nil {
		t.Fatal(err)
	}
	assembly, declarations := names(room)
	for _, name := range []string{assembly, declarations} {
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", "..", room, name))
		if err != nil {
			t.Fatal(err)
		}
		if d := firstDifference(got, want); d != "" {
			t.Errorf("%s/%s is not what is generated now: run go generate ./internal/kernel/...\n%s", room, name, d)
		}
	}
}

// firstDifference names the first line in which two texts differ, or is empty.
func firstDifference(got, want []byte) string {
	if bytes.Equal(got, want) {
		return ""
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	line := func(text []string) string {
		if n == len(text) {
			return "the end"
		}
		return fmt.Sprintf("%q", text[n])
	}
	return fmt.Sprintf("line %d: on disk is %s, generated is %s", n+1, line(a), line(b))
}

// Doc is the comment of the function that is being written, in lines of at most 90
// columns.
func Doc(text ...string) { build.Doc(wrap(strings.Join(text, " "), 90-len("// "))...) }

// wrap breaks a text into lines of at most so many letters, but for longer words.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
