package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// from is the operand from line i and step k on.
func (s Strided[T]) from(i, k int) Strided[T] {
	return Strided[T]{s.Data[i*s.Line+k*s.Step:], s.Line, s.Step}
}

// crowded says whether elements so far apart fall into too few sets of the first-level
// cache for many of them to stay there.
func crowded[T array.Float](stride int) bool {
	return stride*array.SizeOf[T]()%2048 == 0
}

// RowGap is kept between rows, so that they do not all start in the same cache set.
const RowGap = 16

// Rows are in place, or copied if they would fall into few sets of the cache.
func (s Strided[T]) Rows(buf []T, lo, hi, k0, k1, times int) Strided[T] {
	v := s.from(lo, k0)
	lines, steps := hi-lo, k1-k0
	switch {
	case times < 4 || !crowded[T](max(s.Line, s.Step)):
		return v
	case s.Step == 1:
		for i := range lines {
			copy(buf[i*(steps+RowGap):][:steps], v.Data[i*s.Line:])
		}
		return Strided[T]{buf, steps + RowGap, 1}
	case s.Line == 1:
		for k := range steps {
			copy(buf[k*lines:][:lines], v.Data[k*s.Step:])
		}
		return Strided[T]{buf, 1, lines}
	}
	return v
}

// Columns are in place, unless they would fall into few sets of the cache.
func (s Strided[T]) Columns(lo, k0, times int) (Strided[T], bool) {
	if s.Line != 1 || times > 4 && crowded[T](s.Step) {
		return Strided[T]{}, false
	}
	return s.from(lo, k0), true
}
