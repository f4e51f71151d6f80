package kernel

// operand is one side of a product: lines (rows of A, columns of B) of steps (the index of the sum).
type operand[T Float] interface {
	// pack writes the lines [lo, hi) over the steps [k0, k1) to dst as panels of so many lines, one
	// after the other, the last one padded with lines of zeros.
	pack(dst []T, width, lo, hi, k0, k1 int)
}

// strided is an operand in memory: element (i, k) is data[i·line + k·step].
type strided[T Float] struct {
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
	for ; len(panel) > 0; panel = panel[width:] {
		copyStep(panel[:width], s.data[at:at+lines])
		at += s.step
	}
}

// copyStep writes one step of a panel and fills it up with zeros. The widths of whole panels are
// spelled out because a call to copy takes longer than so few elements.
func copyStep[T Float](dst, src []T) {
	switch {
	case len(src) == 3 && len(dst) == 3:
		dst[0], dst[1], dst[2] = src[0], src[1], src[2]
	case len(src) == 2 && len(dst) == 2:
		dst[0], dst[1] = src[0], src[1]
	default:
		clear(dst[copy(dst, src):])
	}
}

// packLines packs line by line.
func (s strided[T]) packLines(panel []T, width, lines, i, k0 int) {
	for r := range width {
		if r >= lines {
			clearLine(panel[r:], width)
			continue
		}
		at := (i+r)*s.line + k0*s.step
		for k := r; k < len(panel); k += width {
			panel[k] = s.data[at]
			at += s.step
		}
	}
}

// spread writes a contiguous line into a panel: dst[k·width] = line[k].
func spread[T Float](dst []T, width int, line []T) {
	for k, v := range line {
		dst[k*width] = v
	}
}

func clearLine[T Float](dst []T, width int) {
	for k := 0; k < len(dst); k += width {
		dst[k] = 0
	}
}

// liner is an operand that can write out part of one line, steps [k0, k0+len(dst)).
type liner[T Float] interface {
	line(dst []T, i, k0 int)
}

// packLiner packs an operand line by line through a buffer.
func packLiner[T Float, L liner[T]](dst []T, l L, width, lo, hi, k0, k1 int) {
	depth := k1 - k0
	buf, s := borrow[T](depth)
	for i := lo; i < hi; i += width {
		panel := dst[(i-lo)*depth : (i-lo+width)*depth]
		for r := range width {
			if i+r < hi {
				l.line(buf, i+r, k0)
				spread(panel[r:], width, buf)
			} else {
				clearLine(panel[r:], width)
			}
		}
	}
	release(s)
}
