package kernel

import "testing"

func TestLayoutGuarded(t *testing.T) {
	defer poisonAll(true)()
	layoutGuards().run(t)
}

func layoutGuards() *guards {
	l := &guards{}
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
func moveGuards[E element](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	add("Permute", func(g *guard, n int) {
		for _, shape := range [][]int{{n, 9}, {8, n}, {3, n, 11}} {
			Permute(output[E](g, volume(shape)), some[E](g, volume(shape)), shape, []int{len(shape) - 1, 0, 1}[:len(shape)])
		}
	})
	add("Broadcast", func(g *guard, n int) {
		Broadcast(output[E](g, 5*n), some[E](g, n), []int{5, n}, []int{0, 1})
		Broadcast(output[E](g, 5*n), some[E](g, 5), []int{5, n}, []int{1, 0})
	})
	add("Slice", func(g *guard, n int) {
		shape, start, size, step := []int{3, n + 4}, []int{2, 1}, []int{2, (n + 1) / 2}, []int{-1, 2}
		Slice(output[E](g, volume(size)), some[E](g, volume(shape)), shape, start, size, step)
	})
	add("Concat", func(g *guard, n int) {
		Concat(output[E](g, 2*(n+3)), [][]E{some[E](g, 2*n), some[E](g, 6)}, 2, []int{n, 3})
	})
	add("Take", alongAxis(func(g *guard, outer, n, inner int) {
		Take(output[E](g, outer*4*inner), some[E](g, outer*n*inner), indices[int64](g, 4, n), outer, n, inner)
	}))
	add("TakeAlong", alongAxis(func(g *guard, outer, n, inner int) {
		TakeAlong(output[E](g, outer*4*inner), some[E](g, outer*n*inner), indices[int64](g, outer*4*inner, n), outer, n, 4, inner)
		TakeAlong(output[E](g, outer*4*inner), some[E](g, outer*n*inner), indices[int32](g, outer*4*inner, n), outer, n, 4, inner)
	}))
}

// addGuards add elements.
func addGuards[T Number](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	add("AddAlong", alongAxis(func(g *guard, outer, n, inner int) {
		AddAlong(output[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, outer*3*inner, n), outer, n, 3, inner)
		AddAlong(output[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int32](g, outer*3*inner, n), outer, n, 3, inner)
	}))
	add("AddTake", alongAxis(func(g *guard, outer, n, inner int) {
		AddTake(output[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, 3, n), outer, n, inner)
	}))
	add("AddAlongOnto", alongAxis(func(g *guard, outer, n, inner int) {
		AddAlongOnto(filled[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, outer*3*inner, n), outer, n, 3, inner)
		AddAlongOnto(filled[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int32](g, outer*3*inner, n), outer, n, 3, inner)
	}))
	add("AddTakeOnto", alongAxis(func(g *guard, outer, n, inner int) {
		AddTakeOnto(filled[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, 3, n), outer, n, inner)
	}))
	add("SliceAdd", func(g *guard, n int) {
		shape, start, size, step := []int{3, n + 4}, []int{2, 1}, []int{2, (n + 1) / 2}, []int{-1, 2}
		SliceAdd(output[T](g, volume(shape)), some[T](g, volume(size)), shape, start, size, step)
	})
}
