package transforms_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// sameNumbers reports the first element in which the bits of two results differ, except
// those of a NaN.
func sameNumbers(got, want trace.Value) error {
	a, b := got.Float64s(), want.Float64s()
	if !got.Type().Equal(want.Type()) {
		return fmt.Errorf("got %v, want %v", got.Type(), want.Type())
	}
	for i := range b {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && (a[i] == a[i] || b[i] == b[i]) {
			return fmt.Errorf("element %d: got %v, want %v", i, a[i], b[i])
		}
	}
	return nil
}

// Fault B1: the compiler dropped masks and guards, so the 0·∞ and 0/0 of a case that the
// function excludes came through. It decided comparisons as if no operand could be NaN.
func TestFaultB1CompiledKeepsGuards(t *testing.T) {
	norm := func(x trace.Value) trace.Value {
		return fn.SumAll(fn.Sqrt(fn.Sum(fn.Square(fn.ReLU(x)), 1)))
	}
	safeLog := func(x trace.Value) trace.Value {
		return transforms.Cond(fn.Greater(x, fn.Scalar(0)), fn.Log, fn.ZerosLike)(x)
	}
	total := func(v trace.Value) trace.Value { return fn.SumAll(transforms.Vmap(safeLog)(v)) }
	safeDiv := func(x trace.Value) trace.Value {
		h := fn.ReLU(x)
		return fn.Mask(fn.Greater(h, fn.Scalar(0)), fn.Div(h, fn.Sqrt(h)))
	}
	pooled := func(x trace.Value) trace.Value { // a net with L2 pooling
		h := fn.ReLU(fn.MatMul(x, trace.New([]float64{1, -1, 0.5, 2}, 2, 2)))
		return fn.SumAll(fn.Sqrt(fn.Sum(fn.Square(h), 1)))
	}
	v, x := trace.New([]float64{0, -1, 2}, 3), trace.New([]float64{-1, -2, 3, 4}, 2, 2)
	for name, c := range map[string]struct {
		f    func(trace.Value) trace.Value
		x    trace.Value
		want []float64 // where it is known
	}{
		"norm":          {transforms.Grad(norm), x, []float64{0, 0, 0.6, 0.8}},
		"mapped norm":   {transforms.Vmap(transforms.Grad(norm)), fn.Reshape(x, 2, 2, 1), []float64{0, 0, 1, 1}},
		"L2 pooling":    {transforms.Grad(pooled), trace.New([]float64{-1, -2, 3, 4}, 2, 2), nil},
		"safe log":      {transforms.Grad(total), v, []float64{0, 0, 0.5}},
		"safe division": {safeDiv, v, []float64{0, 0, math.Sqrt2}},
		"minimum": {func(x trace.Value) trace.Value {
			return fn.Mask(fn.LessEqual(fn.Minimum(fn.Log(x), fn.Scalar(0)), fn.Scalar(0)), x)
		}, v, []float64{0, 0, 2}},
		"quotient": {func(x trace.Value) trace.Value {
			return fn.Where(fn.Greater(x, fn.Scalar(0)), fn.Div(fn.ReLU(x), x), fn.Scalar(0))
		}, v, []float64{0, 0, 1}},
		"x log x": {func(x trace.Value) trace.Value {
			return fn.Mask(fn.Greater(x, fn.Scalar(0)), fn.Mul(fn.ReLU(x), fn.Log(fn.ReLU(x))))
		}, v, []float64{0, 0, 2 * math.Log(2)}},
	} {
		for _, d := range []trace.DType{trace.Float64, trace.Float32} {
			x := fn.Cast(c.x, d)
			if name == "L2 pooling" && d == trace.Float32 {
				continue // its weights are f64
			}
			for how, f := range map[string]func(trace.Value) trace.Value{
				"compiled": transforms.Jit(c.f), "exact": transforms.Jit(c.f, transforms.JitConfig{ExactZeros: true})} {
				got, eager := f(x), c.f(x)
				if err := closeNumbers(got, eager, 1e-6); err != nil {
					t.Errorf("%s, %s in %v: %v", name, how, d, err)
				}
				if c.want != nil {
					if err := closeNumbers(got, fn.Cast(trace.New(c.want, got.Shape()...), d), 1e-6); err != nil {
						t.Errorf("%s, %s in %v: %v", name, how, d, err)
					}
				}
			}
		}
	}
}

// closeNumbers reports the first element in which two results differ by more than tol.
func closeNumbers(got, want trace.Value, tol float64) error {
	a, b := got.Float64s(), want.Float64s()
	for i := range b {
		if !(math.Abs(a[i]-b[i]) <= tol) && (a[i] == a[i] || b[i] == b[i]) {
			return fmt.Errorf("element %d: got %v, want %v", i, a[i], b[i])
		}
	}
	return nil
}

