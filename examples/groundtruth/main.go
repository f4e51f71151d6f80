// Groundtruth checks explanations of trained networks where it is known what they should
// say: a reader must have looked at the character it reads, a detector of persons at the
// person, a recognizer of file types at the bytes that tell the type. It also runs a
// voice detector through two calls that share a state, and continues a story.
//
//	go run ./examples/groundtruth DIR
//
// DIR has the networks as ONNX files, models.json with their cases, models.safetensors
// with the inputs, and a folder photos. The program prints a line for each claim, and
// exits with code 1 if one does not hold. Of each character of the first line of text:
//
//	R  columns  15 to 34: gradient x input 0.27, LRP 0.69, chance 0.08
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

func main() { os.Exit(run(os.Stdout, os.Args[1:])) }

const usage = "usage: groundtruth DIR"

// run checks all claims and returns the exit code.
func run(w io.Writer, args []string) int {
	f := flag.NewFlagSet("groundtruth", flag.ContinueOnError)
	f.Usage = func() { fmt.Fprintln(f.Output(), usage) }
	if err := flags.ParseSome(f, args, w); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || f.NArg() != 1 {
		fmt.Fprintln(w, usage)
		return 2
	}
	d, err := open(f.Arg(0))
	if err != nil {
		fmt.Fprintln(w, "groundtruth:", flags.OneLine(err.Error()))
		return 1
	}
	c := &claims{out: w}
	for _, check := range []func(*claims, *data) error{readers, persons, fileTypes, voices, stories} {
		var err error
		if caught := trace.Try(func() { err = check(c, d) }); caught != nil {
			err = caught
		}
		if err != nil {
			c.failed++
			fmt.Fprintln(w, "FAIL", flags.OneLine(err.Error()))
		}
	}
	fmt.Fprintf(w, "%d claims hold, %d do not\n", c.held, c.failed)
	if c.failed > 0 {
		return 1
	}
	return 0
}

// claims counts what was claimed.
type claims struct {
	out          io.Writer
	held, failed int
}

// printf prints a line.
func (c *claims) printf(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// claim counts a claim and prints it.
func (c *claims) claim(holds bool, format string, args ...any) {
	mark := "ok  "
	if c.held++; !holds {
		c.held--
		c.failed++
		mark = "FAIL"
	}
	c.printf("%s %s", mark, fmt.Sprintf(format, args...))
}

// data are the cases of a folder.
type data struct {
	dir     string
	tensors *safetensors.File
	cases   map[string]testCase
}

// testCase is a case of models.json, as far as it is used here.
type testCase struct {
	ID, File string
	Inputs   map[string]string
	Outputs  map[string]string
	Glyphs   [][]glyph
	Boxes    map[string]struct {
		Input []int `json:"input_96"` // x0, y0, x1, y1
	}
	Expected struct {
		Text      json.RawMessage
		Files     []string
		Labels    []string
		Prompt    string
		PromptIDs []int64 `json:"prompt_ids"`
		GreedyIDs []int64 `json:"greedy_ids"`
	}
	FileBytes []string `json:"file_bytes"`
}

// glyph is a character of a line of text: where its ink is, and where the network reads
// it.
type glyph struct {
	Char        string
	X0, X1      int
	Step, Class int
}

func open(dir string) (*data, error) {
	text, err := os.ReadFile(filepath.Join(dir, "models.json"))
	if err != nil {
		return nil, err
	}
	var doc struct{ Cases []testCase }
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "models.json"), err)
	}
	d := &data{dir: dir, cases: map[string]testCase{}}
	for _, c := range doc.Cases {
		d.cases[c.ID] = c
	}
	d.tensors, err = safetensors.ReadFile(filepath.Join(dir, "models.safetensors"))
	return d, err
}

// load returns a case, its network, and its inputs.
func (d *data) load(id string) (c testCase, m onnx.Model, in map[string]trace.Value, err error) {
	c, ok := d.cases[id]
	if !ok {
		return c, m, nil, fmt.Errorf("models.json has no case %q", id)
	}
	if m, err = onnx.Load(filepath.Join(d.dir, c.File)); err != nil {
		return c, m, nil, err
	}
	in = map[string]trace.Value{}
	for name, key := range c.Inputs {
		if in[name], err = d.tensors.Value(key); err != nil {
			return c, m, nil, err
		}
	}
	return c, m, in, nil
}

// pick returns an element of a value.
func pick(v trace.Value, at ...int) trace.Value {
	for _, i := range at {
		v = fn.Index(v, i)
	}
	return v
}
