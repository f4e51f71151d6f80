package winograd

// The transforms in plain Go.

// plainLanes is the width of what plain Go takes for a vector.
const plainLanes = 4

// The points of F(4×4, 3×3), beside 0 and infinity, are ±pointA and ±pointB.
const pointA, pointB = 11.0 / 16, 1.5

// inputTiles transforms the tiles of a line.
func (b *block) inputTiles(v, x []float32, row int) {
	var d, half [36]float32
	for at := range b.width * b.lanes {
		t, lane := at/b.lanes, at%b.lanes
		for i := range b.edge {
			for j := range b.edge {
				d[i*b.edge+j] = x[i*row+(t*b.tile+j)*b.lanes+lane]
			}
		}
		for j := range b.edge {
			b.inputAxis(half[j:], d[j:], b.edge)
		}
		for i := range b.edge {
			b.inputAxis(d[i*b.edge:], half[i*b.edge:], 1)
		}
		for i := range b.edge * b.edge {
			v[i*b.inputPlane()+t*b.depth+lane] = d[i]
		}
	}
}

// inputAxis is Bᵀ d, of elements that are step apart.
func (p *plan) inputAxis(to, d []float32, step int) {
	d0, d1, d2, d3 := d[0], d[step], d[2*step], d[3*step]
	if p.tile == 2 {
		to[0], to[step], to[2*step], to[3*step] = d0-d2, d1+d2, d2-d1, d1-d3
		return
	}
	const a, b = pointA, pointB
	d4, d5 := d[4*step], d[5*step]
	evenA, oddA := d4-b*b*d2, a*(d3-b*b*d1)
	evenB, oddB := d4-a*a*d2, b*(d3-a*a*d1)
	to[0], to[5*step] = d4-(a*a+b*b)*d2+a*a*b*b*d0, d5-(a*a+b*b)*d3+a*a*b*b*d1
	to[step], to[2*step], to[3*step], to[4*step] = evenA+oddA, evenA-oddA, evenB+oddB, evenB-oddB
}

// outputTiles makes the rows of a line of tiles.
func (f *productJob) outputTiles(y, m []float32, check *[16]float32) {
	var d, half [36]float32
	for at := range f.width * f.lanes {
		t, lane := at/f.lanes, at%f.lanes
		for i := range f.edge * f.edge {
			d[i] = m[t*f.outputTile()+i*2*f.lanes+lane]
		}
		for j := range f.edge {
			f.outputAxis(half[j:], d[j:], f.edge)
		}
		for i := range f.tile {
			f.outputAxis(d[:], half[i*f.edge:], 1)
			for j, v := range d[:f.tile] {
				check[lane] += 0 * v
				y[i*f.outputRow()+(t*f.tile+j)*f.lanes+lane] = v
			}
		}
	}
}

// outputAxis is Aᵀ m, of elements that are step apart.
func (p *plan) outputAxis(to, m []float32, step int) {
	m0, m1, m2, m3 := m[0], m[step], m[2*step], m[3*step]
	if p.tile == 2 {
		to[0], to[step] = m0+m1+m2, m1-m2-m3
		return
	}
	const a, b = pointA, pointB
	m4, m5 := m[4*step], m[5*step]
	even, odd, evenB, oddB := m1+m2, m1-m2, m3+m4, m3-m4
	to[0], to[step] = m0+(even+evenB), a*odd+b*oddB
	to[2*step], to[3*step] = a*a*even+b*b*evenB, a*a*a*odd+(b*b*b*oddB+m5)
}

// weightTiles transforms a vector of output channels, of those that are width apart for
// each of so many input channels.
func (f *weightsJob) weightTiles(u, x []float32, width, channels int) {
	first, step := f.taps()
	var half, all [36]float32 // half is G w: rows of 3
	for at := range channels * f.lanes {
		c, lane := at/f.lanes, at%f.lanes
		taps := x[9*c*f.lanes+lane:]
		for j := range 3 {
			f.weightsAxis(half[j:], 3, taps[first+j*step], taps[first+(3+j)*step], taps[first+(6+j)*step])
		}
		for i := range f.edge {
			f.weightsAxis(all[i*f.edge:], 1, half[3*i], half[3*i+1], half[3*i+2])
		}
		for i, v := range all[:f.edge*f.edge] {
			u[(i*f.part.positionLen()+c)*width+lane] = v
		}
	}
}

// weightsAxis is G w, to elements that are so far apart.
func (p *plan) weightsAxis(to []float32, step int, w0, w1, w2 float32) {
	if p.tile == 2 {
		even, odd := (w0+w2)/2, w1/2
		to[0], to[step], to[2*step], to[3*step] = w0, even+odd, even-odd, w2
		return
	}
	const a, b = pointA, pointB
	const ca, cb = 2 * (a*a - b*b), 2 * (b*b - a*a)
	evenA, oddA := w0*(1/(ca*a*a))+w2*(1/ca), w1*(1/(ca*a))
	evenB, oddB := w0*(1/(cb*b*b))+w2*(1/cb), w1*(1/(cb*b))
	to[0], to[5*step] = w0*(1/(a*a*b*b)), w2
	to[step], to[2*step], to[3*step], to[4*step] = evenA+oddA, evenA-oddA, evenB+oddB, evenB-oddB
}
