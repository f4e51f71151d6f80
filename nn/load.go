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

// Error lists the mismatches in one line: of each sort the first ten, and how many there
// are.
func (e *LoadError) Error() string {
	return "nn: the tensors do not fit the model: " + listed([]mismatches{
		{"missing", e.Missing}, {"unexpected", e.Unexpected}, {"of another type", e.Misfit},
	})
}

// Left is what [LoadPartial] found no match for.
type Left struct {
	// Missing are parameters of the model without a tensor, as "fc.weight f32[10 64]".
	// They are as before.
	Missing []string
	// Unexpected are tensors without a parameter, as "fc.weights f32[10 64]".
	Unexpected []string
}

// String lists the names in one line: of each sort the first ten, and how many there are.
// It is empty if nothing is left.
func (l Left) String() string {
	return listed([]mismatches{{"missing", l.Missing}, {"unexpected", l.Unexpected}})
}

// mismatches are the names of one sort.
type mismatches struct {
	what string
	list []string
}

// listed lists the names of all sorts that have any.
func listed(sorts []mismatches) string {
	const most = 10
	var parts []string
	for _, m := range sorts {
		if n := len(m.list); n > most {
			parts = append(parts, fmt.Sprintf("%d %s: %s and %d more", n, m.what, strings.Join(m.list[:most], ", "), n-most))
		} else if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", n, m.what, strings.Join(m.list, ", ")))
		}
	}
	return strings.Join(parts, "; ")
}

// Load returns a copy of the model with the values of [Params] replaced by the tensors of
// the same names. Every parameter needs a tensor, every tensor needs a parameter, and
// both must have the same type. Otherwise the error is a [*LoadError] that lists all
// mismatches. Only PyTorch's counters num_batches_tracked are ignored. [LoadPartial] asks
// for less.
//
// A model may be known as an interface: the Layer that Load returns for a Layer has the
// type of the one that it was given.
//
// Tensors of f16 and bf16 are converted to the dtype of a parameter of f32 or f64, which
// is exact; to keep them as they are, load them into Cast(model, trace.Float16). Nothing
// else is converted. To load f64 tensors into an f32 model, load them into
// Cast(model, trace.Float64) and [Cast] the result.
func Load[M any](model M, tensors map[string]trace.Value) (M, error) {
	e := mismatch(model, tensors)
	if len(e.Missing)+len(e.Unexpected)+len(e.Misfit) > 0 {
		return model, e
	}
	return replaced(model, tensors), nil
}

// LoadPartial is Load for tensors that are not all of a model's, or more: the weights of
// a backbone for a model with another head, say. Parameters without a tensor stay as they
// are, tensors without a parameter are not used, and both are listed. A tensor of another
// type than the parameter of its name is an error, as in Load: a [*LoadError] that lists
// all of these.
func LoadPartial[M any](model M, tensors map[string]trace.Value) (M, Left, error) {
	e := mismatch(model, tensors)
	if len(e.Misfit) > 0 {
		return model, Left{}, &LoadError{Misfit: e.Misfit}
	}
	return replaced(model, tensors), Left{e.Missing, e.Unexpected}, nil
}

// WithStatistics returns a copy of the model with the running statistics of another of the
// same form: the parameters named running_mean and running_var. An optimizer updates all
// parameters by their gradients, statistics too, by weight decay for one; what [Train]
// returned sets them right afterwards.
func WithStatistics[M any](model, from M) M {
	statistics := map[string]trace.Value{}
	for _, p := range Params(from) {
		if name := p.Name[strings.LastIndex(p.Name, ".")+1:]; name == "running_mean" || name == "running_var" {
			statistics[p.Name] = p.Value
		}
	}
	return replaced(model, statistics)
}

// mismatch lists the mismatches between a model and tensors.
func mismatch[M any](model M, tensors map[string]trace.Value) *LoadError {
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
	return e
}

// replaced returns the model with the tensors that there are.
func replaced[M any](model M, tensors map[string]trace.Value) M {
	return rewrite(model, visitor{value: func(name string, v trace.Value) trace.Value {
		if tensor := tensors[name]; widens(tensor, v) {
			return trace.Convert(tensor, v.DType())
		} else if !tensor.IsAbsent() {
			return tensor
		}
		return v
	}})
}

// widens reports whether a tensor is of halves and a parameter of wider floats.
func widens(tensor, parameter trace.Value) bool {
	if tensor.IsAbsent() || parameter.IsAbsent() {
		return false
	}
	from, to := tensor.DType(), parameter.DType()
	return from != from.Wide() && to == to.Wide() && from.IsFloat() && to.IsFloat()
}

// compare notes a mismatch between a parameter and its tensor.
func (e *LoadError) compare(p Param, tensor trace.Value) {
	want := p.Value.Type()
	switch {
	case tensor.IsAbsent():
		e.Missing = append(e.Missing, fmt.Sprintf("%s %v", p.Name, want))
	case !widens(tensor, p.Value) && slices.Equal(tensor.Shape(), want.Shape) && tensor.DType() != want.DType && tensor.DType().IsFloat() && want.DType.IsFloat():
		e.Misfit = append(e.Misfit, fmt.Sprintf("%s is %v, want %v (nn.Cast converts a model to %v)", p.Name, tensor.Type(), want, tensor.DType()))
	case !tensor.Type().Equal(want) && !(widens(tensor, p.Value) && slices.Equal(tensor.Shape(), want.Shape)):
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
