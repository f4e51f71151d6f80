package kernel

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns n random numbers that end where readable memory ends, so that a kernel that touches
// anything past an operand is stopped by the system.
func guarded[T Float](t *testing.T, r *rand.Rand, n int) []T {
	t.Helper()
	page, size := syscall.Getpagesize(), n*sizeOf[T]()
	whole := ceilDiv(size, page) * page
	memory, err := syscall.Mmap(-1, 0, whole+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Mprotect(memory[whole:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	x := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(memory[whole-size:]))), n)
	copy(x, normals[T](r, n))
	return x
}

func TestNothingPastTheEnd(t *testing.T) { eachFloat(t, testGuarded[float32], testGuarded[float64]) }

func testGuarded[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, s := range [][3]int{{1, 37, 5}, {5, 1, 37}, {3, 16, 9}, {15, 33, 4}, {29, 50, 300}, {14, 32, 1}, {6, 7, 40}} {
		m, n, k := s[0], s[1], s[2]
		a, b, c := guarded[T](t, r, m*k), guarded[T](t, r, k*n), guarded[T](t, r, m*n)
		Gemm(m, n, k, a, k, 1, b, n, 1, c, n, false)
		Gemm(m, n, k, a, 1, m, b, 1, k, c, n, true)
	}
	for range 25 {
		s := randomConv(r)
		nx, nw, ny := s.sizes()
		x, w, y := guarded[T](t, r, nx), guarded[T](t, r, nw), guarded[T](t, r, ny)
		ConvForward(y, x, w, s)
		ConvInput(x, y, w, s)
		ConvWeights(w, x, y, s)
	}
	for _, shape := range [][]int{{17, 9}, {8, 24}, {3, 16, 11}} {
		x, y := guarded[T](t, r, volume(shape)), guarded[T](t, r, volume(shape))
		Permute(y, x, shape, []int{len(shape) - 1, 0, 1}[:len(shape)])
	}
	for _, columns := range []int{6, 17, 24, 33} {
		for window := 1; window <= 4; window++ {
			s := regularPool(2, [3]int{1, 3, columns}, window, 1+window%2, 1)
			x, y := guarded[T](t, r, 2*volume(s.In[:])), guarded[T](t, r, 2*volume(s.Out[:]))
			index := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(guarded[float32](t, r, len(y))))), len(y))
			MaxPool(y, index, x, s)
			AvgPool(y, x, s)
			AvgPoolInput(x, y, s)
		}
	}
	for _, n := range []int{1, 7, 8, 9, 31, 40, 67} {
		a, b, c := guarded[T](t, r, n), guarded[T](t, r, n), guarded[T](t, r, n)
		Add(c, a, b)
		Exp(c, a)
		Clamp(c, a, 0, 1)
		MulAdd(c, a, b, b)
		Sum(c[:1], a, 1, n, 1)
		words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(guarded[float64](t, r, n)))), n)
		RandomBits(words, 1, 2, 3)
		Normals(c, words)
		Abs(c, a)
		Normalize(c, a, 1, 2, 3)
		Standardize(c, a, a, b, 1, 2)
		ExpSum(c, a, 1)
		Moments(a)
		cond := unsafe.Slice((*bool)(unsafe.Pointer(unsafe.SliceData(guarded[T](t, r, n)))), n*sizeOf[T]())[n*(sizeOf[T]()-1):]
		Within(cond, a, 0, 1)
		Less(cond, a, b)
		Select(c, cond, a, b)
		Keep(c, cond, a)
		Indicator(c, cond)
		Cast(guarded[float32](t, r, n), a)
		Cast(guarded[float64](t, r, n), a)
		Max(c, a, 1, 1, n)
	}
}
