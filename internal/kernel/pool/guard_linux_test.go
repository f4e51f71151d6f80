package pool

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestPoolGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	poolGuards().Run(t)
}

func poolGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
	maxPoolGuards[float32](l, "f32")
	maxPoolGuards[float64](l, "f64")
	maxPoolGuards[int32](l, "i32")
	maxPoolGuards[int64](l, "i64")
	avgPoolGuards[float32](l, "f32")
	avgPoolGuards[float64](l, "f64")
	return l
}

func maxPoolGuards[T array.Number](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	add("Max", func(g *kerneltest.Guard, n int) {
		s := guardPool(g, n)
		ny := s.Planes * array.Volume(s.Out[:])
		Max(kerneltest.Output[T](g, ny), kerneltest.Output[int32](g, ny), kerneltest.Some[T](g, s.Planes*array.Volume(s.In[:])), s)
	})
}

func avgPoolGuards[T array.Float](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	add("Avg", func(g *kerneltest.Guard, n int) {
		s := guardPool(g, n)
		Avg(kerneltest.Output[T](g, s.Planes*array.Volume(s.Out[:])), kerneltest.Some[T](g, s.Planes*array.Volume(s.In[:])), s)
	})
	add("AvgInput", func(g *kerneltest.Guard, n int) {
		s := guardPool(g, n)
		AvgInput(kerneltest.Output[T](g, s.Planes*array.Volume(s.In[:])), kerneltest.Some[T](g, s.Planes*array.Volume(s.Out[:])), s)
	})
}

// guardPool is a pooling of lines of so many elements and some more.
func guardPool(g *kerneltest.Guard, n int) *Geometry {
	window := 1 + g.Rand.IntN(4)
	return regularPool(1+g.Rand.IntN(2), [3]int{1, 1 + g.Rand.IntN(4), n + 1}, window, 1+g.Rand.IntN(3), 1)
}

func TestPoolGuardTable(t *testing.T) { poolGuards().WantComplete(t) }
