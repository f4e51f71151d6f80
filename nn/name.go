package nn

import (
	"reflect"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Name returns a copy of the model in which each layer, that is every struct with a field
// Path string, carries its path. The parts of a path are joined by dots. A field adds its
// tag nn:"features", or else its name with the first letter in lower case. An embedded
// field without a tag adds nothing. A field tagged nn:"-" is left out with everything
// inside. Slices and arrays add the index, and maps add the key. Pointers and interfaces
// add nothing.
func Name[M any](model M) M {
	return rewrite(model, visitor{layer: func(path string, layer reflect.Value) reflect.Value {
		named := reflect.New(layer.Type()).Elem()
		named.Set(layer)
		pathOf(named).SetString(path)
		return named
	}})
}

// Param is a parameter with its name, as features.0.weight.
type Param struct {
	Name  string
	Value trace.Value
}

// Params returns the values of a model in order. A name is the path as in [Name], with
// the name of the value's own field at the end. Absent values, such as the bias of a
// layer without one, are left out. Params panics with a *trace.Error if two values have
// the same name.
func Params[M any](model M) []Param {
	var params []Param
	met := map[string]bool{}
	rewrite(model, visitor{value: func(name string, v trace.Value) trace.Value {
		if met[name] {
			panic(trace.Errorf("two parameters are named %q: give one of the fields another name with a tag nn:\"name\"", name))
		}
		met[name] = true
		params = append(params, Param{name, v})
		return v
	}})
	return params
}

// Cast returns a copy of the model with all float values converted to d, a float dtype. In
// f16 or bf16 a model takes half of the memory. Inside of the function that applies it,
// Cast(model, trace.Float32) then computes as a model of f32 would; a model of f16 itself
// takes inputs of f16, and rounds after each operation.
func Cast[M any](model M, d trace.DType) M {
	if !d.IsFloat() {
		panic(trace.Errorf("Cast of a model to %v: want a float dtype, as f32", d))
	}
	return rewrite(model, visitor{value: func(_ string, v trace.Value) trace.Value {
		if !v.DType().IsFloat() {
			return v
		}
		return fn.Cast(v, d)
	}})
}
