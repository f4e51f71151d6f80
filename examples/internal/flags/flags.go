// Package flags reads the command lines of the examples. Whatever is wrong with one is an
// error of a single line.
package flags

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/pullback-go/pullback/trace"
)

// Parse parses arguments, which must all be flags. If they ask for help it prints the
// usage to w and returns [flag.ErrHelp].
func Parse(f *flag.FlagSet, args []string, w io.Writer) error {
	if err := ParseSome(f, args, w); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %s", Quote(f.Arg(0)))
	}
	return nil
}

// ParseSome is [Parse] for a program that takes arguments beside its flags.
func ParseSome(f *flag.FlagSet, args []string, w io.Writer) error {
	f.SetOutput(io.Discard) // the error is printed once, by main
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.SetOutput(w)
		f.Usage()
		return err
	}
	if err != nil {
		return errors.New(OneLine(err.Error()[:min(len(err.Error()), 200)]))
	}
	return nil
}

// Exit ends the program of that name. The exit code is 0 if err is nil or a call for
// help. Otherwise Exit prints the error, and the code is 1.
func Exit(name string, err error) {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %s\n", name, OneLine(err.Error()))
	os.Exit(1)
}

// Whole checks that a whole number lies between least and most.
func Whole(name string, v, least, most int, what string) error {
	if v < least || v > most {
		return fmt.Errorf("-%s %d: want %d to %d %s", name, v, least, most, what)
	}
	return nil
}

// Real checks that a number is finite and not below least.
func Real(name string, v, least float64) error {
	if !(v >= least) || math.IsInf(v, 0) {
		return fmt.Errorf("-%s %v: want a finite number of at least %v", name, v, least)
	}
	return nil
}

// Finite checks that a number is neither NaN nor infinite.
func Finite(name string, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("-%s %v: want a finite number", name, v)
	}
	return nil
}

// File checks the name of a file or folder to write.
func File(name, path string) error {
	if path == "" {
		return fmt.Errorf("-%s \"\": want a name", name)
	}
	return nil
}

// Quote quotes the beginning of an argument.
func Quote(text string) string { return strconv.Quote(trace.Excerpt(text)) }

// OneLine escapes characters that cannot be printed, and cuts a text that is too long for
// a line.
func OneLine(text string) string {
	var b strings.Builder
	for _, r := range text[:min(len(text), 1000)] {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// Func defines a flag as [flag.FlagSet.Func] does, but one whose value can be printed: the
// text it was set to.
func Func(f *flag.FlagSet, name, usage string, set func(text string) error) {
	f.Var(&settable{set: set}, name, usage)
}

// settable is the value of a flag that a function reads.
type settable struct {
	text string
	set  func(text string) error
}

func (s *settable) String() string { return s.text }

func (s *settable) Set(text string) error {
	if err := s.set(text); err != nil {
		return err
	}
	s.text = text
	return nil
}
