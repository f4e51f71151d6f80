package kernel

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// operand is one side of a product: lines (rows of A, columns of B) of steps (the index
// of the sum).
type operand[T array.Float] interface {
	// pack writes the lines [lo, hi) over the steps [k0, k1) to dst as panels of so many
	// lines, one after the other, the last one padded with lines of zeros.
	pack(dst []T, width, lo, hi, k0, k1 int)
}

// left is an operand that can be the left side of a product of vector kernels, which read
// it element by element and so at any strides.
type left[T array.Float] interface {
	operand[T]
	// rows returns the lines [lo, hi) over the steps [k0, k1), in place or copied to buf,
	// which has room for them with a gap after each. Each element will be read so many
	// times.
	rows(buf []T, lo, hi, k0, k1, times int) strided[T]
}

// right is an operand that can be the right side.
type right[T array.Float] interface {
	operand[T]
	// columns returns the lines from lo on over the steps from k0 on as they lie in
	// memory, if they lie side by side there and are as well read in place so many times.
	columns(lo, k0, times int) (strided[T], bool)
}

// strided is an operand in memory: element (i, k) is data[i·line + k·step].
type strided[T array.Float] struct {
	data       []T
	line, step int
}

func (s strided[T]) pack(dst []T, width, lo, hi, k0, k1 int) {
	depth := k1 - k0
	for i := lo; i < hi; i += width {
		panel := dst[(i-lo)*depth : (i-lo+width)*depth]
		lines := min(width, hi-i)
		if s.line == 1 {
			s.packSteps(panel, width, lines, i, k0)
		} else {
			s.packLines(panel, width, lines, i, k0)
		}
	}
}

// packSteps packs lines that lie side by side in memory, step by step.
func (s strided[T]) packSteps(panel []T, width, lines, i, k0 int) {
	at := i + k0*s.step
	if lines == width && copySteps(panel, s.data[at:], width, s.step, len(panel)/width) {
		return
	}
	for ; len(panel) > 0; panel = panel[width:] {
		copyStep(panel[:width], s.data[at:at+lines])
		at += s.step
	}
}

// copyStep writes one step of a panel and fills it up with zeros. The widths of whole
// panels are spelled out because a call to copy takes longer than so few elements.
func copyStep[T array.Float](dst, src []T) {
	switch {
	case len(src) == 3 && len(dst) == 3:
		dst[0], dst[1], dst[2] = src[0], src[1], src[2]
	case len(src) == 2 && len(dst) == 2:
		dst[0], dst[1] = src[0], src[1]
	default:
		clear(dst[copy(dst, src):])
	}
}

// packLines packs line by line, after what can be done in squares.
func (s strided[T]) packLines(panel []T, width, lines, i, k0 int) {
	done, steps := 0, 0
	if s.step == 1 {
		done, steps = transposeSquares(panel, width, s.data[i*s.line+k0:], s.line, lines, len(panel)/width)
	}
	for r := range width {
		if r >= lines {
			clearLine(panel[r:], width)
			continue
		}
		k := 0
		if r < done {
			k = steps
		}
		at := (i+r)*s.line + (k0+k)*s.step
		for k = r + k*width; k < len(panel); k += width {
			panel[k] = s.data[at]
			at += s.step
		}
	}
}

func clearLine[T array.Float](dst []T, width int) {
	for k := 0; k < len(dst); k += width {
		dst[k] = 0
	}
}

// liner is an operand that can write out part of one line, steps [k0, k0+len(dst)).
type liner[T array.Float] interface {
	line(dst []T, i, k0 int)
}

// packLiner packs an operand panel by panel, writing its lines to a buffer first.
func packLiner[T array.Float, L liner[T]](dst []T, l L, width, lo, hi, k0, k1 int) {
	depth := k1 - k0
	buf, s := scratch.Borrow[T](width * depth)
	for i := lo; i < hi; i += width {
		lines := min(width, hi-i)
		for r := range lines {
			l.line(buf[r*depth:(r+1)*depth], i+r, k0)
		}
		strided[T]{buf, depth, 1}.packLines(dst[(i-lo)*depth:(i-lo+width)*depth], width, lines, 0, 0)
	}
	scratch.Release(s)
}
