package kernel

import (
	"fmt"
	"math"
)

// Conv is the geometry of a convolution with up to three spatial axes; fewer are padded
// with leading axes of size 1 (kernel 1, stride 1, dilation 1, no padding). The arrays
// are
//
//	x[Batch CIn In...]   w[COut CIn/Groups Kernel...]   y[Batch COut Out...]
//
// and Groups divides CIn and COut. Pad is the padding before the first element of an
// axis, and may be negative, which crops; that after the last one is implied by Out.
// Stride and Dilation are at least 1.
type Conv struct {
	Batch, Groups, CIn, COut               int
	In, Kernel, Out, Stride, Pad, Dilation [3]int
}

// ConvForward is the convolution (cross-correlation, as in all neural network libraries)
//
//	y[n,o,p] = Σ_{c,k} x[n, c, p·stride + k·dilation - pad] w[o,c,k],
//
// c running over the channels of the group of o, and x being zero outside of its bounds
// (so that an infinite weight over the padding makes a NaN). It is a blocked matrix
// product whose right operand is gathered from x as it is packed; with vector
// instructions, few output or few input channels sweep over a padded copy of x instead.
func ConvForward[T Float](y, x, w []T, s Conv) {
	s.check("ConvForward", "y", len(y), "x", len(x), "w", len(w))
	if len(y) == 0 {
		return
	}
	if s.pointwise() {
		s.In = [3]int{1, 1, s.positions()}
		s.Out = s.In
		if !s.narrow(sizesOf[T]().tileCols) {
			pointwiseForward(y, x, w, s)
			return
		}
	}
	sparse := s.sparse()
	if !sparse && (lineForward(y, x, w, s) || lowerForward(y, x, w, s)) {
		return
	}
	if s.depthwise() && !sparse {
		depthwiseForward(y, x, w, s)
	} else {
		eachBlock[T](s.Batch*s.Groups, s.COut/s.Groups, s.positions(), s.taps(), convForward[T]{y, x, w, s})
	}
}

type convForward[T Float] struct {
	y, x, w []T
	conv    Conv
}

// block has output channels as rows and output positions as columns; u is image · Groups
// + group.
func (f convForward[T]) block(u, i0, i1, j0, j1 int) {
	s := &f.conv
	positions, taps, m := s.positions(), s.taps(), s.COut/s.Groups
	image, group := u/s.Groups, u%s.Groups
	a := strided[T]{f.w[group*m*taps:], taps, 1}
	b := windows[T]{im2col[T]{f.x, *s, group}}
	first := image * positions
	multiply(f.y[(u*m+i0)*positions+j0:], positions, a, i0, i1, b, first+j0, first+j1, taps, false)
}

// ConvWeights is the adjoint of [ConvForward] towards the weights, summed over the batch:
//
//	dw[o,c,k] = Σ_{n,p} dy[n,o,p] x[n, c, p·stride + k·dilation - pad].
//
// With vector instructions x is gathered or copied with its padding, and dy is transposed
// or read as it lies.
func ConvWeights[T Float](dw, x, dy []T, s Conv) {
	s.check("ConvWeights", "dy", len(dy), "x", len(x), "dw", len(dw))
	if len(dy) == 0 || len(x) == 0 {
		clear(dw)
		return
	}
	if len(dw) == 0 {
		return
	}
	if s.pointwise() && len(dy) > 0 {
		pointwiseWeights(dw, x, dy, s)
		return
	}
	sparse := s.sparse()
	if !sparse && (weighColumns(dw, x, dy, s) || weighLines(dw, x, dy, s) || weighDots(dw, x, dy, s) || weighParts(dw, x, dy, s) || weigh(dw, x, dy, s)) {
		return
	}
	if s.depthwise() && !sparse {
		depthwiseWeights(dw, x, dy, s)
		return
	}
	eachBlock[T](s.Groups, s.COut/s.Groups, s.taps(), s.Batch*s.positions(), convWeights[T]{dw, x, dy, s})
}

type convWeights[T Float] struct {
	dw, x, dy []T
	conv      Conv
}

