package winograd

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Where the transformed weights take more memory than the transformed input, and do not
// exist yet, all of the input is transformed first. Then the weights are, some input
// channels of a panel at a time, and used while they are in the cache.

// partLen is about how many elements of transformed weights are made at a time.
const partLen = 1 << 17

// runPanels computes all blocks with weights that are not transformed, and reports
// whether the result is finite.
func (p *plan) runPanels(dst, src, w []float32, turned bool) bool {
	if len(dst) == 0 {
		return true
	}
	v, s := scratch.Borrow[float32](p.inputLen())
	f := panelsJob{blocksJob{p, dst, src, nil}, v, w, turned}
	parallel.Split(p.count()*f.vectors(), 1, inputsJob(f))
	parallel.Split(p.panels(), 1, f)
	scratch.Release(s)
	return !p.bad.Load()
}

// panelsJob computes panels of output channels.
type panelsJob struct {
	blocksJob
	v, w   []float32
	turned bool
}

// vectors is how many there are of input channels.
func (f *panelsJob) vectors() int { return array.CeilDiv(f.cIn, f.lanes) }

// at is a block by its number, with its transformed input.
func (f *panelsJob) at(block int) productJob {
	return productJob{f.block(block, f.v[block*f.blockLen():][:f.blockLen()])}
}

// partChannels is how many input channels are worked on at a time.
func (f *panelsJob) partChannels() int {
	return max(1, partLen/(f.edge*f.edge*2*f.lanes)/f.depth) * f.depth
}

func (f panelsJob) Run(lo, hi int) {
	channels := f.partChannels()
	u, su := scratch.Borrow[float32](f.edge * f.edge * (channels + planeGap) * 2 * f.lanes)
	x, sx := scratch.Borrow[float32](f.roomOfTaps())
	first := f.at(0)
	m, sm := scratch.Borrow[float32](f.count() * first.productLen()) // the first block is the largest
	for panel := lo; panel < hi; panel++ {
		for c := 0; c < f.cIn; c += channels {
			f.addPart(m, u, x, part{panel, c, min(channels, f.cIn-c)})
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
func (f *panelsJob) addPart(m, u, x []float32, part part) {
	weights := weightsJob{f.plan, u, f.w, f.turned, part}
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

// inputsJob transforms the input: vectors of channels, of one block after the other.
type inputsJob panelsJob

func (f inputsJob) Run(lo, hi int) {
	p := panelsJob(f)
	for at := lo; at < hi; at++ {
		vector := at % p.vectors()
		gatherJob{p.at(at / p.vectors()).block}.Run(vector, vector+1)
	}
}
