package main

import (
	"context"
	"fmt"
	"io"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

// mostErrors is the number of inputs whose errors are printed.
const mostErrors = 20

// explain explains the selected inputs. Once ctx is done, it completes the batch it has
// begun and keeps what it has.
func explain(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	j, err := newJob(s)
	if err != nil {
		return err
	}
	ins, err := j.selected()
	if err != nil {
		return err
	}
	if err := j.output.place(len(ins)); err != nil {
		return &usageError{err}
	}
	text := stdout
	if j.output.json == "-" {
		text = io.Discard
	}
	all, err := j.openSinks(stdout)
	if err != nil {
		return err
	}
	t := &tally{of: len(ins), text: text, meter: newMeter(stderr, len(ins)*(1+len(j.explainer.Methods)))}
	for len(ins) > 0 && ctx.Err() == nil {
		batch := j.loadBatch(ins)
		j.explainBatch(batch, t.meter.step)
		ins = ins[len(batch):]
		for _, r := range batch {
			if err := all.add(r); err != nil {
				t.meter.end()
				all.abort()
				return err
			}
			t.add(r)
		}
	}
	t.meter.end()
	if err := all.commit(); err != nil {
		return err
	}
	j.written(text, t.done)
	return t.report(stderr, ctx.Err() != nil)
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
	text          io.Writer
	meter         *meter
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
	t.meter.clear()
	if t.of == 1 {
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
				fmt.Fprintf(w, "\nrelevance for %s, whose output is %.4f\n", target, h.Score)
				first = false
			}
			fmt.Fprintf(w, "  %-32s sum %+9.4f  smallest %+8.4f  largest %+8.4f\n", h.Method, h.Sum, h.Smallest, h.Largest)
		}
	}
	fmt.Fprintln(w)
}

// report prints what did not work, and returns an error if anything did not.
func (t *tally) report(stderr io.Writer, interrupted bool) error {
	if t.of > 1 {
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
