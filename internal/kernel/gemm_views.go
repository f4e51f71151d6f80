package kernel

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// from is the operand from line i and step k on.
func (s strided[T]) from(i, k int) strided[T] {
	return strided[T]{s.data[i*s.line+k*s.step:], s.line, s.step}
}

// crowded says whether elements so far apart fall into too few sets of the first-level
// cache for many of them to stay there.
func crowded[T array.Float](stride int) bool {
	return stride*array.SizeOf[T]()%2048 == 0
}

// rowGap is kept between rows, so that they do not all start in the same cache set.
const rowGap = 16

func (s strided[T]) rows(buf []T, lo, hi, k0, k1, times int) strided[T] {
	v := s.from(lo, k0)
	lines, steps := hi-lo, k1-k0
	switch {
	case times < 4 || !crowded[T](max(s.line, s.step)):
		return v
	case s.step == 1:
		for i := range lines {
			copy(buf[i*(steps+rowGap):][:steps], v.data[i*s.line:])
		}
		return strided[T]{buf, steps + rowGap, 1}
	case s.line == 1:
		for k := range steps {
			copy(buf[k*lines:][:lines], v.data[k*s.step:])
		}
		return strided[T]{buf, 1, lines}
	}
	return v
}

func (s strided[T]) columns(lo, k0, times int) (strided[T], bool) {
	if s.line != 1 || times > 4 && crowded[T](s.step) {
		return strided[T]{}, false
	}
	return s.from(lo, k0), true
}
