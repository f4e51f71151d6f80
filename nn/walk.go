package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
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

// rewrite returns a copy of the model with what the visitor made of its parts, visited in
// order: fields as declared, maps by sorted key.
func rewrite[M any](model M, v visitor) M {
	w := walker{visitor: v, within: map[uintptr]bool{}}
	out := reflect.New(reflect.TypeFor[M]()).Elem()
	out.Set(w.walk(reflect.ValueOf(&model).Elem(), ""))
	return out.Interface().(M)
}

type walker struct {
	visitor
	within map[uintptr]bool // pointers on the way from the model to its part
}

var valueType = reflect.TypeFor[trace.Value]()

func (w walker) walk(v reflect.Value, path string) reflect.Value {
	if v.Type() == valueType {
		return w.leaf(v, path)
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		w.fields(v, out, path)
	case reflect.Array:
		w.elems(out, path)
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v))
			w.elems(out, path)
		}
	case reflect.Map:
		w.entries(v, out, path)
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(w.walk(v.Elem(), path))
		}
	case reflect.Pointer:
		w.pointer(v, out, path)
	}
	return out
}

func (w walker) leaf(v reflect.Value, path string) reflect.Value {
	x := v.Interface().(trace.Value)
	if w.value == nil || x.IsAbsent() {
		return v
	}
	return reflect.ValueOf(w.value(path, x))
}

// fields walks the exported fields of what the visitor made of the struct.
func (w walker) fields(v, out reflect.Value, path string) {
	if w.layer != nil && pathOf(v).IsValid() {
		out.Set(w.layer(path, v))
	}
	for i := range out.NumField() {
		if f := out.Type().Field(i); f.IsExported() && f.Tag.Get("nn") != "-" {
			out.Field(i).Set(w.walk(out.Field(i), join(path, fieldName(f))))
		}
	}
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

func (w walker) elems(out reflect.Value, path string) {
	if isStatic(out.Type().Elem()) {
		return
	}
	for i := range out.Len() {
		out.Index(i).Set(w.walk(out.Index(i), join(path, strconv.Itoa(i))))
	}
}

// isStatic spares walking lists of numbers and names.
func isStatic(t reflect.Type) bool {
	return t.Kind() <= reflect.Complex128 || t.Kind() == reflect.String
}

func (w walker) entries(v, out reflect.Value, path string) {
	if v.IsNil() || isStatic(v.Type().Elem()) {
		return
	}
	out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	for _, k := range keys {
		out.SetMapIndex(k, w.walk(v.MapIndex(k), join(path, fmt.Sprint(k))))
	}
}

func (w walker) pointer(v, out reflect.Value, path string) {
	if v.IsNil() {
		return
	}
	if w.within[v.Pointer()] {
		panic(trace.Errorf("the model holds a pointer at %q that leads back to where it came from: a model has no cycles", path))
	}
	w.within[v.Pointer()] = true
	defer delete(w.within, v.Pointer())
	out.Set(reflect.New(v.Type().Elem()))
	out.Elem().Set(w.walk(v.Elem(), path))
}
