package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/pullback-go/pullback/examples/internal/pytorch"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// autodiffCase is an expression f of some inputs, with its value and its derivatives up to
// the third order. Its tree is the expression as PyTorch reads it.
type autodiffCase struct {
	ID, Output, C, JVP string
	Expression         any
	Tree               json.RawMessage
	Inputs             map[string]string
	Constants          map[string]string
	U, W               map[string]string
	VJP, HVP, Third    map[string]string
	Jacobian, Hessian  string

	Heads      int
	Masked     bool
	Definition any

	// These repeat arguments, or say why a value is missing.
	Eps, Equation, Note any
}

// autodiff verifies the value, the pullback of c, the derivative along u, and the gradients
// of <u, vjp> and of <w, hvp>; of small cases the whole Jacobian and Hessian too.
func (s *suite) autodiff(c autodiffCase) error {
	if c.Output == "" || len(c.VJP) == 0 {
		return errors.New("it has nothing to compare with")
	}
	f, err := s.expression(c)
	if err != nil {
		return err
	}
	x, err := s.tensors64(c.Inputs)
	if err != nil {
		return err
	}
	ct, err := s.tensor(c.C)
	if err != nil {
		return err
	}
	if err := s.expect("output", compile(s, f)(x), c.Output, tolerance64); err != nil {
		return err
	}
	pull := transforms.Pull(f, func(trace.Value) trace.Value { return ct })
	if err := s.expectAll("vjp", compile(s, pull)(x), c.VJP, tolerance64); err != nil {
		return err
	}
	if err := s.pushed(c, f, x); err != nil {
		return err
	}
	if err := s.higher(c, pull, x); err != nil {
		return err
	}
	return s.matrices(c, f, ct, x)
}

// pushed verifies the derivative along u.
func (s *suite) pushed(c autodiffCase, f func(values) trace.Value, x values) error {
	u, err := s.tensors64(c.U)
	if err != nil {
		return err
	}
	push := func(x values) trace.Value {
		_, t := transforms.JVP(f)(x, u)
		return t
	}
	return s.expect("jvp", compile(s, push)(x), c.JVP, tolerance64)
}

// wrongThird lists the cases whose third derivative PyTorch 1.13 has wrong: it disagrees with
// central differences of PyTorch's own second derivative. The third derivative of layer
// norms, which is wrong for the same reason, is not among the reference values.
var wrongThird = []string{"batch_norm/train", "batch_norm/train_2d"}

// higher verifies the gradients of <u, vjp> and <w, hvp>.
func (s *suite) higher(c autodiffCase, first func(values) values, x values) error {
	u, err := s.tensors64(c.U)
	if err != nil {
		return err
	}
	second := transforms.Grad(func(x values) trace.Value { return weighted(u, first(x)) })
	if err := s.expectAll("hvp", compile(s, second)(x), c.HVP, tolerance64); err != nil {
		return err
	}
	if len(c.Third) == 0 {
		return nil
	}
	w, err := s.tensors64(c.W)
	if err != nil {
		return err
	}
	lower := func(x values) trace.Value { return weighted(w, second(x)) }
	third := compile(s, transforms.Grad(lower))(x)
	err = s.expectAll("third", third, c.Third, tolerance64)
	if !slices.Contains(wrongThird, c.ID) {
		return err
	}
	if err == nil {
		return errors.New("its third derivative is listed as wrong, and agrees")
	}
	return quotients(compile(s, lower), x, third)
}

// quotients compares a gradient with central differences.
func quotients(f func(values) trace.Value, x, gradient values) error {
	const h = 1e-5
	for _, name := range sortedKeys(x) {
		want := make([]float64, x[name].Size())
		for i := range want {
			at := func(by float64) float64 {
				moved, elems := maps.Clone(x), slices.Clone(x[name].Float64s())
				elems[i] += by
				moved[name] = trace.New(elems, x[name].Shape()...)
				return f(moved).Float64()
			}
			want[i] = (at(h) - at(-h)) / (2 * h)
		}
		if err := compareFloats("third of "+name, gradient[name].Float64s(), want, 1e-7); err != nil {
			return err
		}
	}
	return nil
}

// weighted is the inner product of two trees.
func weighted(a, b values) trace.Value {
	sum := fn.Scalar(0)
	for _, name := range sortedKeys(a) {
		sum = fn.Add(sum, fn.SumAll(fn.Mul(a[name], b[name])))
	}
	return sum
}

// matrices verifies the Jacobian and the Hessian of small cases. Their columns are the
// elements of all inputs, one input after the other.
func (s *suite) matrices(c autodiffCase, f func(values) trace.Value, ct trace.Value, x values) error {
	flat, back := transforms.Ravel(x)
	of := func(x trace.Value) trace.Value { y := f(back(x)); return fn.Reshape(y, y.Size()) }
	if c.Jacobian != "" {
		if err := s.expect("jacobian", compile(s, transforms.Jacobian(of))(flat), c.Jacobian, tolerance64); err != nil {
			return err
		}
	}
	if c.Hessian == "" {
		return nil
	}
	weighted := func(x trace.Value) trace.Value { return fn.Dot(of(x), fn.Reshape(ct, ct.Size())) }
	return s.expect("hessian", compile(s, transforms.Hessian(weighted))(flat), c.Hessian, tolerance64)
}

// tensors64 returns tensors by name, floats as float64.
func (s *suite) tensors64(keys map[string]string) (values, error) {
	return s.tensorsAs(keys, trace.Float64)
}

// expression reads the expression of a case as a function of its inputs.
func (s *suite) expression(c autodiffCase) (func(values) trace.Value, error) {
	e, err := pytorch.Parse(c.Tree)
	if err != nil {
		return nil, err
	}
	e.Heads, e.Masked = c.Heads, c.Masked
	constants, err := s.tensors64(c.Constants)
	if err != nil {
		return nil, err
	}
	return func(x values) trace.Value {
		names := maps.Clone(constants)
		maps.Copy(names, x)
		return e.Value(names)
	}, nil
}
