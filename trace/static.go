package trace

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// holders remembers which Go types can hold Values. It only ever repeats what reflection
// says of a type.
var holders sync.Map // reflect.Type to bool

// mayHoldValues reports whether a value of the type can hold a Value somewhere.
func mayHoldValues(t reflect.Type) bool {
	if known, ok := holders.Load(t); ok {
		return known.(bool)
	}
	may := searchType(t, map[reflect.Type]bool{})
	holders.Store(t, may)
	return may
}

func searchType(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == valueType {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Pointer:
		return searchType(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if searchType(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// holdsValues reports whether v holds a present Value now. It does not use [Walk],
// because it looks into unexported fields as well, and no further than the first Value.
func holdsValues(v reflect.Value, seen map[place]bool) bool {
	if !v.IsValid() || !mayHoldValues(v.Type()) {
		return false
	}
	if v.Type() == valueType {
		return !v.Field(0).IsNil()
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer:
		at := placeOf(v)
		if seen[at] {
			return false
		}
		seen[at] = true
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if holdsValues(v.Field(i), seen) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if holdsValues(v.Index(i), seen) {
				return true
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if holdsValues(it.Value(), seen) {
				return true
			}
		}
	case reflect.Pointer:
		return !v.IsNil() && holdsValues(v.Elem(), seen)
	case reflect.Interface:
		return !v.IsNil() && holdsValues(v.Elem(), seen)
	}
	return false
}

// place is what a slice, map or pointer refers to.
type place struct {
	at  uintptr
	len int
	typ reflect.Type
}

func placeOf(v reflect.Value) place {
	p := place{at: v.Pointer(), typ: v.Type()}
	if v.Kind() == reflect.Slice {
		p.len = v.Len()
	}
	return p
}

// way has the places on the way from the root of a tree to one of its parts.
type way map[place]bool

// enter adds the place that v refers to until leave is called. It panics if v refers to
// what it is in.
func (w way) enter(v reflect.Value, path fmt.Stringer) (leave func()) {
	at := placeOf(v)
	if w[at] {
		panic(Errorf("%s refers back to what holds it: a tree has no cycles", named(path)))
	}
	w[at] = true
	return func() { delete(w, at) }
}

// identity tells types apart that print alike, as two of one name from different packages
// or functions do. It holds for one run of the program.
func identity(t reflect.Type) string {
	return fmt.Sprintf("(%v@%x)", t, reflect.ValueOf(t).Pointer())
}

// sortedKeys returns the keys of the map at path: strings and numbers by their order,
// others by what is written of them. It panics if two keys cannot be told apart or one is
// not equal to itself.
func sortedKeys(m reflect.Value, path *step) []reflect.Value {
	keys := m.MapKeys()
	switch m.Type().Key().Kind() {
	case reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Uint(), b.Uint()) })
	default:
		sortWritten(keys, m, path)
	}
	return keys
}

func sortWritten(keys []reflect.Value, m reflect.Value, path *step) {
	written := func(k reflect.Value) string {
		var b strings.Builder
		writeStatic(&b, k, path)
		return b.String()
	}
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(written(a), written(b)) })
	for i, k := range keys {
		if !m.MapIndex(k).IsValid() || i > 0 && written(keys[i-1]) == written(k) {
			panic(Errorf("the key %v of the map %s, a %v, cannot be told apart from others: use strings or numbers", k, named(path), m.Type()))
		}
	}
}

// writeStatic writes a static part of a tree by deep value: equal parts are written
// alike, NaN like NaN.
func writeStatic(b *strings.Builder, v reflect.Value, path *step) {
	staticWriter{b, way{}}.write(v, path)
}

type staticWriter struct {
	b   *strings.Builder
	way way
}

func (w staticWriter) write(v reflect.Value, path *step) {
	switch v.Kind() {
	case reflect.Func, reflect.Chan:
		if v.IsNil() {
			w.b.WriteString("nil;")
			return
		}
		panic(Errorf("%s is a %v: a tree is made of Values and plain data, because its static parts are compared; "+
			"capture it in the function instead", named(path), v.Type()))
	case reflect.Bool:
		fmt.Fprintf(w.b, "%t;", v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		fmt.Fprintf(w.b, "%d;", v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.UnsafePointer:
		w.unsigned(v)
	case reflect.Float32, reflect.Float64:
		w.float(v.Float())
	case reflect.Complex64, reflect.Complex128:
		w.float(real(v.Complex()))
		w.float(imag(v.Complex()))
	case reflect.String:
		w.b.WriteString(strconv.Quote(v.String()))
	case reflect.Struct:
		w.b.WriteString(v.Type().String() + "{")
		for i := range v.NumField() {
			w.write(v.Field(i), path.toField(v.Type().Field(i).Name))
		}
		w.b.WriteByte('}')
	case reflect.Array:
		w.elems(v, path)
	case reflect.Slice:
		leave := w.way.enter(v, path)
		w.elems(v, path)
		leave()
	case reflect.Map:
		leave := w.way.enter(v, path)
		w.entries(v, path)
		leave()
	case reflect.Pointer, reflect.Interface:
		w.indirect(v, path)
	}
}

func (w staticWriter) unsigned(v reflect.Value) {
	if v.Kind() == reflect.UnsafePointer {
		fmt.Fprintf(w.b, "%d;", v.Pointer())
		return
	}
	fmt.Fprintf(w.b, "%d;", v.Uint())
}

// float writes NaNs alike, and 0 unlike -0.
func (w staticWriter) float(x float64) {
	if math.IsNaN(x) {
		w.b.WriteString("nan;")
		return
	}
	fmt.Fprintf(w.b, "%x;", math.Float64bits(x))
}

func (w staticWriter) elems(v reflect.Value, path *step) {
	fmt.Fprintf(w.b, "%d[", v.Len())
	for i := range v.Len() {
		w.write(v.Index(i), path.toIndex(i))
	}
	w.b.WriteByte(']')
}

func (w staticWriter) entries(v reflect.Value, path *step) {
	fmt.Fprintf(w.b, "%d{", v.Len())
	for _, k := range sortedKeys(v, path) {
		w.write(k, path)
		w.b.WriteByte(':')
		w.write(v.MapIndex(k), path.toKey(k))
	}
	w.b.WriteByte('}')
}

func (w staticWriter) indirect(v reflect.Value, path *step) {
	if v.IsNil() {
		w.b.WriteString("nil;")
		return
	}
	if v.Kind() == reflect.Interface {
		w.b.WriteString(identity(v.Elem().Type()))
		w.write(v.Elem(), path)
		return
	}
	leave := w.way.enter(v, path)
	w.b.WriteByte('&')
	w.write(v.Elem(), path)
	leave()
}
