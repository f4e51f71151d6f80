//go:build !purego

package kernel

//go:generate go run -C asm ./winograd -out ../winograd_amd64.s -stubs ../winograd_decl_amd64.go -pkg kernel

// transformInput writes the transformed tiles of a channel, whose rows are in parts of src, in lines that
// are pitch apart.
func (b *winogradBlock) transformInput(v, src []float32, part, pitch int) {
	if isa == plain {
		b.inputTiles(v, src, part, pitch)
		return
	}
	_ = v[(b.edge*b.edge-1)*b.inputPlane()+((b.groups-1)*b.cIn+1)*b.tileCols-1]
	_ = src[(b.tile-1)*part+pitch+b.tile*b.columns()+1]
	winogradInput2(start(v), 4*b.inputPlane(), 4*b.cIn*b.tileCols, start(src), 4*part, 4*pitch, b.tileCols/8, b.groups)
}

// transformOutput makes the tiles of a channel from its products, to rows in parts of y. It adds zero times
// each result to check.
func (b *winogradBlock) transformOutput(y, m []float32, check *[8]float32) {
	if isa == plain {
		b.outputTiles(y, m, check)
		return
	}
	_ = m[(b.edge*b.edge-1)*b.outputPlane()+((b.groups-1)*b.chunkRows()+1)*b.tileCols-1]
	_ = y[b.tile*b.tile*b.columns()-1]
	winogradOutput2(start(y), 4*b.tile*b.columns(), start(m), 4*b.outputPlane(), 4*b.chunkRows()*b.tileCols, b.tileCols/8,
		b.groups, start(check[:]))
}

// runTile runs the micro kernel for a panel of transformed weights and a group of transformed tiles.
func (p *winograd) runTile(c, u, v []float32, steps int, accumulate bool) {
	if isa == plain {
		microKernel(c, p.tileCols, u[:steps*p.panel], v[:steps*p.tileCols], accumulate)
		return
	}
	runTile(c, p.tileCols, strided[float32]{u, 1, p.panel}, v, p.tileCols, steps, p.panel, 2, accumulate)
}

// transformPanel transforms the channels from c0 on of a panel, up to c1, but for the last ones, and returns how
// many: vectors of 8 rows reach beyond their channel, whose successor is written after it.
func (f *winogradWeights) transformPanel(panel, c0, c1 int) int {
	channels, first := c1-c0-ceilDiv(8, f.panel), panel*f.panel
	if isa == plain || channels <= 0 {
		return 0
	}
	for r := (f.panel - 1) / 8 * 8; r >= 0; r -= 8 { // the first vector is right in the end
		u, rows := f.u[first*f.cIn+c0*f.panel+r:], max(0, min(8, f.cOut-first-r))
		w := f.w[min(first+r, f.cOut-1)*f.row+c0*f.channel+f.first:]
		winogradWeights2(start(u), 4*f.weightsPlane(), 4*f.panel, start(w), 4*f.tap, 4*f.channel, 4*f.row, rows, channels)
	}
	return channels
}