// Fault A8: the compiler took x·0 for 0 and x + 0 for x in operations that the user
// wrote.
func TestFaultA8CompiledIsExact(t *testing.T) {
	x := trace.New([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -2, 5e-324, -1e300}, 9)
	zero := fn.Scalar(0)
	for name, f := range map[string]func(trace.Value) trace.Value{
		"x·0":            func(x trace.Value) trace.Value { return fn.Mul(x, zero) },
		"0/x":            func(x trace.Value) trace.Value { return fn.Div(zero, x) },
		"x + 0":          func(x trace.Value) trace.Value { return fn.Add(x, zero) },
		"0 + x":          func(x trace.Value) trace.Value { return fn.Add(zero, x) },
		"x - 0":          func(x trace.Value) trace.Value { return fn.Sub(x, zero) },
		"0 - x":          func(x trace.Value) trace.Value { return fn.Sub(zero, x) },
		"x - x":          func(x trace.Value) trace.Value { return fn.Sub(x, x) },
		"1/(x + 0)":      func(x trace.Value) trace.Value { return fn.Reciprocal(fn.Add(x, zero)) },
		"negative part":  func(x trace.Value) trace.Value { return fn.Negative(fn.ReLU(x)) },
		"0·relu":         func(x trace.Value) trace.Value { return fn.Mul(fn.ReLU(x), zero) },
		"masked product": func(x trace.Value) trace.Value { return fn.Mask(fn.Less(x, zero), fn.Mul(fn.ReLU(x), x)) },
		"on a gradient": func(x trace.Value) trace.Value {
			return fn.Mul(transforms.Pull(fn.Exp, fn.OnesLike)(x), zero)
		},
	} {
		if err := sameNumbers(transforms.Jit(f)(x), f(x)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A value of a derivative that is zero or NaN is zero by convention, unless conventions
// are switched off.
func TestConventionsAreSwitchedOff(t *testing.T) {
	part := func(x trace.Value) trace.Value { return fn.SumAll(fn.Mul(fn.Mul(fn.Scalar(0), x), x)) }
	x := trace.New([]float64{1, math.Inf(1)}, 2)
	eager := transforms.Grad(part)(x)
	if err := sameNumbers(transforms.Jit(transforms.Grad(part), transforms.JitConfig{ExactZeros: true})(x), eager); err != nil {
		t.Errorf("exact: %v", err)
	}
	c, err := transforms.Compile(transforms.Grad(part), x, transforms.JitConfig{ExactZeros: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Call(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	if err := sameNumbers(got, eager); err != nil {
		t.Errorf("Compile, exact: %v", err)
	}
	if got := transforms.Jit(transforms.Grad(part))(x).Float64s(); got[0] != 0 || got[1] != 0 {
		t.Errorf("by convention: got %v, want zeros, where the derivative is %v", got, eager)
	}
}

// scaleBy is a user's operation that is a pointer.
type scaleBy struct{ factor float64 }

func (*scaleBy) Name() string                                { return "scale_by" }
func (*scaleBy) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (op *scaleBy) Eval(in, out []*trace.Array) {
	for i, v := range trace.Elems[float64](in[0]) {
		trace.Elems[float64](out[0])[i] = op.factor * v
	}
}
func (op *scaleBy) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, ct[0]) }
func (op *scaleBy) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// printed is scaleBy printed without the factor.
type printed struct{ *scaleBy }

func (printed) String() string { return "scale" }

// byFunc is an operation that holds a function.
type byFunc struct {
	*scaleBy
	f func(float64) float64
}

func (op byFunc) Eval(in, out []*trace.Array) {
	for i, v := range trace.Elems[float64](in[0]) {
		trace.Elems[float64](out[0])[i] = op.f(v)
	}
}

// deepOp holds its factor deep inside.
type deepOp struct {
	*scaleBy
	factors map[string][]map[int]float64
}

func (op deepOp) Eval(in, out []*trace.Array) {
	for i, v := range trace.Elems[float64](in[0]) {
		trace.Elems[float64](out[0])[i] = op.factors["a"][0][7] * v
	}
}

// Fault H1: two operations counted as one if they printed alike, as any two pointers of
// one type do.
func TestFaultH1OperationsAreWhatTheyHold(t *testing.T) {
	deep := func(x float64) trace.Op {
		return deepOp{&scaleBy{}, map[string][]map[int]float64{"a": {{7: x}}}}
	}
	times := func(x float64) trace.Op {
		return byFunc{&scaleBy{}, func(y float64) float64 { return x * y }}
	}
	for name, ops := range map[string][2]trace.Op{
		"pointers":  {&scaleBy{2}, &scaleBy{3}},
		"Stringers": {printed{&scaleBy{2}}, printed{&scaleBy{3}}},
		"functions": {times(2), times(3)},
		"nested":    {deep(2), deep(3)},
	} {
		f := func(x trace.Value) trace.Value {
			return fn.Add(trace.Bind1(ops[0], x), fn.Square(trace.Bind1(ops[1], x)))
		}
		x := trace.New([]float64{1, 10}, 2)
		want := trace.New([]float64{2 + 9, 20 + 900}, 2)
		if err := sameNumbers(f(x), want); err != nil {
			t.Errorf("%s, eager: %v", name, err)
		}
		if err := sameNumbers(transforms.Jit(f)(x), want); err != nil {
			t.Errorf("%s, compiled: %v", name, err)
		}
	}
}
