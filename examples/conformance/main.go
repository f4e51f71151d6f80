// Conformance recomputes reference values. These are networks described in JSON and
// safetensors files, with the outputs, attributions and second-order gradients that
// another implementation of the same rules computed for them.
//
//	go run ./examples/conformance [-jit] [-onnx-backend DIR] DIR...
//
// It reads every case below the folders, rebuilds its network, assigns rules by the
// composite that the case names, and compares with a tolerance of 1e-9 (1e-4 in float32)
// relative to the largest expected value of a tensor. It prints a line for each case that
// fails or is not supported. It exits with code 0 only if there is none. For the folder
// examples/conformance/testdata it prints
//
//	2 left out: marked as an artifact, or without expected values
//	545 passed, 0 failed
//
// Second-order gradients are compared with the exact ones. Two sorts of cases are left
// out: those that record a side effect of the other implementation, and those in which
// that implementation raised an error. With -jit the functions are compiled before they
// run. With -onnx-backend it runs the test suite of ONNX as well, which Debian has as the
// package libonnx-testdata (in /usr/share/libonnx-testdata/data): the outputs of every
// case, and its gradient against central differences in float64.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func main() { os.Exit(run(os.Stdout, os.Args[1:])) }

// options are the choices of the command line.
type options struct {
	compiled bool
	backend  string // a folder with the ONNX backend suite, or empty
	dirs     []string
}

func parse(args []string, w io.Writer) (o options, err error) {
	f := flag.NewFlagSet("conformance", flag.ContinueOnError)
	f.Usage = func() { fmt.Fprintln(f.Output(), usage) }
	f.BoolVar(&o.compiled, "jit", false, "")
	f.StringVar(&o.backend, "onnx-backend", "", "")
	if err := flags.ParseSome(f, args, w); err != nil {
		return o, err
	}
	if o.dirs = f.Args(); len(o.dirs) == 0 && o.backend == "" {
		return o, usageError{}
	}
	return o, nil
}

// usageError is the error for a command line that names no folder.
type usageError struct{}

func (usageError) Error() string { return usage }

const usage = "usage: conformance [-jit] [-onnx-backend DIR] DIR..."

// run verifies folders and returns the exit code.
func run(out io.Writer, args []string) int {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(out, err)
		return 2
	}
	t := &tally{out: out, compiled: o.compiled}
	for _, dir := range o.dirs {
		t.folder(dir)
	}
	if o.backend != "" {
		t.backend(o.backend)
	}
	if t.leftOut > 0 {
		fmt.Fprintf(out, "%d left out: marked as an artifact, or without expected values\n", t.leftOut)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", t.passed, t.failed)
	if t.failed > 0 {
		return 1
	}
	return 0
}

// tally counts cases and prints those that fail.
type tally struct {
	out                     io.Writer
	passed, failed, leftOut int
	compiled                bool
}

// count counts the result of a case.
func (t *tally) count(file, id string, err error) {
	if err == nil {
		t.passed++
		return
	}
	t.fail(1, file, id, err)
}

// fail counts n failures that have one reason.
func (t *tally) fail(n int, file, id string, err error) {
	t.failed += n
	reason := strings.Join(strings.Fields(err.Error()), " ")
	fmt.Fprintf(t.out, "FAIL %s: %s: %s\n", flags.OneLine(file), flags.OneLine(shorten(id)), flags.OneLine(shorten(reason)))
}

// shorten cuts quotations from a file, in quotes or as one word, to some 100 bytes.
func shorten(text string) string {
	text = text[:min(len(text), 4000)] // a line shows no more
	return long.ReplaceAllStringFunc(text, func(part string) string {
		return strings.ToValidUTF8(part[:97], "") + "..."
	})
}

var long = regexp.MustCompile(`"(?:[^"\\]|\\.){99,}"|\S{100,}`)

// folder verifies every suite below a folder.
func (t *tally) folder(dir string) {
	found := false
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(path) == ".json" && t.file(path) {
			found = true
		}
		return err
	})
	if err == nil && !found {
		err = errors.New("there is no .json file with cases")
	}
	if err != nil {
		t.fail(1, dir, "folder", err)
	}
}

// file verifies one suite. It reports false for other JSON.
func (t *tally) file(path string) bool {
	s, err := readSuite(path)
	if errors.Is(err, errNoSuite) {
		return false
	}
	if err != nil {
		t.fail(1, path, "file", err)
		return true
	}
	s.compiled = t.compiled
	n := len(s.doc.Cases)
	if !supported(s.doc.Group) {
		t.fail(max(1, n), path, "file", fmt.Errorf("group %q is not supported (%d cases)", s.doc.Group, n))
		return true
	}
	if n == 0 {
		t.fail(1, path, "file", errors.New("it has no cases"))
	}
	for i, raw := range s.doc.Cases {
		c, err := s.read(raw)
		switch {
		case err != nil:
			t.fail(1, path, fmt.Sprintf("case %d", i), err)
		case c.leftOut:
			t.leftOut++
		default:
			t.count(path, c.id, guard(c.verify))
		}
	}
	for _, c := range s.extras() {
		t.count(path, c.id, guard(c.verify))
	}
	return true
}

// supported reports whether the program can verify cases of a group.
func supported(group string) bool {
	switch group {
	case "seed", "rules", "composites", "attributors", "image", "digits", "adversarial", "onnx", "models", "autodiff", "transformers":
		return true
	}
	return false
}

// guard turns a panic into an error, because an operation may refuse a network from a
// file.
func guard(verify func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return verify()
}
