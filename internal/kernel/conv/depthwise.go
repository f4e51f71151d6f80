package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// The depthwise convolutions work on a padded copy of a plane, in which every tap of
// every output position has its element, so that their loops need no bounds.

// padded is the geometry of such a copy: its size along each axis.
type padded struct {
	conv *Geometry
	size [3]int
}

func (s *Geometry) padded() padded {
	p := padded{conv: s}
	for a := range 3 {
		p.size[a] = max(0, s.Out[a]-1)*s.Stride[a] + max(0, s.Kernel[a]-1)*s.Dilation[a] + 1
	}
	return p
}

// lines calls f for each line along the last axis that the plane and its padded copy
// share, with the part of it that they share: n elements from at in the plane and from to
// in the copy.
func (p padded) lines(f func(at, to, n int)) {
	in, pad := &p.conv.In, &p.conv.Pad
	lo2, hi2 := Inside(p.size[2], in[2], -pad[2], 1)
	for j0 := range p.size[0] {
		for j1 := range p.size[1] {
			i0, i1 := j0-pad[0], j1-pad[1]
			if uint(i0) < uint(in[0]) && uint(i1) < uint(in[1]) && lo2 < hi2 {
				f((i0*in[1]+i1)*in[2]+lo2-pad[2], (j0*p.size[1]+j1)*p.size[2]+lo2, hi2-lo2)
			}
		}
	}
}

// pad copies a plane into its padded form.
func pad[T array.Float](dst, plane []T, p padded) {
	clear(dst)
	p.lines(func(at, to, n int) { copy(dst[to:to+n], plane[at:at+n]) })
}

// crop is the adjoint of pad.
func crop[T array.Float](plane, src []T, p padded) {
	clear(plane)
	p.lines(func(at, to, n int) { copy(plane[at:at+n], src[to:to+n]) })
}

// taps calls f for each tap and each line of output positions along the last axis, with
// where the line begins in the output and where its first element reads the padded plane.
func (p padded) taps(f func(tap, out, in int)) {
	s := p.conv
	for tap := range array.Volume(s.Kernel[:]) {
		_, offset := s.tapIndex(tap)
		for o0 := range s.Out[0] {
			for o1 := range s.Out[1] {
				j0 := o0*s.Stride[0] + offset[0] + s.Pad[0]
				j1 := o1*s.Stride[1] + offset[1] + s.Pad[1]
				j2 := offset[2] + s.Pad[2]
				f(tap, (o0*s.Out[1]+o1)*s.Out[2], (j0*p.size[1]+j1)*p.size[2]+j2)
			}
		}
	}
}

// depthwise is the arrays of such a convolution, whichever of them is the result. Each of
// its input channels has m output channels.
type depthwise[T array.Float] struct {
	x, w, y []T
	conv    Geometry
	m       int
}

// filter, input and output are the weights of output channel o, and the planes of
// channels of an image.
func (d *depthwise[T]) filter(o int) []T {
	n := array.Volume(d.conv.Kernel[:])
	return d.w[o*n : (o+1)*n]
}

func (d *depthwise[T]) input(image, c int) []T {
	n := array.Volume(d.conv.In[:])
	return d.x[(image*d.conv.CIn+c)*n:][:n]
}

func (d *depthwise[T]) output(image, o int) []T {
	n := d.conv.positions()
	return d.y[(image*d.conv.COut+o)*n:][:n]
}

func (s Geometry) opsPerPlane() int {
	return s.positions() * array.Volume(s.Kernel[:]) * (s.COut / s.Groups)
}

func depthwiseForward[T array.Float](y, x, w []T, s Geometry) {
	d := depthwise[T]{x, w, y, s, s.COut / s.Groups}
	parallel.Split(s.Batch*s.CIn, parallel.GrainOf(s.opsPerPlane()), depthwiseY[T]{d})
}

func depthwiseInput[T array.Float](dx, dy, w []T, s Geometry) {
	d := depthwise[T]{dx, w, dy, s, s.COut / s.Groups}
	parallel.Split(s.Batch*s.CIn, parallel.GrainOf(s.opsPerPlane()), depthwiseX[T]{d})
}

func depthwiseWeights[T array.Float](dw, x, dy []T, s Geometry) {
	d := depthwise[T]{x, dw, dy, s, s.COut / s.Groups}
	parallel.Split(s.CIn, parallel.GrainOf(s.Batch*s.opsPerPlane()), depthwiseW[T]{d})
}

// depthwiseY computes y, by planes of x.
type depthwiseY[T array.Float] struct{ depthwise[T] }

func (d depthwiseY[T]) Run(lo, hi int) {
	p := d.conv.padded()
	plane, st := scratch.Borrow[T](array.Volume(p.size[:]))
	for u := lo; u < hi; u++ {
		image, c := u/d.conv.CIn, u%d.conv.CIn
		pad(plane, d.input(image, c), p)
		for o := c * d.m; o < (c+1)*d.m; o++ {
			w, y := d.filter(o), d.output(image, o)
			clear(y)
			p.taps(func(tap, to, from int) {
				gemm.AddScaledStrided(y[to:to+d.conv.Out[2]], w[tap], plane[from:], d.conv.Stride[2])
			})
		}
	}
	scratch.Release(st)
}

// depthwiseX computes dx, by planes of dx.
type depthwiseX[T array.Float] struct{ depthwise[T] }

func (d depthwiseX[T]) Run(lo, hi int) {
	p := d.conv.padded()
	plane, st := scratch.Borrow[T](array.Volume(p.size[:]))
	for u := lo; u < hi; u++ {
		image, c := u/d.conv.CIn, u%d.conv.CIn
		clear(plane)
		for o := c * d.m; o < (c+1)*d.m; o++ {
			w, dy := d.filter(o), d.output(image, o)
			p.taps(func(tap, at, to int) {
				addScaledTo(plane[to:], d.conv.Stride[2], w[tap], dy[at:at+d.conv.Out[2]])
			})
		}
		crop(d.input(image, c), plane, p)
	}
	scratch.Release(st)
}

// depthwiseW computes dw, by input channels.
type depthwiseW[T array.Float] struct{ depthwise[T] }

func (d depthwiseW[T]) Run(lo, hi int) {
	p := d.conv.padded()
	plane, st := scratch.Borrow[T](array.Volume(p.size[:]))
	for c := lo; c < hi; c++ {
		for o := c * d.m; o < (c+1)*d.m; o++ {
			clear(d.filter(o))
		}
		for image := range d.conv.Batch {
			pad(plane, d.input(image, c), p)
			for o := c * d.m; o < (c+1)*d.m; o++ {
				dw, dy := d.filter(o), d.output(image, o)
				p.taps(func(tap, at, from int) {
					dw[tap] += gemm.DotStrided(plane[from:], d.conv.Stride[2], dy[at:at+d.conv.Out[2]])
				})
			}
		}
	}
	scratch.Release(st)
}

// addScaledTo is dst[j·stride] += s·x[j].
func addScaledTo[T array.Float](dst []T, stride int, s T, x []T) {
	for j, v := range x {
		dst[j*stride] += s * v
	}
}
