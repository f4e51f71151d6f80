package winograd

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// productJob computes the output of a block from its transformed input.
type productJob struct{ block }

// Run computes the panels [lo, hi) of output channels.
func (f productJob) Run(lo, hi int) {
	m, sm := scratch.Borrow[float32](f.productLen())
	for panel := lo; panel < hi; panel++ {
		f.multiply(m, panel)
		f.output(m, panel)
	}
	scratch.Release(sm)
}

// productLen is how many elements the products of a panel have.
func (f *productJob) productLen() int { return f.tiles() * f.outputTile() }

// multiply computes the products of a panel, or adds what more input channels contribute.
func (f *productJob) multiply(m []float32, panel int) {
	for position := range f.edge * f.edge {
		end := f.part.from + f.part.channels
		for c := f.part.from; c < end; c += f.depth {
			v, u := f.v[position*f.inputPlane()+c*f.tiles():], f.u[f.weightsAt(f.part, panel, position, c):]
			f.multiplyBlock(m[position*2*f.lanes:], v, u, min(f.depth, end-c), f.panelWidth(panel), c > 0)
		}
	}
}

// multiplyBlock computes those of a block of input channels, or adds them: rows of tiles
// and columns of output channels.
func (f *productJob) multiplyBlock(m, v, u []float32, steps, columns int, accumulate bool) {
	tiles, tile := f.tiles(), f.outputTile()
	groups := array.CeilDiv(tiles, gemm.SizesOf[float32]().TileRows)
	rows, next, part := array.CeilDiv(tiles, groups), u[steps*columns:], steps*columns/groups
	for t := 0; t < tiles; t += rows {
		next = prefetch(next, part)
		f.runTile(m[t*tile:], v[t*f.depth:], u, steps, min(rows, tiles-t), columns, accumulate)
	}
}

// outputRow is from a row of the elements of a line of tiles to the next.
func (f *productJob) outputRow() int { return f.tile * f.width * f.lanes }

// output makes the output of a panel from its products.
func (f *productJob) output(m []float32, panel int) {
	y, sy := scratch.Borrow[float32](f.tile*f.outputRow() + f.lanes*f.lanes)
	var check [16]float32
	for v := range f.panelWidth(panel) / f.lanes {
		f.outputVector(m[v*f.lanes:], y, (2*panel+v)*f.lanes, &check)
	}
	if check != [16]float32{} {
		f.bad.Store(true)
	}
	scratch.Release(sy)
}

// outputVector makes the output of a vector of channels.
func (f *productJob) outputVector(m, y []float32, channel int, check *[16]float32) {
	plane, channels := f.out[0]*f.out[1], min(f.lanes, f.cOut-channel)
	column := f.column * f.tile
	for l := range f.height {
		image, row := (f.line+l)/f.lines, (f.line+l)%f.lines*f.tile
		f.transformOutput(y, m[l*f.width*f.outputTile():], check)
		for r := range min(f.tile, f.out[0]-row) {
			to := f.dst[(image*f.cOut+channel)*plane+(row+r)*f.out[1]+column:]
			f.separate(to, y[r*f.outputRow():], plane, channels, min(f.tile*f.width, f.out[1]-column))
		}
	}
}

// separatePlain sets n > 0 elements of channels, which are plane apart, to what vectors
// of them have.
func (p *plan) separatePlain(to, from []float32, plane, channels, n int) {
	for c := range channels {
		row := to[c*plane:][:n]
		for j := range row {
			row[j] = from[j*p.lanes+c]
		}
	}
}

// runTilePlain sets rows of m, or adds to them, to the products of rows of transformed
// tiles and of columns of weights.
func (b *block) runTilePlain(m, v, u []float32, steps, rows, columns int, accumulate bool) {
	for r := range rows {
		var sums [2 * plainLanes]float32
		for k, x := range v[r*b.depth:][:steps] {
			for j, w := range u[k*columns:][:columns] {
				sums[j] += x * w
			}
		}
		to := m[r*b.outputTile():][:columns]
		for j := range to {
			if accumulate {
				sums[j] += to[j]
			}
			to[j] = sums[j]
		}
	}
}
