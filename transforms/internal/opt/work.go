package opt

import "github.com/pullback-go/pullback/trace"

// FLOPs returns the work of a program's products and convolutions. A loop counts all of
// its steps, or one if their number is not known; a choice counts the branch with most
// work.
func FLOPs(p *trace.Program) int64 {
	var n int64
	for i := range p.Eqns {
		n += EqnFLOPs(p, &p.Eqns[i])
	}
	return n
}

// EqnFLOPs returns the work of one equation of a program.
func EqnFLOPs(p *trace.Program, e *trace.Eqn) int64 {
	switch op := e.Op.(type) {
	case trace.Costed:
		return op.FLOPs(p.TypesOf(e.In))
	case trace.LoopOp:
		l := op.AsLoop()
		return int64(l.Length) * FLOPs(l.Body)
	case trace.WhileOp:
		l := op.AsWhile()
		return FLOPs(l.Test) + FLOPs(l.Body)
	case trace.ChoiceOp:
		var most int64
		for _, b := range op.Bodies() {
			most = max(most, FLOPs(b))
		}
		return most
	}
	return 0
}
