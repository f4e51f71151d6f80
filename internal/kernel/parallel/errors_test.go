package parallel

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestParallelPanics: the message names the kernel and the grain.
func TestParallelPanics(t *testing.T) {
	kerneltest.WantPanic(t, "parallel.Run: the grain is 0, want at least 1", func() { Run(3, 0, func(lo, hi int) {}) })
}
