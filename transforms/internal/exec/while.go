package exec

import (
	"context"

	"github.com/pullback-go/pullback/trace"
)

// while is a planned [trace.WhileOp].
type while struct {
	trace.While
	test, body *Plan
	// alternating lists the carries that alternate between two arrays. A step changes the
	// other carries in place.
	alternating []int
	second      []trace.Type // of the alternating carries
}

// newWhile plans the test and the body. The arguments of the body are the constants, the
// carry and the next carry. The test has the same, and the array of its result.
func newWhile(l trace.While, o Options) *while {
	test := newWiring(l.Test)
	for _, v := range l.Body.Out {
		test.argument(l.Body.Types[v])
	}
	test.store(l.Test.Out[0])
	body := newWiring(l.Body)
	for i, v := range l.Body.Out {
		body.overwrite = append(body.overwrite, overwriting{body.In[l.Consts+i], v})
		body.store(v)
	}
	d := &while{While: l, test: test.plan(o), body: body.plan(o)}
	for i, done := range d.body.overwritten {
		if !done {
			d.alternating = append(d.alternating, i)
			d.second = append(d.second, l.Body.Types[l.Body.Out[i]])
		}
	}
	return d
}

func (l *while) newFrame() *frame {
	f := &frame{goesOn: trace.NewArray(trace.TypeOf(trace.Bool))}
	for _, t := range l.second {
		f.second = append(f.second, trace.NewArray(t))
	}
	return f
}

func (l *while) bytes() int {
	n := plus(l.test.peak, l.body.peak)
	for _, t := range l.second {
		n = plus(n, t.Bytes())
	}
	return n
}

// run runs the loop. An alternating carry alternates between its result and a second
// array, and is copied at the end if it was left in the latter. Any other carry is in its
// result from the beginning.
func (l *while) run(ctx context.Context, f *frame, in, out []*trace.Array) error {
	defer f.release()
	f.args = append(append(append(f.args, in...), out...), f.goesOn)
	carry, next := f.args[l.Consts:len(in)], f.args[len(in):][:len(out)]
	for i, stays := range l.body.overwritten {
		if stays {
			next[i].CopyFrom(carry[i])
			carry[i] = next[i]
		}
	}
	for step := 0; ; step++ {
		if _, err := l.test.Run(ctx, f.args, nil); err != nil {
			return err
		}
		if !trace.Elems[bool](f.goesOn)[0] {
			break
		}
		for m, i := range l.alternating {
			if next[i] = out[i]; step%2 == 1 {
				next[i] = f.second[m]
			}
		}
		if _, err := l.body.Run(ctx, f.args[:len(in)+len(out)], nil); err != nil {
			return err
		}
		for _, i := range l.alternating {
			carry[i] = next[i]
		}
	}
	for _, i := range l.alternating {
		if carry[i] != out[i] {
			out[i].CopyFrom(carry[i])
		}
	}
	return nil
}
