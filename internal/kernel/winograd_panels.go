package kernel

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Where the transformed weights take more memory than the transformed input, and do not
// exist yet, all of the input is transformed first. Then the weights are, some input
// channels of a panel at a time, and used while they are in the cache.

// winogradPartLen is about how many elements of transformed weights are made at a time.
const winogradPartLen = 1 << 17

// runPanels computes all blocks with weights that are not transformed, and reports
// whether the result is finite.
func (p *winograd) runPanels(dst, src, w []float32, turned bool) bool {
	if len(dst) == 0 {
		return true
	}
	v, s := scratch.Borrow[float32](p.inputLen())
	f := winogradPanels{winogradBlocks{p, dst, src, nil}, v, w, turned}
	parallel.Split(p.count()*f.vectors(), 1, winogradInputs(f))
	parallel.Split(p.panels(), 1, f)
	scratch.Release(s)
	return !p.bad.Load()
}

// winogradPanels computes panels of output channels.
type winogradPanels struct {
	winogradBlocks
	v, w   []float32
	turned bool
}

// vectors is how many there are of input channels.
func (f *winogradPanels) vectors() int { return array.CeilDiv(f.cIn, f.lanes) }

// at is a block by its number, with its transformed input.
func (f *winogradPanels) at(block int) winogradProduct {
	return winogradProduct{f.block(block, f.v[block*f.blockLen():][:f.blockLen()])}
}

// partChannels is how many input channels are worked on at a time.
func (f *winogradPanels) partChannels() int {
	return max(1, winogradPartLen/(f.edge*f.edge*2*f.lanes)/f.depth) * f.depth
}

func (f winogradPanels) Run(lo, hi int) {
	channels := f.partChannels()
	u, su := scratch.Borrow[float32](f.edge * f.edge * (channels + winogradGap) * 2 * f.lanes)
	x, sx := scratch.Borrow[float32](f.roomOfTaps())
	first := f.at(0)
	m, sm := scratch.Borrow[float32](f.count() * first.productLen()) // the first block is the largest
	for panel := lo; panel < hi; panel++ {
		for c := 0; c < f.cIn; c += channels {
			f.addPart(m, u, x, winogradPart{panel, c, min(channels, f.cIn-c)})
		}
		for block := range f.count() {
			b := f.at(block)
			b.output(m[block*first.productLen():], panel)
		}
	}
	scratch.Release(sm)
	scratch.Release(sx)
	scratch.Release(su)
}

// addPart transforms a part of the weights, of one panel, and adds its products, of all
// blocks.
func (f *winogradPanels) addPart(m, u, x []float32, part winogradPart) {
	weights := winogradWeights{f.winograd, u, f.w, f.turned, part}
	for block := range weights.blocks() {
		weights.block(x, part.panel, block)
	}
	each := len(m) / f.count()
	for block := range f.count() {
		b := f.at(block)
		b.u, b.part = u, part
		b.multiply(m[block*each:], part.panel)
	}
}

// winogradInputs transforms the input: vectors of channels, of one block after the other.
type winogradInputs winogradPanels

func (f winogradInputs) Run(lo, hi int) {
	p := winogradPanels(f)
	for at := lo; at < hi; at++ {
		vector := at % p.vectors()
		winogradGather{p.at(at / p.vectors()).winogradBlock}.Run(vector, vector+1)
	}
}
