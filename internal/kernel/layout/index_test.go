package layout

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// sizes4 are outer, n, m, inner: arrays [outer n inner] and indices for [outer m inner].
var sizes4 = [][4]int{
	{1, 1, 1, 1}, {2, 3, 4, 5}, {3, 7, 2, 1}, {1, 6, 9, 4}, {0, 2, 3, 4}, {2, 3, 0, 4}, {2, 3, 4, 0}, {40, 30, 20, 35}, {1, 50, 60, 700},
}

func randomIndex(r *rand.Rand, count, n int) []int64 {
	index := make([]int64, count)
	for i := range index {
		index[i] = int64(r.IntN(n))
	}
	return index
}

func TestTakeAlong(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range sizes4 {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			outer, n, m, inner := s[0], s[1], s[2], s[3]
			x, src := kerneltest.Counting[int32](outer*n*inner), kerneltest.Counting[int32](outer*m*inner)
			index := randomIndex(r, outer*m*inner, n)
			got, want := make([]int32, len(src)), make([]int32, len(src))
			sum, wantSum := make([]int32, len(x)), make([]int32, len(x))
			elementwise.Fill(sum, 99)
			for at, i := range index {
				from := (at/(m*inner)*n+int(i))*inner + at%inner
				want[at] = x[from]
				wantSum[from] += src[at]
			}
			if bad := TakeAlong(got, x, index, outer, n, m, inner); bad != -1 {
				t.Errorf("TakeAlong returned %d, want -1", bad)
			}
			kerneltest.WantEqual(t, got, want)
			if bad := AddAlong(sum, src, index, outer, n, m, inner); bad != -1 {
				t.Errorf("AddAlong returned %d, want -1", bad)
			}
			kerneltest.WantEqual(t, sum, wantSum)
			short := make([]int32, len(index))
			elementwise.Cast(short, index)
			elementwise.Fill(got, 99)
			elementwise.Fill(sum, 99)
			if bad, bad2 := TakeAlong(got, x, short, outer, n, m, inner), AddAlong(sum, src, short, outer, n, m, inner); bad != -1 || bad2 != -1 {
				t.Errorf("int32: got %d and %d, want -1", bad, bad2)
			}
			kerneltest.WantEqual(t, got, want)
			kerneltest.WantEqual(t, sum, wantSum)
		})
	}
}

func TestTake(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range sizes4 {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			outer, n, m, inner := s[0], s[1], s[2], s[3]
			x, src := kerneltest.Counting[float32](outer*n*inner), kerneltest.Counting[float32](outer*m*inner)
			index := randomIndex(r, m, n)
			got, want := kerneltest.Garbage[float32](len(src)), make([]float32, len(src))
			sum, wantSum := kerneltest.Garbage[float32](len(x)), make([]float32, len(x))
			for at := range src {
				from := (at/(m*inner)*n+int(index[at/inner%m]))*inner + at%inner
				want[at] = x[from]
				wantSum[from] += src[at]
			}
			if bad := Take(got, x, index, outer, n, inner); bad != -1 {
				t.Errorf("Take returned %d, want -1", bad)
			}
			kerneltest.WantEqual(t, got, want)
			if bad := AddTake(sum, src, index, outer, n, inner); bad != -1 {
				t.Errorf("AddTake returned %d, want -1", bad)
			}
			kerneltest.WantEqual(t, sum, wantSum)
		})
	}
}

