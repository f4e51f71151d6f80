package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// matVec is the product of a matrix and a vector, y(i) (+)= Σ_k A(i,k) x(k), with A(i,k)
// at a[i·rs + k·cs] and y(i) at y[i·ys]. The matrix is read once and in place.
type matVec[T array.Float] struct {
	a          []T
	rs, cs     int
	x          []T
	y          []T
	ys         int
	accumulate bool
}

// mulVector runs a matVec of m rows with x(k) at x[k·xs].
func mulVector[T array.Float](m, k int, a []T, rs, cs int, x []T, xs int, y []T, ys int, accumulate bool) {
	if xs != 1 {
		neighbours, s := scratch.Borrow[T](k)
		for i := range neighbours {
			neighbours[i] = x[i*xs]
		}
		mulVector(m, k, a, rs, cs, neighbours, 1, y, ys, accumulate)
		scratch.Release(s)
		return
	}
	p := matVec[T]{a, rs, cs, x[:k], y, ys, accumulate}
	if cs <= rs {
		parallel.Split(m, max(1, SmallBlock()/4/k), matVecRows[T]{p})
	} else {
		parallel.Split(m, 512, matVecCols[T]{p}) // that many sums stay in the first-level cache
	}
}

// put stores a result, or adds it.
func (p *matVec[T]) put(i int, v T) {
	if p.accumulate {
		v += p.y[i*p.ys]
	}
	p.y[i*p.ys] = v
}

// matVecRows takes the dot product of each row.
type matVecRows[T array.Float] struct{ matVec[T] }

func (p matVecRows[T]) Run(lo, hi int) {
	for i := p.several(lo, hi); i < hi; i++ {
		if p.cs == 1 {
			p.put(i, dot(p.a[i*p.rs:i*p.rs+len(p.x)], p.x))
		} else {
			p.put(i, DotStrided(p.a[i*p.rs:], p.cs, p.x))
		}
	}
}

// several takes the products of some rows at a time, which have the bits of [dot], and
// returns up to which row.
func (p *matVecRows[T]) several(lo, hi int) int {
	var sums [64]T
	for p.cs == 1 && lo < hi {
		rows, done := dotRows(sums[:min(len(sums), hi-lo)], p.a[lo*p.rs:], p.rs, p.x)
		if rows == 0 {
			break
		}
		for r, sum := range sums[:rows] {
			if done < len(p.x) {
				sum += dotShort(p.a[(lo+r)*p.rs+done:], p.x[done:])
			}
			p.put(lo+r, sum)
		}
		lo += rows
	}
	return lo
}

// dot is Σ a[k] x[k]: in vectors, with four running sums for each of their elements, or
// plainly in blocks of DepthBlock, with eight running sums within a block.
func dot[T array.Float](a, x []T) T {
	total, done := dotVectors(a, x)
	if done == len(x) {
		return total
	}
	a, x = a[done:], x[done:]
	for len(x) > DepthBlock {
		total += dotShort(a[:DepthBlock], x[:DepthBlock])
		a, x = a[DepthBlock:], x[DepthBlock:]
	}
	return total + dotShort(a, x)
}

func dotShort[T array.Float](a, x []T) T {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	a = a[:len(x)]
	for len(x) >= 8 && len(a) >= 8 {
		s0 += a[0] * x[0]
		s1 += a[1] * x[1]
		s2 += a[2] * x[2]
		s3 += a[3] * x[3]
		s4 += a[4] * x[4]
		s5 += a[5] * x[5]
		s6 += a[6] * x[6]
		s7 += a[7] * x[7]
		a, x = a[8:], x[8:]
	}
	for k, v := range x {
		s0 += a[k] * v
	}
	return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
}

// DotStrided is Σ a[k·stride] x[k], in blocks.
func DotStrided[T array.Float](a []T, stride int, x []T) T {
	var total T
	for k := 0; k < len(x); k += DepthBlock {
		var part T
		for l, v := range x[k:min(k+DepthBlock, len(x))] {
			part += a[(k+l)*stride] * v
		}
		total += part
	}
	return total
}

// matVecCols adds up the columns, for matrices whose columns are the contiguous lines.
type matVecCols[T array.Float] struct{ matVec[T] }

func (p matVecCols[T]) Run(lo, hi int) {
	if p.ys == 1 && !p.accumulate {
		p.sum(p.y[lo:hi], lo)
		return
	}
	total, s := scratch.Borrow[T](hi - lo)
	p.sum(total, lo)
	for i, v := range total {
		p.put(lo+i, v)
	}
	scratch.Release(s)
}

// sum sets total to the sums from row i on, which are taken in blocks.
func (p *matVecCols[T]) sum(total []T, i int) {
	clear(total)
	p.addColumns(total, i, 0, min(DepthBlock, len(p.x)))
	if len(p.x) <= DepthBlock {
		return
	}
	part, s := scratch.Borrow[T](len(total))
	for k := DepthBlock; k < len(p.x); k += DepthBlock {
		clear(part)
		p.addColumns(part, i, k, min(k+DepthBlock, len(p.x)))
		elementwise.Accumulate(total, part)
	}
	scratch.Release(s)
}

// columnsAtOnce is how many columns are added in one sweep over the sums.
const columnsAtOnce = 8

// addColumns adds the columns [k, end) from row i on, scaled, in order.
func (p *matVecCols[T]) addColumns(dst []T, i, k, end int) {
	for ; k < end; k += columnsAtOnce {
		last, done := min(k+columnsAtOnce, end), 0
		if p.rs == 1 {
			done = addSomeColumns(dst, p.a[i+k*p.cs:], p.cs, p.x[k:last])
		}
		for l := k; l < last && done < len(dst); l++ {
			addColumn(dst[done:], p.x[l], p.a[(i+done)*p.rs+l*p.cs:], p.rs)
		}
	}
}

func addColumn[T array.Float](dst []T, s T, col []T, rs int) {
	if rs != 1 {
		AddScaledStrided(dst, s, col, rs)
		return
	}
	col = col[:len(dst)]
	for i := range dst {
		dst[i] += s * col[i]
	}
}
