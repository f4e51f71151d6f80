//go:build !purego

package conv

import (
	"runtime"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// implicitProduct computes an implicit GEMM for some images and groups.
type implicitProduct[T array.Float] struct {
	implicit
	dst, a, src []T
	groups      int
	aGroup      int // from a group of A to the next
	sharedA     []T // what the classes share of A
	sharedLoan  scratch.Loan
}

// all computes so many products, one for each image and group.
func (g implicitProduct[T]) all(products int) {
	g.plan()
	g.packShared()
	rows, cols := g.blocks(gemm.SizesOf[T](), products)
	n := g.positions()
	down, across := array.CeilDiv(g.rows, rows), array.CeilDiv(n, cols)
	grain := max(1, gemm.SmallBlock()/max(1, rows*cols*g.channels*len(g.aTap)/len(g.classes)))
	parallel.Split(products*down*across, grain, gemm.Blocks[implicitProduct[T]]{Job: g, M: g.rows, N: n, Rows: rows, Cols: cols, Down: down, Across: across})
	scratch.Release(g.sharedLoan)
	scratch.Release(g.scratch)
}

// blocks chooses the size of the blocks: as many columns as fit the cache beside some
// rows, in whole lines if they are merged, and all rows, unless there would be too few
// blocks to share out.
func (g *implicit) blocks(size gemm.BlockSizes, products int) (rows, cols int) {
	cores, n := runtime.GOMAXPROCS(0), g.positions()
	most := size.Cols
	switch {
	case g.flat:
		most *= 8
	case g.merged():
		most /= 2
	}
	across := array.CeilDiv(n, most)
	if across > 1 {
		across = array.CeilDiv(across*products, cores) * cores / products
	}
	cols = min(n, array.CeilDiv(array.CeilDiv(n, across), size.Lanes())*size.Lanes())
	if line := g.grid[2]; g.merged() && cols > line {
		cols = cols / line * line
	}
	down := 1
	if enough := 2 * cores; products*array.CeilDiv(n, cols) < enough && g.rows*cols*g.channels*len(g.aTap) > gemm.SmallBlock() {
		down = array.CeilDiv(enough, products*array.CeilDiv(n, cols))
	}
	// Whole vectors of rows: the rows of remainder columns must not depend on the number
	// of cores.
	rows = max(2*size.TileRows, array.CeilDiv(g.rows, down))
	return min(g.rows, array.CeilDiv(rows, size.Lanes())*size.Lanes()), cols
}

// merged says whether partial sums are kept apart and written to the output when they are
// complete: those of classes whose positions are apart, and those that are flat.
func (g *implicit) merged() bool { return g.flat || g.outStep != [3]int{1, 1, 1} }

// Block computes the rows [i0, i1) at the positions [p0, p1) of product u = image ·
// groups + group.
func (g implicitProduct[T]) Block(u, i0, i1, p0, p1 int) {
	b := implicitBlock[T]{implicitProduct: g, box: g.box(p0, p1, array.SizeOf[T]()), rows: i1 - i0, first: p0, positions: p1 - p0}
	b.begin()
	b.beginSums()
	at := (u*g.rows + i0) * array.Volume(g.out[:])
	for c := 0; c < g.channels; c += g.chunk {
		channels := min(g.chunk, g.channels-c)
		b.read(u*g.channels+c, channels)
		a := g.a[u%g.groups*g.aGroup+i0*g.aRow+c*g.aChannel:]
		if g.merged() {
			b.addToSums(a, g.sharedA[(u%g.groups*g.channels+c)*g.sharedLen():], channels, c > 0)
		} else {
			b.direct(g.dst[at+p0:], a, channels, c > 0)
		}
		b.addRemainder(a, channels)
	}
	if g.merged() {
		b.keepRemainder(b.sums[max(0, g.only())*b.rows*b.width:], b.width)
		b.merge(at)
	} else {
		n := tailOf[T](b.cols)
		gemm.KeepTile(g.dst[at+p0+b.cols-n:], g.positions(), b.sums, b.width, b.rows, n, false)
		b.keepRemainder(g.dst[at+p0:], g.positions())
	}
	b.endSums()
	b.end()
}

// implicitBlock is a block at work.
type implicitBlock[T array.Float] struct {
	implicitProduct[T]
	box
	rows             int
	first, positions int
	cols             int     // of the products, without the remainder
	right            []T     // of some channels
	channel          int     // from one of them to the next
	from             int     // where in it the first position reads
	apart            int     // from an offset's line to the next, if they are gathered
	halo             []T     // of one channel, if they are gathered and it is not in place
	sums             []T     // of all classes, or of the tail
	width            int     // of a row of sums
	moves            []int64 // of all classes
	remainder        remainder[T]

	rightS, haloS, sumsS, movesS scratch.Loan
}

// begin makes room for the right side.
func (b *implicitBlock[T]) begin() {
	lanes := gemm.SizesOf[T]().Lanes()
	if b.flat {
		b.from = int(b.runs[1])
		b.channel = array.Volume(b.size[:])
	} else {
		b.apart = (array.CeilDiv(b.positions, lanes) + 1) * lanes
		b.channel = b.copies() * b.apart
		b.borrowHalo()
	}
	b.right, b.rightS = scratch.Borrow[T](b.chunk*b.channel + slack)
	if b.flat {
		clear(b.right)
	}
}

// borrowHalo makes room for the box with zeros around what the plane has of it, or for
// the plane.
func (b *implicitBlock[T]) borrowHalo() {
	if b.inPlace {
		b.halo, b.haloS = scratch.Borrow[T](array.Volume(b.in[:]) + slack)
		return
	}
	b.halo, b.haloS = scratch.Borrow[T](array.Volume(b.size[:]) + slack)
	clear(b.halo)
}

func (b *implicitBlock[T]) end() {
	scratch.Release(b.rightS)
	if !b.flat {
		scratch.Release(b.haloS)
	}
	b.box.release()
}

// beginSums makes room for the sums and works out the moves.
func (b *implicitBlock[T]) beginSums() {
	lanes := gemm.SizesOf[T]().Lanes()
	b.remainder.columns = b.remainderOf(b.positions, lanes)
	b.remainder.begin(&b.implicit, b.rows)
	b.cols, b.width = b.positions-b.remainder.columns, tailWidth[T]()
	if b.flat {
		last := b.runs[len(b.runs)-runWords:]
		b.cols = int(last[1]+last[3]) + (int(last[2])-1)*b.pitch - b.from
	}
	if b.merged() {
		b.width = (array.CeilDiv(b.cols, lanes) + 1) * lanes
	}
	b.sums, b.sumsS = scratch.Borrow[T](len(b.classes)*b.rows*b.width + slack)
	moves, st := scratch.Borrow[int64](gemm.MoveWords * b.chunk * (len(b.aTap) + len(b.shared.offsets)))
	b.moves, b.movesS = moves[:0], st
	for class := range b.classes {
		b.addMoves(b.taps(class))
	}
	b.addSharedMoves()
}

func (b *implicitBlock[T]) endSums() {
	scratch.Release(b.movesS)
	scratch.Release(b.sumsS)
	b.remainder.end()
}

// cacheLine is the bytes of a line of the cache.
const cacheLine = 64

// addMoves adds the moves of a class, which has the taps from one to another.
func (b *implicitBlock[T]) addMoves(from, to int) {
	size, begin := array.SizeOf[T](), len(b.moves)
	for t := from; t < to; t++ {
		next, inA, inRight := t+1, 0, 0
		if next == to {
			next, inA, inRight = from, b.aChannel, b.channel
		}
		ahead := inA*size + (next-t)*cacheLine // the rows of a channel are neighbours
		inA += int(b.aTap[next] - b.aTap[t])
		inRight += b.tapAt(next) - b.tapAt(t)
		b.moves = append(b.moves, int64(inA*size), int64(inRight*size), int64(ahead))
	}
	moves := b.moves[begin : begin+gemm.MoveWords*b.chunk*(to-from)]
	repeat(moves, b.moves[begin:])
	if b.aRow > b.aChannel {
		aheadByRows(moves, b.aRow*size, gemm.SizesOf[T]().TileRows, cacheLine)
	}
	b.moves = b.moves[:begin+len(moves)]
}

// addSharedMoves adds the moves of what the classes share.
func (b *implicitBlock[T]) addSharedMoves() {
	size, step, n := array.SizeOf[T](), len(b.classes)*b.implicit.rows, len(b.shared.offsets)
	moves := b.moves[len(b.moves):][:gemm.MoveWords*b.chunk*n]
	for i := range b.chunk * n {
		right := b.at(b.shared.offsets[(i+1)%n]) - b.at(b.shared.offsets[i%n])
		if i%n == n-1 {
			right += b.channel
		}
		gemm.SetMove(moves[gemm.MoveWords*i:], step*size, right*size, 0)
	}
	b.moves = b.moves[:len(b.moves)+len(moves)]
}

// aheadByRows sets what is fetched ahead to a line of the cache in each row of a tile,
// and then to their next lines.
func aheadByRows(moves []int64, aRow, rows, line int) {
	down, back := int64(aRow), int64(line-(rows-1)*aRow)
	row := 0
	for k := gemm.MoveWords - 1; k < len(moves); k += gemm.MoveWords {
		moves[k] = down
		if row++; row == rows {
			moves[k], row = back, 0
		}
	}
}

// tapAt is where the right side has what a tap reads.
func (b *implicitBlock[T]) tapAt(tap int) int { return b.at(b.copyOf[tap]) }

// at is where the right side has what is read at an offset.
func (b *implicitBlock[T]) at(offset int64) int {
	if b.flat {
		return int(b.box.offsets[offset]) / array.SizeOf[T]()
	}
	return int(offset) * b.apart
}

// movesOf are the moves of a class.
func (b *implicitBlock[T]) movesOf(class int) []int64 {
	from, to := b.taps(class)
	return b.moves[gemm.MoveWords*from*b.chunk : gemm.MoveWords*to*b.chunk]
}

// read writes the right side for some channels of src, whose planes are numbered through.
func (b *implicitBlock[T]) read(first, channels int) {
	in := array.Volume(b.in[:])
	for c := range channels {
		src, right := b.src[(first+c)*in:], b.right[c*b.channel:]
		if b.flat {
			fillBox(right, src[:in], &b.box, &b.in)
			continue
		}
		if !b.inPlace || len(src) < in+slack {
			fillBox(b.halo, src[:in], &b.box, &b.in)
			src = b.halo
		}
		for r := 0; r < len(b.runs); r += runWords {
			b.gather(right, src, b.runs[r:r+runWords])
		}
	}
}

// gather writes a run of lines for all offsets.
func (b *implicitBlock[T]) gather(right, src []T, run []int64) {
	size := array.SizeOf[T]()
	at, from, lines, n := int(run[0]), int(run[1]), int(run[2]), int(run[3])
	pd, ps, offsets := array.Start(right[at:]), array.Start(src[from:]), &b.offsets[0]
	apart, pitch, length, vectors := b.apart*size, b.pitch*size, n*size, array.CeilDiv(n*size, 32)
	switch {
	case b.step[2] == 1:
		gatherAll(pd, apart, ps, offsets, b.copies(), lines, pitch, length, vectors)
	case b.step[2] == 2 && size == 4:
		gatherEvenF32(pd, apart, ps, offsets, b.copies(), lines, pitch, length, vectors)
	case b.step[2] == 2:
		gatherEvenF64(pd, apart, ps, offsets, b.copies(), lines, pitch, length, vectors)
	default:
		for i, offset := range b.offsets {
			line := src[from+int(offset)/size:]
			for l := range lines * n {
				right[at+i*b.apart+l] = line[l/n*b.pitch+l%n*b.step[2]]
			}
		}
	}
}
