package trace_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with testdata/name.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

func TestVarsPrint(t *testing.T) {
	tests := []struct {
		v    trace.Var
		want string
	}{{0, "a"}, {25, "z"}, {26, "aa"}, {27, "ab"}, {51, "az"}, {52, "ba"}, {26 * 27, "aaa"}, {-1, "?"}}
	for _, tt := range tests {
		wantText(t, tt.v.String(), tt.want)
	}
}

func TestProgramsPrint(t *testing.T) {
	inner := record(4, residual)
	p := trace.Record(func(in []Value) []Value { return branches(inner, in[0], in[1]) }, []trace.Type{f64(4), f64()})
	golden(t, "program", p.String())
	golden(t, "listing", p.Listing())
}

// The text does not tell how the variables were numbered.
func TestPrintDependsOnWhatIsComputed(t *testing.T) {
	p := record(2, func(x Value) Value {
		times(7, x)
		return plus(times(3, x), x)
	})
	q := record(2, func(x Value) Value { return plus(times(3, x), x) })
	pruned, _ := p.Pruned()
	wantText(t, pruned.Listing(), q.Listing())
}
