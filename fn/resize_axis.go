package fn

import (
	"fmt"
	"math"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// sampling says how to resize one axis from In to Out elements. The fields are those of
// [ResizeConfig].
type sampling struct {
	Axis, In, Out             int
	Scale                     float64 // 0 for Out/In
	Mode                      ResizeMode
	Coordinates               ResizeCoordinates
	Rounding                  ResizeRounding
	A                         float64
	ExcludeOutside, Antialias bool
	Low, High                 float64
}

// check reports lengths that cannot be.
func (l sampling) check() error {
	switch {
	case l.Scale < 0:
		return fmt.Errorf("the scale is %v: want more than 0", l.Scale)
	case l.Out < 0 || l.Out >= longest:
		return fmt.Errorf("it cannot have %d elements", l.Out)
	case l.In == 0 && l.Out > 0:
		return fmt.Errorf("it is empty: there is nothing to sample")
	case l.Out > 0 && l.support() > 2*float64(l.In)+2:
		return fmt.Errorf("the scale %v is too small for %d elements", l.Scale, l.In)
	}
	return nil
}

// unscaled returns i/s, the place of i on the old axis. Without a given scale it is exact
// where it is whole.
func (l sampling) unscaled(i float64) float64 {
	if l.Scale != 0 {
		return i / l.Scale
	}
	return i * float64(l.In) / float64(l.Out)
}

// length returns the length of the new axis, as the coordinates use it.
func (l sampling) length() float64 {
	if l.Scale != 0 {
		return l.Scale * float64(l.In)
	}
	return float64(l.Out)
}

// place returns which place of the old axis element i of the new one stands for.
func (l sampling) place(i int) float64 {
	at, last, m := float64(i), float64(l.In-1), l.length()
	switch l.Coordinates {
	case HalfPixelSymmetric:
		border := float64(l.In) / 2 * (1 - float64(l.Out)/m)
		return border + l.unscaled(at+0.5) - 0.5
	case PyTorchHalfPixel:
		if l.Out == 1 {
			return 0
		}
	case AlignCorners:
		if m == 1 {
			return 0
		}
		return at * last / (m - 1)
	case Asymmetric:
		return l.unscaled(at)
	case TFHalfPixelForNN:
		return l.unscaled(at + 0.5)
	case CropAndResize:
		if m == 1 {
			return (l.Low + l.High) / 2 * last
		}
		return l.Low*last + at*(l.High-l.Low)*last/(m-1)
	}
	return l.unscaled(at+0.5) - 0.5
}

// outside reports, for each element of the new axis, whether it is to be extrapolated.
func (l sampling) outside() []bool {
	out := make([]bool, l.Out)
	for i := range out {
		at := l.place(i)
		out[i] = l.Coordinates == CropAndResize && !(at >= 0 && at <= float64(l.In-1))
	}
	return out
}

// resize resizes one axis of x.
func (l sampling) resize(x trace.Value) trace.Value {
	if l.keeps() {
		return x
	}
	if l.Mode != ResizeNearest {
		return trace.Bind1(resize{l, false}, x)
	}
	index := make([]int64, l.Out)
	for i := range index {
		index[i] = int64(l.nearest(l.place(i)))
	}
	return Take(x, trace.New(index), l.Axis)
}

// keeps reports whether each element stands for itself.
func (l sampling) keeps() bool {
	for i := range l.Out {
		if l.place(i) != float64(i) {
			return false
		}
	}
	return l.In == l.Out
}

// nearest returns the index of the element for a place.
func (l sampling) nearest(at float64) int {
	low := math.Floor(at)
	part, up := at-low, false
	switch l.Rounding {
	case RoundPreferFloor:
		up = part > 0.5
	case RoundPreferCeil:
		up = part >= 0.5
	case RoundCeil:
		up = part > 0
	}
	if up {
		low++
	}
	return int(min(max(low, 0), float64(l.In-1)))
}

// shrink returns the factor by which kernels are narrower than they will be.
func (l sampling) shrink() float64 {
	if !l.Antialias {
		return 1
	}
	return min(1, l.length()/float64(l.In))
}

// support returns how far from a place elements count.
func (l sampling) support() float64 {
	width := 1.0
	if l.Mode == ResizeCubic {
		width = 2
	}
	return width / l.shrink()
}

// kernel returns the weight of an element at a distance. For the cubic kernel see Keys,
// equation 4, with any a.
func (l sampling) kernel(distance float64) float64 {
	d := math.Abs(distance)
	switch {
	case l.Mode == ResizeLinear:
		return max(1-d, 0)
	case d <= 1:
		return ((l.A+2)*d-(l.A+3))*d*d + 1
	case d < 2:
		return ((d-5)*d+8)*d*l.A - 4*l.A
	}
	return 0
}

// mixture says how rows are made of other rows: row i is the sum of weight·row index over
// the terms that begin at start[i] and end before start[i+1].
type mixture struct {
	start, index []int
	weight       []float64
}

// mixture returns how the elements of the new axis are made of those of the old one.
// Weights of 0 are left out, so that infinity times 0 does not spoil a sum.
func (l sampling) mixture() mixture {
	m := mixture{start: make([]int, 1, l.Out+1)}
	support, shrink := l.support(), l.shrink()
	for i := range l.Out {
		// Beyond these bounds the border is all that counts.
		at := min(max(l.place(i), -support-1), float64(l.In)+support)
		sum, from := 0.0, len(m.index)
		for j := int(math.Ceil(at - support)); float64(j) <= at+support; j++ {
			w := l.kernel((float64(j) - at) * shrink)
			if w == 0 || l.ExcludeOutside && (j < 0 || j >= l.In) {
				continue
			}
			sum += w
			m.index, m.weight = append(m.index, min(max(j, 0), l.In-1)), append(m.weight, w)
		}
		if sum == 0 {
			m.index, m.weight, sum = append(m.index[:from], l.nearest(at)), append(m.weight[:from], 1), 1
		}
		if l.ExcludeOutside || l.Antialias {
			for k := from; k < len(m.weight); k++ {
				m.weight[k] /= sum
			}
		}
		m.start = append(m.start, len(m.index))
	}
	return m
}

// transposed returns how n rows get back what was made of them.
func (m mixture) transposed(n int) mixture {
	t := mixture{make([]int, n+1), make([]int, len(m.index)), make([]float64, len(m.index))}
	for _, j := range m.index {
		t.start[j+1]++
	}
	for j := range n {
		t.start[j+1] += t.start[j]
	}
	next := append([]int(nil), t.start...)
	for i := range len(m.start) - 1 {
		for k := m.start[i]; k < m.start[i+1]; k++ {
			at := next[m.index[k]]
			t.index[at], t.weight[at] = i, m.weight[k]
			next[m.index[k]]++
		}
	}
	return t
}

// resize interpolates along one axis or, if Adjoint is set, is the adjoint of that.
type resize struct {
	Line    sampling
	Adjoint bool
}

func (resize) Name() string         { return "resize" }
func (resize) Kind() trace.Kind     { return trace.KindShaping + ".resize" }
func (resize) LinearIn([]bool) bool { return true }

func (op resize) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Line.Axis, in[0]); err != nil {
		return nil, err
	}
	from, to := op.lengths()
	if n := in[0].Shape[op.Line.Axis]; n != from {
		return nil, fmt.Errorf("axis %d has length %d, want %d", op.Line.Axis, n, from)
	}
	shape := append([]int(nil), in[0].Shape...)
	shape[op.Line.Axis] = to
	return []trace.Type{trace.TypeOf(in[0].DType, shape...)}, nil
}

