//go:build purego || !amd64

package kernel

func (b *winogradBlock) transformInput(v, src []float32, part, pitch int) {
	b.inputTiles(v, src, part, pitch)
}

func (b *winogradBlock) transformOutput(y, m []float32, check *[8]float32) {
	b.outputTiles(y, m, check)
}

func (p *winograd) runTile(c, u, v []float32, steps int, accumulate bool) {
	microKernel(c, p.tileCols, u[:steps*p.panel], v[:steps*p.tileCols], accumulate)
}

func (f *winogradWeights) transformPanel(_, _, _ int) int { return 0 }
