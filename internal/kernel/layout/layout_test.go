package layout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// eachIndex calls f with every index of an array of this shape and its number in
// row-major order.
func eachIndex(shape []int, f func(number int, index []int)) {
	index := make([]int, len(shape))
	for number := range array.Volume(shape) {
		rest := number
		for a := len(shape) - 1; a >= 0; a-- {
			index[a], rest = rest%shape[a], rest/shape[a]
		}
		f(number, index)
	}
}

// rowMajor is the strides of an array of this shape.
func rowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	for a := range shape {
		strides[a] = array.Volume(shape[a+1:])
	}
	return strides
}

func inner(index, strides []int) int {
	at := 0
	for a, i := range index {
		at += i * strides[a]
	}
	return at
}

// randomShape has up to five axes, some of size 0 or 1, and now and then one past the
// tiles.
func randomShape(r *rand.Rand) []int {
	shape := make([]int, r.IntN(6))
	for a := range shape {
		shape[a] = 1 + r.IntN(5)
		if r.IntN(40) == 0 {
			shape[a] = 0
		}
		if r.IntN(8) == 0 {
			shape[a] = 30 + r.IntN(40)
		}
	}
	return shape
}

func TestPermute(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		shape := randomShape(r)
		perm := r.Perm(len(shape))
		t.Run(fmt.Sprint(shape, perm), func(t *testing.T) { checkPermute[int32](t, shape, perm) })
	}
	for _, shape := range [][]int{{300, 200}, {7, 300, 90}, {70, 3, 80, 5}, {17, 41}, {8, 9, 3, 12}} { // in parallel, or with odd edges
		for range 4 {
			perm := r.Perm(len(shape))
			t.Run(fmt.Sprint(shape, perm), func(t *testing.T) {
				kerneltest.EachISA(t, func(t *testing.T) {
					checkPermute[float32](t, shape, perm)
					checkPermute[int64](t, shape, perm)
				})
			})
		}
	}
}

func checkPermute[T array.Number](t *testing.T, shape, perm []int) {
	src := kerneltest.Counting[T](array.Volume(shape))
	got, want := make([]T, len(src)), make([]T, len(src))
	to := make([]int, len(shape))
	for i, axis := range perm {
		to[i] = shape[axis]
	}
	strides := rowMajor(to)
	eachIndex(shape, func(number int, index []int) {
		at := 0
		for i, axis := range perm {
			at += index[axis] * strides[i]
		}
		want[at] = src[number]
	})
	Permute(got, src, shape, perm)
	kerneltest.WantEqual(t, got, want)
	if back := make([]T, len(src)); len(perm) > 0 {
		inverse := make([]int, len(perm))
		for i, axis := range perm {
			inverse[axis] = i
		}
		Permute(back, got, to, inverse)
		kerneltest.WantEqual(t, back, src)
	}
}

// TestPermuteTypes moves elements of other sizes, and with pointers in them.
func TestPermuteTypes(t *testing.T) {
	words := []string{"a", "b", "c", "d", "e", "f"}
	got := make([]string, 6)
	Permute(got, words, []int{2, 3}, []int{1, 0})
	kerneltest.WantEqual(t, got, []string{"a", "d", "b", "e", "c", "f"})
	flags := make([]bool, 6)
	Permute(flags, []bool{true, true, true, false, false, false}, []int{2, 3}, []int{1, 0})
	kerneltest.WantEqual(t, flags, []bool{true, false, true, false, true, false})
}

func TestBroadcast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range kerneltest.AtMost(300, 60) {
		shape := randomShape(r)
		kept := slices.Clone(shape) // the shape of src
		for a := range kept {
			if r.IntN(2) == 0 {
				kept[a] = 1
			}
		}
		strides := rowMajor(kept)
		for a := range kept {
			if kept[a] == 1 {
				strides[a] = 0
			}
		}
		t.Run(fmt.Sprint(shape, strides), func(t *testing.T) { checkBroadcast(t, shape, strides, array.Volume(kept)) })
	}
	checkBroadcast(t, []int{9, 70, 80}, []int{0, 1, 0}, 70)
	checkBroadcast(t, []int{9, 70, 80}, []int{1, 0, 9}, 720)
	checkBroadcast(t, []int{40, 50}, []int{1, 1}, 89) // windows that overlap
	checkBroadcast(t, []int{20, 3, 50}, []int{3, 1, 2}, 57+2+98+1)
}

