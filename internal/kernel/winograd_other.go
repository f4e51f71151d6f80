//go:build purego || !amd64

package kernel

func winogradLanes() int { return plainLanes }

func (p *winograd) interleave(to, from []float32, plane, channels, n int) {
	p.interleavePlain(to, from, plane, channels, n)
}

func (p *winograd) separate(to, from []float32, plane, channels, n int) {
	p.separatePlain(to, from, plane, channels, n)
}

func (b *winogradBlock) transformInput(v, x []float32, row int) { b.inputTiles(v, x, row) }

func (f *winogradProduct) transformOutput(y, m []float32, check *[16]float32) {
	f.outputTiles(y, m, check)
}

func (b *winogradBlock) runTile(m, v, u []float32, steps, rows, columns int, accumulate bool) {
	b.runTilePlain(m, v, u, steps, rows, columns, accumulate)
}

func (f *winogradWeights) transformTaps(u, x []float32, width, channels int) {
	f.weightTiles(u, x, width, channels)
}

func prefetch(u []float32, _ int) []float32 { return u }

func markNonzero(mask []int32, x []float32) bool { return markNonzeroPlain(mask, x) }
