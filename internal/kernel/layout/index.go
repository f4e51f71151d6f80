package layout

import (
	"math"
	"sync/atomic"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// The kernels of this file take indices along the middle axis of an array [outer n
// inner]. They return the position of the first index that is outside [0, n), after which
// the output is of no use, or -1 if there is none. Where several elements are added to
// one, they are added in the order in which they lie: those of float32 in float64, to be
// rounded once, unless the places are more than twice as many as the elements, where few
// meet.

// TakeAlong is y[o,i,r] = x[o, index[o,i,r], r] for x[outer n inner], index and y[outer m
// inner].
func TakeAlong[E any, I array.Integer](y, x []E, index []I, outer, n, m, inner int) (bad int) {
	array.WantLen("layout.TakeAlong", "x", len(x), outer*n*inner)
	array.WantLen("layout.TakeAlong", "y", len(y), outer*m*inner)
	array.WantLen("layout.TakeAlong", "index", len(index), len(y))
	if len(y) == 0 {
		return firstOutside(index, n)
	}
	found, st := noneOutside()
	parallel.Split(outer, max(1, elementwise.Grain/(m*inner)), takeAlong[E, I]{y, x, index, n, m, inner, found})
	return orOutside(found, st, index, n)
}

type takeAlong[E any, I array.Integer] struct {
	y, x        []E
	index       []I
	n, m, inner int
	outside     *int64
}

func (t takeAlong[E, I]) Run(lo, hi int) {
	for o := lo; o < hi; o++ {
		x := t.x[o*t.n*t.inner : (o+1)*t.n*t.inner]
		from, to := o*t.m*t.inner, (o+1)*t.m*t.inner
		if !allInside(t.index[from:to], t.n) {
			atomic.StoreInt64(t.outside, 1)
			return
		}
		if t.inner == 1 {
			takeElements(t.y[from:to], x, t.index[from:to])
			continue
		}
		for at := from; at < to; at += t.inner {
			y := t.y[at : at+t.inner]
			for r, i := range t.index[at : at+t.inner] {
				y[r] = x[int(i)*t.inner+r]
			}
		}
	}
}

func takeElements[E any, I array.Integer](y, x []E, index []I) {
	y = y[:len(index)]
	for at, i := range index {
		y[at] = x[i]
	}
}

// AddAlong is the adjoint of [TakeAlong]: dst[outer n inner] is zeroed, and then
// dst[o, index[o,i,r], r] += src[o,i,r] for index and src[outer m inner].
func AddAlong[T array.Number, I array.Integer](dst, src []T, index []I, outer, n, m, inner int) (bad int) {
	array.WantLen("layout.AddAlong", "dst", len(dst), outer*n*inner)
	array.WantLen("layout.AddAlong", "src", len(src), outer*m*inner)
	array.WantLen("layout.AddAlong", "index", len(index), len(src))
	if len(dst) == 0 {
		return firstOutside(index, n)
	}
	found, st := noneOutside()
	parallel.Split(outer, max(1, elementwise.Grain/((m+n)*inner)), addAlong[T, I]{dst, src, index, n, m, inner, found})
	return orOutside(found, st, index, n)
}

type addAlong[T array.Number, I array.Integer] struct {
	dst, src    []T
	index       []I
	n, m, inner int
	outside     *int64
}

func (t addAlong[T, I]) Run(lo, hi int) {
	if !allInside(t.index[lo*t.m*t.inner:hi*t.m*t.inner], t.n) {
		atomic.StoreInt64(t.outside, 1)
		return
	}
	for o := lo; o < hi; o++ {
		dst := t.dst[o*t.n*t.inner : (o+1)*t.n*t.inner]
		from, to := o*t.m*t.inner, (o+1)*t.m*t.inner
		if single, ok := any(dst).([]float32); ok && manyMeet(t.m, t.n) {
			sums, st := scratch.Borrow[float64](len(dst))
			addAll(sums, any(t.src[from:to]).([]float32), t.index[from:to], t.inner)
			elementwise.Narrow(single, sums)
			scratch.Release(st)
			continue
		}
		addAll(dst, t.src[from:to], t.index[from:to], t.inner)
	}
}

// manyMeet says whether so many elements that are added to n are worth a wider sum.
func manyMeet(elements, n int) bool { return elements > 1 && 2*elements >= n }

// addAll sets dst to the sums of the elements of src.
func addAll[D, T array.Number, I array.Integer](dst []D, src []T, index []I, inner int) {
	clear(dst)
	src = src[:len(index)]
	if inner == 1 {
		for at, i := range index {
			dst[i] += D(src[at])
		}
		return
	}
	for at := 0; at < len(index); at += inner {
		for r, i := range index[at : at+inner] {
			dst[int(i)*inner+r] += D(src[at+r])
		}
	}
}

// Take is y[o,i,r] = x[o, index[i], r] for x[outer n inner] and y[outer len(index)
// inner].
func Take[E any](y, x []E, index []int64, outer, n, inner int) int {
	array.WantLen("layout.Take", "x", len(x), outer*n*inner)
	array.WantLen("layout.Take", "y", len(y), outer*len(index)*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(y) == 0 {
		return bad
	}
	parallel.Split(outer*len(index), max(1, elementwise.Grain/inner), take[E]{y, x, index, n, inner})
	return -1
}

type take[E any] struct {
	y, x     []E
	index    []int64
	n, inner int
}

func (t take[E]) Run(lo, hi int) {
	m := len(t.index)
	for u := lo; u < hi; u++ {
		from := u/m*t.n + int(t.index[u%m])
		copy(t.y[u*t.inner:(u+1)*t.inner], t.x[from*t.inner:])
	}
}

// AddTake is the adjoint of [Take]: dst[outer n inner] is zeroed, and then
// dst[o, index[i], r] += src[o,i,r] for src[outer len(index) inner].
func AddTake[T array.Number](dst, src []T, index []int64, outer, n, inner int) int {
	m := len(index)
	array.WantLen("layout.AddTake", "dst", len(dst), outer*n*inner)
	array.WantLen("layout.AddTake", "src", len(src), outer*m*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(dst) == 0 {
		return bad
	}
	width := min(inner, 1<<8)
	t := addTake[T]{dst, src, index, n, inner, width, array.CeilDiv(inner, width)}
	parallel.Split(outer*t.strips, max(1, elementwise.Grain/((m+n)*width)), t)
	return -1
}

// addTake works in strips of some columns, so that a large table is shared out too.
type addTake[T array.Number] struct {
	dst, src                []T
	index                   []int64
	n, inner, width, strips int
}

func (t addTake[T]) Run(lo, hi int) {
	for u := lo; u < hi; u++ {
		o, r := u/t.strips, u%t.strips*t.width
		dst, src := t.dst[o*t.n*t.inner:(o+1)*t.n*t.inner], t.src[o*len(t.index)*t.inner:]
		t.strip(dst, src, r, min(r+t.width, t.inner))
	}
}

// strip is AddTake for the columns [lo, hi) of one dst[n inner].
func (t addTake[T]) strip(dst, src []T, lo, hi int) {
	if single, ok := any(dst).([]float32); ok && manyMeet(len(t.index), t.n) {
		t.stripWide(single, any(src).([]float32), lo, hi)
		return
	}
	for at := 0; at < len(dst); at += t.inner {
		clear(dst[at+lo : at+hi])
	}
	t.add(dst, src, lo, hi)
}

// add adds the columns [lo, hi) to one dst[n inner].
func (t addTake[T]) add(dst, src []T, lo, hi int) {
	for i, to := range t.index {
		row := dst[int(to)*t.inner:][lo:hi]
		elementwise.Accumulate(row, src[i*t.inner+lo:i*t.inner+hi])
	}
}

// stripWide is strip with sums in float64.
func (t addTake[T]) stripWide(dst, src []float32, lo, hi int) {
	width := hi - lo
	sums, st := scratch.Borrow[float64](t.n * width)
	clear(sums)
	for i, to := range t.index {
		row := sums[int(to)*width:][:width]
		for r, v := range src[i*t.inner+lo : i*t.inner+hi] {
			row[r] += float64(v)
		}
	}
	for i := range t.n {
		elementwise.Narrow(dst[i*t.inner+lo:i*t.inner+hi], sums[i*width:][:width])
	}
	scratch.Release(st)
}

// noneOutside is a flag that blocks of work set when they meet an index outside of its
// axis: they end then.
func noneOutside() (*int64, scratch.Loan) {
	flag, st := scratch.Borrow[int64](1)
	flag[0] = 0
	return &flag[0], st
}

// orOutside is -1 if the flag is not set, or the first index outside. It gives the flag
// back.
func orOutside[I array.Integer](flag *int64, st scratch.Loan, index []I, n int) int {
	found := *flag != 0
	scratch.Release(st)
	if found {
		return firstOutside(index, n)
	}
	return -1
}

// firstOutside is the position of the first index outside [0, n), or -1.
func firstOutside[I array.Integer](index []I, n int) int {
	for from := 0; from < len(index); from += 256 {
		block := index[from:min(from+256, len(index))]
		if !allInside(block, n) {
			for i, v := range block {
				if uint64(v) >= uint64(n) {
					return from + i
				}
			}
		}
	}
	return -1
}

// allInside says whether all indices are in [0, n), without a branch for each.
func allInside[I array.Integer](index []I, n int) bool {
	var a, b int64 // negative if an index is negative, or its distance from the last one
	last := int64(n) - 1
	if most, done := largestIndices(index); done > 0 {
		a, index = min(last, math.MaxInt32)-most, index[done:]
	}
	for ; len(index) >= 2; index = index[2:] {
		v, w := int64(index[0]), int64(index[1])
		a |= v | (last - v)
		b |= w | (last - w)
	}
	for _, v := range index {
		a |= int64(v) | (last - int64(v))
	}
	return a|b >= 0
}
