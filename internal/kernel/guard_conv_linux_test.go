package kernel

import "testing"

func TestConvGuarded(t *testing.T) {
	defer poisonAll(true)()
	convGuards().run(t)
}

func convGuards() *guards {
	l := &guards{}
	convsGuards[float32](l, "f32")
	convsGuards[float64](l, "f64")
	l.add("ConvRest", func(g *guard, n int) {
		s := guardConvs(g, n)[0]
		nx, nw, ny := s.sizes()
		ConvRest(output[float32](g, ny), some[float32](g, nx), some[float32](g, nw), some[float32](g, s.COut), some[float32](g, ny), some[float32](g, ny), 0, s)
	})
	l.add("Run/SmallConv/f32", smallConvGuard[float32])
	l.add("Run/SmallConv/f64", smallConvGuard[float64])
	return l
}

func convsGuards[T Float](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	conv := func(name string, run func(g *guard, s Conv, nx, nw, ny int)) {
		add(name, func(g *guard, n int) {
			for _, s := range guardConvs(g, n) {
				nx, nw, ny := s.sizes()
				run(g, s, nx, nw, ny)
			}
		})
	}
	conv("ConvForward", func(g *guard, s Conv, nx, nw, ny int) {
		ConvForward(output[T](g, ny), some[T](g, nx), some[T](g, nw), s)
	})
	conv("ConvInput", func(g *guard, s Conv, nx, nw, ny int) { ConvInput(output[T](g, nx), some[T](g, ny), some[T](g, nw), s) })
	conv("ConvWeights", func(g *guard, s Conv, nx, nw, ny int) {
		ConvWeights(output[T](g, nw), some[T](g, nx), some[T](g, ny), s)
	})
}

// guardConvs are the geometries to run convolutions with at a size: of those that each of
// the ways of computing is for.
func guardConvs(g *guard, n int) []Conv {
	line := along(n+1, 1+n%5, 1+n%3)
	line.CIn, line.COut = 1+n%3, 1+n%17
	return []Conv{randomConv(g.r), longConv(g.r), strideOf(g.r, 1+n%40), smallConvs(g.r)[8+n%300], line}
}

// smallConvGuard runs the form of small planes, and where there is none, as in plain Go,
// the convolution.
func smallConvGuard[T Float](g *guard, n int) {
	s := smallConvs(g.r)[n%300]
	nx, nw, ny := s.sizes()
	y, dx, x, ct, w := output[T](g, ny), output[T](g, nx), some[T](g, nx), some[T](g, ny), some[T](g, nw)
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
