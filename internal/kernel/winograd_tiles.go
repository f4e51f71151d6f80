package kernel

// The transforms in plain Go, tile by tile.

// inputTiles transforms tiles that are tile elements apart in src and have their rows in parts of it.
func (b *winogradBlock) inputTiles(v, src []float32, part, pitch int) {
	var d, half [16]float32
	for t := range b.columns() {
		for r := range 4 {
			copy(d[4*r:4*r+4], src[r%2*part+r/2*pitch+2*t:])
		}
		for j := range 4 {
			inputColumn2(half[j:], d[j:], 4)
		}
		to := v[t/b.tileCols*b.cIn*b.tileCols+t%b.tileCols:]
		for i := range 4 {
			inputColumn2(d[4*i:], half[4*i:], 1)
		}
		for i, value := range d {
			to[i*b.inputPlane()] = value
		}
	}
}

// inputColumn2 is Bᵀ d for F(2×2, 3×3).
func inputColumn2(to, d []float32, step int) {
	d0, d1, d2, d3 := d[0], d[step], d[2*step], d[3*step]
	to[0], to[step], to[2*step], to[3*step] = d0-d2, d1+d2, d2-d1, d1-d3
}

// outputTiles makes tiles of the output.
func (b *winogradBlock) outputTiles(y, m []float32, check *[8]float32) {
	for t := range b.columns() {
		from := m[t/b.tileCols*b.chunkRows()*b.tileCols+t%b.tileCols:]
		plane := b.outputPlane()
		var half [2][4]float32
		for j := range 4 {
			half[0][j], half[1][j] = outputColumn2(from[j*plane], from[(4+j)*plane], from[(8+j)*plane], from[(12+j)*plane])
		}
		for r, h := range half {
			y0, y1 := outputColumn2(h[0], h[1], h[2], h[3])
			check[0] += 0*y0 + 0*y1
			to := y[r*b.tile*b.columns()+b.tile*t:]
			to[0], to[1] = y0, y1
		}
	}
}

// outputColumn2 is Aᵀ m for F(2×2, 3×3).
func outputColumn2(m0, m1, m2, m3 float32) (y0, y1 float32) { return m0 + m1 + m2, m1 - m2 - m3 }
