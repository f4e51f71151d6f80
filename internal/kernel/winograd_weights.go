package kernel

// Transformed weights are one plane for each position of a tile. A plane is panels of output channels, as the
// micro kernel reads them:
//
//	u[i, o/panel, c, o%panel] = (G w[o,c] Gᵀ)_i,
//
// the last panel being filled up with zeros.

// panels is how many panels of output channels there are.
func (p *winograd) panels() int { return ceilDiv(p.cOut, p.panel) }

// weightsPlane is the size of a plane.
func (p *winograd) weightsPlane() int { return p.panels() * p.panel * p.cIn }

// transformWeights transforms the weights of the convolution or, if they are turned, those of the one that it
// is the adjoint of: with channels exchanged and the taps in opposite order.
func (p *winograd) transformWeights(u, w []float32, turned bool) {
	f := winogradWeights{p, u, w, 0, 1, 9, 9 * p.cIn, ceilDiv(p.cIn, weightsBlock)}
	if turned {
		f.first, f.tap, f.channel, f.row = 8, -1, 9*p.cOut, 9
	}
	grain := max(1, elementGrain/max(1, p.edge*p.edge*p.panel*weightsBlock))
	split(p.panels()*f.blocks, grain, f)
}

// weightsBlock is how many input channels are worked on at a time, for one panel.
const weightsBlock = 64

// winogradWeights is transformed weights to be, and how the taps lie in w: where the first one is, and how
// far it is from a tap, an input channel and an output channel to the next.
type winogradWeights struct {
	*winograd
	u, w                     []float32
	first, tap, channel, row int
	blocks                   int
}

// run transforms blocks of panels, one after the other as they lie in w.
func (f winogradWeights) run(lo, hi int) {
	for at := lo; at < hi; at++ {
		panel, block := at/f.blocks, at%f.blocks
		if f.row < f.channel {
			panel, block = at%f.panels(), at/f.panels()
		}
		c0, c1 := block*weightsBlock, min((block+1)*weightsBlock, f.cIn)
		for c := c0 + f.transformPanel(panel, c0, c1); c < c1; c++ {
			for r := range f.panel {
				f.transform(panel, c, r)
			}
		}
	}
}

// transform sets G w Gᵀ for one row and channel of a panel.
func (f *winogradWeights) transform(panel, c, r int) {
	var taps [9]float32 // zeros beyond the output channels
	if o := panel*f.panel + r; o < f.cOut {
		for k := range taps {
			taps[k] = f.w[o*f.row+c*f.channel+f.first+k*f.tap]
		}
	}
	var half [18]float32 // G w: rows of 3
	for j := range 3 {
		weightsColumn2(half[j:], 3, taps[j], taps[j+3], taps[j+6])
	}
	var all [36]float32
	for i := range f.edge {
		weightsColumn2(all[i*f.edge:], 1, half[3*i], half[3*i+1], half[3*i+2])
	}
	plane, to := f.weightsPlane(), f.u[(panel*f.cIn+c)*f.panel+r:]
	for i := range f.edge * f.edge {
		to[i*plane] = all[i]
	}
}

// weightsColumn2 is G w for F(2×2, 3×3), to elements that are so far apart.
func weightsColumn2(to []float32, step int, w0, w1, w2 float32) {
	even, odd := (w0+w2)/2, w1/2
	to[0], to[step], to[2*step], to[3*step] = w0, even+odd, even-odd, w2
}
