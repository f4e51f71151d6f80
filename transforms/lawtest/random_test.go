package lawtest_test

import (
	"flag"
	"runtime/debug"
	"testing"

	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

var (
	programs = flag.Uint64("programs", 2000, "how many random programs to hold to the laws")
	seed     = flag.Uint64("seed", 1, "seed of the random programs")
	only     = flag.Int64("number", -1, "the only random program to look at")
)

// Compiled, batched and checkpointed programs compute what the programs do, special
// values included.
func TestRandomPrograms(t *testing.T) {
	c := lawtest.SearchConfig{Seed: *seed, Programs: *programs,
		Composites: []transforms.Composite{rules.EpsilonPlus(), rules.EpsilonPlusFlat(), rules.EpsilonAlpha2Beta1(), rules.ExcitationBackprop()}}
	if testing.Short() && c.Programs == 2000 {
		c.Programs = 300
	}
	if *only >= 0 {
		c.First, c.Programs = uint64(*only), 1
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // programs are small and live short
	lawtest.Search(t, c)
}
