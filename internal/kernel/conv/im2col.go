package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// im2col is the matrix that turns a convolution into a product, which exists only where
// it is packed: element (tap, q) is what tap (c, k) reads for output position q, counted
// through the whole batch,
//
//	x[n, c, p·stride + k·dilation - pad],  or zero outside of x.
type im2col[T array.Float] struct {
	x     []T
	conv  Geometry
	group int
}

// read writes the elements of one tap for the output positions from q on.
func (m *im2col[T]) read(dst []T, tap, q int) {
	s := &m.conv
	in, positions := array.Volume(s.In[:]), s.positions()
	channel, offset := s.tapIndex(tap)
	channel += m.group * (s.CIn / s.Groups)
	image, p := q/positions, q%positions
	for len(dst) > 0 {
		n := min(positions-p, len(dst))
		readPlane(dst[:n], m.x[(image*s.CIn+channel)*in:][:in], s, offset, p)
		dst, p = dst[n:], 0
		image++
	}
}

// readPlane is read within one plane.
func readPlane[T array.Float](dst, plane []T, s *Geometry, offset [3]int, p int) {
	for len(dst) > 0 {
		n, line, first := s.segment(p, offset)
		n = min(n, len(dst))
		if line >= 0 {
			readLine(dst[:n], plane[line:line+s.In[2]], first, s.Stride[2])
		} else {
			clear(dst[:n])
		}
		dst, p = dst[n:], p+n
	}
}

// readLine is dst[j] = line[first + j·step], zero outside of the line.
func readLine[T array.Float](dst, line []T, first, step int) {
	lo, hi := Inside(len(dst), len(line), first, step)
	clear(dst[:lo])
	clear(dst[hi:])
	dst = dst[lo:hi]
	at := first + lo*step
	if step == 1 && lo < hi {
		copy(dst, line[at:])
		return
	}
	done := 0
	if step == 2 && lo < hi {
		done = even(dst, line[at:])
	}
	for j := done; j < len(dst); j++ {
		dst[j] = line[at+j*step]
	}
}

// windows is im2col as an operand whose lines are output positions and whose steps are
// taps.
type windows[T array.Float] struct{ im2col[T] }

func (m windows[T]) Pack(dst []T, width, lo, hi, k0, k1 int) {
	depth := k1 - k0
	buf, s := scratch.Borrow[T](hi - lo)
	for k := range depth {
		m.read(buf, k0+k, lo)
		for i := 0; i < len(buf); i += width {
			gemm.CopyStep(dst[i*depth+k*width:][:width], buf[i:min(i+width, len(buf))])
		}
	}
	scratch.Release(s)
}

func (m windows[T]) Columns(int, int, int) (gemm.Strided[T], bool) { return gemm.Strided[T]{}, false }

// tapLines is im2col as an operand whose lines are taps and whose steps are output
// positions.
type tapLines[T array.Float] struct{ im2col[T] }

func (m tapLines[T]) Pack(dst []T, width, lo, hi, k0, k1 int) {
	gemm.PackLiner(dst, m, width, lo, hi, k0, k1)
}

func (m tapLines[T]) Columns(int, int, int) (gemm.Strided[T], bool) { return gemm.Strided[T]{}, false }

func (m tapLines[T]) Line(dst []T, tap, q int) { m.read(dst, tap, q) }

// outputs is an array y[Batch COut Out...], from the first channel of a group on, as an
// operand whose lines are channels and whose steps are the output positions of the whole
// batch.
type outputs[T array.Float] struct {
	y    []T
	conv Geometry
}

func (m outputs[T]) Pack(dst []T, width, lo, hi, k0, k1 int) {
	gemm.PackLiner(dst, m, width, lo, hi, k0, k1)
}

func (m outputs[T]) Line(dst []T, channel, q int) {
	positions := m.conv.positions()
	image, p := q/positions, q%positions
	for len(dst) > 0 {
		n := copy(dst, m.y[(image*m.conv.COut+channel)*positions+p:][:positions-p])
		dst, p = dst[n:], 0
		image++
	}
}

// Rows are in place within an image.
func (m outputs[T]) Rows(buf []T, lo, hi, k0, k1, times int) gemm.Strided[T] {
	positions, steps := m.conv.positions(), k1-k0
	if image := k0 / positions; (k1-1)/positions == image {
		y := gemm.Strided[T]{Data: m.y[image*m.conv.COut*positions:], Line: positions, Step: 1}
		return y.Rows(buf, lo, hi, k0-image*positions, k1-image*positions, times)
	}
	for i := range hi - lo {
		m.Line(buf[i*(steps+gemm.RowGap):][:steps], lo+i, k0)
	}
	return gemm.Strided[T]{Data: buf, Line: steps + gemm.RowGap, Step: 1}
}
