//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package kernel

import (
	"runtime"
	"testing"
)

// TestAllocations holds the kernels to no memory of their own for work that stays on the
// caller.
func TestAllocations(t *testing.T) {
	const n = 24
	x, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
	index, cond, bits := make([]int64, n), make([]bool, n), make([]uint64, n)
	shape, perm, strides := []int{2, 3, 4}, []int{2, 0, 1}, []int{0, 1, 3}
	start, size, step := []int{0, 2, 0}, []int{2, 3, 2}, []int{1, -1, 2}
	half := func(v float32) float32 { return v / 2 }
	conv, deep := square(2, 1, 2, 3, 2, 3, 1), square(2, 2, 2, 2, 2, 3, 1)
	dot, w := square(2, 1, 2, 3, 2, 1, 1), make([]float32, 54)
	long := along(64, 3, 1)
	long.CIn, long.COut = 2, 3
	longX, longY := make([]float32, 128), make([]float32, 192)
	pool, where := &Pool{Planes: 6, In: [3]int{1, 2, 2}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{{{0, 1, 1}}, halves(2), halves(2)},
		Divisor: [3][]float64{{1}, {2}, {2}}}, make([]int32, 6)
	for name, run := range map[string]func(){
		"Gemm":      func() { Gemm(4, 3, 2, x, 2, 1, y, 3, 1, z, 3, false) },
		"Gemm/gemv": func() { Gemm(4, 1, 5, x, 5, 1, y, 1, 1, z, 1, false) },
		"Conv": func() {
			ConvForward(z, x[:16], w, conv)
			ConvInput(x[:16], z, w, conv)
			ConvWeights(w, x[:16], z, conv)
		},
		"Conv/depth": func() { ConvForward(z[:16], x[:16], w[:18], deep); ConvWeights(w[:18], x[:16], z[:16], deep) },
		"Conv/long": func() {
			ConvForward(longY, longX, w[:18], long)
			ConvInput(longX, longY, w[:18], long)
			ConvWeights(w[:18], longX, longY, long)
		},
		"Conv/1x1":   func() { ConvForward(z, x[:16], w[:6], dot); ConvInput(x[:16], z, w[:6], dot) },
		"AvgPool":    func() { AvgPool(z[:6], x, pool); AvgPoolInput(x, z[:6], pool) },
		"MaxPool":    func() { MaxPool(z[:6], where, x, pool) },
		"Add":        func() { Add(z, x, y) },
		"Maximum":    func() { Maximum(z, x, y) },
		"Neg":        func() { Neg(z, x) },
		"MulAdd":     func() { MulAdd(z, x, y, x) },
		"Clamp":      func() { Clamp(z, x, 0, 1) },
		"Unary":      func() { Unary(z, x, half) },
		"Select":     func() { Select(z, cond, x, y) },
		"Cast":       func() { Cast(index, x) },
		"Sum":        func() { Sum(z[:4], x, 2, 6, 2) },
		"Max":        func() { Max(z[:4], x, 4, 6, 1) },
		"All":        func() { All(cond[:4], cond, 4, 6, 1) },
		"ArgMax":     func() { ArgMax(index[:4], x, 4, 6, 1) },
		"CumSum":     func() { CumSum(z, x, 2, 6, 2, true) },
		"Permute":    func() { Permute(z, x, shape, perm) },
		"Broadcast":  func() { Broadcast(z, x, shape, strides) },
		"Slice":      func() { Slice(z[:12], x, shape, start, size, step) },
		"SliceAdd":   func() { SliceAdd(z, x[:12], shape, start, size, step) },
		"TakeAlong":  func() { TakeAlong(z, x, index, 2, 3, 3, 4) },
		"AddTake":    func() { AddTake(z[:16], x[:8], index[:2], 1, 4, 4) },
		"RandomBits": func() { RandomBits(bits, 1, 2, 3) },
	} {
		if got := testing.AllocsPerRun(200, run); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// TestTeamAllocations: a call that is shared out allocates nothing once there are
// workers.
func TestTeamAllocations(t *testing.T) {
	const calls = 2000
	withCores(2, func() {
		x := make([]float32, 4)
		run := func() {
			for range calls {
				split(4, 1, unary[float32, float32]{x, x, func(v float32) float32 { return v + 1 }})
			}
		}
		run()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		if got := after.Mallocs - before.Mallocs; got > calls/10 {
			t.Errorf("%d allocations in %d calls", got, calls)
		}
		if x[0] != 2*calls {
			t.Errorf("the first element is %v, want %v", x[0], 2*calls)
		}
	})
}
