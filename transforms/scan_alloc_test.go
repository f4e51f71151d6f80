//go:build !race

// The race detector makes a sync.Pool forget on purpose, so allocations cannot be counted
// under it.

package transforms_test

import (
	"context"
	"testing"

	"github.com/pullback-go/pullback/transforms"
)

// A step of a compiled loop allocates nothing, however many steps there are.
func TestStepsOfACompiledLoopDoNotAllocate(t *testing.T) {
	allocs := func(steps int) float64 {
		p := newOscillator(steps)
		c, err := transforms.Compile(oscillator, p)
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(10, func() {
			if _, err := c.Call(context.Background(), p); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(10), allocs(510); !(many <= few+25) { // a pool may be emptied meanwhile
		t.Errorf("%v allocations for 10 steps, %v for 510", few, many)
	}
}
