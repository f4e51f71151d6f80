package trace

import (
	"cmp"
	"reflect"
	"slices"
)

// Visitor says what [Walk] makes of the parts of a tree and what it calls them. A nil
// function leaves parts as they are, or adds nothing to their path.
type Visitor struct {
	// Value returns what stands in the place of a Value that is present.
	Value func(path string, v Value) Value
	// Struct returns what stands in the place of a struct, of the same type. Its fields
	// are walked afterwards.
	Struct func(path string, s reflect.Value) reflect.Value
	// Field returns the path of an exported field of the struct at path. If ok is false
	// the field stays as it is, with all that is inside of it.
	Field func(path string, f reflect.StructField) (at string, ok bool)
	// Index returns the path of what a slice or array has at an index, or a map under a
	// key.
	Index func(path string, at reflect.Value) string
}

// Walk returns a copy of a tree with what the visitor made of its parts. They are visited
// in order: fields as declared; the entries of a map by path if the visitor has an Index,
// else by key, as in [Flatten]. Pointers and interfaces add nothing to a path, and the
// root's is empty. Unexported fields are copied as they are. Without a Struct, parts that
// cannot hold Values are shared with the tree. Walk panics with an *Error if something
// refers back to what holds it.
func Walk[T any](tree T, v Visitor) T {
	var out T
	reflect.ValueOf(&out).Elem().Set(walker{v, way{}}.walk(reflect.ValueOf(&tree).Elem(), ""))
	return out
}

type walker struct {
	Visitor
	within way // nil if there are no cycles
}

func (w walker) walk(v reflect.Value, path string) reflect.Value {
	t := v.Type()
	if t == valueType {
		return w.leaf(v, path)
	}
	if w.Struct == nil && !mayHoldValues(t) {
		return v
	}
	switch v.Kind() {
	case reflect.Struct:
		return w.fields(v, path)
	case reflect.Array:
		out := reflect.New(t).Elem()
		w.elems(out, v, path)
		return out
	case reflect.Slice, reflect.Map, reflect.Pointer:
		if v.IsNil() {
			return v
		}
		if w.within != nil {
			defer w.within.enter(v, walked(path))()
		}
		out := reflect.New(t).Elem()
		w.refer(out, v, path)
		return out
	case reflect.Interface:
		if !v.IsNil() {
			return w.walk(v.Elem(), path)
		}
	}
	return v
}

func (w walker) leaf(v reflect.Value, path string) reflect.Value {
	x := v.Interface().(Value)
	if w.Value == nil || x.IsAbsent() {
		return v
	}
	return reflect.ValueOf(w.Value(path, x))
}

// fields walks the exported fields of what the visitor made of a struct.
func (w walker) fields(v reflect.Value, path string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	if w.Struct != nil {
		out.Set(w.Struct(path, v))
	}
	for i := range out.NumField() {
		f, at, ok := out.Type().Field(i), path, true
		if !f.IsExported() {
			continue
		}
		if w.Field != nil {
			at, ok = w.Field(path, f)
		}
		if ok {
			out.Field(i).Set(w.walk(out.Field(i), at))
		}
	}
	return out
}

// refer makes out a slice, map or pointer of its own.
func (w walker) refer(out, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		w.elems(out, v, path)
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		w.entries(out, v, path)
	case reflect.Pointer:
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(w.walk(v.Elem(), path))
	}
}

func (w walker) elems(out, v reflect.Value, path string) {
	if isPlain(v.Type().Elem().Kind()) {
		reflect.Copy(out, v)
		return
	}
	for i := range v.Len() {
		out.Index(i).Set(w.walk(v.Index(i), w.index(path, i)))
	}
}

func (w walker) index(path string, i int) string {
	if w.Index == nil {
		return path
	}
	return w.Index(path, reflect.ValueOf(i))
}

func (w walker) entries(out, v reflect.Value, path string) {
	if isPlain(v.Type().Elem().Kind()) {
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(it.Key(), it.Value())
		}
		return
	}
	for _, e := range w.sorted(v, path) {
		out.SetMapIndex(e.key, w.walk(v.MapIndex(e.key), e.path))
	}
}

// entry is a key of a map and the path of what the map has there.
type entry struct {
	key  reflect.Value
	path string
}

// sorted lists the entries of a map in the order in which they are visited.
func (w walker) sorted(m reflect.Value, path string) []entry {
	out := make([]entry, 0, m.Len())
	if w.Index == nil {
		for _, k := range sortedKeys(m, nil) {
			out = append(out, entry{k, path})
		}
		return out
	}
	for _, k := range m.MapKeys() {
		out = append(out, entry{k, w.Index(path, k)})
	}
	slices.SortFunc(out, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
	return out
}

// walked is a path as Walk has it.
type walked string

func (p walked) String() string { return string(p) }
