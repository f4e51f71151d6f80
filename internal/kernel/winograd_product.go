package kernel

import "sync/atomic"

// winogradProduct computes the output of a block from its transformed input.
type winogradProduct struct {
	winogradBlock
	bad *atomic.Bool
}

// run computes the chunks [lo, hi).
func (f winogradProduct) run(lo, hi int) {
	m, sm := borrow[float32](f.chunkPanels * f.outputPanel())
	y, sy := borrow[float32](f.tile*f.outputRow() + f.lanes*f.lanes)
	var check [16]float32
	for chunk := lo; chunk < hi; chunk++ {
		first, last := f.chunk(chunk)
		for position := range f.edge * f.edge {
			f.multiply(m, position, first, last)
		}
		for panel := first; panel < last; panel++ {
			products := m[(panel-first)*f.outputPanel():]
			for v := range f.channels(panel, panel+1) / f.lanes {
				f.output(products[v*f.lanes:], y, (2*panel+v)*f.lanes, &check)
			}
		}
	}
	if check != [16]float32{} {
		f.bad.Store(true)
	}
	release(sy)
	release(sm)
}

// multiply computes the products of the panels [first, last) for one position of the tiles: rows of tiles and columns
// of channels.
func (f *winogradProduct) multiply(m []float32, position, first, last int) {
	for k := 0; k < f.cIn; k += f.depth {
		v, steps := f.v[position*f.inputPlane()+f.inputAt(0, k):], min(f.depth, f.cIn-k)
		for panel := first; panel < last; panel++ {
			c := m[(panel-first)*f.outputPanel()+position*2*f.lanes:]
			f.multiplyPanel(c, v, f.u[f.weights(panel, position, k, steps):], steps, f.channels(panel, panel+1), k > 0)
		}
	}
}

// multiplyPanel computes those of one panel and some steps of the sum, or adds them.
func (f *winogradProduct) multiplyPanel(m, v, u []float32, steps, columns int, accumulate bool) {
	tiles, tile := f.tiles(), f.outputTile()
	groups := ceilDiv(tiles, sizesOf[float32]().tileRows)
	rows, next, part := ceilDiv(tiles, groups), u[steps*columns:], steps*columns/groups
	for t := 0; t < tiles; t += rows {
		next = prefetch(next, part)
		f.runTile(m[t*tile:], v[t*f.depth:], u, steps, min(rows, tiles-t), columns, accumulate)
	}
}

// outputRow is from a row of the elements of a line of tiles to the next.
func (f *winogradProduct) outputRow() int { return f.tile * f.width * f.lanes }

// output makes the output of a vector of channels from its products.
func (f *winogradProduct) output(m, y []float32, channel int, check *[16]float32) {
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

// separatePlain sets n > 0 elements of channels, which are plane apart, to what vectors of them have.
func (p *winograd) separatePlain(to, from []float32, plane, channels, n int) {
	for c := range channels {
		row := to[c*plane:][:n]
		for j := range row {
			row[j] = from[j*p.lanes+c]
		}
	}
}

// runTilePlain sets rows of m, or adds to them, to the products of rows of transformed tiles and of so many columns of weights.
func (b *winogradBlock) runTilePlain(m, v, u []float32, steps, rows, columns int, accumulate bool) {
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
