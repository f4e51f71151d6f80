//go:build !race

package exec_test

import (
	"runtime"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/transforms/internal/exec"
)

// The race detector makes pools forget on purpose, so builds with it skip this file.

// Calls allocate headers and results, and no more for larger arrays or more tiles.
func TestSweepsDoNotAllocate(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f := func(x Value) []Value { return []Value{fn.SumAll(fn.Tanh(fn.Mul(fn.Add(x, fn.OnesLike(x)), x)))} }
	allocations := func(n int) float64 {
		x := matrix("x", n)
		plan := exec.New(recordAt(f, x))
		return testing.AllocsPerRun(20, func() { runOn(t, plan, x) })
	}
	if few, many := allocations(100), allocations(200000); many > few+4 {
		t.Errorf("%v allocations for 200000 elements, %v for 100", many, few)
	}
}
