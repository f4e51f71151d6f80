package exec

import (
	"context"

	"github.com/pullback-go/pullback/trace"
)

// loop is a planned [trace.LoopOp].
type loop struct {
	trace.Loop
	body *Plan
	// alternating lists the carries that alternate between two arrays. A step changes the
	// other carries in place.
	alternating []int
	second      []trace.Type // of the alternating carries
}

// newLoop plans the body. Its arguments are the constants, the carry, the stacked rows,
// the next carry, the stacked results and the index.
func newLoop(l trace.Loop, o Options) *loop {
	w := newWiring(l.Body)
	index := w.variable(trace.TypeOf(trace.Int64))
	w.fetch(l.Mapped(), l.Length, index)
	for i, v := range l.Body.Out {
		if i < l.Carry {
			w.overwrite = append(w.overwrite, overwriting{w.In[l.Consts+i], v})
			w.store(v)
		} else {
			w.storeRow(v, l.Length, index)
		}
	}
	w.In = append(w.In, index)
	d := &loop{Loop: l, body: w.plan(o)}
	for i, done := range d.body.overwritten {
		if !done {
			d.alternating = append(d.alternating, i)
			d.second = append(d.second, l.Body.Types[l.Body.Out[i]])
		}
	}
	return d
}

func (l *loop) newFrame() *frame {
	f := &frame{index: trace.NewArray(trace.TypeOf(trace.Int64))}
	for _, t := range l.second {
		f.second = append(f.second, trace.NewArray(t))
	}
	return f
}

func (l *loop) bytes() int {
	n := l.body.peak
	for _, t := range l.second {
		n = plus(n, t.Bytes())
	}
	return n
}

// run runs the loop. An alternating carry alternates between its result and a second
// array so that the last step leaves it in the result. Any other carry is in its result
// from the beginning.
func (l *loop) run(ctx context.Context, f *frame, in, out []*trace.Array) error {
	if l.Length == 0 {
		for i := range l.Carry {
			out[i].CopyFrom(in[l.Consts+i])
		}
		return nil
	}
	defer f.release()
	f.args = append(append(append(f.args, in...), out...), f.index)
	carry, next := f.args[l.Consts:][:l.Carry], f.args[len(in):][:l.Carry]
	for i, stays := range l.body.overwritten {
		if stays {
			next[i].CopyFrom(carry[i])
			carry[i] = next[i]
		}
	}
	for k := range l.Length {
		trace.Elems[int64](f.index)[0] = int64(l.Row(k))
		for m, i := range l.alternating {
			if last := l.Length - 1; (last-k)%2 == 0 {
				next[i] = out[i]
			} else {
				next[i] = f.second[m]
			}
		}
		if _, err := l.body.Run(ctx, f.args, nil); err != nil {
			return err
		}
		for _, i := range l.alternating {
			carry[i] = next[i]
		}
	}
	return nil
}
