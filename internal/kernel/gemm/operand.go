package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Operand is one side of a product: lines (rows of A, columns of B) of steps (the index
// of the sum).
type Operand[T array.Float] interface {
	// Pack writes the lines [lo, hi) over the steps [k0, k1) to dst as panels of so many
	// lines, one after the other, the last one padded with lines of zeros.
	Pack(dst []T, width, lo, hi, k0, k1 int)
}

// Left is an operand that can be the left side of a product of vector kernels, which read
// it element by element and so at any strides.
type Left[T array.Float] interface {
	Operand[T]
	// Rows returns the lines [lo, hi) over the steps [k0, k1), in place or copied to buf,
	// which has room for them with a gap after each. Each element will be read so many
	// times.
	Rows(buf []T, lo, hi, k0, k1, times int) Strided[T]
}

// Right is an operand that can be the right side.
type Right[T array.Float] interface {
	Operand[T]
	// Columns returns the lines from lo on over the steps from k0 on as they lie in
	// memory, if they lie side by side there and are as well read in place so many times.
	Columns(lo, k0, times int) (Strided[T], bool)
}

// Strided is an operand in memory: element (i, k) is Data[i·Line + k·Step].
type Strided[T array.Float] struct {
	Data       []T
	Line, Step int
}

// Pack packs line by line or step by step, whichever lies side by side in memory.
func (s Strided[T]) Pack(dst []T, width, lo, hi, k0, k1 int) {
	depth := k1 - k0
	for i := lo; i < hi; i += width {
		panel := dst[(i-lo)*depth : (i-lo+width)*depth]
		lines := min(width, hi-i)
		if s.Line == 1 {
			s.packSteps(panel, width, lines, i, k0)
		} else {
			s.PackLines(panel, width, lines, i, k0)
		}
	}
}

// packSteps packs lines that lie side by side in memory, step by step.
func (s Strided[T]) packSteps(panel []T, width, lines, i, k0 int) {
	at := i + k0*s.Step
	if lines == width && copySteps(panel, s.Data[at:], width, s.Step, len(panel)/width) {
		return
	}
	for ; len(panel) > 0; panel = panel[width:] {
		CopyStep(panel[:width], s.Data[at:at+lines])
		at += s.Step
	}
}

// CopyStep writes one step of a panel and fills it up with zeros. The widths of whole
// panels are spelled out because a call to copy takes longer than so few elements.
func CopyStep[T array.Float](dst, src []T) {
	switch {
	case len(src) == 3 && len(dst) == 3:
		dst[0], dst[1], dst[2] = src[0], src[1], src[2]
	case len(src) == 2 && len(dst) == 2:
		dst[0], dst[1] = src[0], src[1]
	default:
		clear(dst[copy(dst, src):])
	}
}

// PackLines packs lines from line i and step k0 on into one panel of a width, line by
// line after what can be transposed in squares. Lines that are missing become zeros.
func (s Strided[T]) PackLines(panel []T, width, lines, i, k0 int) {
	done, steps := 0, 0
	if s.Step == 1 {
		done, steps = transposeSquares(panel, width, s.Data[i*s.Line+k0:], s.Line, lines, len(panel)/width)
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
		at := (i+r)*s.Line + (k0+k)*s.Step
		for k = r + k*width; k < len(panel); k += width {
			panel[k] = s.Data[at]
			at += s.Step
		}
	}
}

func clearLine[T array.Float](dst []T, width int) {
	for k := 0; k < len(dst); k += width {
		dst[k] = 0
	}
}

// Liner is an operand that can write out part of one line, steps [k0, k0+len(dst)).
type Liner[T array.Float] interface {
	// Line writes the steps [k0, k0+len(dst)) of line i.
	Line(dst []T, i, k0 int)
}

// PackLiner packs an operand panel by panel, writing its lines to a buffer first.
func PackLiner[T array.Float, L Liner[T]](dst []T, l L, width, lo, hi, k0, k1 int) {
	depth := k1 - k0
	buf, s := scratch.Borrow[T](width * depth)
	for i := lo; i < hi; i += width {
		lines := min(width, hi-i)
		for r := range lines {
			l.Line(buf[r*depth:(r+1)*depth], i+r, k0)
		}
		Strided[T]{buf, depth, 1}.PackLines(dst[(i-lo)*depth:(i-lo+width)*depth], width, lines, 0, 0)
	}
	scratch.Release(s)
}
