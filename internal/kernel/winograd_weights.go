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
	grain := max(1, elementGrain/max(1, 16*p.panel*p.cIn))
	split(p.panels(), grain, winogradWeights{p, u, w, turned})
}

type winogradWeights struct {
	*winograd
	u, w   []float32
	turned bool
}

// run transforms the panels [lo, hi).
func (f winogradWeights) run(lo, hi int) {
	for at := lo * f.panel; at < hi*f.panel; at++ {
		for c := range f.cIn {
			to := f.u[(at/f.panel*f.cIn+c)*f.panel+at%f.panel:]
			if at < f.cOut {
				f.transform(to, at, c)
			} else {
				f.set(to, &[36]float32{})
			}
		}
	}
}

// transform writes G w Gᵀ for an output and an input channel.
func (f *winogradWeights) transform(to []float32, o, c int) {
	var taps [9]float32
	if f.turned {
		for i, v := range f.w[9*(c*f.cOut+o):][:9] {
			taps[8-i] = v
		}
	} else {
		taps = [9]float32(f.w[9*(o*f.cIn+c):])
	}
	var half [18]float32 // G w: rows of 3
	for j := range 3 {
		f.taps(half[j:], 3, taps[j], taps[j+3], taps[j+6])
	}
	var all [36]float32
	for i := range f.edge {
		f.taps(all[i*f.edge:], 1, half[3*i], half[3*i+1], half[3*i+2])
	}
	f.set(to, &all)
}

// set writes the positions of a tile to their planes.
func (f *winogradWeights) set(to []float32, all *[36]float32) {
	plane := f.weightsPlane()
	for i := range f.edge * f.edge {
		to[i*plane] = all[i]
	}
}

// taps is G times a column of three, to elements that are so far apart.
func (f *winogradWeights) taps(to []float32, step int, w0, w1, w2 float32) {
	even, odd := (w0+w2)/2, w1/2
	to[0], to[step], to[2*step], to[3*step] = w0, even+odd, even-odd, w2
}
