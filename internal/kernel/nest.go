package kernel

// nest is a nest of loops, outermost first, over a row-major array on one side and a strided one on
// the other: element i is at offset + Σ_a i_a · stride[a] of the strided side.
type nest struct {
	rank         int
	offset       int
	size, stride [maxRank]int
}

// maxRank bounds the axes of a nest. Those of size 1 are left out, so that more of them would mean
// more elements than there is memory.
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
	n.size[n.rank], n.stride[n.rank] = size, stride
	n.rank++
}

// at is where the strided side has the element that is number i of the row-major order of the first
// rank axes.
func (n *nest) at(i, rank int) int {
	at := n.offset
	for a := rank - 1; a >= 0; a-- {
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

// fast is the axis along which the strided side is contiguous if the last one jumps about; else -1.
func (n *nest) fast() int {
	if _, stride := n.inner(); stride == 0 || stride == 1 {
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
func gather[E any](dst, src []E, n *nest) {
	if fast := n.fast(); fast >= 0 {
		transpose(dst, src, *n, fast)
		return
	}
	size, _ := n.inner()
	rows, grain := len(dst)/size, max(1, elementGrain/size)
	if rows <= grain {
		gatherRows(dst, src, n, 0, rows)
		return
	}
	gatherParallel(dst, src, *n, rows, grain)
}

// gatherParallel has its own copy of the nest, so that only it puts one on the heap.
func gatherParallel[E any](dst, src []E, n nest, rows, grain int) {
	Parallel(rows, grain, func(lo, hi int) { gatherRows(dst, src, &n, lo, hi) })
}

// gatherRows reads the rows [lo, hi) along the last axis.
func gatherRows[E any](dst, src []E, n *nest, lo, hi int) {
	size, stride := n.inner()
	for row := lo; row < hi; row++ {
		gatherRow(dst[row*size:(row+1)*size], src, n.at(row, n.rank-1), stride)
	}
}

func gatherRow[E any](dst, src []E, at, stride int) {
	switch stride {
	case 1:
		copy(dst, src[at:at+len(dst)])
	case 0:
		Fill(dst, src[at])
	default:
		for i := range dst {
			dst[i] = src[at]
			at += stride
		}
	}
}

// transposeTile is the side of the square that transpose works on at a time, so that the lines it
// touches on both sides stay in the first-level cache.
const transposeTile = 32

// transpose is gather where src is contiguous along the axis fast and not along the last one: it goes
// over the plane of the two in squares, for each index of the other axes.
func transpose[E any](dst, src []E, n nest, fast int) {
	last := n.rank - 1
	width, step := n.size[last], n.stride[last]
	height, pitch := n.size[fast], volume(n.size[fast+1:n.rank])
	// The other axes, with their strides in dst beside those in src.
	others, to := nest{offset: n.offset}, nest{}
	for a := range last {
		if a != fast {
			others.put(n.size[a], n.stride[a])
			to.put(n.size[a], volume(n.size[a+1:n.rank]))
		}
	}
	strips := ceilDiv(height, transposeTile)
	units := len(dst) / (width * height) * strips
	Parallel(units, max(1, elementGrain/(width*min(height, transposeTile))), func(lo, hi int) {
		for u := lo; u < hi; u++ {
			i, h := u/strips, u%strips*transposeTile
			d, at := dst[to.at(i, to.rank)+h*pitch:], others.at(i, others.rank)+h
			transposeStrip(d, pitch, src, at, step, min(transposeTile, height-h), width)
		}
	})
}

// put appends an axis as it is.
func (n *nest) put(size, stride int) {
	n.size[n.rank], n.stride[n.rank] = size, stride
	n.rank++
}

// transposeStrip is dst[h·pitch + w] = src[from + h + w·step] for h < height, w < width, in squares.
func transposeStrip[E any](dst []E, pitch int, src []E, from, step, height, width int) {
	for w := 0; w < width; w += transposeTile {
		to := min(w+transposeTile, width)
		for h := range height {
			row := dst[h*pitch+w : h*pitch+to]
			at := from + h + w*step
			for i := range row {
				row[i] = src[at]
				at += step
			}
		}
	}
}

// scatterAdd is the adjoint of gather: it adds src, in row-major order, to the strided side dst.
func scatterAdd[T Number](dst, src []T, n *nest) {
	size, stride := n.inner()
	for row := range len(src) / size {
		at := n.at(row, n.rank-1)
		for _, v := range src[row*size : (row+1)*size] {
			dst[at] += v
			at += stride
		}
	}
}
