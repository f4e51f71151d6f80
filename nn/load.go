package nn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// LoadError lists all mismatches between a model and the tensors to load into it.
type LoadError struct {
	// Missing are parameters of the model without a tensor, as "fc.weight f32[10 64]".
	Missing []string
	// Unexpected are tensors without a parameter, as "fc.weights f32[10 64]".
	Unexpected []string
	// Misfit are tensors of another type than their parameter, as "fc.weight is f32[64
	// 10], want f32[10 64]".
	Misfit []string
}

// Error lists everything in one line.
func (e *LoadError) Error() string {
	var parts []string
	for _, p := range []struct {
		what string
		list []string
	}{{"missing", e.Missing}, {"unexpected", e.Unexpected}, {"of another type", e.Misfit}} {
		if len(p.list) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", len(p.list), p.what, strings.Join(p.list, ", ")))
		}
	}
	return "nn: the tensors do not fit the model: " + strings.Join(parts, "; ")
}

// Load returns a copy of the model with the values of [Params] replaced by the tensors of
// the same names. Every parameter needs a tensor, every tensor needs a parameter, and
// both must have the same type. Otherwise the error is a [*LoadError] that lists all
// mismatches. Only PyTorch's counters num_batches_tracked are ignored.
//
// Load converts nothing. To load f64 tensors into an f32 model, load them into
// Cast(model, trace.Float64) and [Cast] the result.
func Load[M any](model M, tensors map[string]trace.Value) (M, error) {
	e, known := &LoadError{}, map[string]bool{}
	for _, p := range Params(model) {
		known[p.Name] = true
		e.compare(p, tensors[p.Name])
	}
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		if !known[name] && !isCounter(name) {
			e.Unexpected = append(e.Unexpected, name+" "+typeOf(tensors[name]))
		}
	}
	if len(e.Missing)+len(e.Unexpected)+len(e.Misfit) > 0 {
		return model, e
	}
	return rewrite(model, visitor{value: func(name string, _ trace.Value) trace.Value { return tensors[name] }}), nil
}

// compare notes a mismatch between a parameter and its tensor.
func (e *LoadError) compare(p Param, tensor trace.Value) {
	want := p.Value.Type()
	switch {
	case tensor.IsAbsent():
		e.Missing = append(e.Missing, fmt.Sprintf("%s %v", p.Name, want))
	case slices.Equal(tensor.Shape(), want.Shape) && tensor.DType() != want.DType && tensor.DType().IsFloat() && want.DType.IsFloat():
		e.Misfit = append(e.Misfit, fmt.Sprintf("%s is %v, want %v (nn.Cast converts a model to %v)", p.Name, tensor.Type(), want, tensor.DType()))
	case !tensor.Type().Equal(want):
		e.Misfit = append(e.Misfit, fmt.Sprintf("%s is %v, want %v", p.Name, tensor.Type(), want))
	}
}

// typeOf returns the type of a tensor, for errors.
func typeOf(tensor trace.Value) string {
	if tensor.IsAbsent() {
		return "absent"
	}
	return tensor.Type().String()
}

// isCounter recognizes the counters that PyTorch keeps beside batch normalization. They
// are no part of the function.
func isCounter(name string) bool {
	return name == "num_batches_tracked" || strings.HasSuffix(name, ".num_batches_tracked")
}
