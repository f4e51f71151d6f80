package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/trace"
)

// loadBatch loads the next inputs: as many as a batch has, or fewer if they need much
// memory. Those with a record are complete.
func (j *job) loadBatch(ins []input) []*result {
	var batch []*result
	room := int(fileLimit(j.memory))
	for _, in := range ins[:min(j.batch, len(ins))] {
		r := &result{input: in, job: j}
		if r.x, r.shown, r.err = j.load(in); r.err == nil {
			if room -= j.bytes(r.x.Type()); room < 0 && len(batch) > 0 {
				break
			}
			j.resume(r)
		}
		batch = append(batch, r)
	}
	return batch
}

// bytes returns the memory that a result needs, roughly: input, picture and relevance.
func (j *job) bytes(x trace.Type) int {
	return x.Bytes() * (3 + len(j.explainer.Methods))
}

// explainBatch computes what the batch lacks. Inputs of one type are computed side by
// side. The function step is called after each of them and each method.
func (j *job) explainBatch(batch []*result, step func(n int)) {
	groups := map[string][]*result{}
	var order []string
	for _, r := range batch {
		if r.err != nil || r.kept {
			step(1 + len(j.explainer.Methods))
			continue
		}
		key := r.x.Type().String()
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	for _, key := range order {
		j.explainGroup(groups[key], step)
	}
}

// explainGroup explains inputs of one type.
func (j *job) explainGroup(group []*result, step func(n int)) {
	start := time.Now()
	xs := make([]trace.Value, len(group))
	for i, r := range group {
		xs[i] = r.x
	}
	ys, err := j.explainer.Predict(context.Background(), xs)
	step(len(group))
	if err != nil {
		fail(group, fmt.Errorf("the network: %w", err))
		step(len(group) * len(j.explainer.Methods))
		return
	}
	var asked []*asked
	for i, r := range group {
		asked = append(asked, j.ask(r, ys[i])...)
	}
	for i, m := range j.explainer.Methods {
		j.answer(i, m, asked)
		step(len(group))
	}
	for _, r := range group {
		r.took = time.Since(start) / time.Duration(len(group))
	}
}

// fail gives an error to results that have none.
func fail(group []*result, err error) {
	for _, r := range group {
		if r.err == nil {
			r.err = err
		}
	}
}

// asked is one output to explain, of one result.
type asked struct {
	of   *result
	goal network.Goal
}

// ask notes the prediction and finds out what to explain.
func (j *job) ask(r *result, y trace.Value) []*asked {
	r.y = y
	if err := checkFinite(y); err != nil {
		r.err = fmt.Errorf("the network's output is %w", err)
		return nil
	}
	goals, err := j.target.Goals(y, j.read, r.label)
	if err != nil {
		r.err = err
		return nil
	}
	r.prediction = j.read.Read(y)
	var out []*asked
	for _, g := range goals {
		out = append(out, &asked{r, g})
	}
	return out
}

// answer explains outputs by method i. They have one type, since the inputs have.
func (j *job) answer(i int, m method.Method, all []*asked) {
	if len(all) == 0 {
		return
	}
	questions := make([]method.Question, len(all))
	for k, a := range all {
		questions[k] = method.Question{X: a.of.x, Cotangent: a.goal.Cotangent}
	}
	relevance, err := j.explainer.Explain(context.Background(), i, questions)
	for k, a := range all {
		if a.of.err != nil {
			continue
		}
		if err != nil {
			a.of.err = fmt.Errorf("%s: %w", m.Caption(), err)
			continue
		}
		s, err := summarize(relevance[k])
		if err != nil {
			a.of.err = fmt.Errorf("%s: the relevance is %w", m.Caption(), err)
			continue
		}
		a.of.heats = append(a.of.heats, heat{Method: m.Caption(), Target: a.goal.Caption, Score: a.goal.Score, summary: s, r: relevance[k]})
	}
}

// resume reads the record of a result, if there is one that fits.
func (j *job) resume(r *result) {
	if j.output.resume {
		if err := readRecord(recordPath(j.output.folder, r.name), r); err != nil {
			r.kept = false // and so it is explained again
		}
	}
}
