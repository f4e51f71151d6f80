package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// while is a [trace.WhileOp] with its parts.
type while struct {
	trace.While
	op trace.WhileOp
}

// optimized leaves the carries alone.
func (l while) optimized(k *Knowledge, known []trace.Value, in []trace.Var) (trace.Op, []int, []origin) {
	fixed, twice := make([]trace.Value, len(in)), make(trace.Mask, len(in))
	copy(fixed, known[:l.Consts])
	for i := range l.Consts {
		twice[i] = slices.Index(in, in[i]) < i
	}
	var rest []int
	inside := func(body *trace.Program) *trace.Program {
		same := identities(body)
		for _, i := range twice.Indices() {
			same[body.In[i]] = body.In[slices.Index(in, in[i])]
		}
		body, rest = withConstants(substituted(body, same), fixed)
		body.In, rest = without(body.In, at(twice, rest)), without(rest, at(twice, rest))
		return k.optimizeBody(body)
	}
	l.Test, l.Body = inside(l.Test), inside(l.Body)
	l.Consts = len(rest) - len(l.Body.Out)
	return l.op.WithWhile(l.While), rest, slices.Repeat([]origin{original}, len(l.Body.Out))
}

// pruned keeps the carries that are wanted, those that the test reads, and those that a
// step needs for something other than themselves.
func (l while) pruned(wanted trace.Mask) (trace.Op, []int, []int) {
	wanted = slices.Clone(wanted)
	test := PruneBodies(l.Test)
	_, ofTest := test.Pruned()
	var body *trace.Program
	var reads trace.Mask
	for grown := true; grown; {
		body = PruneBodies(returning(l.Body, wanted))
		_, reads = body.Pruned()
		grown = false
		for i := range reads {
			reads[i] = reads[i] || ofTest[i]
			if c := i - l.Consts; c >= 0 && reads[i] && !wanted[c] {
				wanted[c], grown = true, true
			}
		}
	}
	copy(reads[l.Consts:], wanted) // a carry that is not read still is one
	test.In, body.In = without(test.In, reads.Not()), without(body.In, reads.Not())
	l.Test, l.Body, l.Consts = test, body, reads[:l.Consts].Count()
	return l.op.WithWhile(l.While), reads.Indices(), wanted.Indices()
}
