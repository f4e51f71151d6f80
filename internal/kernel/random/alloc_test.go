//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package random

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestRandomAllocations holds the kernels to no memory of their own for work that stays
// on the caller.
func TestRandomAllocations(t *testing.T) {
	words := make([]uint64, 24)
	kerneltest.WantNoAllocations(t, map[string]func(){"Bits": func() { Bits(words, 1, 2, 3) }})
}
