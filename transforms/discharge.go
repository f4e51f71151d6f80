package transforms

import "github.com/pullback-go/pullback/trace"

// ruleBearer is an op that may carry rules, itself or in its bodies.
type ruleBearer interface {
	trace.Op
	hasRules() bool
	// discharge returns the op without rules. Values are the same, and the derivative is
	// the plain one.
	discharge() trace.Op
}

// discharged returns op without rules, at any depth.
func discharged(op trace.Op) trace.Op {
	if b, ok := op.(ruleBearer); ok && b.hasRules() {
		return b.discharge()
	}
	return op
}

func hasRules(p *trace.Program) bool {
	for i := range p.Eqns {
		if b, ok := p.Eqns[i].Op.(ruleBearer); ok && b.hasRules() {
			return true
		}
	}
	return false
}

// dischargeProgram returns p without rules, at any depth.
func dischargeProgram(p *trace.Program) *trace.Program {
	if !hasRules(p) {
		return p
	}
	q := *p
	q.Eqns = make([]trace.Eqn, len(p.Eqns))
	for i, e := range p.Eqns {
		e.Op = discharged(e.Op)
		q.Eqns[i] = e
	}
	return &q
}
