//go:build !purego

package conv

import (
	"slices"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// inputImplicit is [Input] as implicit GEMM, with a class for each remainder of the
// coordinates of dx modulo the stride that a tap reaches; it reports whether there are
// instructions for it and something to sum up. The other coordinates are zeros, of which
// there may be any number.
func inputImplicit[T array.Float](dx, dy, w []T, s Geometry) bool {
	if cpu.InUse() == cpu.Plain || len(w) == 0 || len(dy) == 0 {
		return false
	}
	g := implicit{in: s.Out, step: [3]int{1, 1, 1}, out: s.In, outStep: s.Stride,
		rows: s.CIn / s.Groups, channels: s.COut / s.Groups, aRow: array.Volume(s.Kernel[:]), aChannel: s.taps()}
	axes, st := s.inputAxes()
	defer scratch.Release(st)
	classes, taps := 1, 1
	g.dense = true
	for a := range axes {
		g.grid[a] = array.CeilDiv(s.In[a], s.Stride[a])
		classes, taps = classes*len(axes[a].firsts), taps*axes[a].taps
		g.dense = g.dense && len(axes[a].firsts) == min(s.Stride[a], s.In[a])
	}
	if !g.dense {
		clear(dx)
	}
	if classes == 0 {
		return true
	}
	g.begin(classes, taps)
	g.addInput(&s, &axes)
	g.tighten()
	implicitProduct[T]{implicit: g, dst: dx, a: w, src: dy, groups: s.Groups, aGroup: s.COut / s.Groups * s.taps()}.all(s.Batch * s.Groups)
	return true
}

// inputAxis is what the taps along one axis reach in dx, whose coordinates are taken
// apart as h·stride + first. Tap k reaches from p·stride + k·dilation = h·stride + first
// + pad, so that it reads dy at p = h + offset.
type inputAxis struct {
	firsts  []int64 // the coordinates below the stride, and in dx, that a tap reaches, ascending
	tapOf   []int64 // the first tap that reaches each of them; others are a period apart
	period  int
	taps    int     // of all of them
	offsets []int64 // those of the taps, each once, descending
	numbers []int64 // for each tap, which one it has
}

// inputAxes works them out.
func (s *Geometry) inputAxes() (axes [3]inputAxis, st scratch.Loan) {
	words, st := scratch.Borrow[int64](4 * (s.Kernel[0] + s.Kernel[1] + s.Kernel[2]))
	for a := range axes {
		k := s.Kernel[a]
		axis := &axes[a]
		axis.firsts, axis.tapOf, axis.offsets, axis.numbers = words[:0:k], words[k:k:2*k], words[2*k:2*k:3*k], words[3*k:4*k]
		words = words[4*k:]
		s.fillAxis(axis, a)
	}
	return axes, st
}

func (s *Geometry) fillAxis(axis *inputAxis, a int) {
	stride, dilation, pad, k := s.Stride[a], s.Dilation[a], s.Pad[a], s.Kernel[a]
	axis.period = stride / gcd(stride, dilation)
	for tap := range min(k, axis.period) {
		if first := modulo(tap*dilation-pad, stride); first < s.In[a] {
			axis.tapOf = append(axis.tapOf, int64(tap))
		}
	}
	first := func(tap int64) int { return modulo(int(tap)*dilation-pad, stride) }
	slices.SortFunc(axis.tapOf, func(t, u int64) int { return first(t) - first(u) })
	for _, tap := range axis.tapOf {
		axis.firsts = append(axis.firsts, int64(first(tap)))
		axis.taps += array.CeilDiv(k-int(tap), axis.period)
	}
	for tap := range k {
		f := modulo(tap*dilation-pad, stride)
		offset := int64((f + pad - tap*dilation) / stride)
		if n := len(axis.offsets); f < s.In[a] && (n == 0 || axis.offsets[n-1] != offset) {
			axis.offsets = append(axis.offsets, offset)
		}
		axis.numbers[tap] = int64(len(axis.offsets) - 1)
	}
}

// addInput adds the classes, their taps and the offsets of those.
func (g *implicit) addInput(s *Geometry, axes *[3]inputAxis) {
	for _, o0 := range axes[0].offsets {
		for _, o1 := range axes[1].offsets {
			for _, o2 := range axes[2].offsets {
				g.addOffset([3]int{int(o0), int(o1), int(o2)})
			}
		}
	}
	g.lines = len(axes[2].firsts)
	for i0, f0 := range axes[0].firsts {
		for i1, f1 := range axes[1].firsts {
			for i2, f2 := range axes[2].firsts {
				g.addClass([3]int{int(f0), int(f1), int(f2)})
				g.addInputTaps(s, axes, [3]int{int(axes[0].tapOf[i0]), int(axes[1].tapOf[i1]), int(axes[2].tapOf[i2])})
			}
		}
	}
}

// addInputTaps adds the taps of a class, of which the first along each axis are given.
func (g *implicit) addInputTaps(s *Geometry, axes *[3]inputAxis, first [3]int) {
	x0, x1, x2 := &axes[0], &axes[1], &axes[2]
	for k0 := first[0]; k0 < s.Kernel[0]; k0 += x0.period {
		for k1 := first[1]; k1 < s.Kernel[1]; k1 += x1.period {
			for k2 := first[2]; k2 < s.Kernel[2]; k2 += x2.period {
				offset := (int(x0.numbers[k0])*len(x1.offsets)+int(x1.numbers[k1]))*len(x2.offsets) + int(x2.numbers[k2])
				g.addTap((k0*s.Kernel[1]+k1)*s.Kernel[2]+k2, offset)
			}
		}
	}
}

// modulo is the remainder of a/b that is not negative, for b > 0.
func modulo(a, b int) int {
	r := a % b
	if r < 0 {
		r += b
	}
	return r
}

// gcd is the greatest common divisor of two positive numbers.
func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
