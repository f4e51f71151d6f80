package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// linearity says why an operation is not linear in the marked operands jointly, nil if it
// is. zero marks operands that are known to be nothing but zeros, nil if there are none;
// it is asked only where that matters.
type linearity func(op trace.Op, marked []bool, zero func() []bool) error

// linearIn says why a program is not linear in the marked arguments jointly, going by its
// equations. If it is, linear says which results depend on them.
func linearIn(p *trace.Program, marked, zero []bool, eqn linearity) (linear []bool, zeros *zeros, err error) {
	depends, zeros := make([]bool, len(p.Types)), zerosIn(p, zero)
	for i, v := range p.In {
		depends[v] = marked[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if !marks(depends, e.In) {
			continue
		}
		if err := eqn(e.Op, flags(depends, e.In), func() []bool { return zeros.among(e.In) }); err != nil {
			return nil, nil, err
		}
		setAll(depends, e.Out)
	}
	return flags(depends, p.Out), zeros, nil
}

// transposable allows only what can be transposed.
func transposable(op trace.Op, marked []bool, zero func() []bool) error {
	_, err := linearOperands(op, marked, zero)
	return err
}

// linearOperands returns operands that an operation is linear in jointly: the marked
// ones, and what is nothing but zeros if it takes that, as a sum does.
func linearOperands(op trace.Op, marked []bool, zero func() []bool) ([]bool, error) {
	err := notLinear(op, marked, zero)
	if err == nil {
		return marked, nil
	}
	wide, wider := append([]bool{}, marked...), false
	for i, z := range zero() {
		wider = wider || z && !marked[i]
		wide[i] = wide[i] || z
	}
	if wider && notLinear(op, wide, noZeros) == nil {
		return wide, nil
	}
	return nil, err
}

func noZeros() []bool { return nil }

func notLinear(op trace.Op, marked []bool, zero func() []bool) error {
	switch op := op.(type) {
	case *call:
		_, _, err := linearIn(op.body, marked, zero(), transposable)
		return err
	case *scan:
		return op.linearIn(marked, zero(), transposable, true)
	case *cond:
		return op.linearIn(marked, zero(), transposable, true)
	case trace.Linear:
		if op.LinearIn(marked) {
			return nil
		}
	}
	return fmt.Errorf("%s is not linear in operands %v", op.Name(), trueAt(marked))
}

// isAffine reports whether an operation is linear in the marked operands jointly, up to a
// constant.
func isAffine(op trace.Op, marked []bool) bool { return affine(op, marked, noZeros) == nil }

// affine allows what is linear up to a constant: what is linear in all its operands, as a
// sum is, is affine in some.
func affine(op trace.Op, marked []bool, _ func() []bool) error {
	switch op := op.(type) {
	case *call:
		_, _, err := linearIn(op.body, marked, nil, affine)
		return err
	case *scan:
		return op.linearIn(marked, nil, affine, false)
	case *cond:
		return op.linearIn(marked, nil, affine, false)
	case trace.Linear:
		if op.LinearIn(setOf(len(marked))) {
			return nil
		}
	}
	return notLinear(op, marked, noZeros)
}

// LinearIn makes a loop transposable: its VJP is that of its body, whose residuals do not
// hold what it is linear in.
func (s *scan) LinearIn(marked []bool) bool { return notLinear(s, marked, noZeros) == nil }

// LinearIn makes a choice transposable in operands that both bodies are linear in.
func (c *cond) LinearIn(marked []bool) bool { return notLinear(c, marked, noZeros) == nil }

// linearIn says why the loop is not linear in the marked operands jointly. strict refuses
// a result that does not depend on them where a carry makes it look so.
func (s *scan) linearIn(marked, zero []bool, eqn linearity, strict bool) error {
	in, out := s.spreadOver(marked)
	fixed := slices.Clone(zero)
	for i := range fixed {
		fixed[i] = fixed[i] && (i < s.Consts || i >= s.Mapped()) // a carry is zero at the start alone
	}
	linear, zeros, err := linearIn(s.Body, in, fixed, eqn)
	if err != nil || !strict {
		return err
	}
	return addsConstant(s.Body, out, linear, zeros)
}

// linearIn says why the choice is not linear in the marked operands jointly. strict
// refuses a constant, but zero, in one branch and what depends on them in the other.
func (c *cond) linearIn(marked, zero []bool, eqn linearity, strict bool) error {
	if marked[0] {
		return errors.New("the predicate is no number")
	}
	if zero != nil {
		zero = zero[1:]
	}
	then, zerosThen, err := linearIn(c.bodies[0], marked[1:], zero, eqn)
	otherwise, zerosOtherwise, err2 := linearIn(c.bodies[1], marked[1:], zero, eqn)
	if err := errors.Join(err, err2); err != nil || !strict {
		return err
	}
	return errors.Join(addsConstant(c.bodies[0], otherwise, then, zerosThen), addsConstant(c.bodies[1], then, otherwise, zerosOtherwise))
}

// addsConstant says which of the expected results of a body are not linear but constant,
// zero aside.
func addsConstant(p *trace.Program, expected, linear []bool, zeros *zeros) error {
	for i, v := range p.Out {
		if expected[i] && !linear[i] && !zeros.has(v) {
			return fmt.Errorf("result %d is a constant", i)
		}
	}
	return nil
}

// dependent marks the outputs of an operation that depend on marked operands.
func dependent(op trace.Op, marked []bool, outs int) []bool {
	switch op := op.(type) {
	case *scan:
		_, out := op.spreadOver(marked)
		return out
	case *call:
		return reached(op.body, marked)
	case *cond:
		if marked[0] {
			return setOf(outs)
		}
		then, otherwise := reached(op.bodies[0], marked[1:]), reached(op.bodies[1], marked[1:])
		for i := range then {
			then[i] = then[i] || otherwise[i]
		}
		return then
	}
	return setOf(outs)
}

// reached marks the results of a program that depend on marked arguments.
func reached(p *trace.Program, marked []bool) []bool {
	depends := make([]bool, len(p.Types))
	for i, v := range p.In {
		depends[v] = marked[i]
	}
	for i := range p.Eqns {
		if marks(depends, p.Eqns[i].In) {
			setAll(depends, p.Eqns[i].Out)
		}
	}
	return flags(depends, p.Out)
}

func trueAt(marked []bool) string {
	var at []string
	for i, m := range marked {
		if m {
			at = append(at, fmt.Sprint(i))
		}
	}
	return strings.Join(at, ", ")
}