func (op resize) lengths() (from, to int) {
	if op.Adjoint {
		return op.Line.Out, op.Line.In
	}
	return op.Line.In, op.Line.Out
}

func (op resize) Eval(in, out []*trace.Array) {
	m := op.Line.mixture()
	if op.Adjoint {
		m = m.transposed(op.Line.In)
	}
	onFloat(in[0].DType(), mixRows[float32], mixRows[float64])(m, op.Line.Axis, in[0], out[0])
}

// mixRows makes the rows of y along an axis of those of x.
func mixRows[T float32 | float64](m mixture, axis int, x, y *trace.Array) {
	src, dst := trace.Elems[T](x), trace.Elems[T](y)
	outer, n, inner := around(x.Shape(), axis)
	rows := y.Shape()[axis]
	weight := make([]T, len(m.weight))
	for k, w := range m.weight {
		weight[k] = T(w)
	}
	if inner == 1 {
		kparallel.Run(outer, max(1, grain/(rows+len(weight)+1)), func(lo, hi int) {
			for o := lo; o < hi; o++ {
				mixLine(dst[o*rows:(o+1)*rows], src[o*n:(o+1)*n], m.start, m.index, weight)
			}
		})
		return
	}
	work := inner * (1 + len(weight)/max(rows, 1))
	kparallel.Run(outer*rows, max(1, grain/max(work, 1)), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			from, to := m.start[r%rows], m.start[r%rows+1]
			mix(dst[r*inner:(r+1)*inner], src[r/rows*n*inner:], m.index[from:to], weight[from:to])
		}
	})
}

// mixLine is [mix] for rows of one element, which make a line.
func mixLine[T float32 | float64](dst, src []T, start, index []int, weight []T) {
	from := 0
	for r := range dst {
		var sum T
		to := start[r+1]
		for k, i := range index[from:to] {
			sum += weight[from+k] * src[i]
		}
		dst[r], from = sum, to
	}
}

// mix makes dst of rows of src that are as long.
func mix[T float32 | float64](dst, src []T, index []int, weight []T) {
	clear(dst)
	for k, i := range index {
		w, row := weight[k], src[i*len(dst):(i+1)*len(dst)]
		for j, x := range row {
			dst[j] += w * x
		}
	}
}

func (op resize) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(resize{op.Line, !op.Adjoint}, ct[0])
}

func (op resize) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	op.Line.Axis++
	return trace.Bind(op, in[0])
}

func (op resize) ByRow([]trace.Type, int) bool { return op.Line.Axis > 0 }
