package exec

import (
	"context"

	"github.com/pullback-go/pullback/trace"
)

// choice is a planned [trace.ChoiceOp].
type choice struct {
	op       trace.ChoiceOp
	branches []*Plan
}

// newChoice plans the branches. The arguments of each are the operands, then the results.
func newChoice(op trace.ChoiceOp, o Options) *choice {
	c := &choice{op: op}
	for _, b := range op.Bodies() {
		w := newWiring(b)
		for _, v := range b.Out {
			w.store(v)
		}
		c.branches = append(c.branches, w.plan(o))
	}
	return c
}

func (c *choice) newFrame() *frame { return &frame{} }

// bytes returns the memory of all branches. Each keeps its own from call to call.
func (c *choice) bytes() int {
	n := 0
	for _, b := range c.branches {
		n = plus(n, b.peak)
	}
	return n
}

func (c *choice) run(ctx context.Context, f *frame, in, out []*trace.Array) error {
	defer f.release()
	f.args = append(append(f.args, in[1:]...), out...)
	_, err := c.branches[c.op.Branch(in[0])].Run(ctx, f.args, nil)
	return err
}