func checkBroadcast(t *testing.T, shape, strides []int, n int) {
	t.Helper()
	src := kerneltest.Counting[int64](n)
	got, want := make([]int64, array.Volume(shape)), make([]int64, array.Volume(shape))
	eachIndex(shape, func(number int, index []int) { want[number] = src[inner(index, strides)] })
	Broadcast(got, src, shape, strides)
	kerneltest.WantEqual(t, got, want)
}

func TestSlice(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range kerneltest.AtMost(400, 80) {
		shape := randomShape(r)
		start, size, step := make([]int, len(shape)), make([]int, len(shape)), make([]int, len(shape))
		for a, n := range shape {
			step[a] = 1
			if n == 0 {
				continue
			}
			step[a] = []int{1, 1, 2, 3, -1, -2}[r.IntN(6)]
			start[a] = r.IntN(n)
			room := n - 1 - start[a]
			if step[a] < 0 {
				room = start[a]
			}
			size[a] = 1 + room/max(step[a], -step[a])
			if r.IntN(3) == 0 {
				size[a] = r.IntN(size[a] + 1)
			}
		}
		t.Run(fmt.Sprint(shape, start, size, step), func(t *testing.T) { checkSlice(t, shape, start, size, step) })
	}
}

func checkSlice(t *testing.T, shape, start, size, step []int) {
	x, part := kerneltest.Counting[float32](array.Volume(shape)), kerneltest.Counting[float32](array.Volume(size))
	got, want := kerneltest.Garbage[float32](len(part)), make([]float32, len(part))
	sum, wantSum := kerneltest.Garbage[float32](len(x)), make([]float32, len(x))
	strides := rowMajor(shape)
	eachIndex(size, func(number int, index []int) {
		at := 0
		for a, i := range index {
			at += (start[a] + i*step[a]) * strides[a]
		}
		want[number] = x[at]
		wantSum[at] += part[number]
	})
	Slice(got, x, shape, start, size, step)
	kerneltest.WantEqual(t, got, want)
	SliceAdd(sum, part, shape, start, size, step)
	kerneltest.WantEqual(t, sum, wantSum)
}

func TestConcat(t *testing.T) {
	for outer := range 4 {
		srcs := [][]int32{kerneltest.Counting[int32](outer * 3), nil, kerneltest.Counting[int32](outer * 1), kerneltest.Counting[int32](outer * 4)}
		widths := []int{3, 0, 1, 4}
		var want []int32
		for o := range outer {
			for k, w := range widths {
				want = append(want, srcs[k][o*w:(o+1)*w]...)
			}
		}
		got := make([]int32, outer*8)
		Concat(got, srcs, outer, widths)
		kerneltest.WantEqual(t, got, want)
	}
	Concat([]int32{}, nil, 5, nil)
}

// TestLayoutOfTypes repeats, cuts out and joins elements with pointers in them.
func TestLayoutOfTypes(t *testing.T) {
	words := []string{"a", "b", "c", "d", "e", "f"}
	wide := make([]string, 12)
	Broadcast(wide, words, []int{3, 2, 2}, []int{2, 0, 1})
	kerneltest.WantEqual(t, wide, []string{"a", "b", "a", "b", "c", "d", "c", "d", "e", "f", "e", "f"})
	part := make([]string, 4)
	Slice(part, words, []int{3, 2}, []int{2, 1}, []int{2, 2}, []int{-2, -1})
	kerneltest.WantEqual(t, part, []string{"f", "e", "b", "a"})
	Concat(wide[:8], [][]string{part, words[:4]}, 2, []int{2, 2})
	kerneltest.WantEqual(t, wide[:8], []string{"f", "e", "a", "b", "b", "a", "c", "d"})
}

