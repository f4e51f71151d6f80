package fn_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// indices are random numbers below n, as i32 or i64.
func indices(r *rand.Rand, n int, shape ...int) trace.Value {
	g := newGrid(shape...)
	for i := range g.elems {
		g.elems[i] = float64(r.IntN(n))
	}
	return fn.Cast(trace.FromArray(trace.ArrayOf(g.elems, shape...)), []trace.DType{trace.Int32, trace.Int64}[r.IntN(2)])
}

func TestTakeAlongAndAddAlongAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(30, 30))
	for range 200 {
		shape := shapeOf(r, 1+r.IntN(4))
		axis := r.IntN(len(shape))
		n := 1 + r.IntN(4)
		shape[axis] = n
		x := whole(r, everyDType[r.IntN(len(everyDType))], shape...)
		shape = slices.Clone(shape)
		shape[axis] = r.IntN(6)
		index := indices(r, n, shape...)
		ig := gridOf(index)
		along := func(i []int) []int {
			from := slices.Clone(i)
			from[axis] = int(*ig.at(i...))
			return from
		}
		moves(t, "take_along", x, fn.TakeAlong(x, index, axis), shape, 0, along)

		src := whole(r, numbers[r.IntN(len(numbers))], shape...)
		want := newGrid(x.Shape()...)
		eachIndex(shape, func(i []int) { *want.at(along(i)...) += *gridOf(src).at(i...) })
		want.equals(t, "add_along", fn.AddAlong(src, index, axis-len(shape), n), 0)
	}
}

func TestTakeAndAddTakeAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 31))
	for range 200 {
		shape := shapeOf(r, 1+r.IntN(3))
		axis := r.IntN(len(shape))
		shape[axis] = 1 + r.IntN(4)
		x := whole(r, everyDType[r.IntN(len(everyDType))], shape...)
		ishape := shapeOf(r, r.IntN(3))
		index := indices(r, shape[axis], ishape...)
		out := slices.Concat(shape[:axis], ishape, shape[axis+1:])
		moves(t, "take", x, fn.Take(x, index, axis), out, 0, func(i []int) []int {
			end := axis + len(ishape)
			k := *gridOf(index).at(i[axis:end]...)
			return slices.Concat(i[:axis], []int{int(k)}, i[end:])
		})

		src := whole(r, numbers[r.IntN(len(numbers))], out...)
		want := newGrid(shape...)
		eachIndex(out, func(i []int) {
			end := axis + len(ishape)
			k := *gridOf(index).at(i[axis:end]...)
			*want.at(slices.Concat(i[:axis], []int{int(k)}, i[end:])...) += *gridOf(src).at(i...)
		})
		want.equals(t, "add_take", fn.AddTake(src, index, axis-len(shape), shape[axis]), 0)
	}
}

func TestOneHot(t *testing.T) {
	index := trace.New([]int32{2, 0, 1, 2}, 2, 2)
	for _, d := range everyDType {
		y := fn.OneHot(index, 3, d)
		if want := trace.TypeOf(d, 2, 2, 3); !y.Type().Equal(want) {
			t.Errorf("got %v, want %v", y.Type(), want)
		}
		near(t, "one hot", y.Float64s(), []float64{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}, 0)
	}
	near(t, "of a scalar", fn.OneHot(trace.Scalar(int64(1)), 2, trace.Float32).Float64s(), []float64{0, 1}, 0)
}
