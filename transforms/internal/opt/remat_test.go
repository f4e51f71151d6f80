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

// A value that a late fused loop reads is computed again if it is cheap and its operands
// are in memory. All other values are kept.
func TestRematerialize(t *testing.T) {
	const n = 128
	w := matrix("again", n, n)
	for _, test := range []struct {
		name string
		f    func(x Value) []Value
		want []string
	}{
		{"a sum of what is needed later", func(x Value) []Value {
			a, b := fn.Dot(x, w), fn.Dot(w, x)
			z := fn.Add(a, b)
			r := fn.Dot(fn.Sin(z), w)
			return []Value{fn.Dot(fn.Mul(r, z), a), b}
		}, []string{"dot", "dot", "add", "sin", "dot", "add", "mul", "dot"}},
		{"a chain with factors for each channel", func(x Value) []Value {
			a := fn.Dot(x, w)
			z := fn.ReLU(fn.Mul(a, fn.BroadcastTo(fn.Index(x, 0), n, n)))
			r := fn.Dot(fn.Sin(z), w)
			return []Value{fn.Dot(fn.Mul(r, z), a)}
		}, []string{"dot", "slice", "reshape", "expand", "mul", "relu", "sin", "dot", "mul", "relu", "mul", "dot"}},
		{"of what is gone", func(x Value) []Value {
			a, b := fn.Dot(x, w), fn.Dot(w, x)
			z := fn.Add(a, b)
			r := fn.Dot(fn.Sin(z), w)
			return []Value{fn.Dot(fn.Mul(r, z), w)}
		}, []string{"dot", "dot", "add", "sin", "dot", "mul", "dot"}},
		{"what has another shape, too", func(x Value) []Value {
			a, b := fn.Dot(x, w), fn.Dot(w, x)
			z := fn.Add(a, b)
			r := fn.Dot(fn.Reshape(fn.Sin(fn.Reshape(z, n*n)), n, n), w)
			return []Value{fn.Dot(fn.Mul(r, z), a), b}
		}, []string{"dot", "dot", "add", "reshape", "sin", "reshape", "dot", "mul", "dot"}},
		{"of an operation that takes time", func(x Value) []Value {
			a := fn.Dot(x, w)
			z := fn.Tan(a)
			r := fn.Dot(fn.Neg(z), w)
			return []Value{fn.Dot(fn.Mul(r, z), a)}
		}, []string{"dot", "tan", "neg", "dot", "mul", "dot"}},
		{"for a product", func(x Value) []Value {
			a := fn.Dot(x, w)
			z := fn.ReLU(a)
			r := fn.Dot(z, w)
			return []Value{fn.Dot(r, z), a}
		}, []string{"dot", "relu", "dot", "dot"}},
		{"for sweeps that are apart", func(x Value) []Value {
			a := fn.Dot(x, w)
			z := fn.ReLU(a)
			r := fn.Dot(fn.Mul(fn.Dot(z, w), z), w)
			return []Value{fn.Mul(r, z), a}
		}, []string{"dot", "relu", "dot", "mul", "dot", "mul"}},
		{"a result", func(x Value) []Value {
			a := fn.Dot(x, w)
			z := fn.ReLU(a)
			return []Value{fn.Mul(fn.Dot(z, w), z), a, z}
		}, []string{"dot", "relu", "dot", "mul"}},
	} {
		p := opt.Prune(record1(test.f, matrix("again.x", n, n)))
		q := opt.Rematerialize(p)
		expect(t, test.name, q, test.want...)
		if err := q.Check(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		x := matrix("again.x", n, n)
		got, want := q.Apply(x), p.Apply(x)
		for i := range want {
			if err := sameBits(got[i], want[i]); err != nil {
				t.Errorf("%s: result %d: %v", test.name, i, err)
			}
		}
		if before, after := exec.New(p).Peak(), exec.New(q).Peak(); after > before {
			t.Errorf("%s: %d bytes are planned, %d without", test.name, after, before)
		}
	}
}

func record1(f func(x Value) []Value, x Value) *trace.Program {
	return trace.Record(func(in []Value) []Value { return f(in[0]) }, []trace.Type{x.Type()})
}

// Programs and their derivatives, on arrays that are large enough, keep their bits and
// take no more memory.
func TestRematerializeKeepsBits(t *testing.T) {
	longer := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := lawtest.Smooth([]int{96, 96}).Draw(rt, "program").Apply1
		x := matrix("x", 96, 96)
		product := func(x Value) Value { return fn.Mul(f(x), fn.Dot(f(x), fn.Add(f(fn.Dot(x, x)), x))) }
		p := upTo(t, "cases", record(transforms.Pull(product, fn.OnesLike), x))
		q := opt.Rematerialize(p)
		if err := q.Check(); err != nil {
			rt.Fatal(err)
		}
		if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
			rt.Fatalf("%v\n%s\n%s", err, p, q)
		}
		if len(q.Eqns) > len(p.Eqns) {
			longer++
		}
		if before, after := exec.New(p).Peak(), exec.New(q).Peak(); after > before+before/8 {
			rt.Fatalf("%d bytes are planned, %d without\n%s\n%s", after, before, p, q)
		}
	})
	if longer == 0 {
		t.Error("nothing is computed again")
	}
}
