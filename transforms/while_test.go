package transforms_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// sqrtState is Heron's iteration for a square root.
type sqrtState struct{ Y, Steps Value }

func heron(x Value) sqrtState {
	far := func(s sqrtState) Value {
		return fn.Greater(fn.Abs(fn.Sub(fn.Mul(s.Y, s.Y), x)), fn.Mul(fn.Scalar(1e-13), x))
	}
	step := func(s sqrtState) sqrtState {
		return sqrtState{fn.Mul(fn.Scalar(0.5), fn.Add(s.Y, fn.Div(x, s.Y))), fn.Add(s.Steps, fn.Scalar(1))}
	}
	return transforms.While(far, step)(sqrtState{fn.OnesLike(x), trace.Scalar(int64(0))})
}

func heronRoot(x Value) Value { return heron(x).Y }

// The number of steps depends on the case. Each has the value, and the derivatives along
// a tangent, that it has by itself.
func TestWhile(t *testing.T) {
	xs := vector(1, 2, 9, 100, 1e4)
	roots := fn.Sqrt(xs)
	steps := func(x Value) Value { return fn.Cast(heron(x).Steps, trace.Float64) }
	var counts []float64
	for _, x := range xs.Float64s() {
		want(t, "value", heronRoot(trace.Scalar(x)), trace.Scalar(math.Sqrt(x)))
		counts = append(counts, steps(trace.Scalar(x)).Float64())
	}
	if counts[0] != 0 || counts[4] < 8 {
		t.Errorf("the number of steps is %v", counts)
	}
	want(t, "Jit", transforms.Jit(transforms.Vmap(heronRoot))(xs), roots)
	want(t, "Vmap", transforms.Vmap(heronRoot)(xs), roots)
	want(t, "steps of a batch", transforms.Vmap(steps)(xs), trace.New(counts))
	want(t, "steps of a compiled batch", transforms.Jit(transforms.Vmap(steps))(xs), trace.New(counts))
	tangent := func(x Value) Value { return slope(heronRoot, x, fn.OnesLike(x)) }
	slopes := fn.Mul(fn.Div(fn.Scalar(0.5), roots), vector(0, 1, 1, 1, 1)) // the root of 1 takes no step
	want(t, "JVP of Vmap", slope(transforms.Vmap(heronRoot), xs, fn.OnesLike(xs)), slopes)
	want(t, "Vmap of JVP", transforms.Vmap(tangent)(xs), slopes)
	want(t, "compiled Vmap of JVP", transforms.Jit(transforms.Vmap(tangent))(xs), slopes)
}

// The carry at x = 1 takes no step, so its slope is that of the initial carry, 0, although
// that of a root is 1/2.
func TestWhileOfNoSteps(t *testing.T) {
	never := transforms.While(func(x Value) Value { return fn.Less(x, fn.Scalar(0)) }, fn.Exp)
	for what, f := range map[string]Func{"eager": never, "Jit": transforms.Jit(never), "Vmap": func(x Value) Value {
		return fn.Index(transforms.Vmap(never)(fn.ExpandDims(x, 0)), 0)
	}} {
		sameBits(t, what, f(num(3)), num(3))
		sameBits(t, what+", JVP", slope(f, num(3), num(2)), num(2))
	}
	sameBits(t, "no case", transforms.Vmap(never)(vector()), vector())
}

// Carries that a step exchanges, and one that it leaves alone, are where they belong after
// any number of steps.
func TestWhileExchangesCarries(t *testing.T) {
	type carry struct{ A, B, C, N Value }
	loop := func(n Value) carry {
		return transforms.While(func(c carry) Value { return fn.Less(c.N, n) }, func(c carry) carry {
			return carry{c.B, fn.Add(c.A, c.B), c.C, fn.Add(c.N, fn.Scalar(1))}
		})(carry{vector(0, 1), vector(1, 1), vector(7), trace.Scalar(int64(0))})
	}
	a, b := vector(0, 1), vector(1, 1)
	for n := range int64(6) {
		for what, f := range map[string]func(Value) carry{"eager": loop, "Jit": transforms.Jit(loop)} {
			got := f(trace.Scalar(n))
			sameBits(t, what, fn.Concat(0, got.A, got.B, got.C), fn.Concat(0, a, b, vector(7)))
		}
		a, b = b, fn.Add(a, b)
	}
}

