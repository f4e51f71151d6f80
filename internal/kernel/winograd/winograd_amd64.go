//go:build !purego

package winograd

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// lanes is the width of a vector, two of which make a panel of output channels.
func lanes() int {
	if cpu.InUse() == cpu.Plain {
		return plainLanes
	}
	return gemm.SizesOf[float32]().Lanes()
}

// interleave sets vectors of channels, which are plane apart, to n > 0 elements of them,
// and the next vectors, up to a multiple of the lanes, to zeros.
func (p *plan) interleave(to, from []float32, plane, channels, n int) {
	_, _ = to[array.CeilDiv(n, p.lanes)*p.lanes*p.lanes-1], from[(channels-1)*plane+n-1]
	switch cpu.InUse() {
	case cpu.AVX512:
		winogradInterleaveAVX512F32(array.Start(to), array.Start(from), 4*plane, channels, n)
	case cpu.AVX2:
		winogradInterleaveAVX2F32(array.Start(to), array.Start(from), 4*plane, channels, n)
	default:
		p.interleavePlain(to, from, plane, channels, n)
	}
}

// separate sets n > 0 elements of channels, which are plane apart, to what vectors of
// them have. It reads vectors up to a multiple of the lanes.
func (p *plan) separate(to, from []float32, plane, channels, n int) {
	_, _ = to[(channels-1)*plane+n-1], from[array.CeilDiv(n, p.lanes)*p.lanes*p.lanes-1]
	switch cpu.InUse() {
	case cpu.AVX512:
		winogradSeparateAVX512F32(array.Start(to), array.Start(from), 4*plane, channels, n)
	case cpu.AVX2:
		winogradSeparateAVX2F32(array.Start(to), array.Start(from), 4*plane, channels, n)
	default:
		p.separatePlain(to, from, plane, channels, n)
	}
}

// transformInput writes the transformed tiles of a line, which is in rows that are row
// apart.
func (b *block) transformInput(v, x []float32, row int) {
	if cpu.InUse() == cpu.Plain {
		b.inputTiles(v, x, row)
		return
	}
	_ = v[(b.edge*b.edge-1)*b.inputPlane()+(b.width-1)*b.depth+b.lanes-1]
	_ = x[(b.edge-1)*row+(b.tile*b.width+2)*b.lanes-1]
	to, from, position, tile := array.Start(v), array.Start(x), 4*b.inputPlane(), 4*b.depth
	switch wide := cpu.InUse() == cpu.AVX512; {
	case wide && b.tile == 2:
		winogradInput2AVX512F32(to, position, tile, from, 4*row, b.width)
	case wide:
		winogradInput4AVX512F32(to, position, tile, from, 4*row, b.width)
	case b.tile == 2:
		winogradInput2AVX2F32(to, position, tile, from, 4*row, b.width)
	default:
		winogradInput4AVX2F32(to, position, tile, from, 4*row, b.width)
	}
}

// transformOutput makes the rows of a line of tiles from their products. It adds zero
// times each result to check.
func (f *productJob) transformOutput(y, m []float32, check *[16]float32) {
	if cpu.InUse() == cpu.Plain {
		f.outputTiles(y, m, check)
		return
	}
	_, _ = y[f.tile*f.outputRow()-1], m[(f.width-1)*f.outputTile()+(2*f.edge*f.edge-1)*f.lanes-1]
	to, from, row, tile, bad := array.Start(y), array.Start(m), 4*f.outputRow(), 4*f.outputTile(), array.Start(check[:])
	switch wide := cpu.InUse() == cpu.AVX512; {
	case wide && f.tile == 2:
		winogradOutput2AVX512F32(to, row, from, tile, f.width, bad)
	case wide:
		winogradOutput4AVX512F32(to, row, from, tile, f.width, bad)
	case f.tile == 2:
		winogradOutput2AVX2F32(to, row, from, tile, f.width, bad)
	default:
		winogradOutput4AVX2F32(to, row, from, tile, f.width, bad)
	}
}

// runTile runs the micro kernel for rows of transformed tiles and columns of transformed
// weights.
func (b *block) runTile(m, v, u []float32, steps, rows, columns int, accumulate bool) {
	if cpu.InUse() == cpu.Plain {
		b.runTilePlain(m, v, u, steps, rows, columns, accumulate)
		return
	}
	tile, depth := b.outputTile(), b.depth
	_, _, _ = m[(rows-1)*tile+columns-1], v[(rows-1)*depth+steps-1], u[steps*columns-1]
	if cpu.InUse() == cpu.AVX512 {
		gemm.TileAVX512F32(array.Start(m), 4*tile, array.Start(v), 4*depth, 4, array.Start(u), 4*columns, steps, rows, columns/16, accumulate)
	} else {
		gemm.TileAVX2F32(array.Start(m), 4*tile, array.Start(v), 4*depth, 4, array.Start(u), 4*columns, steps, rows, columns/8, accumulate)
	}
}

// prefetch has the first n elements of u, which are used next, brought to the cache, and
// returns the others.
func prefetch(u []float32, n int) []float32 {
	const line = 16
	if cpu.InUse() == cpu.Plain || n > len(u) {
		return u
	}
	winogradPrefetch(array.Start(u), array.CeilDiv(n, line))
	return u[n:]
}

// transformTaps transforms a vector of output channels, of those that are width apart for
// each of so many input channels.
func (f *weightsJob) transformTaps(u, x []float32, width, channels int) {
	if cpu.InUse() == cpu.Plain {
		f.weightTiles(u, x, width, channels)
		return
	}
	_, _ = u[((f.edge*f.edge-1)*f.part.positionLen()+channels-1)*width+f.lanes-1], x[9*channels*f.lanes-1]
	first, tap := f.taps()
	to, from, position, step := array.Start(u), array.Start(x[first:]), 4*f.part.positionLen()*width, 4*width
	switch wide := cpu.InUse() == cpu.AVX512; {
	case wide && f.tile == 2:
		winogradWeights2AVX512F32(to, position, step, from, 4*tap, channels)
	case wide:
		winogradWeights4AVX512F32(to, position, step, from, 4*tap, channels)
	case f.tile == 2:
		winogradWeights2AVX2F32(to, position, step, from, 4*tap, channels)
	default:
		winogradWeights4AVX2F32(to, position, step, from, 4*tap, channels)
	}
}

// markNonzero sets the elements of mask where x is not ±0 to something else than 0, and
// says whether all are now.
func markNonzero(mask []int32, x []float32) bool {
	const lanes = 8
	n := len(x)
	if cpu.InUse() == cpu.Plain || n < lanes {
		return markNonzeroPlain(mask, x)
	}
	mask = mask[:n]
	full := winogradNonzero(array.Start(mask), array.Start(x), n/lanes)
	if n%lanes > 0 { // the last vector overlaps the one before
		full = winogradNonzero(array.Start(mask[n-lanes:]), array.Start(x[n-lanes:]), 1) && full
	}
	return full
}
