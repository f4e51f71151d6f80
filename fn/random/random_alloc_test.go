//go:build !race

package random_test

import (
	"context"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A draw allocates no memory for words: the number of allocations does not depend on how
// many numbers are drawn.
func TestDrawsAllocateLittle(t *testing.T) {
	draws := func(n int) float64 {
		normal := func(key trace.Value) trace.Value { return fn.SumAll(random.Normal(key, trace.Float32, n)) }
		c, err := transforms.Compile(normal, random.Key(1))
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(20, func() {
			if _, err := c.Call(context.Background(), random.Key(2)); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := draws(100), draws(1<<18); many > few+8 {
		t.Errorf("%v allocations for 2¹⁸ numbers, %v for 100", many, few)
	}
}