// In a batch, a case that is done is not computed any further: it neither fails nor gives
// NaN to its tangent.
func TestWhileLeavesDoneCasesAlone(t *testing.T) {
	positive := transforms.While(func(x Value) Value { return fn.Greater(x, fn.Scalar(2)) }, func(x Value) Value { return fn.Sub(fn.Log(x), fn.Scalar(0.5)) })
	xs := vector(-1, 0, 3, 50)
	one := transforms.Vmap(positive)
	var values, slopes []float64
	for _, x := range xs.Float64s() {
		values = append(values, positive(trace.Scalar(x)).Float64())
		slopes = append(slopes, slope(positive, trace.Scalar(x), num(1)).Float64())
	}
	want(t, "values", one(xs), trace.New(values))
	want(t, "slopes", slope(one, xs, fn.OnesLike(xs)), trace.New(slopes))
	want(t, "compiled slopes", transforms.Jit(func(x Value) Value { return slope(one, x, fn.OnesLike(x)) })(xs), trace.New(slopes))
}

// Captured values have tangents, too, and second tangents.
func TestWhileCaptures(t *testing.T) {
	power := func(x Value) Value {
		type carry struct{ Y, N Value }
		return transforms.While(func(c carry) Value { return fn.Less(c.N, fn.Scalar(5)) }, func(c carry) carry {
			return carry{fn.Mul(c.Y, x), fn.Add(c.N, fn.Scalar(1))}
		})(carry{fn.OnesLike(x), trace.Scalar(int64(0))}).Y
	}
	x := num(1.5)
	first := func(x Value) Value { return slope(power, x, num(1)) }
	want(t, "tangent", first(x), num(5*math.Pow(1.5, 4)))
	want(t, "second tangent", slope(first, x, num(1)), num(20*math.Pow(1.5, 3)))
	want(t, "compiled", transforms.Jit(func(x Value) Value { return slope(first, x, num(1)) })(x), num(20*math.Pow(1.5, 3)))
	want(t, "JacobianForward", transforms.JacobianForward(power)(x), num(5*math.Pow(1.5, 4)))
	y, push := transforms.Linearize(power)(x)
	want(t, "Linearize", fn.Stack(0, y, push(num(2))), vector(math.Pow(1.5, 5), 10*math.Pow(1.5, 4)))
}

// A weak carry takes the dtype of what the body makes of it.
func TestWhileOfAWeakCarry(t *testing.T) {
	type carry struct{ Y, N Value }
	x := trace.New([]float32{1, 2})
	got := transforms.While(func(c carry) Value { return fn.Less(c.N, fn.Scalar(3)) }, func(c carry) carry {
		return carry{fn.Mul(c.Y, fn.Index(x, 1)), fn.Add(c.N, fn.Scalar(1))}
	})(carry{fn.Scalar(1), trace.Scalar(int32(0))})
	if got.Y.DType() != trace.Float32 || got.Y.Float64() != 8 {
		t.Errorf("got %v", got.Y)
	}
}

