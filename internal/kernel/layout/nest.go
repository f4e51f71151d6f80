package layout

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// nest is a nest of loops, outermost first, over a row-major array on one side and a
// strided one on the other: element i is at offset + Σ_a i_a · stride[a] of the strided
// side.
type nest struct {
	rank         int
	offset       int
	size, stride [maxRank]int
}

// maxRank bounds the axes of a nest. Those of size 1 are left out, so that more of them
// would mean more elements than there is memory.
const maxRank = 40

// add appends an innermost axis, as part of the last one if the two are one run.
func (n *nest) add(size, stride int) {
	if size == 1 {
		return
	}
	if last := n.rank - 1; n.rank > 0 && n.stride[last] == size*stride {
		n.size[last] *= size
		n.stride[last] = stride
		return
	}
	n.put(size, stride)
}

// put appends an axis as it is.
func (n *nest) put(size, stride int) {
	n.size[n.rank], n.stride[n.rank] = size, stride
	n.rank++
}

// at is where the strided side has the element that is number i of the row-major order of
// the first rank axes.
func (n *nest) at(i, rank int) int {
	at := n.offset
	for a := rank - 1; a >= 0 && i > 0; a-- {
		at += i % n.size[a] * n.stride[a]
		i /= n.size[a]
	}
	return at
}

// inner is the last axis, of size 1 if there is none.
func (n *nest) inner() (size, stride int) {
	if n.rank == 0 {
		return 1, 1
	}
	return n.size[n.rank-1], n.stride[n.rank-1]
}

// fast is the axis along which the strided side is contiguous if the last one jumps
// ahead; else -1. A transposition does not go backward.
func (n *nest) fast() int {
	if _, stride := n.inner(); stride <= 1 {
		return -1
	}
	for a := n.rank - 2; a >= 0; a-- {
		if n.stride[a] == 1 {
			return a
		}
	}
	return -1
}

// gather reads the strided side: dst, in row-major order, from src.
func gather[E any](dst, src []E, n nest) {
	if fast := n.fast(); fast >= 0 {
		t := newTransposition(dst, src, n, fast)
		parallel.Split(t.units(), max(1, elementwise.Grain/(t.width*min(t.height, transposeTile))), t)
		return
	}
	size, stride := n.inner()
	parallel.Split(len(dst)/size, max(1, elementwise.Grain/size), rowGather[E]{dst, src, n, size, stride})
}

// rowGather reads rows along the last axis.
type rowGather[E any] struct {
	dst, src     []E
	nest         nest
	size, stride int
}

func (g rowGather[E]) Run(lo, hi int) {
	for row := lo; row < hi; row++ {
		gatherRow(g.dst[row*g.size:(row+1)*g.size], g.src, g.nest.at(row, g.nest.rank-1), g.stride)
	}
}

func gatherRow[E any](dst, src []E, at, stride int) {
	switch stride {
	case 1:
		copy(dst, src[at:at+len(dst)])
	case 0:
		elementwise.Fill(dst, src[at])
	default:
		for i := range dst {
			dst[i] = src[at]
			at += stride
		}
	}
}

// scatterAdd is the adjoint of gather: it adds src, in row-major order, to the strided
// side dst.
func scatterAdd[T array.Number](dst, src []T, n nest) {
	size, stride := n.inner()
	for row := range len(src) / size {
		at := n.at(row, n.rank-1)
		if stride == 1 {
			elementwise.Accumulate(dst[at:at+size], src[row*size:(row+1)*size])
			continue
		}
		for _, v := range src[row*size : (row+1)*size] {
			dst[at] += v
			at += stride
		}
	}
}
