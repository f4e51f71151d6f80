package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type slanted struct{ Slope, Offset trace.Value }

func (l slanted) at(x trace.Value) trace.Value { return fn.Add(fn.Mul(l.Slope, x), l.Offset) }

// A training step with three arguments and three results.
func TestJitN(t *testing.T) {
	step := func(p slanted, momentum *slanted, batch [2]trace.Value) (slanted, *slanted, trace.Value) {
		loss, g := transforms.ValueAndGradOf(func(p slanted, batch [2]trace.Value) trace.Value {
			return fn.MeanAll(fn.Square(fn.Sub(p.at(batch[0]), batch[1])))
		})(p, batch)
		m := trace.Map2(func(m, g trace.Value) trace.Value { return fn.Add(fn.Mul(m, fn.Scalar(0.9)), g) }, *momentum, g)
		return trace.Map2(func(p, m trace.Value) trace.Value { return fn.Sub(p, fn.Mul(m, fn.Scalar(0.01))) }, p, m), &m, loss
	}
	p, m := slanted{trace.Scalar(0.5), trace.Scalar(-1.0)}, &slanted{trace.Scalar(0.0), trace.Scalar(0.0)}
	q, n := p, m
	jitted := transforms.JitN(step)
	batch := [2]trace.Value{vector(1, 2, 3), vector(2, 4, 7)}
	for range 3 {
		var loss, want trace.Value
		p, m, want = step(p, m, batch)
		q, n, loss = jitted(q, n, batch)
		lawtest.Close(t, loss, want, 1e-12)
	}
	lawtest.Close(t, q.Slope, p.Slope, 1e-12)
	lawtest.Close(t, n.Offset, m.Offset, 1e-12)
}

// What a function of one result and error-like interfaces returns may be nil.
func TestJitNOfInterfaces(t *testing.T) {
	f := transforms.JitN(func(x trace.Value, more any) (any, trace.Value) {
		if more == nil {
			return nil, fn.Neg(x)
		}
		return more, x
	})
	if a, y := f(trace.Scalar(2.0), nil); a != nil || y.Float64() != -2 {
		t.Errorf("of nil: %v, %v", a, y)
	}
	if a, y := f(trace.Scalar(2.0), "static"); a != "static" || y.Float64() != 2 {
		t.Errorf("of a string: %v, %v", a, y)
	}
	none := transforms.JitN(func() trace.Value { return fn.Exp(trace.Scalar(0.0)) })
	if y := none(); y.Float64() != 1 {
		t.Errorf("of no argument: %v", y)
	}
}

// The gradient of a jitted function of several arguments is that of the function.
func TestJitNInsideOfTransforms(t *testing.T) {
	f := func(x, y trace.Value) trace.Value { return fn.SumAll(fn.Mul(fn.Sin(x), y)) }
	jitted := transforms.JitN(f)
	x, y := vector(1, 2), vector(3, 4)
	want := transforms.GradOf(f)(x, y)
	lawtest.Close(t, transforms.GradOf(jitted)(x, y), want, 0)
	v, g := transforms.JitN(transforms.ValueAndGrad(func(x trace.Value) trace.Value { return jitted(x, y) }))(x)
	lawtest.Close(t, g, want, 1e-14)
	lawtest.Close(t, v, f(x, y), 1e-14)
}

// Every pattern of axes gives what the loop over the cases gives.
func TestVmapN(t *testing.T) {
	f := func(x, y trace.Value) (trace.Value, trace.Value) {
		return fn.Sub(fn.SumAll(fn.Sin(x)), y), fn.Mul(x, fn.Exp(y))
	}
	const cases = 3
	r := lawtest.Rand(t.Name())
	shapes := [][]int{{2, 4}, {}}
	axes := [][]transforms.Axis{{0, 1, 2, -1, -3, transforms.Shared}, {0, -1, transforms.Shared}}
	outs := [][]transforms.Axis{{0, -1}, {0, 1, 2, -1, -2}}
	for _, a := range axes[0] {
		for _, b := range axes[1] {
			if a == transforms.Shared && b == transforms.Shared {
				continue
			}
			for _, o := range outs[0] {
				for _, p := range outs[1] {
					in := []transforms.Axis{a, b}
					args, rows := make([]trace.Value, 2), make([][]trace.Value, cases)
					for k := range args {
						one := make([]trace.Value, cases)
						for i := range one {
							if one[i] = lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, shapes[k]...)); in[k] == transforms.Shared {
								one[i] = one[0]
							}
							rows[i] = append(rows[i], one[i])
						}
						if args[k] = one[0]; in[k] != transforms.Shared {
							args[k] = stackedOn(one, in[k])
						}
					}
					y, z := transforms.VmapN(f, transforms.VmapConfig{In: in, Out: []transforms.Axis{o, p}})(args[0], args[1])
					var ys, zs []trace.Value
					for _, row := range rows {
						y, z := f(row[0], row[1])
						ys, zs = append(ys, y), append(zs, z)
					}
					lawtest.Close(t, y, stackedOn(ys, o), 1e-14)
					lawtest.Close(t, z, stackedOn(zs, p), 1e-14)
				}
			}
		}
	}
}

// stackedOn stacks values along an axis of the result, which may be negative.
func stackedOn(vs []trace.Value, axis transforms.Axis) trace.Value {
	at := int(axis)
	if at < 0 {
		at += vs[0].Rank() + 1
	}
	return fn.Stack(at, vs...)
}

