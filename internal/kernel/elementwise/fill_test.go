package elementwise

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestFillRuns(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		testFill(t, true, false)
		testFill[int32](t, 1, 2)
		testFill[float32](t, 1, 2)
		testFill(t, 1.0, 2.0)
	})
}

// testFill has runs of every length past two vectors and blocks, between elements that
// stay as they are.
func testFill[E comparable](t *testing.T, v, other E) {
	for run := range 140 {
		for count := range 4 {
			x := slices.Repeat([]E{other}, run*count+2)
			src := slices.Repeat([]E{v, other}, count+1)
			FillRuns(x[1:len(x)-1], src, 2, max(run, 1))
			want := slices.Repeat([]E{v}, len(x))
			want[0], want[len(want)-1] = other, other
			if !slices.Equal(x, want) {
				t.Fatalf("%d runs of %d elements: got %v", count, run, x)
			}
		}
		x := slices.Repeat([]E{other}, 10*run)
		Fill(x, v)
		if slices.Contains(x, other) {
			t.Fatalf("%d elements: got %v", len(x), x)
		}
	}
}

func BenchmarkFill(b *testing.B) {
	x, bias := make([]float32, 32*64), make([]float32, 32)
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			Fill(x, 1)
		}
	})
	b.Run("runs", func(b *testing.B) {
		for b.Loop() {
			FillRuns(x, bias, 1, 64)
		}
	})
}

// TestFillOfAnySize fills with elements of each size, of none, and with pointers in them,
// and nothing beside.
func TestFillOfAnySize(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		checkFill(t, uint8(7), 1)
		checkFill(t, int32(7), 1)
		checkFill(t, 7.5, 1)
		checkFill(t, [3]int32{7, 8, 9}, [3]int32{})
		checkFill(t, "a", "b")
		checkFill(t, struct{}{}, struct{}{})
		checkFill(t, any(7), any("fence"))
	})
}

func checkFill[E comparable](t *testing.T, v, fence E) {
	t.Helper()
	for _, n := range append([]int{126, 128, 511, 512, 513, 575, 1025}, kerneltest.AroundVectors...) {
		x, check := kerneltest.Fenced(n, fence)
		Fill(x, v)
		for i, got := range x {
			if got != v {
				t.Fatalf("element %d of %d is %v, want %v", i, n, got, v)
			}
		}
		check(t, "Fill")
	}
}

// TestFillRunsByPlace: run i is of element i·stride, whatever the stride, and runs of
// every length meet without a gap.
func TestFillRunsByPlace(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		checkRuns[int32](t)
		checkRuns[float64](t)
		checkRuns[uint8](t)
	})
}

func checkRuns[E int32 | float64 | uint8](t *testing.T) {
	t.Helper()
	src := make([]E, 40)
	for i := range src {
		src[i] = E(i + 1)
	}
	for _, run := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 64, 70} {
		for _, stride := range []int{0, 1, 3, 9} {
			for count := range 5 {
				dst, check := kerneltest.Fenced(count*run, E(200))
				FillRuns(dst, src, stride, run)
				for at, v := range dst {
					if want := src[at/run*stride]; v != want {
						t.Fatalf("%d runs of %d, stride %d: element %d is %v, want %v", count, run, stride, at, v, want)
					}
				}
				check(t, "FillRuns")
			}
		}
	}
}
