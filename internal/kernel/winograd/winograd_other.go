//go:build purego || !amd64

package winograd

func lanes() int { return plainLanes }

func (p *plan) interleave(to, from []float32, plane, channels, n int) {
	p.interleavePlain(to, from, plane, channels, n)
}

func (p *plan) separate(to, from []float32, plane, channels, n int) {
	p.separatePlain(to, from, plane, channels, n)
}

func (b *block) transformInput(v, x []float32, row int) { b.inputTiles(v, x, row) }

func (f *productJob) transformOutput(y, m []float32, check *[16]float32) {
	f.outputTiles(y, m, check)
}

func (b *block) runTile(m, v, u []float32, steps, rows, columns int, accumulate bool) {
	b.runTilePlain(m, v, u, steps, rows, columns, accumulate)
}

func (f *weightsJob) transformTaps(u, x []float32, width, channels int) {
	f.weightTiles(u, x, width, channels)
}

func prefetch(u []float32, _ int) []float32 { return u }

func markNonzero(mask []int32, x []float32) bool { return markNonzeroPlain(mask, x) }
