package exec_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

func matrix(name string, shape ...int) Value {
	return lawtest.Between(-1, 1).Value(lawtest.Rand(name), trace.TypeOf(trace.Float64, shape...))
}

func recordAt(f func(x Value) []Value, x Value) *trace.Program {
	return opt.Inline(trace.Record(func(in []Value) []Value { return f(in[0]) }, []trace.Type{x.Type()}))
}

// runOn computes a program's results with a plan.
func runOn(t testing.TB, plan *exec.Plan, x Value) []Value {
	t.Helper()
	arrays, err := plan.Run(context.Background(), []*trace.Array{x.Array()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]Value, len(arrays))
	for i, a := range arrays {
		out[i] = trace.FromArray(a)
	}
	return out
}

func same(t testing.TB, what string, got, want []Value) {
	t.Helper()
	for i := range want {
		if !got[i].Type().Equal(want[i].Type()) {
			t.Fatalf("%s: result %d is %v, want %v", what, i, got[i].Type(), want[i].Type())
		}
		a, b := got[i].Float64s(), want[i].Float64s()
		for k := range b {
			if math.Float64bits(a[k]) != math.Float64bits(b[k]) {
				t.Fatalf("%s: result %d has %v at %d, want %v", what, i, a[k], k, b[k])
			}
		}
	}
}

// A plan computes the same bits as the program, on each call and in any order of
// equations. It writes neither into arguments nor into earlier results.
func TestPlanComputesTheProgram(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := lawtest.Smooth([]int{3, 4}).Draw(rt, "program").Apply1
		x, y := matrix("x", 3, 4), matrix("y", 3, 4)
		p := recordAt(func(x Value) []Value {
			v := f(x)
			return []Value{fn.Reshape(v, 12), transforms.Pull(f, fn.OnesLike)(x), fn.Reshape(x, 4, 3), v}
		}, x)
		before := trace.New(x.Float64s(), 3, 4)
		for _, plan := range []*exec.Plan{exec.New(p), exec.New(opt.Schedule(p))} {
			first := runOn(t, plan, x)
			runOn(t, plan, y)
			same(t, "first call", first, p.Apply(before))
			same(t, "third call", runOn(t, plan, x), p.Apply(before))
		}
	})
}

// Reshapes of arguments, constants, results and intermediate values are not copied, and
// have their shapes.
func TestAliases(t *testing.T) {
	w, x := matrix("w", 6, 2), matrix("x", 3, 4)
	p := trace.Record(func(in []Value) []Value {
		x, w := in[0], in[1]
		sum := fn.Add(fn.Reshape(x, 12), fn.Reshape(w, 12))
		y := fn.Sin(fn.Reshape(sum, 2, 6))
		return []Value{fn.Reshape(y, 4, 3), fn.Sum(fn.Reshape(y, 3, 4), 0), fn.Reshape(w, 1, 12), fn.Reshape(x, 4, 3), fn.Dot(y, w)}
	}, []trace.Type{x.Type(), w.Type()})
	q := *p
	q.In, q.Consts = p.In[:1], append(q.Consts, trace.Const{Var: p.In[1], Value: w})
	plan := exec.New(&q)
	same(t, "aliases", runOn(t, plan, x), p.Apply(x, w))
	// The sum and y have 12 elements each, in one buffer or as a result. Then come the
	// sum over y, and the product.
	if most := 8 * (12 + 12 + 4 + 4); plan.Peak() > most {
		t.Errorf("a call takes %d bytes, want at most %d", plan.Peak(), most)
	}
}

// A value that only neighboring elementwise operations read takes the memory of a tile. A
// single operation writes over an operand that nothing reads later.
func TestInPlace(t *testing.T) {
	x := matrix("x", 50, 400)
	const array, tile = 50 * 400 * 8, 4096 * 8
	for _, test := range []struct {
		name string
		f    func(x Value) Value
		want int // bytes beside the scalar result
	}{
		{"chain", func(x Value) Value { return fn.Tanh(fn.Exp(fn.Sin(x))) }, array + tile},
		{"two operands", func(x Value) Value { return fn.Mul(fn.Sin(x), fn.Cos(x)) }, array + 2*tile},
		{"needed again", func(x Value) Value { y := fn.Sin(x); return fn.Mul(y, fn.Exp(fn.Cos(y))) }, array + 2*tile},
		{"a comparison", func(x Value) Value { y := fn.Sin(x); return fn.Mask(fn.Greater(y, fn.Cos(y)), y) }, array + 2*tile + tile/8},
		{"through a reshape", func(x Value) Value { return fn.Tanh(fn.Reshape(fn.Exp(x), 20000)) }, array + tile},
		{"alone", func(x Value) Value { return fn.Exp(fn.Sum(fn.Sin(x), 0)) }, array + 400*8},
		{"read before in the same fusion", func(x Value) Value {
			y := fn.Sin(fn.CumSum(x, 0))
			m, r := fn.Greater(y, fn.Scalar(0)), fn.CumSum(fn.ReLU(y), 0)
			return fn.Mask(m, r)
		}, 2*array + array/8 + 2*tile},
		{"a product", func(x Value) Value { y := fn.Sin(x); return fn.Sin(fn.Dot(y, fn.Reshape(y, 400, 50))) }, array + 50*50*8},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := recordAt(func(x Value) []Value { return []Value{fn.SumAll(test.f(x))} }, x)
			plan := exec.New(p)
			if got := plan.Peak() - 8; got != test.want {
				t.Errorf("%d bytes are planned, want %d", got, test.want)
			}
			for range 2 {
				same(t, test.name, runOn(t, plan, x), p.Apply(x))
			}
		})
	}
}

func TestRunHonoursItsContext(t *testing.T) {
	x := matrix("x", 2, 3)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	plan := exec.New(recordAt(func(x Value) []Value { return []Value{fn.Sin(x)} }, x))
	if _, err := plan.Run(ctx, []*trace.Array{x.Array()}, nil); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}
