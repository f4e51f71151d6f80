package trace

import (
	"reflect"
	"strconv"
	"strings"
)

// A tree is a Value, or structs, slices, arrays, maps, pointers and interfaces that hold
// Values. Everything else in it is static: shared, and part of the structure by deep
// value.

// Structure is the shape of a tree without its Values: what Unflatten needs to build it
// again, and a key that says whether two trees are alike.
type Structure struct {
	leaves []*step
	key    string
	tree   reflect.Value
	lone   bool
}

// Len is the number of leaves.
func (s *Structure) Len() int { return len(s.leaves) }

// Path names leaf i, as .Layers[0].Weight; the path of a lone Value is "". It is written
// when it is asked for.
func (s *Structure) Path(i int) string { return s.leaves[i].String() }

// Paths names each leaf, as Path does. Of a tree that is n deep, each may be of a length
// in proportion to n.
func (s *Structure) Paths() []string {
	paths := make([]string, len(s.leaves))
	for i := range paths {
		paths[i] = s.Path(i)
	}
	return paths
}

// Key is equal for two trees exactly if they have the same leaves and equal static parts.
func (s *Structure) Key() string { return s.key }

// Flatten returns the Values of a tree in order (struct fields as declared, maps by
// sorted key) and its structure. Absent Values are skipped. It panics with an *Error that
// names the path of a func or chan, of a pointer met twice, of a cycle, or of an
// unexported field that holds Values.
func Flatten(tree any) ([]Value, *Structure) {
	if v, ok := tree.(Value); ok && !v.IsAbsent() {
		return []Value{v}, &loneStructure
	}
	rv := reflect.ValueOf(tree)
	if rv.IsValid() {
		if leaves, s, ok := flattenFlat(rv); ok {
			return leaves, s
		}
	}
	return flattenAny(rv)
}

func flattenAny(rv reflect.Value) ([]Value, *Structure) {
	f := flattener{seen: map[uintptr]*step{}, way: way{}}
	if rv.IsValid() {
		f.key.WriteString(identity(rv.Type()))
		f.walk(rv, nil)
	}
	return f.leaves, &Structure{leaves: f.paths, key: f.key.String(), tree: rv}
}

var loneStructure = Structure{leaves: make([]*step, 1), key: "*", lone: true}

var valueType = reflect.TypeFor[Value]()

// flattener is a walk of its own, beside [Walk]: it copies nothing, and writes what is
// static, nil or absent into the key on its way.
type flattener struct {
	leaves []Value
	paths  []*step
	seen   map[uintptr]*step // pointers on the way or met before, with their paths
	way    way               // slices and maps on the way
	key    strings.Builder
}

func (f *flattener) walk(v reflect.Value, path *step) {
	if v.Type() == valueType {
		f.leaf(v, path)
		return
	}
	if !mayHoldValues(v.Type()) {
		writeStatic(&f.key, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		f.fields(v, path)
	case reflect.Slice:
		leave := f.way.enter(v, path)
		f.elems(v, path)
		leave()
	case reflect.Array:
		f.elems(v, path)
	case reflect.Map:
		leave := f.way.enter(v, path)
		f.entries(v, path)
		leave()
	case reflect.Pointer:
		f.pointer(v, path)
	case reflect.Interface:
		f.iface(v, path)
	default:
		writeStatic(&f.key, v, path)
	}
}

// open begins what the key says of a struct or map.
func (f *flattener) open(t reflect.Type) {
	f.key.WriteString(t.String())
	f.key.WriteByte('{')
}

func (f *flattener) elems(v reflect.Value, path *step) {
	f.key.WriteString(v.Type().String() + strconv.Itoa(v.Len()) + "[")
	for i := range v.Len() {
		f.walk(v.Index(i), path.toIndex(i))
	}
	f.key.WriteByte(']')
}

func (f *flattener) entries(v reflect.Value, path *step) {
	f.open(v.Type())
	for _, k := range sortedKeys(v, path) {
		writeStatic(&f.key, k, path)
		f.walk(v.MapIndex(k), path.toKey(k))
	}
	f.key.WriteByte('}')
}

func (f *flattener) leaf(v reflect.Value, path *step) {
	val := v.Interface().(Value)
	if val.IsAbsent() {
		f.key.WriteByte('_')
		return
	}
	f.key.WriteByte('*')
	f.leaves = append(f.leaves, val)
	f.paths = append(f.paths, path)
}

func (f *flattener) fields(v reflect.Value, path *step) {
	t := v.Type()
	f.open(t)
	for i := range t.NumField() {
		field, sub := t.Field(i), path.toField(t.Field(i).Name)
		if field.IsExported() {
			f.walk(v.Field(i), sub)
			continue
		}
		if holdsValues(v.Field(i), map[place]bool{}) {
			panic(Errorf("the unexported field %s of %v holds values, which cannot be set: export it", named(sub), t))
		}
		writeStatic(&f.key, v.Field(i), sub)
	}
	f.key.WriteByte('}')
}

func (f *flattener) pointer(v reflect.Value, path *step) {
	if v.IsNil() {
		f.key.WriteString("nil")
		return
	}
	if first, ok := f.seen[v.Pointer()]; ok {
		panic(Errorf("one pointer is reached by two paths, %s and %s: a tree holds every Value once; copy what it points to",
			named(first), named(path)))
	}
	f.seen[v.Pointer()] = path
	f.key.WriteByte('&')
	f.walk(v.Elem(), path)
}

func (f *flattener) iface(v reflect.Value, path *step) {
	if v.IsNil() {
		f.key.WriteString("nil")
		return
	}
	f.key.WriteString(identity(v.Elem().Type()))
	f.walk(v.Elem(), path)
}

// Unflatten builds the tree again around other leaves, one for each of Paths. Nothing of
// the original tree is changed. It panics with an *Error if their number is another.
func (s *Structure) Unflatten(leaves []Value) any {
	if len(leaves) != len(s.leaves) {
		panic(Errorf("a tree of %d leaves was given %d", len(s.leaves), len(leaves)))
	}
	if s.lone {
		return leaves[0]
	}
	if !s.tree.IsValid() {
		return nil
	}
	next := 0
	take := func(string, Value) Value { next++; return leaves[next-1] }
	return walker{Visitor{Value: take}, nil}.walk(s.tree, "").Interface()
}
