package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// The tolerances, relative to the largest absolute expected value of a tensor.
const (
	tolerance64 = 1e-9
	tolerance32 = 1e-4
)

// castFloat converts a float to another float dtype.
func castFloat(v trace.Value, d trace.DType) trace.Value {
	if !v.DType().IsFloat() || v.DType() == d {
		return v
	}
	return fn.Cast(v, d)
}

// compare returns an error if two tensors differ by more than tol relative to the largest
// expected value. NaN differs from everything.
func compare(what string, got, want trace.Value, tol float64) error {
	if !slices.Equal(got.Shape(), want.Shape()) {
		return fmt.Errorf("%s has shape %v, want %v", what, got.Shape(), want.Shape())
	}
	return compareFloats(what, got.Float64s(), want.Float64s(), tol)
}

func compareFloats(what string, got, want []float64, tol float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%s has %d elements, want %d", what, len(got), len(want))
	}
	at, worst := -1, tol*magnitude(want)
	for i, w := range want {
		if d := math.Abs(got[i] - w); !(d <= worst) {
			at, worst = i, d
			if math.IsNaN(d) {
				break
			}
		}
	}
	if at < 0 {
		return nil
	}
	return fmt.Errorf("%s differs by %.3g: got %.10g, want %.10g at element %d of %d; largest got %.4g, want %.4g",
		what, math.Abs(got[at]-want[at]), got[at], want[at], at, len(want), magnitude(got), magnitude(want))
}

// magnitude returns the largest absolute value.
func magnitude(xs []float64) float64 {
	m := 0.0
	for _, x := range xs {
		m = math.Max(m, math.Abs(x))
	}
	return m
}

// expect compares with a tensor of the suite.
func (s *suite) expect(what string, got trace.Value, key string, tol float64) error {
	want, err := s.tensor(key)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return compare(what, got, want, tol)
}

// expectAll compares tensors named for graph inputs or modules. All must be expected.
func (s *suite) expectAll(what string, got map[string]trace.Value, keys map[string]string, tol float64) error {
	if len(got) != len(keys) {
		return fmt.Errorf("%s has %d tensors, want %d", what, len(got), len(keys))
	}
	for _, name := range sortedKeys(keys) {
		v, ok := got[name]
		if !ok {
			return fmt.Errorf("%s of %q: there is none", what, name)
		}
		if err := s.expect(what+" of "+name, v, keys[name], tol); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
