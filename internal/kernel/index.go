package kernel

import "math"

// Integer is what indices are.
type Integer interface{ int32 | int64 }

// The kernels of this file take indices along the middle axis of an array [outer n inner]. They return
// the position of the first index that is outside [0, n), after which the output is of no use, or -1 if there is
// none. Where several elements are added to one, they are added in the order in which they lie.

// TakeAlong is y[o,i,r] = x[o, index[o,i,r], r] for x[outer n inner], index and y[outer m inner].
func TakeAlong[E any, I Integer](y, x []E, index []I, outer, n, m, inner int) (bad int) {
	wantLen("TakeAlong", "x", len(x), outer*n*inner)
	wantLen("TakeAlong", "y", len(y), outer*m*inner)
	wantLen("TakeAlong", "index", len(index), len(y))
	if len(y) == 0 {
		return firstOutside(index, n)
	}
	defer func() { bad = orOutside(recover(), index, n) }()
	split(outer, max(1, elementGrain/(m*inner)), takeAlong[E, I]{y, x, index, n, m, inner})
	return -1
}

type takeAlong[E any, I Integer] struct {
	y, x        []E
	index       []I
	n, m, inner int
}

func (t takeAlong[E, I]) run(lo, hi int) {
	for o := lo; o < hi; o++ {
		x := t.x[o*t.n*t.inner : (o+1)*t.n*t.inner]
		from, to := o*t.m*t.inner, (o+1)*t.m*t.inner
		mustBeInside(t.index[from:to], t.n)
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

func takeElements[E any, I Integer](y, x []E, index []I) {
	y = y[:len(index)]
	for at, i := range index {
		y[at] = x[i]
	}
}

// AddAlong is the adjoint of [TakeAlong]: dst[outer n inner] is zeroed, and then
// dst[o, index[o,i,r], r] += src[o,i,r] for index and src[outer m inner].
func AddAlong[T Number, I Integer](dst, src []T, index []I, outer, n, m, inner int) (bad int) {
	wantLen("AddAlong", "dst", len(dst), outer*n*inner)
	wantLen("AddAlong", "src", len(src), outer*m*inner)
	wantLen("AddAlong", "index", len(index), len(src))
	if len(dst) == 0 {
		return firstOutside(index, n)
	}
	defer func() { bad = orOutside(recover(), index, n) }()
	split(outer, max(1, elementGrain/((m+n)*inner)), addAlong[T, I]{dst, src, index, n, m, inner})
	return -1
}

type addAlong[T Number, I Integer] struct {
	dst, src    []T
	index       []I
	n, m, inner int
}

func (t addAlong[T, I]) run(lo, hi int) {
	mustBeInside(t.index[lo*t.m*t.inner:hi*t.m*t.inner], t.n)
	for o := lo; o < hi; o++ {
		dst := t.dst[o*t.n*t.inner : (o+1)*t.n*t.inner]
		clear(dst)
		from, to := o*t.m*t.inner, (o+1)*t.m*t.inner
		if t.inner == 1 {
			addElements(dst, t.src[from:to], t.index[from:to])
			continue
		}
		for at := from; at < to; at += t.inner {
			src := t.src[at : at+t.inner]
			for r, i := range t.index[at : at+t.inner] {
				dst[int(i)*t.inner+r] += src[r]
			}
		}
	}
}

func addElements[T Number, I Integer](dst, src []T, index []I) {
	src = src[:len(index)]
	for at, i := range index {
		dst[i] += src[at]
	}
}

// Take is y[o,i,r] = x[o, index[i], r] for x[outer n inner] and y[outer len(index) inner].
func Take[E any](y, x []E, index []int64, outer, n, inner int) int {
	wantLen("Take", "x", len(x), outer*n*inner)
	wantLen("Take", "y", len(y), outer*len(index)*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(y) == 0 {
		return bad
	}
	split(outer*len(index), max(1, elementGrain/inner), take[E]{y, x, index, n, inner})
	return -1
}

type take[E any] struct {
	y, x     []E
	index    []int64
	n, inner int
}

func (t take[E]) run(lo, hi int) {
	m := len(t.index)
	for u := lo; u < hi; u++ {
		from := u/m*t.n + int(t.index[u%m])
		copy(t.y[u*t.inner:(u+1)*t.inner], t.x[from*t.inner:])
	}
}

// AddTake is the adjoint of [Take]: dst[outer n inner] is zeroed, and then
// dst[o, index[i], r] += src[o,i,r] for src[outer len(index) inner].
func AddTake[T Number](dst, src []T, index []int64, outer, n, inner int) int {
	m := len(index)
	wantLen("AddTake", "dst", len(dst), outer*n*inner)
	wantLen("AddTake", "src", len(src), outer*m*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(dst) == 0 {
		return bad
	}
	width := min(inner, 1<<8)
	t := addTake[T]{dst, src, index, n, inner, width, ceilDiv(inner, width)}
	split(outer*t.strips, max(1, elementGrain/((m+n)*width)), t)
	return -1
}

// addTake works in strips of some columns, so that a large table is shared out too.
type addTake[T Number] struct {
	dst, src                []T
	index                   []int64
	n, inner, width, strips int
}

func (t addTake[T]) run(lo, hi int) {
	for u := lo; u < hi; u++ {
		o, r := u/t.strips, u%t.strips*t.width
		dst, src := t.dst[o*t.n*t.inner:(o+1)*t.n*t.inner], t.src[o*len(t.index)*t.inner:]
		t.strip(dst, src, r, min(r+t.width, t.inner))
	}
}

// strip is AddTake for the columns [lo, hi) of one dst[n inner].
func (t addTake[T]) strip(dst, src []T, lo, hi int) {
	for at := 0; at < len(dst); at += t.inner {
		clear(dst[at+lo : at+hi])
	}
	t.add(dst, src, lo, hi)
}

// add adds the columns [lo, hi) to one dst[n inner].
func (t addTake[T]) add(dst, src []T, lo, hi int) {
	for i, to := range t.index {
		row := dst[int(to)*t.inner:][lo:hi]
		combine(opAdd, row, row, src[i*t.inner+lo:i*t.inner+hi])
	}
}

// outside is what a block of work panics with that has met an index outside of its axis.
type outside struct{}

func mustBeInside[I Integer](index []I, n int) {
	if !allInside(index, n) {
		panic(outside{})
	}
}

// orOutside is -1 if nothing was recovered, or the first index outside if it is that.
func orOutside[I Integer](recovered any, index []I, n int) int {
	switch recovered.(type) {
	case nil:
		return -1
	case outside:
		return firstOutside(index, n)
	}
	panic(recovered)
}

// firstOutside is the position of the first index outside [0, n), or -1.
func firstOutside[I Integer](index []I, n int) int {
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
func allInside[I Integer](index []I, n int) bool {
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
