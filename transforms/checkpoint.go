package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// CheckpointConfig says what a [Checkpoint] keeps beside its operands. The zero value
// keeps nothing.
type CheckpointConfig struct {
	// Names are names that [CheckpointName] gave to values.
	Names []string
	// Kinds are kinds of operations, as composites match them, whose outputs are kept:
	// trace.KindLinear for dense layers and convolutions, trace.KindProduct for products of
	// two values.
	Kinds []trace.Kind
}

// keeps reports whether the outputs of an operation are kept.
func (c CheckpointConfig) keeps(op trace.Op) bool {
	if n, ok := op.(checkpointName); ok {
		return slices.Contains(c.Names, n.Of)
	}
	k, ok := op.(trace.Kinded)
	return ok && slices.ContainsFunc(c.Kinds, k.Kind().Is)
}

// Checkpoint returns f with another memory cost. Its reverse pass keeps only the operands
// and what the config names, and computes the rest again, at every order of
// differentiation. Values that f captured count as operands. What f computes from captured
// values alone is computed again as well. The config sees through layers, but not into
// loops, choices and checkpoints inside of f. Results equal those of f bit for bit;
// derivatives may differ in the order in which cotangents are added.
func Checkpoint[P, R any](f func(P) R, config ...CheckpointConfig) func(P) R {
	keeps := theOnly(config)
	return func(x P) R {
		r := recordBody(f, x)
		out := (&call{remat: true, keeps: keeps, outs: len(r.program.Out)}).bind(r.program, r.leaves)
		return result[R](r, out)
	}
}

// CheckpointName returns x, with a name by which a [Checkpoint] can keep it.
func CheckpointName(x Value, name string) Value { return trace.Bind1(checkpointName{name}, x) }

// checkpointName is the identity.
type checkpointName struct{ Of string }

func (checkpointName) Name() string { return "checkpoint_name" }
func (op checkpointName) String() string {
	return fmt.Sprintf("checkpoint_name{%s}", trace.Printable(op.Of))
}
func (checkpointName) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (checkpointName) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (checkpointName) VJP(_, _, ct []Value, _ []bool) []Value      { return ct }
func (checkpointName) LinearIn([]bool) bool                        { return true }
func (checkpointName) Moves()                                      {}
func (op checkpointName) Batch(_ int, in []Value, _ []bool) []Value {
	return trace.Bind(op, in...)
}

// Simplify removes the name, which is of use only to derivatives.
func (checkpointName) Simplify([]trace.Type) (trace.Op, []int, bool) { return nil, []int{0}, true }

// checkpointed is a checkpoint's linearization. Its residuals are the operands, then what
// is kept.
type checkpointed struct {
	*call
	want trace.Mask
	open *trace.Program // the body, without layers if something in it is kept
	kept []trace.Var    // of open
}

func newCheckpointed(c *call, want trace.Mask) *checkpointed {
	l := &checkpointed{call: c, want: want, open: c.body}
	if len(c.keeps.Names)+len(c.keeps.Kinds) == 0 {
		return l
	}
	l.open = dischargeProgram(c.body).Inlined(func(op trace.Op) *trace.Program {
		if c, ok := op.(*call); ok && !c.remat {
			return c.body
		}
		return nil
	})
	named := make(trace.Mask, len(l.open.Types)) // a name is of the value itself, which its own derivative may need
	for _, e := range slices.Backward(l.open.Eqns) {
		if _, name := e.Op.(checkpointName); name && c.keeps.keeps(e.Op) {
			named.Set(e.In)
		} else if named.AnyOf(e.Out) || !name && c.keeps.keeps(e.Op) {
			l.kept = append(l.kept, e.Out...)
		}
	}
	return l
}

func (l *checkpointed) forward(in []Value) (out, res []Value) {
	if len(l.kept) == 0 {
		return trace.Bind(l.discharge(), in...), in
	}
	body, n := *l.open, len(l.open.Out)
	body.Out = slices.Concat(body.Out, l.kept)
	c := *l.call
	c.body, c.outs = &body, len(body.Out)
	all := trace.Bind(newCall(c), in...)
	return all[:n], slices.Concat(in, all[n:])
}

func (l *checkpointed) backward(res, ct []Value) []Value {
	return l.again(res, ct, (*linearProgram).backward)
}

func (l *checkpointed) push(res, tangents []Value) []Value {
	return l.again(res, tangents, (*linearProgram).push)
}

// again recomputes the residuals from the operands and what was kept, and applies f to
// them, as one checkpoint. Absent entries stay absent.
func (l *checkpointed) again(res, vectors []Value, f func(l *linearProgram, res, vectors []Value) []Value) []Value {
	given := present(vectors)
	args, n := slices.Concat(res, compact(vectors)), len(res)-len(l.kept)
	p := recordPartial(func(args []Value) []Value {
		known := make(map[trace.Var]Value, len(l.kept))
		for i, v := range l.kept {
			known[v] = args[n+i]
		}
		body := linearizeProgram(silent(l.open), l.want)
		_, again := body.forwardFrom(args[:n], known)
		return f(body, again, spread(args[len(res):], given))
	}, trace.TypesOfValues(args))
	if len(l.kept) > 0 { // what led to a value that was kept is needed no more
		p.program, _ = p.program.Pruned()
	}
	return p.spread((&call{remat: true, keeps: l.keeps, outs: len(p.program.Out)}).bind(p.program, args))
}
