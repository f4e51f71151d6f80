package kernel

import "fmt"

// All reductions view x as [outer n inner] and reduce the middle axis: y is [outer inner].

// Sum is y[o,r] = Σ_i x[o,i,r], and 0 if n == 0. Float sums are built from short blocks in a tree, so
// that the error grows with the logarithm of n.
func Sum[T Number](y, x []T, outer, n, inner int) {
	fold("Sum", y, x, outer, n, inner, folding[T]{0, pairwise[T], addInto[T]})
}

// Prod is y[o,r] = Π_i x[o,i,r], and 1 if n == 0.
func Prod[T Number](y, x []T, outer, n, inner int) {
	fold("Prod", y, x, outer, n, inner, folding[T]{1, product[T], mulInto[T]})
}

// Max is y[o,r] = max_i x[o,i,r]: NaN if one of them is, and +0 is more than -0. It panics if n == 0
// and y is not empty.
func Max[T Number](y, x []T, outer, n, inner int) {
	wantSome("Max", len(y), n)
	fold("Max", y, x, outer, n, inner, folding[T]{0, maxOf[T], maxInto[T]})
}

// Min is y[o,r] = min_i x[o,i,r]: NaN if one of them is, and -0 is less than +0. It panics if n == 0
// and y is not empty.
func Min[T Number](y, x []T, outer, n, inner int) {
	wantSome("Min", len(y), n)
	fold("Min", y, x, outer, n, inner, folding[T]{0, minOf[T], minInto[T]})
}

// Any is y[o,r] = whether one of the x[o,i,r] is true, and false if n == 0.
func Any(y, x []bool, outer, n, inner int) {
	fold("Any", y, x, outer, n, inner, folding[bool]{false, anyOf, anyInto})
}

// All is y[o,r] = whether every x[o,i,r] is true, and true if n == 0.
func All(y, x []bool, outer, n, inner int) {
	fold("All", y, x, outer, n, inner, folding[bool]{true, allOf, allInto})
}

func wantSome(fn string, results, n int) {
	if results > 0 && n == 0 {
		panic(fmt.Sprintf("kernel: %s: the reduced axis is empty, want at least 1 element", fn))
	}
}

// folding is an associative operation: its result for no elements, for the elements of a line, and
// for two lines, elementwise, the result taking the place of the first.
type folding[E plain] struct {
	none E
	line func(x []E) E
	into func(dst, src []E)
}

func fold[E plain](fn string, y, x []E, outer, n, inner int, f folding[E]) {
	wantLen(fn, "y", len(y), outer*inner)
	wantLen(fn, "x", len(x), outer*n*inner)
	if n == 0 {
		Fill(y, f.none)
	} else if len(y) > 0 {
		f.blocks(y, x, outer, n, inner)
	}
}

// blocks reduces n in blocks and then reduces their results in the same way.
func (f folding[E]) blocks(y, x []E, outer, n, inner int) {
	block := 128
	if inner == 1 {
		block = 1 << 15 // a line keeps its own error small
	}
	if n <= block {
		f.reduce(y, x, outer, n, n, inner)
		return
	}
	parts := ceilDiv(n, block)
	partial, s := borrow[E](outer * parts * inner)
	f.reduce(partial, x, outer, n, block, inner)
	f.blocks(y, partial, outer, parts, inner)
	release(s)
}

// reduce sets y[o,b,r] to the result for the steps [b·block, (b+1)·block) of x[o,·,r].
func (f folding[E]) reduce(y, x []E, outer, n, block, inner int) {
	const width = 1 << 12
	parts, strips := ceilDiv(n, block), ceilDiv(inner, width)
	grain := max(1, elementGrain/(block*min(inner, width)))
	Parallel(outer*parts*strips, grain, func(lo, hi int) {
		for u := lo; u < hi; u++ {
			u, r := u/strips, u%strips*width
			o, i := u/parts, u%parts*block
			to := min(r+width, inner)
			f.strip(y[u*inner+r:u*inner+to], x[(o*n+i)*inner+r:], min(block, n-i), inner)
		}
	})
}

// strip reduces n rows that begin inner elements apart.
func (f folding[E]) strip(y, x []E, n, inner int) {
	if inner == 1 {
		y[0] = f.line(x[:n])
		return
	}
	copy(y, x)
	for i := 1; i < n; i++ {
		f.into(y, x[i*inner:i*inner+len(y)])
	}
}
