package conv

import (
	"fmt"
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Geometry is the geometry of a convolution with up to three spatial axes; fewer are
// padded with leading axes of size 1 (kernel 1, stride 1, dilation 1, no padding). The
// arrays are
//
//	x[Batch CIn In...]   w[COut CIn/Groups Kernel...]   y[Batch COut Out...]
//
// and Groups divides CIn and COut. Pad is the padding before the first element of an
// axis, and may be negative, which crops; that after the last one is implied by Out.
// Stride and Dilation are at least 1.
type Geometry struct {
	Batch, Groups, CIn, COut               int
	In, Kernel, Out, Stride, Pad, Dilation [3]int
}

// positions is the number of output positions of an image.
func (s Geometry) positions() int { return array.Volume(s.Out[:]) }

// taps is the number of weights that make one output element.
func (s Geometry) taps() int { return s.CIn / s.Groups * array.Volume(s.Kernel[:]) }

// depthwise says whether the product has too few rows to pay for gathering x: one input
// channel to a group and few output channels.
func (s Geometry) depthwise() bool {
	const few = 4
	return s.CIn == s.Groups && s.COut/s.Groups < few
}

// pointwise says whether the convolution is a matrix product as it lies in memory.
func (s Geometry) pointwise() bool {
	ones := [3]int{1, 1, 1}
	return s.Kernel == ones && s.Stride == ones && s.Pad == [3]int{} && s.In == s.Out
}

// Check panics if there is no such convolution, or if the operands of kernel fn, which are
// called so, have other lengths than it asks for.
func (s Geometry) Check(fn, yName string, y int, xName string, x int, wName string, w int) {
	if s.Groups < 1 || s.CIn%s.Groups != 0 || s.COut%s.Groups != 0 {
		panic(fmt.Sprintf("kernel: %s: %d groups do not divide %d and %d channels", fn, s.Groups, s.CIn, s.COut))
	}
	for a := range 3 {
		if s.Stride[a] < 1 || s.Dilation[a] < 1 {
			panic(fmt.Sprintf("kernel: %s: stride %v and dilation %v, want at least 1", fn, s.Stride, s.Dilation))
		}
		s.checkReach(fn, a)
	}
	in, window, out := array.CheckedVolume(fn, s.In[:]...), array.CheckedVolume(fn, s.Kernel[:]...), array.CheckedVolume(fn, s.Out[:]...)
	array.WantLen(fn, yName, y, array.CheckedVolume(fn, s.Batch, s.COut, out))
	array.WantLen(fn, xName, x, array.CheckedVolume(fn, s.Batch, s.CIn, in))
	array.WantLen(fn, wName, w, array.CheckedVolume(fn, s.COut, s.CIn/s.Groups, window))
}

// checkReach panics if the windows along an axis, or the padding before it, reach so far
// that coordinates are no longer ints that can be added up: the kernels do not look.
func (s *Geometry) checkReach(fn string, a int) {
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
func (s *Geometry) sparse() bool {
	const room, times, positions = 1 << 22, 16, 1 << 11
	there := float64(s.CIn)*float64(array.Volume(s.In[:])) + float64(s.COut)*float64(s.positions())
	covered, window := float64(max(s.CIn, s.COut)), float64(array.Volume(s.Kernel[:]))
	for a := range 3 {
		covered *= float64(max(s.In[a], (s.Out[a]-1)*s.Stride[a]+1) + (s.Kernel[a]-1)*s.Dilation[a])
	}
	gathered := window * float64(min(s.positions(), positions))
	return covered > max(room, times*there) || gathered > max(4*room, times*(there+float64(s.COut)*float64(s.taps())))
}

// tapIndex takes a tap apart: its channel within the group and its offset in the input
// along each axis for the output position 0.
func (s *Geometry) tapIndex(tap int) (channel int, offset [3]int) {
	for a := 2; a >= 0; a-- {
		offset[a] = tap%s.Kernel[a]*s.Dilation[a] - s.Pad[a]
		tap /= s.Kernel[a]
	}
	return tap, offset
}

// segment is what remains, from output position p on, of its line along the last axis:
// how many positions, where the line of the input that they read begins in its plane (or
// -1 if it is outside), and at which index of that line the first one reads.
func (s *Geometry) segment(p int, offset [3]int) (n, line, first int) {
	q, o2 := p/s.Out[2], p%s.Out[2]
	i0 := q/s.Out[1]*s.Stride[0] + offset[0]
	i1 := q%s.Out[1]*s.Stride[1] + offset[1]
	n, first = s.Out[2]-o2, o2*s.Stride[2]+offset[2]
	if uint(i0) >= uint(s.In[0]) || uint(i1) >= uint(s.In[1]) {
		return n, -1, first
	}
	return n, (i0*s.In[1] + i1) * s.In[2], first
}

// narrow says whether the positions of a pointwise convolution fill so few tiles of the
// product that the way of other convolutions is better, which has tiles for them.
func (s Geometry) narrow(tileCols int) bool { return s.positions() < 2*tileCols }

// Inside is the range of the j in [0, n) for which 0 <= first + j·step < size; empty if
// hi <= lo.
func Inside(n, size, first, step int) (lo, hi int) {
	if first < 0 {
		lo = min(array.CeilDiv(-first, step), n)
	}
	if first < size {
		hi = min(array.CeilDiv(size-first, step), n)
	}
	return lo, max(lo, hi)
}
