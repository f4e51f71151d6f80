package fn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// jsonArray is an array in testdata/numpy.json. What is not finite is a string there.
type jsonArray struct {
	Shape []int
	Data  []any
}

func (a jsonArray) value(t *testing.T) trace.Value {
	t.Helper()
	data := make([]float64, len(a.Data))
	for i, x := range a.Data {
		data[i] = jsonNumber(t, x)
	}
	if a.Shape == nil {
		a.Shape = []int{}
	}
	return trace.FromArray(trace.ArrayOf(data, a.Shape...))
}

func jsonNumber(t *testing.T, x any) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(fmt.Sprint(x), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// numpyArgs are the arguments of a case beside its arrays.
type numpyArgs struct {
	t    *testing.T
	list []any
}

func (a numpyArgs) float(i int) float64 { return jsonNumber(a.t, a.list[i]) }
func (a numpyArgs) int(i int) int       { return int(a.float(i)) }
func (a numpyArgs) from(i int) (out []int) {
	for ; i < len(a.list); i++ {
		out = append(out, a.int(i))
	}
	return out
}

type several = []trace.Value

// numpyFunctions are the functions that testdata/numpy.json has cases of.
var numpyFunctions = map[string]func(x several, a numpyArgs) several{
	"Std":          func(x several, a numpyArgs) several { return several{fn.Std(x[0], a.list[0].(bool), a.from(1)...)} },
	"NanVar":       func(x several, a numpyArgs) several { return several{fn.NanVar(x[0], a.list[0].(bool), a.from(1)...)} },
	"NanStd":       func(x several, a numpyArgs) several { return several{fn.NanStd(x[0], a.list[0].(bool), a.from(1)...)} },
	"Quantile":     func(x several, a numpyArgs) several { return several{fn.Quantile(x[0], a.float(0), a.from(1)...)} },
	"Norm":         func(x several, a numpyArgs) several { return several{fn.Norm(x[0], a.float(0), a.from(1)...)} },
	"Median":       func(x several, a numpyArgs) several { return several{fn.Median(x[0], a.from(0)...)} },
	"CountNonzero": func(x several, a numpyArgs) several { return several{fn.CountNonzero(x[0], a.from(0)...)} },
	"NanSum":       func(x several, a numpyArgs) several { return several{fn.NanSum(x[0], a.from(0)...)} },
	"NanMean":      func(x several, a numpyArgs) several { return several{fn.NanMean(x[0], a.from(0)...)} },
	"NanMax":       func(x several, a numpyArgs) several { return several{fn.NanMax(x[0], a.from(0)...)} },
	"NanMin":       func(x several, a numpyArgs) several { return several{fn.NanMin(x[0], a.from(0)...)} },
	"CumProd":      func(x several, a numpyArgs) several { return several{fn.CumProd(x[0], a.int(0))} },
	"CumMax":       func(x several, a numpyArgs) several { return several{fn.CumMax(x[0], a.int(0))} },
	"CumMin":       func(x several, a numpyArgs) several { return several{fn.CumMin(x[0], a.int(0))} },
	"CumLogSumExp": func(x several, a numpyArgs) several { return several{fn.CumLogSumExp(x[0], a.int(0))} },
	"Split":        func(x several, a numpyArgs) several { return fn.Split(x[0], a.int(0), a.int(1)) },
	"SplitAt":      func(x several, a numpyArgs) several { return fn.SplitAt(x[0], a.int(0), a.from(1)...) },
	"Roll":         func(x several, a numpyArgs) several { return several{fn.Roll(x[0], a.int(0), a.int(1))} },
	"Repeat":       func(x several, a numpyArgs) several { return several{fn.Repeat(x[0], a.int(0), a.int(1))} },
	"MoveAxis":     func(x several, a numpyArgs) several { return several{fn.MoveAxis(x[0], a.int(0), a.int(1))} },
	"SwapAxes":     func(x several, a numpyArgs) several { return several{fn.SwapAxes(x[0], a.int(0), a.int(1))} },
	"Diff":         func(x several, a numpyArgs) several { return several{fn.Diff(x[0], a.int(0), a.int(1))} },
	"Diagonal":     func(x several, a numpyArgs) several { return several{fn.Diagonal(x[0], a.int(0), a.int(1), a.int(2))} },
	"Diag":         func(x several, a numpyArgs) several { return several{fn.Diag(x[0], a.int(0))} },
	"Trace":        func(x several, a numpyArgs) several { return several{fn.Trace(x[0])} },
	"Meshgrid":     func(x several, a numpyArgs) several { return fn.Meshgrid(x...) },
	"Outer":        func(x several, a numpyArgs) several { return several{fn.Outer(x[0], x[1])} },
	"VDot":         func(x several, a numpyArgs) several { return several{fn.VDot(x[0], x[1])} },
	"Kron":         func(x several, a numpyArgs) several { return several{fn.Kron(x[0], x[1])} },
	"Cross":        func(x several, a numpyArgs) several { return several{fn.Cross(x[0], x[1], a.int(0))} },
	"TensorDot":    func(x several, a numpyArgs) several { return several{fn.TensorDot(x[0], x[1], a.int(0))} },
	"PolyVal":      func(x several, a numpyArgs) several { return several{fn.PolyVal(x[0], x[1])} },
	"Interp":       func(x several, a numpyArgs) several { return several{fn.Interp(x[0], x[1], x[2])} },
	"PadSymmetric": func(x several, a numpyArgs) several {
		return several{fn.Pad(x[0], fn.PadConfig{Low: []int{a.int(0)}, High: []int{a.int(1)}, Mode: fn.PadSymmetric})}
	},
}

// The functions are NumPy's, eagerly, compiled and mapped.
func TestAgainstNumPy(t *testing.T) {
	text, err := os.ReadFile("testdata/numpy.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		F        string
		Args     []any
		In, Want []jsonArray
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, c := range cases {
		seen[c.F]++
		call := fmt.Sprintf("%s%v of %v", c.F, c.Args, c.In)
		var in, want several
		for _, x := range c.In {
			in = append(in, x.value(t))
		}
		for _, x := range c.Want {
			want = append(want, x.value(t))
		}
		f := func(x several) several { return numpyFunctions[c.F](x, numpyArgs{t, c.Args}) }
		rows := make(several, len(in))
		for i, x := range in {
			rows[i] = fn.Stack(0, x, x)
		}
		mapped := transforms.Vmap(f)(rows)
		for i, y := range f(in) {
			sameNumbers(t, call, y, want[i])
			sameNumbers(t, call+", compiled", transforms.Jit(f)(in)[i], want[i])
			sameNumbers(t, call+", mapped", fn.Index(mapped[i], 1), want[i])
		}
	}
	for name := range numpyFunctions {
		if seen[name] == 0 {
			t.Errorf("%s has no case", name)
		}
	}
}

// sameNumbers compares to 1e-13 of the largest number, and what is not finite exactly.
func sameNumbers(t *testing.T, what string, got, want trace.Value) {
	t.Helper()
	if fmt.Sprint(got.Shape()) != fmt.Sprint(want.Shape()) {
		t.Errorf("%s: has the shape %v, want %v", what, got.Shape(), want.Shape())
		return
	}
	g, w, scale := got.Float64s(), want.Float64s(), 1.0
	for _, x := range w {
		if a := math.Abs(x); a > scale && !math.IsInf(x, 0) {
			scale = a
		}
	}
	for i := range w {
		if g[i] != w[i] && !(math.IsNaN(g[i]) && math.IsNaN(w[i])) && !(math.Abs(g[i]-w[i]) <= 1e-13*scale) {
			t.Errorf("%s: got %v, want %v", what, got, want)
			return
		}
	}
}
