package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// counting returns 1, 2, ..., n.
func counting[T Number](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(i + 1)
	}
	return x
}

// eachIndex calls f with every index of an array of this shape and its number in row-major order.
func eachIndex(shape []int, f func(number int, index []int)) {
	index := make([]int, len(shape))
	for number := range volume(shape) {
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
		strides[a] = volume(shape[a+1:])
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

// randomShape has up to five axes, some of size 0 or 1, and now and then one past the tiles.
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

func checkEqual[E comparable](t *testing.T, got, want []E) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d elements, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("element %d: got %v, want %v", i, got[i], want[i])
		}
	}
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
				eachISA(t, func(t *testing.T) {
					checkPermute[float32](t, shape, perm)
					checkPermute[int64](t, shape, perm)
				})
			})
		}
	}
}

func checkPermute[T Number](t *testing.T, shape, perm []int) {
	src := counting[T](volume(shape))
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
	checkEqual(t, got, want)
	if back := make([]T, len(src)); len(perm) > 0 {
		inverse := make([]int, len(perm))
		for i, axis := range perm {
			inverse[axis] = i
		}
		Permute(back, got, to, inverse)
		checkEqual(t, back, src)
	}
}

// TestPermuteTypes moves elements of other sizes, and with pointers in them.
func TestPermuteTypes(t *testing.T) {
	words := []string{"a", "b", "c", "d", "e", "f"}
	got := make([]string, 6)
	Permute(got, words, []int{2, 3}, []int{1, 0})
	checkEqual(t, got, []string{"a", "d", "b", "e", "c", "f"})
	flags := make([]bool, 6)
	Permute(flags, []bool{true, true, true, false, false, false}, []int{2, 3}, []int{1, 0})
	checkEqual(t, flags, []bool{true, false, true, false, true, false})
}

func TestBroadcast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range atMost(300, 60) {
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
		t.Run(fmt.Sprint(shape, strides), func(t *testing.T) { checkBroadcast(t, shape, strides, volume(kept)) })
	}
	checkBroadcast(t, []int{9, 70, 80}, []int{0, 1, 0}, 70)
	checkBroadcast(t, []int{9, 70, 80}, []int{1, 0, 9}, 720)
	checkBroadcast(t, []int{40, 50}, []int{1, 1}, 89) // windows that overlap
	checkBroadcast(t, []int{20, 3, 50}, []int{3, 1, 2}, 57+2+98+1)
}

func checkBroadcast(t *testing.T, shape, strides []int, n int) {
	t.Helper()
	src := counting[int64](n)
	got, want := make([]int64, volume(shape)), make([]int64, volume(shape))
	eachIndex(shape, func(number int, index []int) { want[number] = src[inner(index, strides)] })
	Broadcast(got, src, shape, strides)
	checkEqual(t, got, want)
}

func TestSlice(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range atMost(400, 80) {
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
	x, part := counting[float32](volume(shape)), counting[float32](volume(size))
	got, want := garbage[float32](len(part)), make([]float32, len(part))
	sum, wantSum := garbage[float32](len(x)), make([]float32, len(x))
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
	checkEqual(t, got, want)
	SliceAdd(sum, part, shape, start, size, step)
	checkEqual(t, sum, wantSum)
}

func TestConcat(t *testing.T) {
	for outer := range 4 {
		srcs := [][]int32{counting[int32](outer * 3), nil, counting[int32](outer * 1), counting[int32](outer * 4)}
		widths := []int{3, 0, 1, 4}
		var want []int32
		for o := range outer {
			for k, w := range widths {
				want = append(want, srcs[k][o*w:(o+1)*w]...)
			}
		}
		got := make([]int32, outer*8)
		Concat(got, srcs, outer, widths)
		checkEqual(t, got, want)
	}
	Concat([]int32{}, nil, 5, nil)
}
