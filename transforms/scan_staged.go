package transforms

import (
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
)

// stagedScan is a loop whose step is a routine.
type stagedScan struct {
	planned
	loop    *scan
	step    *routine
	running *calls
	moving  []int // carries that go to and fro between two arrays; each step changes the others where they are
}

func (s *scan) staged(running *calls, divides bool) (trace.Op, []*routine) {
	d := &stagedScan{loop: s, running: running}
	d.step = newRoutine(s.String(), s.body, running, divides, d.wire)
	for i, stays := range d.step.plan.Overwritten() {
		if !stays {
			d.moving = append(d.moving, i)
			d.step.spare = append(d.step.spare, s.body.Types[s.body.Out[i]])
		}
	}
	return d, []*routine{d.step}
}

// wire gives the step the arguments: constants, carry, stacked rows, the next carry,
// stacked results, index.
func (s *stagedScan) wire(w *wiring) {
	index := w.variable(trace.TypeOf(trace.Int64))
	w.fetched(s.loop.rows(), s.loop.length, index)
	for i, v := range w.Out {
		if i < s.loop.carry {
			w.overwrite = append(w.overwrite, exec.Overwrite{Argument: w.In[s.loop.consts+i], Value: v})
			w.stored(v)
		} else {
			w.stacked(v, s.loop.length, index)
		}
	}
	w.In = append(w.In, index)
}

func (s *stagedScan) Name() string             { return s.loop.Name() }
func (s *stagedScan) String() string           { return s.loop.String() }
func (s *stagedScan) Bodies() []*trace.Program { return []*trace.Program{s.step.program} }

func (s *stagedScan) Infer(in []trace.Type) ([]trace.Type, error) {
	return s.loop.Infer(in[:len(in)-1])
}

// FLOPs is that of all steps.
func (s *stagedScan) FLOPs([]trace.Type) int64 { return int64(s.loop.length) * flops(s.step.program) }

// Eval loops. A carry that moves goes to and fro between its result and a second array,
// so that the last step leaves it in the result. One that stays is in its result from the
// beginning.
func (s *stagedScan) Eval(in, out []*trace.Array) {
	l := s.loop
	if l.length == 0 {
		for i := range l.carry {
			out[i].CopyFrom(in[l.consts+i])
		}
		return
	}
	number := in[len(in)-1]
	ctx, f := s.running.context(number), s.step.frame()
	defer s.step.release(f)
	f.args = append(f.args, in[:len(in)-1]...)
	f.args = append(append(f.args, out...), f.index, number)
	carry := f.args[l.consts:][:l.carry]
	next := f.args[len(f.args)-2-len(out):][:l.carry]
	s.settle(carry, next)
	for k := range l.length {
		trace.Elems[int64](f.index)[0] = int64(l.row(k))
		for m, i := range s.moving {
			if last := l.length - 1; (last-k)%2 == 0 {
				next[i] = out[i]
			} else {
				next[i] = f.spare[m]
			}
		}
		s.step.run(ctx, f.args)
		for _, i := range s.moving {
			carry[i] = next[i]
		}
	}
}

// settle puts the carries that stay where the next one will be.
func (s *stagedScan) settle(carry, next []*trace.Array) {
	for i, stays := range s.step.plan.Overwritten() {
		if stays {
			next[i].CopyFrom(carry[i])
			carry[i] = next[i]
		}
	}
}

// row is the one that step k takes.
func (s *scan) row(k int) int {
	if s.reverse {
		return s.length - 1 - k
	}
	return k
}
