package optim

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Objective is a scalar function of a tree as a problem of gonum.org/v1/gonum/optimize:
// the floats of the tree are one vector, and gradients and Hessians are those of the
// function. It is compiled, and safe for concurrent use.
type Objective[P any] struct {
	example  Value
	tree     func(Value) P
	slope    *transforms.Compiled[Value, slope]
	hessian  func(Value) Value
	newton   func(x, g Value, c transforms.CGConfig) Value
	mu       sync.Mutex
	at       []float64 // where value and gradient are known
	value    float64
	gradient []float64
	err      error
}

type slope struct{ Value, Gradient Value }

// NewObjective compiles a scalar function and its gradient for trees like the example,
// whose values are floats of one dtype. It panics with a *trace.Error if they are not, or
// f's value is no scalar.
func NewObjective[P any](f func(P) Value, example P) *Objective[P] {
	defer trace.Naming("optim.NewObjective")
	x, tree := transforms.Ravel(example)
	if !x.DType().IsFloat() || x.Size() == 0 {
		panic(trace.Errorf("want some floats to minimize over, got %v", x.Type()))
	}
	of := func(x Value) Value { return f(tree(x)) }
	compiled, err := transforms.Compile(func(x Value) slope {
		value, gradient := transforms.ValueAndGrad(of)(x)
		return slope{value, gradient}
	}, x)
	if err != nil {
		panic(err)
	}
	return &Objective[P]{
		example: x, tree: tree, slope: compiled, hessian: transforms.Jit(transforms.Hessian(of)),
		newton: transforms.JitN(func(x, g Value, c transforms.CGConfig) Value {
			d, _ := transforms.CG(func(v Value) Value { return transforms.HVP(of)(x, v) }, fn.Neg(g), c)
			return d
		}),
	}
}

// Tree returns a vector as a tree.
func (o *Objective[P]) Tree(x []float64) P { return o.tree(o.vector(x)) }

// vector is x as a value of the example's dtype.
func (o *Objective[P]) vector(x []float64) Value {
	return fn.Cast(trace.New(slices.Clone(x)), o.example.DType())
}

// Problem returns the function, its gradient and its Hessian for gonum. If one of them
// fails, the minimization ends with its error.
func (o *Objective[P]) Problem() optimize.Problem {
	return optimize.Problem{
		Func: func(x []float64) float64 { v, _ := o.known(x); return v },
		Grad: func(gradient, x []float64) { _, g := o.known(x); copy(gradient, g) },
		Hess: func(h *mat.SymDense, x []float64) {
			o.try(func() {
				rows, n := o.hessian(o.vector(x)).Float64s(), len(x)
				for i := range n {
					for j := i; j < n; j++ {
						h.SetSym(i, j, rows[i*n+j])
					}
				}
			})
		},
		Status: o.status,
	}
}

func (o *Objective[P]) status() (optimize.Status, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return optimize.Failure, o.err
	}
	return optimize.NotTerminated, nil
}

// try runs f and keeps its error: gonum calls functions from goroutines of its own, where
// nobody else could catch it.
func (o *Objective[P]) try(f func()) {
	if err := trace.Try(f); err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.err = err
	}
}

// known returns value and gradient at x. Most methods ask for both, one after the other.
func (o *Objective[P]) known(x []float64) (float64, []float64) {
	o.mu.Lock()
	if slices.Equal(o.at, x) {
		defer o.mu.Unlock()
		return o.value, o.gradient
	}
	o.mu.Unlock()
	var value float64
	gradient := make([]float64, len(x))
	o.try(func() {
		y, err := o.slope.Call(context.Background(), o.vector(x))
		if err != nil {
			panic(err)
		}
		value, gradient = y.Value.Float64(), y.Gradient.Float64s()
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at, o.value, o.gradient = slices.Clone(x), value, gradient
	return value, gradient
}

// MinimizeConfig is the way to minimize.
type MinimizeConfig struct {
	// Method is one of gonum's, or [Objective.NewtonCG]; nil means L-BFGS.
	Method optimize.Method
	// Settings are gonum's; nil means its defaults. MajorIterations limits the number of
	// steps.
	Settings *optimize.Settings
}

// Minimize is [Objective.Minimize] of a function that is minimized once.
func Minimize[P any](f func(P) Value, start P, c ...MinimizeConfig) (P, *optimize.Result, error) {
	return NewObjective(f, start).Minimize(start, c...)
}

// Minimize looks for a minimum from a start, by a method of gonum. It returns the best
// point that it found also with an error, which says after how many iterations the method
// gave up. The result is nil if there was no first step.
func (o *Objective[P]) Minimize(start P, c ...MinimizeConfig) (P, *optimize.Result, error) {
	config := theOnly(c)
	if config.Method == nil {
		config.Method = &optimize.LBFGS{}
	}
	x, _ := transforms.Ravel(start)
	if !x.Type().Equal(o.example.Type()) {
		panic(trace.Errorf("optim: the start has %d elements of %v, the objective %d of %v", x.Size(), x.DType(), o.example.Size(), o.example.DType()))
	}
	o.mu.Lock()
	o.err = nil
	o.mu.Unlock()
	result, err := optimize.Minimize(o.Problem(), x.Float64s(), config.Settings, config.Method)
	if result == nil {
		return start, nil, fmt.Errorf("optim: %w", err)
	}
	if err == nil {
		err = result.Status.Err()
	}
	if err != nil {
		err = fmt.Errorf("optim: %v after %d iterations: %w", result.Status, result.MajorIterations, err)
	}
	return o.Tree(result.X), result, err
}
