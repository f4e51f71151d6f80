package transforms

import "github.com/pullback-go/pullback/trace"

// stagedScan is a loop whose step is a routine.
type stagedScan struct {
	planned
	loop    *scan
	step    *routine
	running *calls
}

func (s *scan) staged(running *calls, divides bool) (trace.Op, []*routine) {
	d := &stagedScan{loop: s, running: running}
	d.step = newRoutine(s.String(), s.body, running, divides, d.wire)
	d.step.spare = s.body.TypesOf(s.body.Out[:s.carry])
	return d, []*routine{d.step}
}

// wire gives the step the arguments: constants, carry, stacked rows, the next carry, stacked results, index.
func (s *stagedScan) wire(w *wiring) {
	index := w.variable(trace.TypeOf(trace.Int64))
	w.fetched(s.loop.rows(), s.loop.length, index)
	for i, v := range w.Out {
		if i < s.loop.carry {
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

// Eval loops. The carry goes to and fro between its result and a second one, so that the last step leaves it in the result.
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
	for k := range l.length {
		trace.Elems[int64](f.index)[0] = int64(l.row(k))
		if last := l.length - 1; (last-k)%2 == 0 {
			copy(next, out)
		} else {
			copy(next, f.spare)
		}
		s.step.run(ctx, f.args)
		copy(carry, next)
	}
}

// row is the one that step k takes.
func (s *scan) row(k int) int {
	if s.reverse {
		return s.length - 1 - k
	}
	return k
}
