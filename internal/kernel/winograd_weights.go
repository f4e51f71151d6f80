package kernel

// Transformed weights are one plane for each position of a tile. A plane is panels of output channels, as the
// micro kernel reads them:
//
//	u[i, o/panel, c, o%panel] = (G w[o,c] Gᵀ)_i,
//
// for panels of two vectors, the last one having one if that is enough, and being filled up with zeros.

// panels is how many panels of output channels there are.
func (p *winograd) panels() int { return ceilDiv(p.cOut, 2*p.lanes) }

// panelWidth is how many channels a panel has room for.
func (p *winograd) panelWidth(panel int) int {
	return min(2, ceilDiv(p.cOut, p.lanes)-2*panel) * p.lanes
}

// weightsPlane is the size of a plane.
func (p *winograd) weightsPlane() int { return ceilDiv(p.cOut, p.lanes) * p.lanes * p.cIn }

// transformWeights transforms the weights of the convolution or, if they are turned, those of the one that it
// is the adjoint of: with channels exchanged and the taps in opposite order.
func (p *winograd) transformWeights(u, w []float32, turned bool) {
	f := winogradWeights{p, u, w, 0, 1, 9, 9 * p.cIn, ceilDiv(p.cIn, weightsBlock)}
	if turned {
		f.first, f.tap, f.channel, f.row = 8, -1, 9*p.cOut, 9
	}
	grain := max(1, elementGrain/max(1, p.edge*p.edge*2*p.lanes*weightsBlock))
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
		f.transform(panel, block*weightsBlock, min((block+1)*weightsBlock, f.cIn))
	}
}

// transformPlain sets G w Gᵀ for the channels [c0, c1) of a panel.
func (f *winogradWeights) transformPlain(panel, c0, c1 int) {
	width := f.panelWidth(panel)
	for c := c0; c < c1; c++ {
		for r := range width {
			f.transformOne(f.u[panel*2*f.lanes*f.cIn+c*width+r:], panel*2*f.lanes+r, c)
		}
	}
}

// transformOne sets G w Gᵀ for one output channel, or zeros beyond the last one, and one input channel.
func (f *winogradWeights) transformOne(u []float32, o, c int) {
	var taps [9]float32
	if o < f.cOut {
		for k := range taps {
			taps[k] = f.w[o*f.row+c*f.channel+f.first+k*f.tap]
		}
	}
	var half [18]float32 // G w: rows of 3
	for j := range 3 {
		f.weightsAxis(half[j:], 3, taps[j], taps[j+3], taps[j+6])
	}
	var all [36]float32
	for i := range f.edge {
		f.weightsAxis(all[i*f.edge:], 1, half[3*i], half[3*i+1], half[3*i+2])
	}
	for i := range f.edge * f.edge {
		u[i*f.weightsPlane()] = all[i]
	}
}
