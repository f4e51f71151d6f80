package nn

import (
	"fmt"
	"reflect"
	"unicode"
	"unicode/utf8"

	"github.com/pullback-go/pullback/trace"
)

// visitor says how to change the parts of a model. A nil function leaves them as they
// are.
type visitor struct {
	// value is called with each present value and its name.
	value func(name string, v trace.Value) trace.Value
	// layer is called with each struct that has a Path, and its path, before its fields
	// are visited.
	layer func(path string, layer reflect.Value) reflect.Value
}

// rewrite returns a copy of the model with the parts that the visitor returned. [Name]
// describes the names of parts, and which parts are left out.
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

// pathOf returns the field Path of a layer, and the zero Value if v is no layer.
func pathOf(v reflect.Value) reflect.Value {
	f, ok := v.Type().FieldByName("Path")
	if !ok || len(f.Index) != 1 || f.Type.Kind() != reflect.String {
		return reflect.Value{}
	}
	return v.FieldByIndex(f.Index)
}

// fieldName returns the part of a path that a field adds: none if it is embedded without
// a tag.
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
