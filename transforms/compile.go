package transforms

import (
	"context"
	"time"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// executable is a program that is optimized and planned.
type executable struct {
	program *trace.Program
	plan    *exec.Plan
	steps   []opt.Step
	kept    int // bytes computed from constants
}

// compile turns a recorded program into one that runs. It discharges rules, applies all
// passes and plans the memory. [opt.Passes] and [exec.New] do the same to the bodies of
// loops and choices.
func compile(recorded *trace.Program, config JitConfig) executable {
	traced := dischargeProgram(recorded)
	p, steps := opt.Optimize(traced, opt.Options{ExactZeros: config.ExactZeros, Direct: config.Direct})
	return executable{p, exec.New(p), steps, opt.Kept(p, traced)}
}

// execute runs the plan on concrete leaves. Unless times is nil, it adds to times how
// long each step took.
func (x *executable) execute(ctx context.Context, leaves []Value, times []time.Duration) (out []*trace.Array, err error) {
	failed := trace.Try(func() {
		args := make([]*trace.Array, len(leaves))
		for i, v := range leaves {
			args[i] = v.Array()
		}
		out, err = x.plan.Run(ctx, args, times)
	})
	if failed != nil {
		return nil, failed
	}
	return out, err
}
