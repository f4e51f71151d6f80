package conv

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestConvGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	convGuards().Run(t)
}

func convGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
	convsGuards[float32](l, "f32")
	convsGuards[float64](l, "f64")
	l.Add("Difference", func(g *kerneltest.Guard, n int) {
		s := guardConvs(g, n)[0]
		nx, nw, ny := s.sizes()
		Difference(kerneltest.Output[float32](g, ny), kerneltest.Some[float32](g, nx), kerneltest.Some[float32](g, nw), kerneltest.Some[float32](g, s.COut), kerneltest.Some[float32](g, ny), kerneltest.Some[float32](g, ny), 0, s)
	})
	l.Add("Run/Small/f32", smallGuard[float32])
	l.Add("Run/Small/f64", smallGuard[float64])
	return l
}

func convsGuards[T array.Float](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	conv := func(name string, run func(g *kerneltest.Guard, s Geometry, nx, nw, ny int)) {
		add(name, func(g *kerneltest.Guard, n int) {
			for _, s := range guardConvs(g, n) {
				nx, nw, ny := s.sizes()
				run(g, s, nx, nw, ny)
			}
		})
	}
	conv("Forward", func(g *kerneltest.Guard, s Geometry, nx, nw, ny int) {
		Forward(kerneltest.Output[T](g, ny), kerneltest.Some[T](g, nx), kerneltest.Some[T](g, nw), s)
	})
	conv("Input", func(g *kerneltest.Guard, s Geometry, nx, nw, ny int) {
		Input(kerneltest.Output[T](g, nx), kerneltest.Some[T](g, ny), kerneltest.Some[T](g, nw), s)
	})
	conv("Weights", func(g *kerneltest.Guard, s Geometry, nx, nw, ny int) {
		Weights(kerneltest.Output[T](g, nw), kerneltest.Some[T](g, nx), kerneltest.Some[T](g, ny), s)
	})
}

// guardConvs are the geometries to run convolutions with at a size: of those that each of
// the ways of computing is for.
func guardConvs(g *kerneltest.Guard, n int) []Geometry {
	line := along(n+1, 1+n%5, 1+n%3)
	line.CIn, line.COut = 1+n%3, 1+n%17
	return []Geometry{randomConv(g.Rand), longConv(g.Rand), strideOf(g.Rand, 1+n%40), smallConvs(g.Rand)[8+n%300], line}
}

// smallGuard runs the form of small planes, and where there is none, as in plain Go,
// the convolution.
func smallGuard[T array.Float](g *kerneltest.Guard, n int) {
	s := smallConvs(g.Rand)[n%300]
	nx, nw, ny := s.sizes()
	y, dx, x, ct, w := kerneltest.Output[T](g, ny), kerneltest.Output[T](g, nx), kerneltest.Some[T](g, nx), kerneltest.Some[T](g, ny), kerneltest.Some[T](g, nw)
	if f := NewSmall[T](s, false); f != nil {
		f.Run(y, x, w)
	} else {
		Forward(y, x, w, s)
	}
	if f := NewSmall[T](s, true); f != nil {
		f.Run(dx, ct, w)
	} else {
		Input(dx, ct, w, s)
	}
}

func TestConvGuardTable(t *testing.T) { convGuards().WantComplete(t, "Check", "Inside", "NewSmall") }
