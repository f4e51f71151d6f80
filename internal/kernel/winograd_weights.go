package kernel

// Transformed weights lie in memory in the order in which they are read: for each panel of output channels the positions
// of a tile, for each of these the blocks of input channels, and each of these as the micro kernel reads it,
//
//	u[..., c, o] = (G w[o,c] Gᵀ)_i.
//
// A panel is two vectors of output channels, the last one perhaps one, and filled up with zeros.

// panels is how many panels of output channels there are.
func (p *winograd) panels() int { return ceilDiv(p.cOut, 2*p.lanes) }

// panelWidth is how many channels a panel has room for.
func (p *winograd) panelWidth(panel int) int {
	return min(2, ceilDiv(p.cOut, p.lanes)-2*panel) * p.lanes
}

// weightsLen is how many elements the transformed weights have.
func (p *winograd) weightsLen() int {
	return p.edge * p.edge * p.cIn * ceilDiv(p.cOut, p.lanes) * p.lanes
}

// weightsAt is where those of a panel and an input channel begin for a position of a tile.
func (p *winograd) weightsAt(panel, position, c int) int {
	return p.edge*p.edge*p.cIn*panel*2*p.lanes + (position*p.cIn+c)*p.panelWidth(panel)
}

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
	for c := c0; c < c1; c++ {
		for r := range f.panelWidth(panel) {
			values := f.transformOne(panel*2*f.lanes+r, c)
			for i, value := range values[:f.edge*f.edge] {
				f.u[f.weightsAt(panel, i, c)+r] = value
			}
		}
	}
}

// transformOne is G w Gᵀ for one output channel, or zeros beyond the last one, and one input channel.
func (f *winogradWeights) transformOne(o, c int) (values [36]float32) {
	if o >= f.cOut {
		return values
	}
	var taps [9]float32
	for k := range taps {
		taps[k] = f.w[o*f.row+c*f.channel+f.first+k*f.tap]
	}
	var half [18]float32 // G w: rows of 3
	for j := range 3 {
		f.weightsAxis(half[j:], 3, taps[j], taps[j+3], taps[j+6])
	}
	for i := range f.edge {
		f.weightsAxis(values[i*f.edge:], 1, half[3*i], half[3*i+1], half[3*i+2])
	}
	return values
}
