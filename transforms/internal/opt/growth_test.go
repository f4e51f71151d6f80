package opt_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// chains has functions of a vector that repeat something n times.
func chains() map[string]func(n int, x Value) Value {
	one, zero := fn.Scalar(1), fn.Scalar(0)
	repeated := func(step func(i int, x Value) Value) func(int, Value) Value {
		return func(n int, x Value) Value {
			for i := range n {
				x = step(i, x)
			}
			return x
		}
	}
	return map[string]func(n int, x Value) Value{
		"tanh":  repeated(func(_ int, x Value) Value { return fn.Tanh(x) }),
		"relu":  repeated(func(_ int, x Value) Value { return fn.ReLU(fn.Sub(x, one)) }),
		"clamp": repeated(func(_ int, x Value) Value { return fn.Negative(fn.Add(fn.Positive(x), x)) }),
		"branches": repeated(func(_ int, x Value) Value {
			return fn.Where(fn.Greater(x, one), fn.Add(x, one), fn.Mul(x, fn.Scalar(0.5)))
		}),
		"guards": repeated(func(_ int, x Value) Value { return fn.Mask(fn.Greater(x, zero), fn.Div(x, fn.Sqrt(x))) }),
		"constants": repeated(func(i int, x Value) Value {
			return fn.Add(fn.Mul(x, fn.Scalar(float64(i))), trace.New([]float64{float64(i), 1, 2}, 3))
		}),
		"folded": func(n int, x Value) Value {
			w := trace.Newest([]Value{x}).Lift(trace.New([]float64{1, 2, 3}, 3))
			for i := range n {
				w = fn.Sin(fn.Add(w, trace.New([]float64{float64(i), 1, 2}, 3)))
				x = fn.Add(x, fn.Reshape(fn.Reshape(w, 3, 1), 3))
			}
			return x
		},
		"shared factor": func(n int, x Value) Value { // a root that all masks test
			y := x
			for range n {
				y = fn.Mask(fn.Greater(x, zero), fn.Mul(fn.ReLU(x), fn.Tanh(y)))
			}
			return y
		},
		"indexings": func(n int, x Value) Value {
			sum := fn.Index(x, 0)
			for i := range n {
				sum = fn.Add(sum, fn.Square(fn.Index(x, i%3)))
			}
			return fn.Mul(x, fn.BroadcastTo(sum, 3))
		},
		"one op": func(n int, x Value) Value { // many equations with the same op and no operands, or on the same operand
			y := x
			for i := range n {
				y = fn.Add(y, fn.Clamp(x, 0, float64(i)))
			}
			return y
		},
	}
}

// For a program twice as long, or its gradient, the passes look at about twice as many
// equations (faults A3, B5 and H2: they looked at four times as many).
func TestFaultB5PassesAreLinear(t *testing.T) {
	x := trace.New([]float64{0.5, -1, 2}, 3)
	for name, chain := range chains() {
		t.Run(name, func(t *testing.T) {
			visits := func(n int) (equations, visits int) {
				f := func(x Value) Value { return fn.SumAll(chain(n, x)) }
				p := record(func(x Value) Value { return fn.Add(transforms.Grad(f)(x), f(x)) }, x)
				k := opt.NewKnowledge(opt.Options{})
				k.Optimize(p)
				return len(p.Eqns), k.Visits
			}
			n := 300
			if testing.Short() {
				n = 100
			}
			_, short := visits(n)
			equations, long := visits(2 * n)
			if float64(long) > 2.2*float64(short) {
				t.Errorf("%d visits for %d steps, %d for %d: more than twice as many", short, n, long, 2*n)
			}
			t.Logf("%d equations, %d visits", equations, long)
		})
	}
}

// A chain of many equations neither takes long nor overflows a stack.
func TestFaultA3LongChains(t *testing.T) {
	n := 40000
	if testing.Short() {
		n = 4000
	}
	for _, name := range []string{"tanh", "folded"} {
		x := trace.New([]float64{0.5, -1, 2}, 3)
		p := record(func(x Value) Value { return chains()[name](n, x) }, x)
		k := opt.NewKnowledge(opt.Options{})
		q, _ := k.Optimize(p)
		if most := 40 * len(p.Eqns); k.Visits > most {
			t.Errorf("%s: %d visits of %d equations, want at most %d", name, k.Visits, len(p.Eqns), most)
		}
		if err := near(q.Apply(x)[0], p.Apply(x)[0], 1e-12); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := opt.Kept(q, p); name == "folded" && n == 0 {
			t.Error("folded: nothing is kept")
		}
	}
}

