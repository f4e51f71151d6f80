package optim

import (
	"errors"
	"math"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// NewtonCGConfig is the form of [Objective.NewtonCG].
type NewtonCGConfig struct {
	// Tolerance says how well the equations of a step are solved, see
	// [transforms.CGConfig]; 0 means 1e-3.
	Tolerance float64
	// Inner is the largest number of conjugate gradients of a step; 0 means ten for each
	// element.
	Inner int
	// Gradient ends the search where no element of the gradient is larger; 0 means 1e-12.
	Gradient float64
}

// NewtonCG is a method for gonum's Minimize of this objective. It solves the equations of
// Newton's step by conjugate gradients, so it needs products of the Hessian with vectors,
// but never the Hessian. Where that is not positive definite, it takes what the conjugate
// gradients reached before, or steps down the gradient. A method is for one minimization at
// a time.
//
// Nocedal and Wright, "Numerical Optimization", 2006, algorithm 7.1.
func (o *Objective[P]) NewtonCG(c ...NewtonCGConfig) optimize.Method {
	config := theOnly(c)
	inner := transforms.CGConfig{Tolerance: or(config.Tolerance, 1e-3), Steps: config.Inner}
	return &newtonCG{least: or(config.Gradient, 1e-12), direction: func(dir []float64, loc *optimize.Location) {
		o.try(func() { copy(dir, o.newton(o.vector(loc.X), o.vector(loc.Gradient), inner).Float64s()) })
	}}
}

type newtonCG struct {
	least     float64
	direction func(dir []float64, loc *optimize.Location)
	status    optimize.Status
	err       error
}

// Status returns how the search ended.
func (m *newtonCG) Status() (optimize.Status, error) { return m.status, m.err }

// Uses says that the method needs a gradient.
func (m *newtonCG) Uses(has optimize.Available) (optimize.Available, error) {
	if !has.Grad {
		return optimize.Available{}, errors.New("optim: NewtonCG needs a gradient")
	}
	return optimize.Available{Grad: true}, nil
}

// Init prepares the search.
func (m *newtonCG) Init(int, int) int {
	m.status, m.err = optimize.NotTerminated, nil
	return 1
}

// Run asks gonum for evaluations until the gradient is small or gonum has enough.
func (m *newtonCG) Run(operation chan<- optimize.Task, result <-chan optimize.Task, tasks []optimize.Task) {
	ask := func(t optimize.Task, op optimize.Operation) optimize.Task {
		t.Op = op
		operation <- t
		return <-result
	}
	search := &optimize.LinesearchMethod{NextDirectioner: m, Linesearcher: &optimize.Backtracking{}}
	task, next := ask(tasks[0], optimize.FuncEvaluation|optimize.GradEvaluation), search.Init
	if task.Op != optimize.PostIteration {
		task = ask(task, optimize.MajorIteration)
	}
	for task.Op != optimize.PostIteration {
		if task.Op == optimize.MajorIteration {
			m.status = m.converged(task.Location)
		}
		var op optimize.Operation
		if m.status == optimize.NotTerminated {
			if op, m.err = next(task.Location); m.err != nil {
				m.status = optimize.Failure
			}
		}
		if m.status != optimize.NotTerminated {
			task = ask(task, optimize.MethodDone)
			break
		}
		task, next = ask(task, op), search.Iterate
	}
	for range result { // gonum closes it before operation may be closed
	}
	close(operation)
}

func (m *newtonCG) converged(loc *optimize.Location) optimize.Status {
	switch norm := floats.Norm(loc.Gradient, math.Inf(1)); {
	case math.IsNaN(norm) || math.IsNaN(loc.F) || math.IsInf(loc.F, 1):
		m.err = trace.Errorf("optim: the function is %v and the largest element of its gradient %v", loc.F, norm)
		return optimize.Failure
	case norm <= m.least:
		return optimize.GradientThreshold
	}
	return optimize.NotTerminated
}

// InitDirection is NextDirection.
func (m *newtonCG) InitDirection(loc *optimize.Location, dir []float64) float64 {
	return m.NextDirection(loc, dir)
}

// NextDirection writes the direction of Newton's step, and returns its length, 1.
func (m *newtonCG) NextDirection(loc *optimize.Location, dir []float64) float64 {
	m.direction(dir, loc)
	if down := floats.Dot(dir, loc.Gradient); !(down < 0) {
		copy(dir, loc.Gradient)
		floats.Scale(-1, dir)
	}
	return 1
}
