package kernel

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
	l.Add("ConvRest", func(g *kerneltest.Guard, n int) {
		s := guardConvs(g, n)[0]
		nx, nw, ny := s.sizes()
		ConvRest(kerneltest.Output[float32](g, ny), kerneltest.Some[float32](g, nx), kerneltest.Some[float32](g, nw), kerneltest.Some[float32](g, s.COut), kerneltest.Some[float32](g, ny), kerneltest.Some[float32](g, ny), 0, s)
	})
	l.Add("Run/SmallConv/f32", smallConvGuard[float32])
	l.Add("Run/SmallConv/f64", smallConvGuard[float64])
	return l
}

func convsGuards[T array.Float](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	conv := func(name string, run func(g *kerneltest.Guard, s Conv, nx, nw, ny int)) {
		add(name, func(g *kerneltest.Guard, n int) {
			for _, s := range guardConvs(g, n) {
				nx, nw, ny := s.sizes()
				run(g, s, nx, nw, ny)
			}
		})
	}
	conv("ConvForward", func(g *kerneltest.Guard, s Conv, nx, nw, ny int) {
		ConvForward(kerneltest.Output[T](g, ny), kerneltest.Some[T](g, nx), kerneltest.Some[T](g, nw), s)
	})
	conv("ConvInput", func(g *kerneltest.Guard, s Conv, nx, nw, ny int) {
		ConvInput(kerneltest.Output[T](g, nx), kerneltest.Some[T](g, ny), kerneltest.Some[T](g, nw), s)
	})
	conv("ConvWeights", func(g *kerneltest.Guard, s Conv, nx, nw, ny int) {
		ConvWeights(kerneltest.Output[T](g, nw), kerneltest.Some[T](g, nx), kerneltest.Some[T](g, ny), s)
	})
}

// guardConvs are the geometries to run convolutions with at a size: of those that each of
// the ways of computing is for.
func guardConvs(g *kerneltest.Guard, n int) []Conv {
	line := along(n+1, 1+n%5, 1+n%3)
	line.CIn, line.COut = 1+n%3, 1+n%17
	return []Conv{randomConv(g.Rand), longConv(g.Rand), strideOf(g.Rand, 1+n%40), smallConvs(g.Rand)[8+n%300], line}
}

// smallConvGuard runs the form of small planes, and where there is none, as in plain Go,
// the convolution.
func smallConvGuard[T array.Float](g *kerneltest.Guard, n int) {
	s := smallConvs(g.Rand)[n%300]
	nx, nw, ny := s.sizes()
	y, dx, x, ct, w := kerneltest.Output[T](g, ny), kerneltest.Output[T](g, nx), kerneltest.Some[T](g, nx), kerneltest.Some[T](g, ny), kerneltest.Some[T](g, nw)
	if f := NewSmallConv[T](s, false); f != nil {
		f.Run(y, x, w)
	} else {
		ConvForward(y, x, w, s)
	}
	if f := NewSmallConv[T](s, true); f != nil {
		f.Run(dx, ct, w)
	} else {
		ConvInput(dx, ct, w, s)
	}
}