func TestWhileErrors(t *testing.T) {
	always := func(Value) Value { return trace.Scalar(true) }
	for text, call := range map[string]func(){
		"while_test.go:": func() { transforms.While(func(x Value) Value { return x }, fn.Exp)(num(1)) },
		"While: cond returned f64[], want a bool[]: compare, and reduce with fn.All or fn.Any": func() {
			transforms.While(func(x Value) Value { return x }, fn.Exp)(num(1))
		},
		"While: cond returned an absent value":                                               func() { transforms.While(func(x Value) Value { return Value{} }, fn.Exp)(num(1)) },
		"While has no reverse mode: it is not known how many steps to keep: use Scan or For": func() { transforms.Grad(heronRoot)(num(2)) },
		"carry that While's body returned at its only leaf is f64[1], want f64[]": func() {
			transforms.While(always, func(x Value) Value { return fn.ExpandDims(x, 0) })(num(1))
		},
		"carry that While's body returned has nothing at its only leaf": func() { transforms.While(always, func(x Value) Value { return Value{} })(num(1)) },
		"While of a carry without values": func() {
			transforms.While(func([]Value) Value { return trace.Scalar(true) }, func(c []Value) []Value { return c })(nil)
		},
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

// A compiled loop stops with its context, and its steps allocate nothing.
func TestWhileStopsWithItsContext(t *testing.T) {
	forever := func(x Value) Value {
		return transforms.While(func(x Value) Value { return fn.GreaterEqual(x, fn.Scalar(0)) }, fn.Sqrt)(x)
	}
	c, err := transforms.Compile(forever, num(2))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { _, err := c.Call(ctx, num(2)); done <- err }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSwitch(t *testing.T) {
	f := func(i, x Value) Value {
		return transforms.Switch(i, fn.Sin, func(x Value) Value { return fn.Mul(x, x) }, fn.Exp)(x)
	}
	at := func(i int32) Value { return trace.Scalar(i) }
	x := num(0.7)
	for i, plain := range map[int32]Func{-3: fn.Sin, 0: fn.Sin, 1: fn.Square, 2: fn.Exp, 9: fn.Exp} {
		for what, f := range map[string]func(i, x Value) Value{"eager": f, "Jit": transforms.JitN(f)} {
			want(t, what, f(at(i), x), plain(x))
		}
		g := func(x Value) Value { return f(at(i), x) }
		want(t, "third order", transforms.Grad(transforms.Grad(transforms.Grad(g)))(x), transforms.Grad(transforms.Grad(transforms.Grad(plain)))(x))
		jitted := transforms.JitN(func(i, x Value) Value { return transforms.Grad(func(x Value) Value { return f(i, x) })(x) })
		want(t, "compiled gradient", jitted(at(i), x), transforms.Grad(plain)(x))
	}
	type pair struct{ I, X Value }
	each := transforms.Vmap(func(p pair) Value { return f(p.I, p.X) })
	is, xs := trace.New([]int64{-1, 0, 1, 2, 5}), vector(1, 2, 3, 4, 5)
	wanted := []float64{math.Sin(1), math.Sin(2), 9, math.Exp(4), math.Exp(5)}
	want(t, "Vmap", each(pair{is, xs}), trace.New(wanted))
	want(t, "one branch", transforms.Vmap(func(i Value) Value { return transforms.Switch(i, fn.Neg)(num(1)) })(is), vector(-1, -1, -1, -1, -1))
	for text, call := range map[string]func(){
		"Switch without branches":                    func() { transforms.Switch[Value, Value](at(0)) },
		"the index is f64[], want an integer scalar": func() { transforms.Switch(num(1), fn.Sin)(x) },
		"Switch: the functions return trees of different structure": func() {
			transforms.Jit(func(i Value) any {
				return transforms.Switch(i, func(x Value) any { return []Value{x} }, func(x Value) any { return map[string]Value{"a": x} })(x)
			})(at(0))
		},
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

func TestCond0(t *testing.T) {
	f := func(x Value) Value {
		return transforms.Cond0(fn.Greater(x, num(0)), func() Value { return fn.Log(x) }, func() Value { return fn.Neg(x) })
	}
	want(t, "Vmap of Grad", transforms.Vmap(transforms.Grad(f))(vector(2, -1, 0)), vector(0.5, -1, -1))
	want(t, "Jit", transforms.Jit(f)(num(-3)), num(3))
}
