package kernel

// Transformed weights lie in memory in the order in which they are read: for each chunk of output channels the positions of
// a tile, for each of these the blocks of input channels, and for each of these panels as the micro kernel reads them,
//
//	u[..., c, o] = (G w[o,c] Gᵀ)_i,
//
// of two vectors of output channels, the last one of one if that is enough, and filled up with zeros.

// panels is how many panels of output channels there are.
func (p *winograd) panels() int { return ceilDiv(p.cOut, 2*p.lanes) }

// channels is how many output channels panels [first, last) have room for.
func (p *winograd) channels(first, last int) int {
	return (min(2*last, ceilDiv(p.cOut, p.lanes)) - 2*first) * p.lanes
}

// chunk is the panels of a chunk.
func (p *winograd) chunk(at int) (first, last int) {
	return at * p.chunkPanels, min((at+1)*p.chunkPanels, p.panels())
}

// weightsLen is how many elements the transformed weights have.
func (p *winograd) weightsLen() int { return p.edge * p.edge * p.cIn * p.channels(0, p.panels()) }

// weights is where those of a panel begin for a position of a tile, from input channel c on, which is the first one of a
// block of so many.
func (p *winograd) weights(panel, position, c, depth int) int {
	first, last := p.chunk(panel / p.chunkPanels)
	at := p.edge*p.edge*p.cIn*p.channels(0, first) + (position*p.cIn+c)*p.channels(first, last)
	return at + depth*p.channels(first, panel)
}

// transformWeights transforms the weights of the convolution or, if they are turned, those of the one that it
// is the adjoint of: with channels exchanged and the taps in opposite order.
func (p *winograd) transformWeights(u, w []float32, turned bool) {
	f := winogradWeights{p, u, w, 0, 1, 9, 9 * p.cIn, ceilDiv(p.cIn, max(1, p.depth))}
	if turned {
		f.first, f.tap, f.channel, f.row = 8, -1, 9*p.cOut, 9
	}
	grain := max(1, elementGrain/max(1, p.edge*p.edge*2*p.lanes*p.depth))
	split(p.panels()*f.blocks, grain, f)
}

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
		f.transform(panel, block*f.depth, min((block+1)*f.depth, f.cIn))
	}
}

// transformPlain sets G w Gᵀ for the channels [c0, c1) of a panel.
func (f *winogradWeights) transformPlain(panel, c0, c1 int) {
	width := f.channels(panel, panel+1)
	for c := c0; c < c1; c++ {
		for r := range width {
			values := f.transformOne(panel*2*f.lanes+r, c)
			for i, value := range values[:f.edge*f.edge] {
				f.u[f.weights(panel, i, c0, c1-c0)+(c-c0)*width+r] = value
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
