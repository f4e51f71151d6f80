package conv

import (
	"math"
	"math/bits"
	"sync/atomic"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Difference sets y to Forward(x, w), given what that gives on the same x for other
// weights, yv for v and yu for u, of which w is the difference: w[o] = s[o]·v[o] - u[o]
// for each output channel o. So y[n,o] is s[o]·yv[n,o] - yu[n,o].
//
// Where less than a part, least, is left of the magnitudes that are subtracted, it is
// computed from x and w, as is what is not finite. If there are many of these, all of y
// is computed by [Forward].
func Difference(y, x, w, s, yv, yu []float32, least float32, g Geometry) {
	g.Check("conv.Difference", "y", len(y), "x", len(x), "w", len(w))
	array.WantLen("conv.Difference", "s", len(s), g.COut)
	array.WantLen("conv.Difference", "yv", len(yv), len(y))
	array.WantLen("conv.Difference", "yu", len(yu), len(y))
	if len(y) == 0 {
		return
	}
	// An output by itself takes a hundred times as long as one of many.
	const few = 256
	count, st := scratch.Borrow[int64](1)
	count[0] = 0
	f := differenceJob{y, x, w, s, yv, yu, least, g, &count[0], int64(len(y) / few)}
	parallel.Split(g.Batch*g.COut, max(1, elementwise.Grain/g.positions()), f)
	if count[0] > f.most {
		Forward(y, x, w, g)
	}
	scratch.Release(st)
}

// differenceJob subtracts plane by plane.
type differenceJob struct {
	y, x, w, s, yv, yu []float32
	least              float32
	conv               Geometry
	count              *int64 // of those that cancel
	most               int64  // of them that are computed one by one
}

func (f differenceJob) Run(lo, hi int) {
	n := f.conv.positions()
	cancels, s := scratch.Borrow[uint8](array.CeilDiv(n, 8))
	for plane := lo; plane < hi; plane++ {
		y, from := f.y[plane*n:(plane+1)*n], plane*n
		if !subtract(y, f.yv[from:from+n], f.yu[from:from+n], f.s[plane%f.conv.COut], f.least, cancels) {
			continue
		}
		for k, b := range cancels {
			if b == 0 || atomic.AddInt64(f.count, int64(bits.OnesCount8(b))) > f.most {
				continue
			}
			for ; b != 0; b &= b - 1 {
				p := byteAt(k, n) + bits.TrailingZeros8(b)
				y[p] = f.conv.output(f.x, f.w, plane/f.conv.COut, plane%f.conv.COut, p)
			}
		}
	}
	scratch.Release(s)
}

// byteAt is where byte k of the bits for n elements begins: the last one ends with the
// last element, if there are as many as bits.
func byteAt(k, n int) int { return max(0, min(8*k, n-8)) }

// subtractPlain sets y to s·a - b, and the bits of cancels, of which there is a byte for
// each 8 elements, to where less than the part least is left. It reports whether there
// are any.
func subtractPlain(y, a, b []float32, s, least float32, cancels []uint8) bool {
	var all uint8
	for k := range cancels {
		from := byteAt(k, len(y))
		var found uint8
		for i := from; i < min(from+8, len(y)); i++ {
			whole := s * a[i]
			left := whole - b[i]
			y[i] = left
			if size := magnitude(left); !(size >= least*(magnitude(whole)+magnitude(b[i])) && size < float32(math.Inf(1))) {
				found |= 1 << (i - from)
			}
		}
		cancels[k] = found
		all |= found
	}
	return all != 0
}

func magnitude(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ (1 << 31)) }

// output is one element of the convolution, at position p of output channel o.
func (s *Geometry) output(x, w []float32, image, o, p int) float32 {
	perGroup, in, window := s.CIn/s.Groups, array.Volume(s.In[:]), array.Volume(s.Kernel[:])
	first := image*s.CIn + o/(s.COut/s.Groups)*perGroup
	sum := 0.0
	for tap := range window {
		_, offset := s.tapIndex(tap)
		i, inside := s.readAt(p, offset)
		if !inside {
			continue
		}
		for c := range perGroup {
			sum += float64(x[(first+c)*in+i]) * float64(w[(o*perGroup+c)*window+tap])
		}
	}
	return float32(sum)
}

// readAt is where output position p reads at an offset in a plane of x, if that is
// inside.
func (s *Geometry) readAt(p int, offset [3]int) (i int, inside bool) {
	at := [3]int{p / s.Out[2] / s.Out[1], p / s.Out[2] % s.Out[1], p % s.Out[2]}
	for a := range 3 {
		j := at[a]*s.Stride[a] + offset[a]
		if uint(j) >= uint(s.In[a]) {
			return 0, false
		}
		i = i*s.In[a] + j
	}
	return i, true
}
