package main

import (
	"context"
	"fmt"
	"io"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/meter"
)

// mostErrors is the number of inputs whose errors are printed.
const mostErrors = 20

// task is a job and the inputs that are left to do.
type task struct {
	*job
	left []input
}

// tasks returns what the settings ask for: one job, or those of the demonstration.
func tasks(s settings) ([]*task, error) {
	if s.demonstration() {
		return demonstration(s)
	}
	j, err := newJob(s)
	if err != nil {
		return nil, err
	}
	ins, err := j.selected()
	if err != nil {
		return nil, err
	}
	if err := j.output.place(len(ins)); err != nil {
		return nil, &usageError{err}
	}
	return []*task{{j, ins}}, nil
}

// explain does the tasks of the settings. Once ctx is done, it completes the batch it has
// begun and keeps what it has.
func explain(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	queue, err := tasks(s)
	if err != nil {
		return err
	}
	first := queue[0].job
	t := newTally(queue, stdout, stderr)
	all, err := first.openSinks(stdout)
	if err != nil {
		return err
	}
	for _, one := range queue {
		if err := one.do(ctx, all, t); err != nil {
			t.meter.Clear()
			all.abort()
			return err
		}
	}
	t.meter.Clear()
	if err := all.commit(); err != nil {
		return err
	}
	first.written(t.text, t.done)
	return t.report(stderr, ctx.Err() != nil)
}

// do explains the inputs, batch by batch, until ctx is done.
func (t *task) do(ctx context.Context, to sink, count *tally) error {
	for len(t.left) > 0 && ctx.Err() == nil {
		batch := t.loadBatch(t.left)
		t.explainBatch(batch, count.meter.Step)
		t.left = t.left[len(batch):]
		for _, r := range batch {
			if err := to.add(r); err != nil {
				return err
			}
			count.add(r)
		}
	}
	return nil
}

// written prints the names of the outputs.
func (j *job) written(w io.Writer, explained int) {
	o := j.output
	if o.out == noOutput || explained == 0 {
		o.out = ""
	}
	for _, path := range []string{o.out, o.json, o.raw, o.html} {
		if path != "" && path != "-" {
			fmt.Fprintf(w, "wrote %s\n", path)
		}
	}
}

// tally counts results and prints each.
type tally struct {
	of, done      int
	right, judged int // inputs with a label
	kept          int
	failed        []error
	details       bool // of each result
	text          io.Writer
	meter         *meter.Meter
}

func newTally(queue []*task, stdout, stderr io.Writer) *tally {
	t := &tally{text: stdout}
	steps := 0
	for _, one := range queue {
		t.of += len(one.left)
		steps += len(one.left) * (1 + len(one.explainer.Methods))
		if one.output.json == "-" {
			t.text = io.Discard
		}
	}
	t.details, t.meter = t.of == len(queue), meter.New(stderr, steps)
	return t
}

func (t *tally) add(r *result) {
	if r.err != nil {
		t.failed = append(t.failed, r.named())
		return
	}
	t.done++
	if r.kept {
		t.kept++
	}
	if top := r.prediction.Top; r.label != "" && len(top) > 0 {
		t.judged++
		if top[0].Name == r.label {
			t.right++
		}
	}
	t.meter.Clear()
	if t.details {
		r.print(t.text)
		return
	}
	fmt.Fprintf(t.text, "%s: %v\n", r.name, r.prediction)
}

// print prints the prediction and a line for each relevance.
func (r *result) print(w io.Writer) {
	fmt.Fprintf(w, "%s: the network says %v\n%s", r.name, r.prediction, r.prediction.Lines())
	for _, target := range targetsOf(r.heats) {
		first := true
		for _, h := range r.heats {
			if h.Target != target {
				continue
			}
			if first {
				fmt.Fprintf(w, "\nrelevance for %s, whose output is %.4g\n", target, h.Score)
				first = false
			}
			fmt.Fprintf(w, "  %-32s sum %+10.4g  smallest %+10.4g  largest %+10.4g\n", h.Method, h.Sum, h.Smallest, h.Largest)
		}
	}
	fmt.Fprintln(w)
}

// report prints what did not work, and returns an error if anything did not.
func (t *tally) report(stderr io.Writer, interrupted bool) error {
	if !t.details {
		fmt.Fprintf(t.text, "%d of %d inputs explained", t.done, t.of)
		if t.kept > 0 {
			fmt.Fprintf(t.text, ", %d of them earlier", t.kept)
		}
		if t.judged > 0 {
			fmt.Fprintf(t.text, "; accuracy %.1f %% of %d", 100*float64(t.right)/float64(t.judged), t.judged)
		}
		fmt.Fprintln(t.text)
	}
	if len(t.failed) == 1 && t.of == 1 {
		return t.failed[0]
	}
	for _, err := range t.failed[:min(len(t.failed), mostErrors)] {
		fmt.Fprintf(stderr, "explain: %s\n", flags.OneLine(err.Error()))
	}
	switch {
	case interrupted && t.done+len(t.failed) < t.of:
		return fmt.Errorf("interrupted after %d of %d inputs; -resume goes on if -o is a folder", t.done, t.of)
	case len(t.failed) > 0:
		return fmt.Errorf("%d of %d inputs could not be explained", len(t.failed), t.of)
	}
	return nil
}

// named returns the error with the name of the input. An error of reading has its path.
func (r *result) named() error {
	if r.x.IsAbsent() {
		return r.err
	}
	return fmt.Errorf("%s: %w", r.name, r.err)
}