// A shared result has no axis of cases, whether all cases are computed at once or not.
func TestVmapSharedResult(t *testing.T) {
	f := func(x, w trace.Value) (trace.Value, trace.Value) { return fn.Mul(x, w), fn.Square(w) }
	for _, chunk := range []int{0, 2} {
		y, z := transforms.VmapN(f, transforms.VmapConfig{In: []transforms.Axis{0, transforms.Shared}, Out: []transforms.Axis{0, transforms.Shared}, Chunk: chunk})(
			vector(1, 2, 3), trace.Scalar(5.0))
		if got := fmt.Sprint(y, z); got != "f64[3] [5 10 15] f64[] 25" {
			t.Errorf("in chunks of %d: %s", chunk, got)
		}
	}
	none := transforms.Vmap(func(x trace.Value) trace.Value { return fn.Exp(x) }, transforms.VmapConfig{In: []transforms.Axis{transforms.Shared}, Size: 2})(trace.Scalar(0.0))
	if got := fmt.Sprint(none); got != "f64[2] [1 1]" {
		t.Errorf("with nothing mapped: %s", got)
	}
}

func TestAnyFuncErrors(t *testing.T) {
	two := func(x, y trace.Value) trace.Value { return fn.Add(x, y) }
	x := vector(1, 2)
	type c = transforms.VmapConfig
	type a = []transforms.Axis
	for _, e := range []struct {
		call func()
		want string
	}{
		{func() { transforms.JitN(3) }, "any_func_test.go:"},
		{func() { transforms.JitN(3) }, "JitN of int, which is no function"},
		{func() { transforms.JitN[any](nil) }, "JitN of <nil>, which is no function"},
		{func() { transforms.JitN[func()](nil) }, "JitN of a nil function"},
		{func() { transforms.VmapN(func(...trace.Value) {}) }, "VmapN of the variadic func(...trace.Value): take a slice"},
		{func() { transforms.VmapN(two, c{In: a{0}}) }, "VmapN: VmapConfig.In has 1 axes, and the function has 2 arguments: give one for each"},
		{func() { transforms.VmapN(two, c{Out: a{0, 1}}) }, "VmapN: VmapConfig.Out has 2 axes, and the function has 1 results"},
		{func() { transforms.VmapN(two, c{In: a{0, 0}}, c{In: a{0, 0}}) }, "VmapN: VmapConfig.In is given twice"},
		{func() { transforms.VmapN(two, c{Size: -1}) }, "VmapN: Size is -1"},
		{func() { transforms.VmapN(two, c{Size: 3})(x, x) }, "Vmap: there are 3 cases at VmapConfig.Size and 2 at [0]"},
		{func() { transforms.VmapN(two, c{In: a{1, 0}})(x, x) }, "Vmap: [0] is f64[2], which has no axis 1 to map over"},
		{func() { transforms.VmapN(two, c{Out: a{1}})(x, x) }, "Vmap: the result at [0] is f64[2] with its cases, which has no axis 1"},
		{func() { transforms.VmapN(two, c{Out: a{transforms.Shared}})(x, x) }, "Vmap: the result at [0] is to be shared, and depends on what is mapped over"},
		{func() { transforms.VmapN(two, c{In: a{transforms.Shared, transforms.Shared}})(x, x) }, "Vmap: the argument has no leaf to map over: give the number of cases in VmapConfig.Size"},
		{func() { transforms.JitN(two)(x, vector(1, 2, 3)) }, "add(f64[2], f64[3])"},
	} {
		if err := trace.Try(e.call); err == nil || !strings.Contains(err.Error(), e.want) {
			t.Errorf("the error is %v, want %s", err, e.want)
		}
	}
}

// The value and the gradient of a function of data, compiled together.
func ExampleJitN() {
	loss := func(w trace.Value, batch [2]trace.Value) trace.Value {
		return fn.MeanAll(fn.Square(fn.Sub(fn.Mul(w, batch[0]), batch[1])))
	}
	step := transforms.JitN(transforms.ValueAndGradOf(loss))
	value, gradient := step(trace.Scalar(1.0), [2]trace.Value{trace.New([]float64{1, 2}), trace.New([]float64{3, 6})})
	fmt.Println(value.Float64(), gradient.Float64())
	// Output: 10 -10
}

// Every row of a matrix times every column of another.
func ExampleVmapN() {
	a, b := trace.New([]float64{1, 2, 3, 4}, 2, 2), trace.New([]float64{5, 6, 7, 8}, 2, 2)
	rows := transforms.VmapN(fn.Dot, transforms.VmapConfig{In: []transforms.Axis{0, transforms.Shared}})
	columns := transforms.VmapN(rows, transforms.VmapConfig{In: []transforms.Axis{transforms.Shared, 1}, Out: []transforms.Axis{1}})
	fmt.Println(columns(a, b))
	// Output: f64[2 2] [[19 22] [43 50]]
}

func BenchmarkJitNCall(b *testing.B) {
	x := trace.Scalar(1.0)
	packed := transforms.Jit(func(x slanted) trace.Value { return fn.Add(x.Slope, x.Offset) })
	spread := transforms.JitN(func(x, y trace.Value) trace.Value { return fn.Add(x, y) })
	b.Run("struct", func(b *testing.B) {
		for b.Loop() {
			packed(slanted{x, x})
		}
	})
	b.Run("arguments", func(b *testing.B) {
		for b.Loop() {
			spread(x, x)
		}
	})
}
