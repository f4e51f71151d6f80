package main

import (
	"io"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/flags/flagtest"
)

func FuzzFlags(f *testing.F) {
	flagtest.Fuzz(f, func(args []string, w io.Writer) error {
		_, err := parse(args, w)
		return err
	}, "-job\n\xff", "-job\ndigits/*/b1\n-n\n9000000000000000000", "-job=*\n-threads=2000000", "-list", "-json\n-profile\n-job\ngemm/f??/512")
}

// Each of these once caused a panic or a kill of the program.
func TestFaultC6Flags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-job", "\xff"}, `-job "\xff": a name is UTF-8 and not so long`},
		{[]string{"-job", "digits/*/b1", "-n", "9000000000000000000"}, "-n 9000000000000000000: want 1 to 1000000 runs"},
		{[]string{"-job", "digits/*/b1", "-threads", "2000000"}, "-threads 2000000: want 1 to 1024 threads"},
		{[]string{"-job", ""}, `-job "": there is no such job; the nearest are `},
		{[]string{"-job", strings.Repeat("v", 100_000)}, `-job "` + strings.Repeat("v", 100) + `... (100000 bytes)": there is no such job; the nearest are `},
		{[]string{"-job", strings.Repeat("?", 100_000)}, `-job "`},
		{[]string{"-n", "NaN", "-list"}, `invalid value "NaN" for flag -n: parse error`},
		{[]string{"-n", "1e3", "-list"}, `invalid value "1e3" for flag -n: parse error`},
		{[]string{"-n", "", "-list"}, `invalid value "" for flag -n: parse error`},
	} {
		_, err := parse(c.args, io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.40q: got %.300v, want one line with %s", c.args, err, c.want)
		}
	}
}
