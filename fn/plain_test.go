package fn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// The plain versions of operations work on grids: elements and a shape, read and written
// by index, one element at a time.
type grid struct {
	elems []float64
	shape []int
}

func gridOf(v trace.Value) grid { return grid{v.Float64s(), v.Shape()} }

func newGrid(shape ...int) grid {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return grid{make([]float64, n), shape}
}

// at is the element at an index; outside of the grid it is nil.
func (g grid) at(index ...int) *float64 {
	flat := 0
	for a, i := range index {
		if i < 0 || i >= g.shape[a] {
			return nil
		}
		flat = flat*g.shape[a] + i
	}
	return &g.elems[flat]
}

// eachIndex calls f with every index of a shape, in row-major order. The index is reused.
func eachIndex(shape []int, f func(index []int)) {
	index := make([]int, len(shape))
	var walk func(axis int)
	walk = func(axis int) {
		if axis == len(shape) {
			f(index)
			return
		}
		for i := range shape[axis] {
			index[axis] = i
			walk(axis + 1)
		}
	}
	walk(0)
}

// equals fails unless v has the shape and the elements of g. tol is relative to the
// largest.
func (g grid) equals(t *testing.T, what string, v trace.Value, tol float64) {
	t.Helper()
	if !slices.Equal(v.Shape(), g.shape) {
		t.Fatalf("%s: shape %v, want %v", what, v.Shape(), g.shape)
	}
	scale := 1.0
	for _, w := range g.elems {
		if !math.IsNaN(w) && !math.IsInf(w, 0) {
			scale = math.Max(scale, math.Abs(w))
		}
	}
	for i, got := range v.Float64s() {
		want := g.elems[i]
		if got == want || math.IsNaN(got) && math.IsNaN(want) {
			continue
		}
		if !(math.Abs(got-want) <= tol*scale) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got, want)
		}
	}
}

// whole is an array of small whole numbers of any dtype. Sums and products of these are
// exact.
func whole(r *rand.Rand, d trace.DType, shape ...int) trace.Value {
	g := newGrid(shape...)
	for i := range g.elems {
		g.elems[i] = float64(r.IntN(9) - 4)
	}
	v := trace.FromArray(trace.ArrayOf(g.elems, shape...))
	if d == trace.Bool {
		return fn.Greater(v, fn.Scalar(0))
	}
	return fn.Cast(v, d)
}

var numbers = []trace.DType{trace.Int32, trace.Int64, trace.Float32, trace.Float64}

// shapeOf is a random shape of the given rank. Its lengths are 0 to 4, seldom 0.
func shapeOf(r *rand.Rand, rank int) []int {
	shape := make([]int, rank)
	for i := range shape {
		if r.IntN(12) > 0 {
			shape[i] = 1 + r.IntN(4)
		}
	}
	return shape
}

// someAxes is a random choice of the axes of a shape, at least one.
func someAxes(r *rand.Rand, rank int) []int {
	perm := r.Perm(rank)
	return perm[:1+r.IntN(rank)]
}
