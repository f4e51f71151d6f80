package flags_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func parse(args ...string) (n int, err error) {
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	f.IntVar(&n, "n", 1, "a number")
	return n, flags.Parse(f, args, io.Discard)
}

func TestParse(t *testing.T) {
	if n, err := parse("-n", "3"); n != 3 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-n", "many"}, `invalid value "many" for flag -n: parse error`},
		{[]string{"-n"}, "flag needs an argument: -n"},
		{[]string{"-a\nb"}, `flag provided but not defined: -a\nb`},
		{[]string{"-\u202ea"}, `flag provided but not defined: -\u202ea`},
		{[]string{"a\nb"}, `unexpected argument "a\nb"`},
		{[]string{long}, `unexpected argument "` + long[:100] + `... (1048576 bytes)"`},
		{[]string{"-n", long}, `invalid value "` + long[:185]},
	} {
		if _, err := parse(c.args...); err == nil || err.Error() != c.want {
			t.Errorf("%.40q: got %.300v, want %s", c.args, err, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	f.Int("n", 1, "a `number` of things")
	var out bytes.Buffer
	if err := flags.Parse(f, []string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "-n number") {
		t.Errorf("got %v and %q", err, out.String())
	}
}

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		got  error
		want string
	}{
		{flags.Whole("n", 0, 1, 5, "runs"), "-n 0: want 1 to 5 runs"},
		{flags.Whole("n", math.MaxInt, 1, 5, "runs"), "-n 9223372036854775807: want 1 to 5 runs"},
		{flags.Real("rate", math.NaN(), 0), "-rate NaN: want a finite number of at least 0"},
		{flags.Real("rate", math.Inf(1), 0), "-rate +Inf: want a finite number of at least 0"},
		{flags.Real("rate", -1, 0), "-rate -1: want a finite number of at least 0"},
		{flags.Finite("level", math.Inf(-1)), "-level -Inf: want a finite number"},
		{flags.Finite("level", math.NaN()), "-level NaN: want a finite number"},
		{flags.File("o", ""), `-o "": want a name`},
	} {
		if c.got == nil || c.got.Error() != c.want {
			t.Errorf("got %v, want %s", c.got, c.want)
		}
	}
	for _, err := range []error{flags.Whole("n", 5, 1, 5, ""), flags.Real("r", 0, 0), flags.Finite("r", -1), flags.File("o", "x")} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestFuncPrintsItsText(t *testing.T) {
	f := flag.NewFlagSet("", flag.ContinueOnError)
	var got []string
	flags.Func(f, "list", "a list", func(text string) error {
		if text == "bad" {
			return errors.New("bad")
		}
		got = strings.Split(text, ",")
		return nil
	})
	if err := flags.Parse(f, []string{"-list", "a,b"}, io.Discard); err != nil || len(got) != 2 || f.Lookup("list").Value.String() != "a,b" {
		t.Errorf("got %q, %q and %v", got, f.Lookup("list").Value, err)
	}
	if err := flags.Parse(f, []string{"-list", "bad"}, io.Discard); err == nil || f.Lookup("list").Value.String() != "a,b" {
		t.Errorf("got %v, and the value %q", err, f.Lookup("list").Value)
	}
}
