package transforms

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// Profile says where the time of a compiled function goes.
type Profile struct {
	Calls int
	Steps []StepTime // in the order in which they run
}

// StepTime is the time of one step of the plan: one equation, or a fused loop of
// elementwise equations.
type StepTime struct {
	Equations []string // as in a printed program, without names: conv{...}(f32[1 3 8 8], f32[4 3 3 3]) f32[1 4 6 6]
	FLOPs     int64    // of products and convolutions
	Mean      time.Duration
}

// Profile calls the function the given number of times, at least once, and measures each
// step. It returns the errors of Call.
func (c *Compiled[P, R]) Profile(ctx context.Context, x P, calls int) (Profile, error) {
	leaves, err := c.leaves(x)
	if err != nil {
		return Profile{}, err
	}
	steps := c.plan.Steps()
	times := make([]time.Duration, len(steps))
	calls = max(1, calls)
	for range calls {
		if _, err := c.timed(ctx, leaves, times); err != nil {
			return Profile{}, err
		}
	}
	p := Profile{Calls: calls}
	for i, eqns := range steps {
		s := StepTime{Mean: times[i] / time.Duration(calls)}
		for _, j := range eqns {
			e := &c.program.Eqns[j]
			s.Equations = append(s.Equations, equation(c.program, e))
			s.FLOPs += opt.EqnFLOPs(c.program, e)
		}
		p.Steps = append(p.Steps, s)
	}
	return p, nil
}

// equation prints an equation with types instead of variables.
func equation(p *trace.Program, e *trace.Eqn) string {
	return fmt.Sprintf("%s(%s) %s", trace.Describe(e.Op), types(p, e.In), types(p, e.Out))
}

func types(p *trace.Program, vars []trace.Var) string {
	var parts []string
	for _, t := range p.TypesOf(vars) {
		parts = append(parts, t.String())
	}
	return strings.Join(parts, ", ")
}

// Total returns the time of all steps.
func (p Profile) Total() time.Duration {
	var sum time.Duration
	for _, s := range p.Steps {
		sum += s.Mean
	}
	return sum
}

// String prints the steps, the longest first. Each line has the step's time, its share,
// its rate of computation, and its equations.
func (p Profile) String() string {
	var b strings.Builder
	total := max(1, p.Total())
	fmt.Fprintf(&b, "%12v  in %d steps, mean of %d calls\n", total, len(p.Steps), p.Calls)
	longest := slices.Clone(p.Steps)
	slices.SortStableFunc(longest, func(a, b StepTime) int { return -cmp.Compare(a.Mean, b.Mean) })
	for _, s := range longest {
		rate := ""
		if s.FLOPs > 0 {
			rate = fmt.Sprintf("%.1f GFLOP/s", float64(s.FLOPs)/float64(max(1, s.Mean)))
		}
		fmt.Fprintf(&b, "%12v  %4.1f %%  %14s  %s\n", s.Mean, 100*float64(s.Mean)/float64(total), rate, strings.Join(s.Equations, "; "))
	}
	return b.String()
}