// block has output channels as rows and taps as columns.
func (f convWeights[T]) block(group, i0, i1, j0, j1 int) {
	s := &f.conv
	positions, taps, m := s.positions(), s.taps(), s.COut/s.Groups
	a := outputs[T]{f.dy[group*m*positions:], *s}
	b := tapLines[T]{im2col[T]{f.x, *s, group}}
	multiply(f.dw[(group*m+i0)*taps+j0:], taps, a, i0, i1, b, j0, j1, s.Batch*positions, false)
}

// positions is the number of output positions of an image.
func (s Conv) positions() int { return volume(s.Out[:]) }

// taps is the number of weights that make one output element.
func (s Conv) taps() int { return s.CIn / s.Groups * volume(s.Kernel[:]) }

// depthwise says whether the product has too few rows to pay for gathering x: one input
// channel to a group and few output channels.
func (s Conv) depthwise() bool {
	const few = 4
	return s.CIn == s.Groups && s.COut/s.Groups < few
}

// pointwise says whether the convolution is a matrix product as it lies in memory.
func (s Conv) pointwise() bool {
	ones := [3]int{1, 1, 1}
	return s.Kernel == ones && s.Stride == ones && s.Pad == [3]int{} && s.In == s.Out
}

func (s Conv) check(fn, yName string, y int, xName string, x int, wName string, w int) {
	if s.Groups < 1 || s.CIn%s.Groups != 0 || s.COut%s.Groups != 0 {
		panic(fmt.Sprintf("kernel: %s: %d groups do not divide %d and %d channels", fn, s.Groups, s.CIn, s.COut))
	}
	for a := range 3 {
		if s.Stride[a] < 1 || s.Dilation[a] < 1 {
			panic(fmt.Sprintf("kernel: %s: stride %v and dilation %v, want at least 1", fn, s.Stride, s.Dilation))
		}
		s.checkReach(fn, a)
	}
	in, window, out := sizeOfAll(fn, s.In[:]...), sizeOfAll(fn, s.Kernel[:]...), sizeOfAll(fn, s.Out[:]...)
	wantLen(fn, yName, y, sizeOfAll(fn, s.Batch, s.COut, out))
	wantLen(fn, xName, x, sizeOfAll(fn, s.Batch, s.CIn, in))
	wantLen(fn, wName, w, sizeOfAll(fn, s.COut, s.CIn/s.Groups, window))
}

// checkReach panics if the windows along an axis, or the padding before it, reach so far
// that coordinates are no longer ints that can be added up: the kernels do not look.
func (s *Conv) checkReach(fn string, a int) {
	const most = math.MaxInt >> 3
	last := float64(s.Out[a])*float64(s.Stride[a]) + float64(s.Kernel[a])*float64(s.Dilation[a])
	if pad := math.Abs(float64(s.Pad[a])); last+pad+float64(s.In[a]) > most {
		panic(fmt.Sprintf("kernel: %s: the windows of axis %d reach too far: %d of %d elements, stride %d, dilation %d, padding %d",
			fn, a, s.Out[a], s.Kernel[a], s.Stride[a], s.Dilation[a], s.Pad[a]))
	}
}

// sparse says whether the windows cover far more than there is of x and y, through
// padding, strides or dilation, so that copies of what they cover would be of zeros for
// the most part, or whether there are so many taps that what they read is much to write
// down. Then nothing is copied.
func (s *Conv) sparse() bool {
	const room, times, positions = 1 << 22, 16, 1 << 11
	there := float64(s.CIn)*float64(volume(s.In[:])) + float64(s.COut)*float64(s.positions())
	covered, window := float64(max(s.CIn, s.COut)), float64(volume(s.Kernel[:]))
	for a := range 3 {
		covered *= float64(max(s.In[a], (s.Out[a]-1)*s.Stride[a]+1) + (s.Kernel[a]-1)*s.Dilation[a])
	}
	gathered := window * float64(min(s.positions(), positions))
	return covered > max(room, times*there) || gathered > max(4*room, times*(there+float64(s.COut)*float64(s.taps())))
}
