package trace

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// holders remembers which Go types can hold Values. It only ever repeats what reflection says of a type.
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

// holdsValues reports whether v holds a present Value now.
func holdsValues(v reflect.Value, seen map[uintptr]bool) bool {
	if !v.IsValid() || !mayHoldValues(v.Type()) {
		return false
	}
	if v.Type() == valueType {
		return !v.Field(0).IsNil()
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
		if v.IsNil() || seen[v.Pointer()] {
			return false
		}
		seen[v.Pointer()] = true
		return holdsValues(v.Elem(), seen)
	case reflect.Interface:
		return !v.IsNil() && holdsValues(v.Elem(), seen)
	}
	return false
}

// writeStatic writes a static part of a tree by deep value: equal parts are written alike, NaN like NaN.
func writeStatic(b *strings.Builder, v reflect.Value, path string) {
	staticWriter{b, map[uintptr]bool{}}.write(v, path)
}

type staticWriter struct {
	b    *strings.Builder
	open map[uintptr]bool // pointers on the way
}

func (w staticWriter) write(v reflect.Value, path string) {
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
		fmt.Fprintf(w.b, "%v{", v.Type())
		for i := range v.NumField() {
			w.write(v.Field(i), path+"."+v.Type().Field(i).Name)
		}
		w.b.WriteByte('}')
	case reflect.Slice, reflect.Array:
		w.elems(v, path)
	case reflect.Map:
		w.entries(v, path)
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

func (w staticWriter) elems(v reflect.Value, path string) {
	fmt.Fprintf(w.b, "%d[", v.Len())
	for i := range v.Len() {
		w.write(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
	w.b.WriteByte(']')
}

func (w staticWriter) entries(v reflect.Value, path string) {
	fmt.Fprintf(w.b, "%d{", v.Len())
	for _, k := range sortedKeys(v) {
		w.write(k, path)
		w.b.WriteByte(':')
		w.write(v.MapIndex(k), fmt.Sprintf("%s[%v]", path, k))
	}
	w.b.WriteByte('}')
}

func (w staticWriter) indirect(v reflect.Value, path string) {
	if v.IsNil() {
		w.b.WriteString("nil;")
		return
	}
	if v.Kind() == reflect.Interface {
		fmt.Fprintf(w.b, "(%v)", v.Elem().Type())
		w.write(v.Elem(), path)
		return
	}
	if w.open[v.Pointer()] {
		panic(Errorf("%s points back to what holds it: a tree has no cycles", named(path)))
	}
	w.open[v.Pointer()] = true
	w.b.WriteByte('&')
	w.write(v.Elem(), path)
	delete(w.open, v.Pointer())
}
