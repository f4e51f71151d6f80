package kernel

// Conv is the geometry of a convolution with up to three spatial axes; fewer are padded with leading
// axes of size 1 (kernel 1, stride 1, dilation 1, no padding). The arrays are
//
//	x[Batch CIn In...]   w[COut CIn/Groups Kernel...]   y[Batch COut Out...]
//
// and Groups divides CIn and COut. Pad is the padding before the first element of an axis, and may be
// negative, which crops; that after the last one is implied by Out. Stride and Dilation are at least 1.
type Conv struct {
	Batch, Groups, CIn, COut               int
	In, Kernel, Out, Stride, Pad, Dilation [3]int
}

// ConvForward is the convolution (cross-correlation, as in all neural network libraries)
//
//	y[n,o,p] = Σ_{c,k} x[n, c, p·stride + k·dilation - pad] w[o,c,k],
//
// c running over the channels of the group of o, and x being zero outside of its bounds (so that an
// infinite weight over the padding makes a NaN). It is a blocked matrix product whose right operand is
// gathered from x as it is packed.
func ConvForward[T Float](y, x, w []T, s Conv) {
	s.check("ConvForward", len(x), "x", len(w), "w", len(y), "y")
	if len(y) == 0 {
		return
	}
	if s.depthwise() {
		depthwiseForward(y, x, w, s)
		return
	}
	positions, taps, m := s.positions(), s.taps(), s.COut/s.Groups
	rows, cols := blocking(m, positions, taps*s.Batch*s.Groups)
	down, across := ceilDiv(m, rows), ceilDiv(positions, cols)
	Parallel(s.Batch*s.Groups*down*across, 1, func(lo, hi int) {
		for u := lo; u < hi; u++ {
			image, group, i, j := s.unit(u, down, across)
			i, j = i*rows, j*cols
			a := strided[T]{w[group*m*taps:], taps, 1}
			b := windows[T]{im2col[T]{x, s, group}}
			at := (image*s.COut+group*m+i)*positions + j
			first := image * positions
			multiplyOrClear(y[at:], positions, a, i, min(i+rows, m), b, first+j, first+min(j+cols, positions), taps)
		}
	})
}

// ConvWeights is the adjoint of [ConvForward] towards the weights, summed over the batch:
//
//	dw[o,c,k] = Σ_{n,p} dy[n,o,p] x[n, c, p·stride + k·dilation - pad].
func ConvWeights[T Float](dw, x, dy []T, s Conv) {
	s.check("ConvWeights", len(x), "x", len(dw), "dw", len(dy), "dy")
	if len(dw) == 0 {
		return
	}
	if s.depthwise() {
		depthwiseWeights(dw, x, dy, s)
		return
	}
	depth, taps, m := s.Batch*s.positions(), s.taps(), s.COut/s.Groups
	rows, cols := blocking(m, taps, depth*s.Groups)
	down, across := ceilDiv(m, rows), ceilDiv(taps, cols)
	Parallel(s.Groups*down*across, 1, func(lo, hi int) {
		for u := lo; u < hi; u++ {
			_, group, i, j := s.unit(u, down, across)
			i, j = i*rows, j*cols
			a := outputs[T]{dy[group*m*s.positions():], s}
			b := tapLines[T]{im2col[T]{x, s, group}}
			at := (group*m+i)*taps + j
			multiplyOrClear(dw[at:], taps, a, i, min(i+rows, m), b, j, min(j+cols, taps), depth)
		}
	})
}

// multiplyOrClear is multiply over all steps, of which there may be none.
func multiplyOrClear[T Float, A, B operand[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, depth int) {
	if depth == 0 {
		clearRows(c, i1-i0, j1-j0, ldc)
		return
	}
	multiply(c, ldc, a, i0, i1, b, j0, j1, 0, depth, false)
}

// unit takes apart the number of a block: image, group, row block, column block.
func (s Conv) unit(u, down, across int) (image, group, i, j int) {
	u, j = u/across, u%across
	u, i = u/down, u%down
	return u / s.Groups, u % s.Groups, i, j
}

// positions is the number of output positions of an image.
func (s Conv) positions() int { return volume(s.Out[:]) }

// taps is the number of weights that make one output element.
func (s Conv) taps() int { return s.CIn / s.Groups * volume(s.Kernel[:]) }

// depthwise says whether the product has too few rows for the matrix product to pay: one input
// channel to a group, and fewer output channels than a tile has rows.
func (s Conv) depthwise() bool { return s.CIn == s.Groups && s.COut/s.Groups < tileRows }

func (s Conv) check(fn string, x int, xName string, w int, wName string, y int, yName string) {
	if s.Groups < 1 || s.CIn%s.Groups != 0 || s.COut%s.Groups != 0 {
		panic("kernel: " + fn + ": Groups does not divide CIn and COut")
	}
	for a := range 3 {
		if s.Stride[a] < 1 || s.Dilation[a] < 1 {
			panic("kernel: " + fn + ": Stride or Dilation is less than 1")
		}
	}
	wantLen(fn, xName, x, s.Batch*s.CIn*volume(s.In[:]))
	wantLen(fn, wName, w, s.COut*s.taps())
	wantLen(fn, yName, y, s.Batch*s.COut*s.positions())
}
