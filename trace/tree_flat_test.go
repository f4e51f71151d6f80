package trace

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

type pairOfValues struct{ A, B Value }

// A struct of Values is flattened as any tree is, with the structure found before.
func TestFlattenFlat(t *testing.T) {
	x, y := New([]float64{1, 2}), New([]float32{3})
	_, both := Flatten(pairOfValues{x, y})
	leaves, s := Flatten(pairOfValues{A: y, B: x})
	if s != both || !slices.Equal(leaves, []Value{y, x}) || !slices.Equal(s.Paths(), []string{".A", ".B"}) {
		t.Errorf("%v, paths %v", leaves, s.Paths())
	}
	leaves, one := Flatten(pairOfValues{B: x})
	if one.Key() == s.Key() || !slices.Equal(leaves, []Value{x}) || !slices.Equal(one.Paths(), []string{".B"}) {
		t.Errorf("without A: %v, paths %v, key %s", leaves, one.Paths(), one.Key())
	}
	if got := one.Unflatten([]Value{y}).(pairOfValues); got.B != y || !got.A.IsAbsent() {
		t.Errorf("rebuilt as %v", got)
	}
	type other struct{ A, B Value }
	if _, s := Flatten(other{x, y}); s.Key() == both.Key() {
		t.Error("two types have one key")
	}
	type nested struct {
		P pairOfValues
		N int
	}
	if _, s := Flatten(nested{pairOfValues{B: x}, 3}); !slices.Equal(s.Paths(), []string{".P.B"}) {
		t.Errorf("nested: %v", s.Paths())
	}
	if n := testing.AllocsPerRun(100, func() { Flatten(pairOfValues{x, y}) }); n > 4 {
		t.Errorf("%v allocations", n)
	}
}

// values is a struct type of n Values.
func values(n int) reflect.Type {
	fields := make([]reflect.StructField, n)
	for i := range fields {
		fields[i] = reflect.StructField{Name: fmt.Sprint("F", i), Type: valueType}
	}
	return reflect.StructOf(fields)
}

// The quick way is that of structs of at most 64 exported Values.
func TestFlatTypes(t *testing.T) {
	type embedded struct{ pairOfValues }
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[pairOfValues](): true, reflect.TypeFor[struct{}](): true, values(1): true, values(63): true, values(64): true, values(65): false,
		valueType: false, reflect.TypeFor[*pairOfValues](): false, reflect.TypeFor[[2]Value](): false, reflect.TypeFor[embedded](): false,
		reflect.TypeFor[struct{ A, b Value }](): false, reflect.TypeFor[struct {
			A Value
			N int
		}](): false, reflect.TypeFor[struct{ A *Value }](): false, reflect.TypeFor[int](): false,
	} {
		for range 2 { // the second time from memory
			if got := isFlat(typ); got != want {
				t.Errorf("%v: got %v, want %v", typ, got, want)
			}
		}
	}
}

// The quick way gives the leaves, paths and key of the other way, whichever fields are
// there, and of more fields than it takes.
func TestFlattenFlatIsFlatten(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65} {
		keys := map[string]bool{}
		for _, present := range [][]int{{}, {0}, {n - 1}, {0, n - 1}, {n / 2}} {
			tree := reflect.New(values(n)).Elem()
			for _, i := range present {
				tree.Field(i).Set(reflect.ValueOf(Scalar(float64(i))))
			}
			leaves, s := Flatten(tree.Interface())
			want, other := flattenAny(tree)
			if !slices.Equal(leaves, want) || s.Key() != other.Key() || !slices.Equal(s.Paths(), other.Paths()) {
				t.Errorf("%d fields, of which %v: %v at %v", n, present, leaves, s.Paths())
			}
			again, same := Flatten(s.Unflatten(leaves))
			if !slices.Equal(again, leaves) || same.Key() != s.Key() {
				t.Errorf("%d fields, of which %v: rebuilt with %v", n, present, again)
			}
			keys[s.Key()] = true
		}
		if n > 2 && len(keys) != 5 {
			t.Errorf("%d fields: %d keys, want 5", n, len(keys))
		}
	}
}

// A structure that is kept has no array of the tree that it was first made of.
func TestFlatStructuresKeepNoArray(t *testing.T) {
	type once struct{ A, B Value }
	_, s := Flatten(once{B: New([]float64{1, 2})})
	if kept := s.tree.Interface().(once); !kept.A.IsAbsent() || kept.B.IsConcrete() || kept.B.IsTraced() {
		t.Errorf("the structure holds %v", kept)
	}
}
