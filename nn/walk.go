package nn

import (
	"fmt"
	"reflect"
	"unicode"
	"unicode/utf8"

	"github.com/pullback-go/pullback/trace"
)

// visitor says what becomes of the parts of a model. A nil function leaves them as they
// are.
type visitor struct {
	// value is called with each present value and its name.
	value func(name string, v trace.Value) trace.Value
	// layer is called with each struct that has a Path, and its path, before what is
	// inside of it.
	layer func(path string, layer reflect.Value) reflect.Value
}

// rewrite returns a copy of the model with what the visitor made of its parts. The names
// of parts, and what is left out, are as [Name] says.
func rewrite[M any](model M, v visitor) M {
	return trace.Walk(model, trace.Visitor{
		Value: v.value,
		Struct: func(path string, s reflect.Value) reflect.Value {
			if v.layer == nil || !pathOf(s).IsValid() {
				return s
			}
			return v.layer(path, s)
		},
		Field: func(path string, f reflect.StructField) (string, bool) {
			return join(path, fieldName(f)), f.Tag.Get("nn") != "-"
		},
		Index: func(path string, at reflect.Value) string { return join(path, fmt.Sprint(at)) },
	})
}

// pathOf is the field Path of a layer, the zero Value of what is not a layer.
func pathOf(v reflect.Value) reflect.Value {
	f, ok := v.Type().FieldByName("Path")
	if !ok || len(f.Index) != 1 || f.Type.Kind() != reflect.String {
		return reflect.Value{}
	}
	return v.FieldByIndex(f.Index)
}

// fieldName is the part of a path that a field adds: none if it is embedded without a
// tag.
func fieldName(f reflect.StructField) string {
	if tag := f.Tag.Get("nn"); tag != "" || f.Anonymous {
		return tag
	}
	first, n := utf8.DecodeRuneInString(f.Name)
	return string(unicode.ToLower(first)) + f.Name[n:]
}

func join(path, part string) string {
	if path == "" || part == "" {
		return path + part
	}
	return path + "." + part
}