// TestSliceAddOfNothing zeroes the whole of dst all the same.
func TestSliceAddOfNothing(t *testing.T) {
	dst := []int32{1, 2, 3, 4, 5, 6}
	SliceAdd(dst, nil, []int{2, 3}, []int{0, 0}, []int{2, 0}, []int{1, 1})
	kerneltest.WantEqual(t, dst, make([]int32, 6))
	SliceAdd(dst[:0], []int32{}, []int{0, 3}, []int{0, 0}, []int{0, 3}, []int{1, 1})
	Slice([]int32{}, dst, []int{2, 3}, []int{0, 0}, []int{0, 3}, []int{1, 1})
}

// TestSliceAddIsTheAdjoint: ⟨Slice x, y⟩ = ⟨x, SliceAdd y⟩, in whole numbers. And a slice
// of a sum is what was added, since no two elements of a slice are one of x.
func TestSliceAddIsTheAdjoint(t *testing.T) {
	shape, start, size := []int{5, 4, 11}, []int{4, 0, 1}, []int{2, 3, 5}
	r := rand.New(rand.NewPCG(7, 8))
	for _, step := range [][]int{{-3, 1, 2}, {-1, 1, 1}, {-4, 1, 2}} {
		x, y := kerneltest.SmallInts[int64](r, array.Volume(shape)), kerneltest.SmallInts[int64](r, array.Volume(size))
		part, sum := make([]int64, len(y)), make([]int64, len(x))
		Slice(part, x, shape, start, size, step)
		SliceAdd(sum, y, shape, start, size, step)
		left, right := int64(0), int64(0)
		for i, v := range part {
			left += v * y[i]
		}
		for i, v := range sum {
			right += v * x[i]
		}
		if left != right {
			t.Errorf("step %v: the products are %d and %d", step, left, right)
		}
		Slice(part, sum, shape, start, size, step)
		kerneltest.WantEqual(t, part, y)
	}
}

// TestLayoutOfNothing: arrays without elements are legal, with an axis of any other size.
func TestLayoutOfNothing(t *testing.T) {
	none := []float32{}
	Permute(none, none, []int{0, 1 << 40}, []int{1, 0})
	Broadcast(none, none, []int{1 << 40, 0}, []int{0, 1})
	Concat(none, [][]float32{none, nil}, 1<<40, []int{0, 0})
	one, got := []float32{7}, []float32{0}
	Permute(got, one, nil, nil)
	kerneltest.WantEqual(t, got, one)
	Broadcast(got, []float32{8}, nil, nil)
	kerneltest.WantEqual(t, got, []float32{8})
	Slice(got, one, nil, nil, nil, nil)
	kerneltest.WantEqual(t, got, one)
	SliceAdd(got, []float32{9}, nil, nil, nil, nil)
	kerneltest.WantEqual(t, got, []float32{9})
}

// TestConcatParts has operands of every width around copies, beside elements that are not
// of the output.
func TestConcatParts(t *testing.T) {
	for _, widths := range [][]int{{1}, {0, 2}, {3, 0, 1}, {8, 9, 7}, {1, 33}} {
		for outer := 1; outer <= 3; outer++ {
			row := 0
			for _, w := range widths {
				row += w
			}
			whole := kerneltest.Counting[int64](outer * row)
			var srcs [][]int64
			at := 0
			for _, w := range widths {
				var src []int64
				for o := range outer {
					src = append(src, whole[o*row+at:o*row+at+w]...)
				}
				srcs, at = append(srcs, src), at+w
			}
			got, check := kerneltest.Fenced(len(whole), int64(-1))
			Concat(got, srcs, outer, widths)
			kerneltest.WantEqual(t, got, whole)
			check(t, "Concat")
		}
	}
}
