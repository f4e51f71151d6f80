package trace

import (
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
