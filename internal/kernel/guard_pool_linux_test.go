package kernel

import "testing"

func TestPoolGuarded(t *testing.T) {
	defer poisonAll(true)()
	poolGuards().run(t)
}

func poolGuards() *guards {
	l := &guards{}
	maxPoolGuards[float32](l, "f32")
	maxPoolGuards[float64](l, "f64")
	maxPoolGuards[int32](l, "i32")
	maxPoolGuards[int64](l, "i64")
	avgPoolGuards[float32](l, "f32")
	avgPoolGuards[float64](l, "f64")
	return l
}

func maxPoolGuards[T Number](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	add("MaxPool", func(g *guard, n int) {
		s := guardPool(g, n)
		ny := s.Planes * volume(s.Out[:])
		MaxPool(output[T](g, ny), output[int32](g, ny), some[T](g, s.Planes*volume(s.In[:])), s)
	})
}

func avgPoolGuards[T Float](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	add("AvgPool", func(g *guard, n int) {
		s := guardPool(g, n)
		AvgPool(output[T](g, s.Planes*volume(s.Out[:])), some[T](g, s.Planes*volume(s.In[:])), s)
	})
	add("AvgPoolInput", func(g *guard, n int) {
		s := guardPool(g, n)
		AvgPoolInput(output[T](g, s.Planes*volume(s.In[:])), some[T](g, s.Planes*volume(s.Out[:])), s)
	})
}

// guardPool is a pooling of lines of so many elements and some more.
func guardPool(g *guard, n int) *Pool {
	window := 1 + g.r.IntN(4)
	return regularPool(1+g.r.IntN(2), [3]int{1, 1 + g.r.IntN(4), n + 1}, window, 1+g.r.IntN(3), 1)
}
