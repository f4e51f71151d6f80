package main

import (
	"context"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// training is the task of a step of Adam on the digits network: the loss of a batch, its
// gradient, and the next weights and moments.
type training struct {
	model  nn.Sequential
	images trace.Value
}

// trained is what a step starts from, and what it makes. The images and labels stay.
type trained struct {
	Model          nn.Sequential
	State          optim.State[nn.Sequential]
	Images, Labels trace.Value
	Loss           trace.Value
}

// trainJob is a step with a batch of n images.
func trainJob(n int) job {
	return job{fmt.Sprintf("digits/train/b%d", n), func() task { return training{drawn(digitsModel()), digits.input(n).X} }}
}

func (t training) compile() (ready, error) {
	type batch struct{ X, Y trace.Value }
	adam := optim.Adam(optim.Constant(1e-3))
	loss := func(m nn.Sequential, b batch) trace.Value { return nn.CrossEntropy(m.Apply(b.X), b.Y) }
	step := optim.Step(adam, loss)
	n := t.images.Dim(0)
	labels := fn.Mod(fn.Iota(trace.TypeOf(trace.Int64, n), 0), fn.Scalar(10))
	at := trained{t.model, optim.Init(adam, t.model), t.images, labels, fn.ZerosOf(trace.Float32)}
	c, err := transforms.Compile(func(a trained) trained {
		a.Model, a.State, a.Loss = step(a.Model, a.State, batch{a.Images, a.Labels})
		return a
	}, at)
	if err != nil {
		return ready{}, err
	}
	run := func() error {
		next, err := c.Call(context.Background(), at)
		if err == nil {
			at, err = next, finite(next.Loss)
		}
		return err
	}
	profile := func(calls int) (transforms.Profile, error) { return c.Profile(context.Background(), at, calls) }
	return ready{run, profile, c.Explain}, nil
}