// A constant is read to the end if its classes tell something, once for all passes.
// Otherwise a sample is read.
func TestConstantsAreReadOnce(t *testing.T) {
	const size, sample = 200 * 300, 1 << 10
	w, v := matrix("w", 200, 300), fn.Abs(matrix("v", 200, 300))
	again := trace.FromArray(v.Array().Part(0, trace.TypeOf(trace.Float64, 300, 200)))
	for name, c := range map[string]struct {
		f     func(x Value, w []Value) Value
		whole int // constants that are read to the end
	}{
		"layers":            {func(x Value, w []Value) Value { return fn.Linear(fn.GELU(fn.Dot(x, w[0])), w[1], Value{}) }, 0},
		"a rectified layer": {func(x Value, w []Value) Value { return fn.Linear(fn.ReLU(fn.Dot(x, w[0])), w[0], Value{}) }, 0},
		"a positive part":   {func(x Value, w []Value) Value { return fn.Dot(x, fn.Positive(w[1])) }, 1},
		"one array as two": {func(x Value, w []Value) Value {
			return fn.Dot(fn.Dot(x, fn.Positive(w[1])), fn.Negative(w[2]))
		}, 1},
		"not negative": {func(x Value, w []Value) Value { return fn.Dot(fn.ReLU(x), w[1]) }, 1},
	} {
		p := recordWith(c.f, matrix("x", 60, 200), w, v, again)
		k := opt.NewKnowledge(opt.Options{})
		k.Optimize(p)
		// Values made from them are constants too, and as large. They are read at most
		// once.
		if least, most := c.whole*size, 2*c.whole*size+4*sample; k.Read < least || k.Read > most {
			t.Errorf("%s: %d elements were read, want %d to %d", name, k.Read, least, most)
		}
	}
}

// The classes read from a constant include that of every element, for arrays with each
// set of classes.
func TestConstantsHaveTheirClasses(t *testing.T) {
	numbers := []float64{math.Inf(-1), -1.5, math.Copysign(0, -1), 0, 5e-324, math.Inf(1), math.NaN()}
	classes := []trace.Sign{trace.NegInf, trace.Negative, trace.NegZero, trace.PosZero, trace.Positive, trace.PosInf, trace.NaN}
	for set := 1; set < 1<<len(numbers); set++ {
		var w []float64
		for i, x := range numbers {
			if set>>i&1 != 0 {
				w = append(w, x)
			}
		}
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			var told trace.Sign
			p := recordWith(func(x Value, c []Value) Value { return trace.Bind1(spy{&told}, c[0], x) }, fn.Cast(trace.New(w), d), fn.Cast(trace.New(w), d))
			opt.Signs(fresh(), p)
			for i, x := range numbers {
				if d == trace.Float32 && x == 5e-324 {
					continue // which is zero
				}
				if set>>i&1 != 0 && told&classes[i] == 0 {
					t.Errorf("%v in %v: told %v", w, d, told)
				}
			}
			if len(w) == 1 && w[0] == w[0] && told&(told-1) != 0 {
				t.Errorf("%v in %v: told %v, which is more than one class", w, d, told)
			}
		}
	}
}

// spy is an op that records the classes it is told for its first operand.
type spy struct{ told *trace.Sign }

func (spy) Name() string                                 { return "spy" }
func (spy) Infer(in []trace.Type) ([]trace.Type, error)  { return in[:1], nil }
func (spy) Eval(in, out []*trace.Array)                  { out[0].CopyFrom(in[0]) }
func (spy) VJP(_, _, ct []Value, _ []bool) []Value       { return []Value{ct[0], {}} }
func (op spy) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(op, in...) }
func (op spy) Signs(in []trace.Sign) []trace.Sign        { *op.told = in[0]; return in[:1] }

// total is a sum of any number of operands. It counts how many marks it is asked about.
type total struct{ asked *int }

func (total) Name() string                                { return "total" }
func (total) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1:1], nil }
func (total) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (total) Batch(_ int, in []Value, _ []bool) []Value   { return in[:1] }
func (total) VJP(in, _, ct []Value, _ []bool) (cts []Value) {
	for range in {
		cts = append(cts, ct[0])
	}
	return cts
}

func (t total) LinearIn(marked []bool) bool {
	*t.asked += len(marked)
	return true
}

// An operation of many operands was asked about all of them for each of them.
func TestFaultB5ManyOperandsAreAskedAboutOnce(t *testing.T) {
	x := trace.New([]float64{0.5, -1, 2}, 3)
	marks := func(n int) int {
		asked := 0
		p := record(func(x Value) Value {
			terms := make([]Value, n)
			for i := range terms {
				terms[i] = fn.Sin(fn.Add(x, fn.Scalar(float64(i))))
			}
			return trace.Bind1(total{&asked}, terms...)
		}, x)
		opt.Optimize(p, opt.Options{})
		return asked
	}
	const n = 500
	if few, many := marks(n), marks(2*n); many > 2*few || many > 20*n {
		t.Errorf("an operation of %d operands is asked about %d, one of twice as many about %d", n, few, many)
	}
}
