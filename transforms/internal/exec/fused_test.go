package exec_test

import (
	"runtime"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// swept is a relevance step: biases repeated over images, constant numbers, comparisons,
// and values read inside of the fusion, outside and later.
func swept(x Value) []Value {
	channel := fn.Mul(fn.Mean(x, 0, 2, 3), fn.Scalar(3))
	z := fn.Add(x, fn.BroadcastIn(channel, x.Shape(), 1))
	eps := fn.Where(fn.GreaterEqual(z, fn.Scalar(0)), fn.FullLike(z, 1e-3), fn.FullLike(z, -1e-3))
	r := fn.Div(fn.ReLU(z), fn.Add(z, eps))
	row := fn.BroadcastTo(fn.Max(x, 0, 1, 2), x.Shape()...)
	all := fn.BroadcastTo(fn.SumAll(x), x.Shape()...)
	column := fn.BroadcastIn(fn.Min(x, 3), x.Shape(), 0, 1, 2)
	y := fn.Mul(fn.Reshape(fn.Sub(r, row), x.Size()), fn.Reshape(fn.Mul(column, all), x.Size()))
	return []Value{fn.Sum(y, 0), fn.Mul(fn.Exp(r), fn.Tanh(z)), fn.Mask(fn.Less(fn.Reshape(y, x.Shape()...), z), z), fn.OnesLike(x)}
}

// Fused loops have the bits of single operations, at sizes below, at and past a tile and
// a block, for any number of cores, in both dtypes.
func TestSweepsKeepBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, shape := range [][]int{{1, 1, 1, 1}, {2, 3, 1, 5}, {4, 4, 16, 16}, {1, 3, 23, 29}, {3, 5, 31, 37}, {1, 2, 1, 20000}, {2, 40, 25, 10}} {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			x := fn.Cast(lawtest.Between(-1, 1).Value(lawtest.Rand("x"), trace.TypeOf(trace.Float64, shape...)), d)
			p := recordAt(swept, x)
			plan := exec.New(p)
			want := p.Apply(x)
			for procs := 1; procs <= 3; procs++ {
				runtime.GOMAXPROCS(procs)
				for range 2 {
					same(t, x.Type().String(), runOn(t, plan, x), want)
				}
			}
		}
	}
}

// A fusion needs the memory of its results and of tiles, but none for constant numbers,
// repeated biases or intermediate values.
func TestSweepsTakeLittleMemory(t *testing.T) {
	x := matrix("x", 4, 10, 50, 50)
	p := recordAt(func(x Value) []Value {
		z := fn.Add(x, fn.BroadcastIn(matrix("b", 10), x.Shape(), 1))
		return []Value{fn.Div(x, fn.Add(z, fn.Where(fn.GreaterEqual(z, fn.Scalar(0)), fn.FullLike(z, 1e-6), fn.FullLike(z, -1e-6))))}
	}, x)
	result := x.Size() * 8
	if got := exec.New(p).Peak(); got > result+8*4096*8 {
		t.Errorf("%d bytes are planned for a result of %d", got, result)
	}
}
