package opt_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

// An equation that takes less memory than it frees moves to where its operands are made.
// Reshapes move too, and nothing else.
func TestSchedule(t *testing.T) {
	w := matrix("w", 3, 3)
	for _, test := range []struct {
		name string
		f    func(x, y Value) []Value
		want []string
	}{
		{"a comparison", func(x, y Value) []Value {
			z := fn.Sin(x)
			r := fn.Dot(fn.Cos(z), w)
			return []Value{fn.Mask(fn.Greater(z, y), r)}
		}, []string{"sin", "greater", "cos", "dot", "mask"}},
		{"a comparison of what is needed later", func(x, y Value) []Value {
			z := fn.Sin(x)
			r := fn.Dot(fn.Cos(z), w)
			return []Value{fn.Mul(fn.Mask(fn.Greater(z, y), r), z)}
		}, []string{"sin", "cos", "dot", "greater", "mask", "mul"}},
		{"a comparison of a result", func(x, y Value) []Value {
			z := fn.Sin(x)
			r := fn.Dot(fn.Cos(z), w)
			return []Value{fn.Mask(fn.Greater(z, y), r), fn.Reshape(z, 6)}
		}, []string{"sin", "reshape", "cos", "dot", "greater", "mask"}},
		{"a comparison of arguments", func(x, y Value) []Value {
			r := fn.Dot(fn.Cos(x), w)
			return []Value{fn.Mask(fn.Greater(x, y), r)}
		}, []string{"cos", "dot", "greater", "mask"}},
		{"a sum of the last of two", func(x, y Value) []Value {
			a, b := fn.Sin(x), fn.Cos(x)
			r := fn.Dot(fn.Exp(x), w)
			return []Value{fn.Mul(r, fn.Add(a, b))}
		}, []string{"sin", "cos", "add", "exp", "dot", "mul"}},
		{"through reshapes", func(x, y Value) []Value {
			z := fn.Sin(x)
			r := fn.Dot(fn.Cos(z), w)
			return []Value{fn.Mask(fn.Greater(fn.Reshape(z, 6), fn.Reshape(y, 6)), fn.Reshape(r, 6))}
		}, []string{"reshape", "sin", "reshape", "greater", "cos", "dot", "reshape", "mask"}},
		{"integers", func(x, y Value) []Value {
			a, b := fn.Cast(fn.Sin(x), trace.Int64), fn.Cast(fn.Cos(x), trace.Int64)
			r := fn.Dot(fn.Exp(x), w)
			return []Value{fn.Mul(r, fn.Cast(fn.Div(a, b), trace.Float64))}
		}, []string{"sin", "cast", "cos", "cast", "exp", "dot", "div", "cast", "mul"}},
	} {
		p := ofTwo(test.f)
		q := opt.Schedule(p)
		expect(t, test.name, q, test.want...)
		if err := q.Check(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// In the new order programs and their derivatives are valid, take no more memory and give
// the same bits.
func TestScheduleKeepsBits(t *testing.T) {
	less := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := lawtest.Smooth([]int{3, 4}).Draw(rt, "program").Apply1
		kinked := func(x Value) Value { // whose backward pass keeps bools
			for range 3 {
				x = fn.CumSum(fn.ReLU(x), 0)
			}
			return f(x)
		}
		x := matrix("x", 3, 4)
		p := upTo(t, "share", record(transforms.Pull(kinked, fn.OnesLike), x))
		q := opt.Schedule(p)
		if err := q.Check(); err != nil {
			rt.Fatal(err)
		}
		if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
			rt.Fatalf("%v\n%s\n%s", err, p, q)
		}
		if exec.New(q).Peak() < exec.New(p).Peak() {
			less++
		}
	})
	if less == 0 {
		t.Error("no program takes less memory")
	}
}

// The backward pass of a network keeps its activations as bools.
func TestScheduleKeepsBools(t *testing.T) {
	const n = 1 << 12
	f := func(x Value) Value {
		for range 10 {
			x = fn.CumSum(fn.ReLU(x), 0)
		}
		return x
	}
	p := upTo(t, "cases", record(transforms.Pull(f, fn.OnesLike), fn.Ones(trace.TypeOf(trace.Float64, n))))
	before, after := exec.New(p).Peak(), exec.New(opt.Schedule(p)).Peak()
	if kept := 10 * n; after > kept+4*8*n || before < 10*8*n {
		t.Errorf("%d bytes, and %d before; want little more than %d for bools", after, before, kept)
	}
}
