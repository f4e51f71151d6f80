package kernel

import (
	"slices"
	"testing"
)

func TestFillRuns(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		testFill(t, true, false)
		testFill[int32](t, 1, 2)
		testFill[float32](t, 1, 2)
		testFill(t, 1.0, 2.0)
	})
}

// testFill has runs of every length past two vectors and blocks, between elements that stay as they are.
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
