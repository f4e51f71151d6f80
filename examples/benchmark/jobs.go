package main

import (
	"context"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// job is something to time. Its function build makes weights and inputs.
type job struct {
	name  string
	build func() task
}

// task is a job with its weights and inputs.
type task interface{ compile() (ready, error) }

// ready is a compiled task.
type ready struct {
	run     run
	profile func(calls int) (transforms.Profile, error)
	explain func() string
}

// program is the task of computing a function of an argument.
type program[P any] struct {
	f func(P) trace.Value
	x P
}

// compile compiles the function for the argument. A run fails if its result is not
// finite, because computing with NaN may take another time.
func (p program[P]) compile() (ready, error) {
	c, err := transforms.Compile(p.f, p.x)
	if err != nil {
		return ready{}, err
	}
	checked := false
	run := func() error {
		y, err := c.Call(context.Background(), p.x)
		if err == nil && !checked {
			checked, err = true, finite(y)
		}
		return err
	}
	profile := func(calls int) (transforms.Profile, error) { return c.Profile(context.Background(), p.x, calls) }
	return ready{run, profile, c.Explain}, nil
}

func finite(y trace.Value) error {
	if fn.All(fn.Reshape(fn.IsFinite(y), y.Size()), 0).Float64() == 0 {
		return fmt.Errorf("the result, %v, is not finite", y.Type())
	}
	return nil
}

// jobs lists all jobs.
func jobs() []job {
	var all []job
	for _, n := range []network{vgg16, resnet18, resnet50} {
		for _, w := range works {
			all = append(all, n.job(w, 1), n.job(w, 8))
		}
	}
	all = append(all, resnet18.job(smoothgrad20, 1), resnet18.job(integrads20, 1))
	for _, w := range []work{forward, gradient, epsilonPlus, betasmoothSecond} {
		all = append(all, digits.job(w, 1), digits.job(w, 100))
	}
	all = append(all, trainJob(64))
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		for _, n := range []int{128, 256, 512, 1024, 2048} {
			all = append(all, gemmJob(d, n))
		}
	}
	for _, l := range layers {
		all = append(all, l.jobs()...)
	}
	return all
}
