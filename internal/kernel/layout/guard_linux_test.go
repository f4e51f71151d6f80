package layout

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestLayoutGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	layoutGuards().Run(t)
}

func layoutGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
	moveGuards[float32](l, "f32")
	moveGuards[float64](l, "f64")
	moveGuards[int32](l, "i32")
	moveGuards[int64](l, "i64")
	moveGuards[bool](l, "bool")
	addGuards[float32](l, "f32")
	addGuards[float64](l, "f64")
	addGuards[int32](l, "i32")
	addGuards[int64](l, "i64")
	return l
}

// moveGuards move elements of any type.
func moveGuards[E array.Element](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	add("Permute", func(g *kerneltest.Guard, n int) {
		for _, shape := range [][]int{{n, 9}, {8, n}, {3, n, 11}} {
			Permute(kerneltest.Output[E](g, array.Volume(shape)), kerneltest.Some[E](g, array.Volume(shape)), shape, []int{len(shape) - 1, 0, 1}[:len(shape)])
		}
	})
	add("Broadcast", func(g *kerneltest.Guard, n int) {
		Broadcast(kerneltest.Output[E](g, 5*n), kerneltest.Some[E](g, n), []int{5, n}, []int{0, 1})
		Broadcast(kerneltest.Output[E](g, 5*n), kerneltest.Some[E](g, 5), []int{5, n}, []int{1, 0})
	})
	add("Slice", func(g *kerneltest.Guard, n int) {
		shape, start, size, step := []int{3, n + 4}, []int{2, 1}, []int{2, (n + 1) / 2}, []int{-1, 2}
		Slice(kerneltest.Output[E](g, array.Volume(size)), kerneltest.Some[E](g, array.Volume(shape)), shape, start, size, step)
	})
	add("Concat", func(g *kerneltest.Guard, n int) {
		Concat(kerneltest.Output[E](g, 2*(n+3)), [][]E{kerneltest.Some[E](g, 2*n), kerneltest.Some[E](g, 6)}, 2, []int{n, 3})
	})
	add("Take", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		Take(kerneltest.Output[E](g, outer*4*inner), kerneltest.Some[E](g, outer*n*inner), kerneltest.Indices[int64](g, 4, n), outer, n, inner)
	}))
	add("TakeAlong", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		TakeAlong(kerneltest.Output[E](g, outer*4*inner), kerneltest.Some[E](g, outer*n*inner), kerneltest.Indices[int64](g, outer*4*inner, n), outer, n, 4, inner)
		TakeAlong(kerneltest.Output[E](g, outer*4*inner), kerneltest.Some[E](g, outer*n*inner), kerneltest.Indices[int32](g, outer*4*inner, n), outer, n, 4, inner)
	}))
}

// addGuards add elements.
func addGuards[T array.Number](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	add("AddAlong", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		AddAlong(kerneltest.Output[T](g, outer*n*inner), kerneltest.Some[T](g, outer*3*inner), kerneltest.Indices[int64](g, outer*3*inner, n), outer, n, 3, inner)
		AddAlong(kerneltest.Output[T](g, outer*n*inner), kerneltest.Some[T](g, outer*3*inner), kerneltest.Indices[int32](g, outer*3*inner, n), outer, n, 3, inner)
	}))
	add("AddTake", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		AddTake(kerneltest.Output[T](g, outer*n*inner), kerneltest.Some[T](g, outer*3*inner), kerneltest.Indices[int64](g, 3, n), outer, n, inner)
	}))
	add("AddAlongOnto", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		AddAlongOnto(kerneltest.Filled[T](g, outer*n*inner), kerneltest.Some[T](g, outer*3*inner), kerneltest.Indices[int64](g, outer*3*inner, n), outer, n, 3, inner)
		AddAlongOnto(kerneltest.Filled[T](g, outer*n*inner), kerneltest.Some[T](g, outer*3*inner), kerneltest.Indices[int32](g, outer*3*inner, n), outer, n, 3, inner)
	}))
	add("AddTakeOnto", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		AddTakeOnto(kerneltest.Filled[T](g, outer*n*inner), kerneltest.Some[T](g, outer*3*inner), kerneltest.Indices[int64](g, 3, n), outer, n, inner)
	}))
	add("SliceAdd", func(g *kerneltest.Guard, n int) {
		shape, start, size, step := []int{3, n + 4}, []int{2, 1}, []int{2, (n + 1) / 2}, []int{-1, 2}
		SliceAdd(kerneltest.Output[T](g, array.Volume(shape)), kerneltest.Some[T](g, array.Volume(size)), shape, start, size, step)
	})
}

func TestLayoutGuardTable(t *testing.T) { layoutGuards().WantComplete(t, "TransposeSquares") }
