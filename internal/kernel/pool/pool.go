package pool

import (
	"fmt"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// Window is what a pooling reads along one axis for one output position: the Count
// indices Start, Start+Step, ..., all inside of the axis. Count may be 0.
type Window struct{ Start, Count, Step int }

// Geometry is the geometry of a pooling over up to three spatial axes, of Planes = batch
// · channels planes of shape In that become planes of shape Out. Windows[a] and
// Divisor[a] have Out[a] entries; only average pooling reads Divisor.
type Geometry struct {
	Planes  int
	In, Out [3]int
	Windows [3][]Window
	Divisor [3][]float64
}

// Avg is average pooling,
//
//	y[o0,o1,o2] = Σ x over the window / (Divisor[0][o0] · Divisor[1][o1] · Divisor[2][o2]).
//
// An empty window is 0 over its divisor.
func Avg[T array.Float](y, x []T, s *Geometry) {
	s.check("pool.Avg", len(x), "x", len(y), "y", true)
	parallel.Split(s.Planes, s.grain(), avgJob[T]{y, x, s, s.row(true)})
}

// AvgInput is the adjoint of [Avg]: dx[i] is the sum of dy[o] / divisor(o) over
// the windows o that hold i.
func AvgInput[T array.Float](dx, dy []T, s *Geometry) {
	s.check("pool.AvgInput", len(dx), "dx", len(dy), "dy", true)
	r := s.row(true)
	if !r.any() || !hasRows[T]() || r.hi-r.lo < cpu.Bytes256/array.SizeOf[T]() {
		r = row{} // what fills no vector is done one by one
	}
	parallel.Split(s.Planes, s.grain(), avgInputJob[T]{dx, dy, s, r})
}

// Max is max pooling: y is the maximum of the window and index its flat position in
// the plane of shape In. Of equal maxima the first in row-major order wins; a NaN wins
// over every number, the first NaN over the others. An empty window gives -Inf, for
// integers the least one, and index -1.
func Max[T array.Number](y []T, index []int32, x []T, s *Geometry) {
	s.check("pool.Max", len(x), "x", len(y), "y", false)
	array.WantLen("pool.Max", "index", len(index), len(y))
	parallel.Split(s.Planes, s.grain(), maxJob[T]{y, index, x, s, s.row(false)})
}

// grain is how many planes are worth a goroutine.
func (s *Geometry) grain() int {
	return parallel.GrainOf(array.Volume(s.In[:]) + array.Volume(s.Out[:]))
}

func (s *Geometry) check(fn string, x int, xName string, y int, yName string, average bool) {
	array.WantLen(fn, xName, x, s.Planes*array.Volume(s.In[:]))
	array.WantLen(fn, yName, y, s.Planes*array.Volume(s.Out[:]))
	for a := range 3 {
		if got := len(s.Windows[a]); got != s.Out[a] {
			array.BadLen(fn, fmt.Sprint("the window list of axis ", a), got, s.Out[a], "")
		}
		if got := len(s.Divisor[a]); average && got != s.Out[a] {
			array.BadLen(fn, fmt.Sprint("the divisor list of axis ", a), got, s.Out[a], "")
		}
		s.checkInside(fn, a)
	}
}

// checkInside panics if a window goes beyond its axis: kernels do not look.
func (s *Geometry) checkInside(fn string, axis int) {
	for o, w := range s.Windows[axis] {
		if w.Count > 0 && (w.Start < 0 || w.Step < 1 || w.Start+(w.Count-1)*w.Step >= s.In[axis]) {
			panic(fmt.Sprintf("kernel: %s: window %d of axis %d is %+v, which is not inside of its %d elements", fn, o, axis, w, s.In[axis]))
		}
	}
}
