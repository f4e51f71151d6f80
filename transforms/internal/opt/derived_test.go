package opt_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// An equation that both a derivative and the user made counts as the user's, so no
// convention holds for it.
func TestSharedIsTheUsers(t *testing.T) {
	for _, userFirst := range []bool{true, false} {
		p := record(func(x Value) Value {
			return fn.Add(fn.Mul(fn.Scalar(0), x), fn.Square(fn.Mul(fn.Scalar(0), x)))
		}, matrix("x", 3))
		q := *p
		q.Eqns = append([]trace.Eqn(nil), p.Eqns...)
		seen := 0
		for i := range q.Eqns {
			if q.Eqns[i].Op.Name() == "mul" {
				q.Eqns[i].Derived = (seen == 0) != userFirst
				seen++
			}
		}
		shared := opt.Share(fresh(), &q)
		if seen != 2 || count(shared, "mul") != 1 {
			t.Fatalf("%d products, %d when shared\n%s", seen, count(shared, "mul"), shared)
		}
		for _, e := range shared.Eqns {
			if e.Op.Name() == "mul" && e.Derived {
				t.Errorf("the user's first %v: what is shared counts as derived\n%s", userFirst, shared)
			}
		}
	}
}

// An equation that replaces a derived one is derived. One that replaces a user's is the
// user's.
func TestLoweringKeepsWhoMadeIt(t *testing.T) {
	x, w := image(trace.Float64, 2), matrix("gain", 2)
	p := recordWith(func(x Value, c []Value) Value {
		return fn.BatchNorm(x, c[0], fn.Square(c[0]), c[0], c[0], 1e-5)
	}, x, w)
	if q := opt.Lower(derived(p)); len(q.Eqns) == len(p.Eqns) {
		t.Fatalf("nothing was lowered\n%s", q)
	}
	for _, made := range []bool{false, true} {
		from := p
		if made {
			from = derived(p)
		}
		for _, e := range opt.Lower(from).Eqns {
			if e.Derived != made || len(e.Stack) == 0 {
				t.Errorf("%s: derived %v, want %v, or without a position", e.Op.Name(), e.Derived, made)
			}
		}
	}
}

// Equations that a derivative makes are marked. Equations that the user writes around it
// and on it are not.
func TestDerivativesAreMarked(t *testing.T) {
	f := func(x Value) Value { return fn.Mul(fn.Sin(x), fn.Tanh(x)) }
	for name, g := range map[string]func(Value) Value{
		"VJP":        transforms.Pull(f, fn.OnesLike),
		"checkpoint": transforms.Pull(transforms.Checkpoint(f), fn.OnesLike),
		"JVP": func(x Value) Value {
			_, t := transforms.JVP(f)(x, fn.OnesLike(x))
			return t
		},
		"mapped": transforms.Vmap(transforms.Pull(f, fn.OnesLike)),
	} {
		p := record(func(x Value) Value { return fn.Exp(g(fn.Sqrt(x))) }, matrix("x", 3))
		want := map[string]bool{"sqrt": false, "exp": false, "sin": false, "tanh": false, "cos": true}
		for _, e := range p.Eqns {
			if made, ok := want[e.Op.Name()]; ok && e.Derived != made {
				t.Errorf("%s: %s is derived %v\n%s", name, e.Op.Name(), e.Derived, p)
			}
		}
		if count(p, "cos") == 0 {
			t.Errorf("%s: no derivative\n%s", name, p)
		}
	}
}

// placed is an op of two outputs. The second one has positions, but they are no selection
// of elements.
type placed struct{}

func (placed) Name() string { return "placed" }
func (placed) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{in[0], trace.TypeOf(trace.Int64, in[0].Shape...)}, nil
}

func (placed) Eval(in, out []*trace.Array) {
	out[0].CopyFrom(in[0])
	for i := range trace.Elems[int64](out[1]) {
		trace.Elems[int64](out[1])[i] = 0
	}
}
func (placed) VJP(_, _, ct []Value, _ []bool) []Value       { return ct[:1] }
func (op placed) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(op, in...) }

// Fault C12: elements added up at positions that no pooling found are not followed.
// Without a check of the op that found the positions, the compiler failed.
func TestFaultC12PlacesOfAnotherOp(t *testing.T) {
	x := matrix("x", 6)
	p := derived(record(func(x Value) Value {
		at := trace.Bind(placed{}, fn.ReLU(x))
		return fn.Mask(fn.Less(x, fn.Scalar(0)), fn.AddAlong(at[0], at[1], 0, 6))
	}, x))
	q := optimized(t, p)
	if err := near(q.Apply(x)[0], p.Apply(x)[0], 1e-14); err != nil || count(q, "mask") != 1 {
		t.Errorf("%v, want one mask\n%s", err, q)
	}
}
