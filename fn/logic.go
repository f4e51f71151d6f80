package fn

import (
	"fmt"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// And is true where both bools are; the operands broadcast like those of [Add].
func And(a, b trace.Value) trace.Value { return connect("and", a, b) }

// Or is true where at least one of two bools is.
func Or(a, b trace.Value) trace.Value { return connect("or", a, b) }

// Xor is true where exactly one of two bools is.
func Xor(a, b trace.Value) trace.Value { return connect("xor", a, b) }

// Not is true where a bool is false.
func Not(x trace.Value) trace.Value { return trace.Bind1(not{}, x) }

func connect(name string, a, b trace.Value) trace.Value {
	defer trace.Naming(name, a, b)
	a, b = agree(a, b)
	return trace.Bind1(logic{name}, a, b)
}

// wantBools checks that an operand of logic is bool.
func wantBools(t trace.Type) error {
	if t.DType != trace.Bool {
		return fmt.Errorf("%v is not a bool array: compare it first, as with fn.NotEqual", t)
	}
	return nil
}

// logic is a connective of two bools.
type logic struct{ Connective string }

func (op logic) Name() string   { return op.Connective }
func (op logic) String() string { return op.Connective }

func (op logic) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantBools(in[0]); err != nil {
		return nil, err
	}
	return in[:1:1], same(in[0], in[1])
}

func (op logic) Eval(in, out []*trace.Array) {
	dst, a, b := trace.Elems[bool](out[0]), trace.Elems[bool](in[0]), trace.Elems[bool](in[1])
	switch op.Connective {
	case "and":
		kelementwise.And(dst, a, b)
	case "or":
		kelementwise.Or(dst, a, b)
	default:
		kelementwise.Xor(dst, a, b)
	}
}

func (logic) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 2) }

func (op logic) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (logic) Elementwise() {}

func (op logic) Signs(in []trace.Sign) []trace.Sign {
	switch op.Connective {
	case "and":
		return oneSign(least(in[0], in[1]))
	case "or":
		return oneSign(most(in[0], in[1]))
	}
	return oneSign(in[0].Map(func(a trace.Sign) trace.Sign {
		return in[1].Map(func(b trace.Sign) trace.Sign { return truth(a != b) })
	}))
}

type not struct{}

func (not) Name() string { return "not" }

func (not) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1:1], wantBools(in[0]) }

func (not) Eval(in, out []*trace.Array) {
	kelementwise.Not(trace.Elems[bool](out[0]), trace.Elems[bool](in[0]))
}

func (not) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op not) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

func (not) Elementwise() {}

func (not) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign { return truth(c == trace.PosZero) }))
}
