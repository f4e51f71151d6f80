package fn

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
)

// accumulator is an op that adds its operands to zeros, and that can add them to an
// existing array instead.
type accumulator interface {
	trace.Op
	trace.Linear
	// addOnto adds the operands to the output.
	addOnto(in, out []*trace.Array)
	// sources returns how many of n operands are added. These come first; the others say
	// where to add them.
	sources(n int) int
}

// addOnto is op with one more operand, the first, to which it adds. The compiler puts it
// in place of the sum of that operand and op's output. The output may lie in the memory
// of that operand.
type addOnto[A accumulator] struct{ To A }

func (op addOnto[A]) Name() string { return op.To.Name() + "_onto" }
func (addOnto[A]) InPlace()        {}

func (op addOnto[A]) String() string { return op.Name() + trace.Describe(op.To)[len(op.To.Name()):] }

func (op addOnto[A]) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) == 0 {
		return nil, fmt.Errorf("there is nothing to add to")
	}
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	out, err := op.To.Infer(in[1:])
	if err != nil {
		return nil, err
	}
	if !out[0].Equal(in[0]) {
		return nil, fmt.Errorf("%v is to be added to %v: want one type", out[0], in[0])
	}
	return out, nil
}

func (op addOnto[A]) Eval(in, out []*trace.Array) {
	if !out[0].Shares(in[0]) {
		out[0].CopyFrom(in[0])
	}
	op.To.addOnto(in[1:], out)
}

// LinearIn wants every summand marked: with one held fixed, the sum is affine.
func (op addOnto[A]) LinearIn(marked []bool) bool {
	n := op.To.sources(len(marked) - 1)
	return every(marked[:1+n]) && op.To.LinearIn(marked[1:])
}

func (op addOnto[A]) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	return append([]trace.Value{ct[0]}, op.To.VJP(in[1:], out, ct, want[1:])...)
}

func (op addOnto[A]) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	base := toFront(in[0], batched[0], size)
	for _, b := range batched[1:] {
		if b {
			return []trace.Value{Add(base, op.To.Batch(size, in[1:], batched[1:])[0])}
		}
	}
	added := trace.Bind1(op.To, in[1:]...)
	return []trace.Value{Add(base, BroadcastTo(added, base.Shape()...))}
}

// Signs returns the classes of sums, which may overflow.
func (op addOnto[A]) Signs(in []trace.Sign) []trace.Sign {
	all := in[0]
	for _, s := range in[1 : 1+op.To.sources(len(in)-1)] {
		all |= s
	}
	return oneSign(summed(all))
}
