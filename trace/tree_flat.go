package trace

import (
	"reflect"
	"sync"
)

// The arguments of most functions are structs of Values alone. Their structure follows
// from their type and from which Values are absent, and is found once.

// flatKind is such a type, and which of its fields are there.
type flatKind struct {
	of      reflect.Type
	present uint64
}

var flatStructures sync.Map // of *Structure by flatKind

// flattenFlat is Flatten of a struct whose fields are Values.
func flattenFlat(v reflect.Value) ([]Value, *Structure, bool) {
	if !isFlat(v.Type()) {
		return nil, nil, false
	}
	k := flatKind{of: v.Type()}
	leaves := make([]Value, 0, v.NumField())
	for i := range v.NumField() {
		if leaf := v.Field(i).Interface().(Value); !leaf.IsAbsent() {
			k.present |= 1 << i
			leaves = append(leaves, leaf)
		}
	}
	s, ok := flatStructures.Load(k)
	if !ok {
		s, _ = flatStructures.LoadOrStore(k, k.structure())
	}
	return leaves, s.(*Structure), true
}

// structure flattens an example, which keeps no user's array.
func (k flatKind) structure() *Structure {
	example, number := reflect.New(k.of).Elem(), reflect.ValueOf(Value{&cell{typ: Type{DType: Bool}}})
	for i := range k.of.NumField() {
		if k.present&(1<<i) != 0 {
			example.Field(i).Set(number)
		}
	}
	_, s := flattenAny(example)
	return s
}

var flatTypes sync.Map // of bool by reflect.Type

// isFlat reports whether a type is a struct of at most 64 exported Values.
func isFlat(t reflect.Type) bool {
	if known, ok := flatTypes.Load(t); ok {
		return known.(bool)
	}
	flat := t.Kind() == reflect.Struct && t != valueType && t.NumField() <= 64
	for i := 0; flat && i < t.NumField(); i++ {
		flat = t.Field(i).Type == valueType && t.Field(i).IsExported()
	}
	flatTypes.Store(t, flat)
	return flat
}
