package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/sheet"
)

// settings are the checked values of the flags. No file has been opened for them.
type settings struct {
	source  network.Source
	reader  network.ReaderFlags
	inputs  []string // files and folders, in the order given
	choice  method.Choice
	target  network.Target
	drawing sheet.Drawing
	output  output
	plan    bool

	batch  int
	memory int // bytes, 0 for what there is
	// fingerprint has all settings on which results depend.
	fingerprint string
	special     bool // whether a flag is set that suits only some networks
}

func parse(args []string, w io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("explain", flag.ContinueOnError)
	f.Usage = func() { usage(f) }
	target := f.String("target", "top", "which `output` to explain: "+network.TargetForms)
	memory := f.String("memory", "", "the `bytes` of memory to use, such as 2GB; empty: what there is")
	f.IntVar(&s.batch, "batch-size", 16, "the `number` of inputs to explain side by side")
	f.BoolVar(&s.plan, "plan", false, "print which rule goes where, and explain nothing")
	f.Func("input", "a `file` or folder to explain, as an argument; may be repeated", func(path string) error {
		s.inputs = append(s.inputs, path)
		return nil
	})
	parts := []part{&s.source, &s.reader, &s.choice, &s.drawing, &s.output}
	for _, p := range parts {
		p.Register(f)
	}
	if err := s.parseArgs(f, args, w); err != nil {
		return s, err
	}
	for _, p := range parts {
		if err := p.Check(f); err != nil {
			return s, err
		}
	}
	var err error
	if s.target, err = network.ParseTarget(*target); err != nil {
		return s, fmt.Errorf("-target %w", err)
	}
	if s.memory, err = parseBytes(*memory); err != nil {
		return s, fmt.Errorf("-memory %s: %w", flags.Quote(*memory), err)
	}
	if slices.Contains(s.inputs, "") {
		return s, errors.New("an input has an empty name")
	}
	s.fingerprint = fingerprint(f)
	f.Visit(func(v *flag.Flag) { s.special = s.special || !slices.Contains(general, v.Name) })
	return s, flags.Whole("batch-size", s.batch, 1, 1<<16, "inputs")
}

// parseArgs takes flags and inputs in any order. After -- there are only inputs.
func (s *settings) parseArgs(f *flag.FlagSet, args []string, w io.Writer) error {
	for {
		if err := flags.ParseSome(f, args, w); err != nil {
			return err
		}
		rest := f.Args()
		if len(rest) == 0 {
			return nil
		}
		if at := len(args) - len(rest) - 1; at >= 0 && args[at] == "--" {
			s.inputs = append(s.inputs, rest...)
			return nil
		}
		s.inputs, args = append(s.inputs, rest[0]), rest[1:]
	}
}

// part is a group of flags.
type part interface {
	Register(f *flag.FlagSet)
	Check(f *flag.FlagSet) error
}

func usage(f *flag.FlagSet) {
	fmt.Fprint(f.Output(), "explain [flags] [file or folder ...]\nexplain show-cmaps | palette-swap | palette-fit [flags] [file ...]\n\n")
	f.PrintDefaults()
}

// neutral are the flags on which no result depends.
var neutral = []string{"batch-size", "html", "input", "json", "max-samples", "memory", "model", "o", "plan", "raw", "resume", "shard", "shuffle", "weights"}

// general are the flags that suit any network and input.
var general = []string{"attributor", "cmap", "composite", "html", "json", "level", "maps", "memory", "noise", "o", "raw", "relevance-norm", "samples", "seed"}

// fingerprint lists the flags that are not neutral, in the order of their names.
func fingerprint(f *flag.FlagSet) string {
	var b strings.Builder
	f.Visit(func(v *flag.Flag) {
		if !slices.Contains(neutral, v.Name) {
			fmt.Fprintf(&b, "-%s=%s ", v.Name, strconv.Quote(v.Value.String()))
		}
	})
	return b.String()
}

// parseBytes reads a number of bytes with a unit: KB, MB, GB or none. Empty is 0.
func parseBytes(s string) (int, error) {
	number, unit := s, 1
	for i, u := range []string{"KB", "MB", "GB"} {
		if n, ok := strings.CutSuffix(strings.ToUpper(s), u); ok {
			number, unit = n, 1<<(10*(i+1))
		}
	}
	if s == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 1) || v*float64(unit) > 1<<50 {
		return 0, errors.New("want a number of bytes from 1 on, such as 500MB")
	}
	return int(v * float64(unit)), nil
}
