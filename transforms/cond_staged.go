package transforms

import "github.com/pullback-go/pullback/trace"

// stagedCond is a choice whose branches are routines.
type stagedCond struct {
	planned
	choice   *cond
	branches [2]*routine
	running  *calls
}

func (c *cond) staged(running *calls, divides bool) (trace.Op, []*routine) {
	d := &stagedCond{choice: c, running: running}
	for i, b := range c.bodies {
		d.branches[i] = newRoutine([2]string{"cond, true", "cond, false"}[i], b, running, divides, storeAll)
	}
	return d, d.branches[:]
}

// storeAll gives a branch the arguments: operands, results.
func storeAll(w *wiring) {
	for _, v := range w.Out {
		w.stored(v)
	}
}

func (c *stagedCond) Name() string   { return c.choice.Name() }
func (c *stagedCond) String() string { return c.choice.String() }
func (c *stagedCond) Bodies() []*trace.Program {
	return []*trace.Program{c.branches[0].program, c.branches[1].program}
}

func (c *stagedCond) Infer(in []trace.Type) ([]trace.Type, error) {
	return c.choice.Infer(in[:len(in)-1])
}

// FLOPs is that of the branch with more.
func (c *stagedCond) FLOPs([]trace.Type) int64 {
	return max(flops(c.branches[0].program), flops(c.branches[1].program))
}

// Eval runs the branch chosen.
func (c *stagedCond) Eval(in, out []*trace.Array) {
	i := 0
	if !trace.Elems[bool](in[0])[0] {
		i = 1
	}
	r, number := c.branches[i], in[len(in)-1]
	f := r.frame()
	defer r.release(f)
	f.args = append(f.args, in[1:len(in)-1]...)
	f.args = append(append(f.args, out...), number)
	r.run(c.running.context(number), f.args)
}
