package transforms

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
)

// linearity returns an error that says why an operation is not linear in the marked
// operands jointly, nil if it is. zero marks operands known to be all zeros; it returns
// nil if there are none. It is called only where that matters.
type linearity func(op trace.Op, marked trace.Mask, zero func() trace.Mask) error

// linearIn returns an error that says why a program is not linear in the marked arguments
// jointly. eqn decides this for each equation. If the program is linear, linear marks the
// results that depend on those arguments.
func linearIn(p *trace.Program, marked, zero trace.Mask, eqn linearity) (linear trace.Mask, zeros *zeros, err error) {
	depends, zeros := make(trace.Mask, len(p.Types)), zerosIn(p, zero)
	for i, v := range p.In {
		depends[v] = marked[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if !depends.AnyOf(e.In) || isEffect(e) {
			continue
		}
		if err := eqn(e.Op, depends.Of(e.In), func() trace.Mask { return zeros.among(e.In) }); err != nil {
			return nil, nil, err
		}
		depends.Set(e.Out)
	}
	return depends.Of(p.Out), zeros, nil
}

// transposable accepts only operations that can be transposed.
func transposable(op trace.Op, marked trace.Mask, zero func() trace.Mask) error {
	_, err := linearOperands(op, marked, zero)
	return err
}

// linearOperands returns operands that an operation is linear in jointly: the marked
// ones, together with operands that are all zeros if the operation needs that, as a sum
// does.
func linearOperands(op trace.Op, marked trace.Mask, zero func() trace.Mask) (trace.Mask, error) {
	err := notLinear(op, marked, zero)
	if err == nil {
		return marked, nil
	}
	wide, wider := append(trace.Mask{}, marked...), false
	for i, z := range zero() {
		wider = wider || z && !marked[i]
		wide[i] = wide[i] || z
	}
	if wider && notLinear(op, wide, noZeros) == nil {
		return wide, nil
	}
	return nil, err
}

func noZeros() trace.Mask { return nil }

func notLinear(op trace.Op, marked trace.Mask, zero func() trace.Mask) error {
	switch op := op.(type) {
	case composed:
		return op.linearIn(marked, zero(), transposable, true)
	case trace.Linear:
		if op.LinearIn(marked) {
			return nil
		}
	}
	return fmt.Errorf("%s is not linear in operands %v", op.Name(), marked)
}

// isAffine reports whether an operation is linear in the marked operands jointly, up to a
// constant.
func isAffine(op trace.Op, marked trace.Mask) bool { return affine(op, marked, noZeros) == nil }

// affine accepts operations that are linear up to a constant. An operation that is linear
// in all its operands, as a sum is, is affine in some of them.
func affine(op trace.Op, marked trace.Mask, _ func() trace.Mask) error {
	switch op := op.(type) {
	case composed:
		return op.linearIn(marked, nil, affine, false)
	case trace.Linear:
		if op.LinearIn(trace.AllMarked(len(marked))) {
			return nil
		}
	}
	return notLinear(op, marked, noZeros)
}

// addsConstant returns an error that names an expected result of a body that is a
// constant other than zero instead of linear.
func addsConstant(p *trace.Program, expected, linear trace.Mask, zeros *zeros) error {
	for i, v := range p.Out {
		if expected[i] && !linear[i] && !zeros.has(v) {
			return fmt.Errorf("result %d is a constant", i)
		}
	}
	return nil
}

// dependent marks the outputs of an operation that depend on marked operands.
func dependent(op trace.Op, marked trace.Mask, outs int) trace.Mask {
	if op, ok := op.(composed); ok {
		return op.dependent(marked)
	}
	return trace.AllMarked(outs)
}

// reached marks the results of a program that depend on marked arguments.
func reached(p *trace.Program, marked trace.Mask) trace.Mask {
	depends := make(trace.Mask, len(p.Types))
	for i, v := range p.In {
		depends[v] = marked[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if _, same := boundCollective(e.Op); !same && depends.AnyOf(e.In) {
			depends.Set(e.Out)
		}
	}
	return depends.Of(p.Out)
}