// TestIndexOutside: the first bad index is named.
func TestIndexOutside(t *testing.T) {
	for _, bad := range []int64{-1, 3, 1 << 40, -1 << 63} {
		index := []int64{2, 0, bad, 1, bad, 0}
		x, y := make([]float64, 3), make([]float64, 6)
		for name, run := range map[string]func() int{
			"TakeAlong": func() int { return TakeAlong(y, x, index, 1, 3, 6, 1) },
			"AddAlong":  func() int { return AddAlong(x, y, index, 1, 3, 6, 1) },
			"Take":      func() int { return Take(y, x, index, 1, 3, 1) },
			"AddTake":   func() int { return AddTake(x, y, index, 1, 3, 1) },
		} {
			if got := run(); got != 2 {
				t.Errorf("%s with index %d: got %d, want 2", name, bad, got)
			}
		}
	}
	many := make([]int32, 40*elementwise.Grain) // in parallel
	many[31*elementwise.Grain], many[35*elementwise.Grain] = 7, -1
	from, elements := make([]float32, 40*7), make([]float32, len(many))
	if got := TakeAlong(elements, from, many, 40, 7, elementwise.Grain, 1); got != 31*elementwise.Grain {
		t.Errorf("among many: got %d, want %d", got, 31*elementwise.Grain)
	}
	for _, bad := range []int32{-1, 3, -1 << 31, 1<<31 - 1} {
		for at := range 300 {
			index := make([]int32, 300)
			index[at] = bad
			if got := firstOutside(index, 3); got != at {
				t.Fatalf("index %d at %d: got %d", bad, at, got)
			}
		}
	}
	if got := Take([]int32{}, []int32{}, []int64{0}, 0, 0, 1); got != 0 {
		t.Errorf("index 0 of an empty axis: got %d, want 0", got)
	}
}

// TestAddSameBitsOnAnyCores adds so many to each element that the order matters.
func TestAddSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const outer, n, m, inner = 3, 5, 40, 600
	src, index := kerneltest.Normals[float32](r, outer*m*inner), randomIndex(r, outer*m*inner, n)
	kerneltest.OnCores(t, func() []float32 {
		y := kerneltest.Garbage[float32](2 * outer * n * inner)
		AddTake(y[:outer*n*inner], src, index[:m], outer, n, inner)
		AddAlong(y[outer*n*inner:], src, index, outer, n, m, inner)
		return y
	})
}

// TestFaultH11: an index outside of its axis was reported by a panic through the workers,
// past scratch that was lent.
func TestFaultH11(t *testing.T) {
	const outer, n, m, inner = 8, 300_000, 3000, 1
	x, y, index := make([]float32, outer*n), make([]float32, outer*m), make([]int32, outer*m)
	index[5*m+7], index[7*m] = n, -1
	before := scratch.Lent()
	if got := TakeAlong(y, x, index, outer, n, m, inner); got != 5*m+7 {
		t.Errorf("TakeAlong: got %d, want %d", got, 5*m+7)
	}
	few := make([]float32, outer*m)
	if got := AddAlong(few, y, index, outer, m, m, inner); got != 5*m+7 {
		t.Errorf("AddAlong: got %d, want %d", got, 5*m+7)
	}
	wide := []int64{0, 1, int64(n)}
	if got := AddTake(x, make([]float32, outer*3), wide, outer, n, inner); got != 2 {
		t.Errorf("AddTake: got %d, want 2", got)
	}
	if got := scratch.Lent(); got != before {
		t.Errorf("%d parts of scratch are lent, before there were %d", got, before)
	}
}

// TestAddingGivesBack runs what borrows more than a small class has, after which no span
// is lent: it would never be free again.
func TestAddingGivesBack(t *testing.T) {
	const n, m = 17_000, 9000
	x, y, index, rows := make([]float32, 20_000), make([]float32, 12_000), make([]int32, m), make([]int64, 40)
	before := scratch.Lent()
	AddAlong(x[:n], y[:m], index, 1, n, m, 1)
	AddTake(x[:70*256], y[:40*256], rows, 1, 70, 256)
	if got := scratch.Lent(); got != before {
		t.Errorf("%d spans are lent, before there were %d", got, before)
	}
}

// TestFaultB6Adding: so many elements that are added to one place are not added up in
// float32.
func TestFaultB6Adding(t *testing.T) {
	const n = 1 << 20
	x, index := make([]float32, n), make([]int64, n)
	elementwise.Fill(x, 0.1)
	want := float32(float64(float32(0.1)) * n)
	for name, add := range map[string]func(sum []float32) int{
		"AddAlong": func(sum []float32) int { return AddAlong(sum, x, index, 1, 2, n, 1) },
		"AddTake":  func(sum []float32) int { return AddTake(sum, x, index, 1, 2, 1) },
	} {
		if sum := kerneltest.Garbage[float32](2); add(sum) != -1 || sum[0] != want || sum[1] != 0 {
			t.Errorf("%s: got %v, want %v and 0", name, sum, want)
		}
	}
}
