package opt_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

func matrix(name string, shape ...int) Value {
	return lawtest.Between(-1, 1).Value(lawtest.Rand(name), trace.TypeOf(trace.Float64, shape...))
}

// Folding keeps every bit of random programs and of their derivatives.
func TestFoldKeepsBits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := lawtest.Smooth([]int{3, 4}).Draw(rt, "program").Apply1
		x := matrix("x", 3, 4)
		for _, f := range []func(Value) Value{f, transforms.Pull(f, fn.OnesLike)} {
			p := record(f, x)
			q := upTo(t, "fold", p)
			if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
				rt.Fatalf("%v\n%s\n%s", err, p, q)
			}
		}
	})
}

func TestFoldKeepsBitsOfExplanations(t *testing.T) {
	eachExplanation(t, func(t *testing.T, p *trace.Program, x Value) {
		q := upTo(t, "fold", p)
		if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
			t.Error(err)
		}
		for _, e := range q.Eqns {
			if _, ok := e.Op.(trace.Costed); ok && constant(q, e.In) {
				t.Errorf("%s of constants is left", trace.Describe(e.Op))
			}
		}
	})
}

func constant(p *trace.Program, vars []trace.Var) bool {
	known := map[trace.Var]bool{}
	for _, c := range p.Consts {
		known[c.Var] = true
	}
	for _, v := range vars {
		if !known[v] {
			return false
		}
	}
	return true
}

// Values computed from weights become constants. A value that only repeats a constant
// does not, unless the operation is more than a copy.
func TestFoldChoosesWhatToKeep(t *testing.T) {
	w, b, bounds := matrix("w", 40, 30), matrix("b", 30), matrix("bounds", 1, 40)
	x := matrix("x", 50, 40)
	for name, test := range map[string]struct {
		f    func(x, w, b, bounds Value) Value
		want []string // the operations that remain
	}{
		"modified weights": {func(x, w, _, _ Value) Value { return fn.Dot(x, fn.Add(w, fn.Mul(fn.Positive(w), fn.Scalar(0.25)))) }, []string{"dot"}},
		"bias":             {func(x, w, b, _ Value) Value { return fn.Add(fn.Dot(x, w), fn.Positive(b)) }, []string{"dot", "expand", "add"}},
		"made of a repeated bias": {func(x, w, b, _ Value) Value { return fn.Add(fn.Dot(x, w), fn.Positive(fn.BroadcastTo(b, 50, 30))) },
			[]string{"dot", "expand", "clamp", "add"}},
		"product of repeated bounds": {func(x, w, _, bounds Value) Value {
			return fn.Sub(fn.Dot(x, w), fn.Dot(fn.BroadcastTo(bounds, 50, 40), w))
		},
			[]string{"dot", "sub"}},
		"filled": {func(x, _, _, _ Value) Value { return fn.Mul(x, fn.Add(fn.OnesLike(x), fn.OnesLike(x))) }, []string{"full", "add", "mul"}},
		"small": {func(x, _, _, bounds Value) Value {
			return fn.Mul(fn.Sum(x, 0), fn.BroadcastTo(fn.Sum(bounds, 0, 1), 40))
		}, []string{"sum", "mul"}},
		"result": {func(_, w, _, _ Value) Value { return fn.Dot(fn.Transpose(w), w) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := recordWith(func(x Value, c []Value) Value { return test.f(x, c[0], c[1], c[2]) }, x, w, b, bounds)
			q := upTo(t, "fold", p)
			var got []string
			for _, e := range q.Eqns {
				got = append(got, e.Op.Name())
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") {
				t.Errorf("%v is left, want %v\n%s", got, test.want, q)
			}
			if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
				t.Error(err)
			}
		})
	}
}

// An operation that fails on constants fails when the program is called, not when it is
// compiled.
func TestFoldLeavesFailures(t *testing.T) {
	index := trace.New([]int64{7})
	p := recordWith(func(x Value, c []Value) Value { return fn.Add(x, fn.Take(c[0], c[1], 0)) }, matrix("x", 1), matrix("w", 3), index)
	q := upTo(t, "fold", p)
	err := trace.Try(func() { q.Apply(matrix("x", 1)) })
	if count(q, "take") != 1 || err == nil || !strings.Contains(err.Error(), "outside of axis 0") {
		t.Errorf("got %v\n%s", err, q)
	}
}

// Within a limit the first results are kept. The rest is computed on each call.
func TestFoldIsBounded(t *testing.T) {
	w, x := matrix("w", 40, 30), matrix("x", 40, 30)
	p := recordWith(func(x Value, c []Value) Value {
		return fn.Add(fn.Mul(x, fn.Sin(c[0])), fn.Mul(x, fn.Cos(c[0])))
	}, x, w)
	for _, test := range []struct{ limit, left int }{{3 * 40 * 30 * 8, 0}, {40 * 30 * 8, 1}, {40*30*8 - 1, 2}} {
		q := fresh().FoldWithin(p, test.limit)
		if got := count(q, "sin", "cos"); got != test.left {
			t.Errorf("limit %d: %d operations on constants are left, want %d", test.limit, got, test.left)
		}
		if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
			t.Error(err)
		}
	}
}

// A constant with another shape takes no memory, and nothing computed from it is written
// over it.
func TestFoldSharesConstants(t *testing.T) {
	x, w := matrix("x", 3, 4), matrix("w", 12)
	before := w.Float64s()
	p := recordWith(func(x Value, in []Value) Value {
		square := fn.Reshape(in[0], 3, 4)
		return fn.Add(fn.Mul(x, square), fn.Mul(x, fn.Neg(fn.Exp(fn.Reshape(in[0], 3, 4)))))
	}, x, w)
	q := opt.Fold(fresh(), p)
	if n := len(q.Consts); n != 2 || len(q.Eqns) != 3 {
		t.Errorf("%d constants and %d equations are left, want the reshaped one and what is made of it, and 3\n%s", n, len(q.Eqns), q)
	}
	if got := opt.Kept(q, p); got != 12*8 {
		t.Errorf("%d bytes are kept, want %d", got, 12*8)
	}
	if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
		t.Error(err)
	}
	if !slices.Equal(w.Float64s(), before) {
		t.Error("the constant has changed")
	}
}

// A constant that is reshaped back and forth is the constant itself: its results are kept
// once.
func TestFoldFindsConstantsAgain(t *testing.T) {
	x, w := matrix("x", 3, 4), matrix("w", 3, 4)
	p := recordWith(func(x Value, in []Value) Value {
		return fn.Add(fn.Mul(x, in[0]), fn.Exp(fn.Mul(x, fn.Reshape(fn.Reshape(in[0], 1, 12), 3, 4))))
	}, x, w)
	q := opt.Fold(fresh(), p)
	if len(q.Consts) != 1 || count(q, "reshape") != 0 {
		t.Errorf("%d constants, want 1\n%s", len(q.Consts), q)
	}
	if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
		t.Error(err)
	}
	if again := opt.Share(fresh(), q); count(again, "mul") != 1 {
		t.Errorf("products of one constant are not the same\n%s", again)
	}
}
