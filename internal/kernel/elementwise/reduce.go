package elementwise

import (
	"fmt"
	"unsafe"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// All reductions view x as [outer n inner] and reduce the middle axis: y is [outer
// inner].

// Sum is y[o,r] = Σ_i x[o,i,r], and 0 if n == 0. Float sums are built from short blocks
// in a tree, so that the error grows with the logarithm of n.
func Sum[T array.Number](y, x []T, outer, n, inner int) {
	fold("elementwise.Sum", opAdd, 0, y, x, outer, n, inner)
}

// Prod is y[o,r] = Π_i x[o,i,r], and 1 if n == 0.
func Prod[T array.Number](y, x []T, outer, n, inner int) {
	fold("elementwise.Prod", opMul, 1, y, x, outer, n, inner)
}

// Max is y[o,r] = max_i x[o,i,r]: NaN if one of them is, and +0 is more than -0. It
// panics if n == 0 and y is not empty.
func Max[T array.Number](y, x []T, outer, n, inner int) {
	wantSome("elementwise.Max", len(y), n)
	fold("elementwise.Max", opMax, 0, y, x, outer, n, inner)
}

// Min is y[o,r] = min_i x[o,i,r]: NaN if one of them is, and -0 is less than +0. It
// panics if n == 0 and y is not empty.
func Min[T array.Number](y, x []T, outer, n, inner int) {
	wantSome("elementwise.Min", len(y), n)
	fold("elementwise.Min", opMin, 0, y, x, outer, n, inner)
}

// Any is y[o,r] = whether one of the x[o,i,r] is true, and false if n == 0.
func Any(y, x []bool, outer, n, inner int) {
	fold("elementwise.Any", opMax, 0, bytes(y), bytes(x), outer, n, inner)
}

// All is y[o,r] = whether every x[o,i,r] is true, and true if n == 0.
func All(y, x []bool, outer, n, inner int) {
	fold("elementwise.All", opMin, 1, bytes(y), bytes(x), outer, n, inner)
}

// bytes is the same memory as bytes, 0 for false and 1 for true.
func bytes(x []bool) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

func wantSome(fn string, results, n int) {
	if results > 0 && n == 0 {
		panic(fmt.Sprintf("kernel: %s: the reduced axis is empty, want at least 1 element", fn))
	}
}

// fold reduces with an op, or fills y with none if there is nothing to reduce.
func fold[T array.Arithmetic](fn string, op op, none T, y, x []T, outer, n, inner int) {
	array.WantLen(fn, "y", len(y), outer*inner)
	array.WantLen(fn, "x", len(x), outer*n*inner)
	if n == 0 {
		Fill(y, none)
	} else if len(y) > 0 {
		foldBlocks(op, y, x, outer, n, inner)
	}
}

// foldBlocks reduces n in blocks and then reduces their results in the same way.
func foldBlocks[T array.Arithmetic](op op, y, x []T, outer, n, inner int) {
	block := 128
	if inner == 1 {
		block = 1 << 15 // foldLine has blocks of its own
	}
	if n <= block {
		newFolding(op, y, x, outer, n, n, inner).all()
		return
	}
	parts := array.CeilDiv(n, block)
	partial, s := scratch.Borrow[T](outer * parts * inner)
	newFolding(op, partial, x, outer, n, block, inner).all()
	foldBlocks(op, y, partial, outer, parts, inner)
	scratch.Release(s)
}

// folding reduces x[outer n inner] in blocks of n to y[outer parts inner]. Its unit of
// work is a strip of some columns of one block.
type folding[T array.Arithmetic] struct {
	op                          op
	y, x                        []T
	outer, n, block, inner      int
	parts, stripWidth, perBlock int
}

func newFolding[T array.Arithmetic](op op, y, x []T, outer, n, block, inner int) folding[T] {
	width := min(inner, 1<<12)
	return folding[T]{op, y, x, outer, n, block, inner, array.CeilDiv(n, block), width, array.CeilDiv(inner, width)}
}

func (f folding[T]) all() {
	parallel.Split(f.outer*f.parts*f.perBlock, max(1, Grain/(f.block*f.stripWidth)), f)
}

func (f folding[T]) Run(lo, hi int) {
	for u := lo; u < hi; u++ {
		u, r := u/f.perBlock, u%f.perBlock*f.stripWidth
		o, i := u/f.parts, u%f.parts*f.block
		y := f.y[u*f.inner+r : u*f.inner+min(r+f.stripWidth, f.inner)]
		f.strip(y, f.x[(o*f.n+i)*f.inner+r:], min(f.block, f.n-i))
	}
}

// strip reduces n rows that begin inner elements apart.
func (f folding[T]) strip(y, x []T, n int) {
	if f.inner == 1 {
		y[0] = foldLine(f.op, x[:n])
		return
	}
	copy(y, x)
	i := 1
	for ; f.op == opAdd && i+4 <= n; i += 4 {
		addFour(y, x[i*f.inner:], f.inner)
	}
	for ; i < n; i++ {
		combine(f.op, y, y, x[i*f.inner:i*f.inner+len(y)])
	}
}

// addFour adds four rows that begin inner elements apart, to be faster and more accurate
// than one by one.
func addFour[T array.Arithmetic](y, x []T, inner int) {
	done := addFourVectors(y, x, inner)
	y, x = y[done:], x[done:]
	x0, x1, x2, x3 := x[:len(y)], x[inner:][:len(y)], x[2*inner:][:len(y)], x[3*inner:][:len(y)]
	for r := range y {
		y[r] += (x0[r] + x1[r]) + (x2[r] + x3[r])
	}
}
