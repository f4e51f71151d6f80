package linalg

import (
	"fmt"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// required is y, the result of a function of the operands. If it has NaN although the
// operands are finite, the function fails as reason says.
func required(name, reason string, y trace.Value, of ...trace.Value) trace.Value {
	return trace.Bind1(require{name, reason}, slices.Concat([]trace.Value{y}, of)...)
}

// require is the identity on operand 0, whose matrices it looks at where operations are
// computed one by one. It panics if there is NaN in one and none in the other operands. It
// is nothing in a compiled program.
type require struct{ Of, Reason string }

func (require) Name() string                { return "require" }
func (require) LinearIn(marked []bool) bool { return marked[0] && !slices.Contains(marked[1:], true) }

func (require) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1:1], wantMatrix(in[0]) }

func (op require) Run(in []trace.Value) []trace.Value {
	at := slices.IndexFunc(in[0].Float64s(), math.IsNaN)
	if at < 0 {
		return in[:1:1]
	}
	for _, v := range in[1:] {
		if !isFinite(v.Float64s()) {
			return in[:1:1]
		}
	}
	panic(trace.Errorf("%s: %s%s", op.Of, matrixAt(at, in[0].Type()), op.Reason))
}

// matrixAt names the matrix that an element of t belongs to, if there are several.
func matrixAt(element int, t trace.Type) string {
	lead := batches(t)
	if len(lead) == 0 {
		return "the matrix "
	}
	m, n := sides(t)
	at, i := make([]int, len(lead)), element/(m*n)
	for a := len(lead) - 1; a >= 0; a-- {
		at[a], i = i%lead[a], i/lead[a]
	}
	return fmt.Sprintf("matrix %v of the batch ", at)
}

func (op require) Eval(in, out []*trace.Array) { out[0].CopyFrom(in[0]) }

func (require) Simplify([]trace.Type) (trace.Op, []int, bool) { return nil, []int{0}, true }

func (require) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	out := make([]trace.Value, len(in))
	out[0] = ct[0]
	return out
}

func (op require) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !batched[0] {
		in = slices.Concat([]trace.Value{fn.Expand(in[0], 0, size)}, in[1:])
	}
	return trace.Bind(op, in...)
}
