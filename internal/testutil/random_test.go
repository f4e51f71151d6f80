package testutil

import (
	"flag"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/transforms"
)

var (
	programs = flag.Uint64("programs", 2000, "how many random programs to hold to the laws")
	seed     = flag.Uint64("seed", 1, "seed of the random programs")
	only     = flag.Int64("number", -1, "the only random program to look at")
)

var composites = []transforms.Composite{rules.EpsilonPlus(), rules.EpsilonPlusFlat(), rules.EpsilonAlpha2Beta1(), rules.ExcitationBackprop()}

// Compiled, batched and checkpointed programs compute what the programs do, special
// values included.
func TestRandomPrograms(t *testing.T) {
	n := *programs
	if testing.Short() && n == 2000 {
		n = 300
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // programs are small and live short
	first := uint64(0)
	if *only >= 0 {
		first, n = uint64(*only), 1
	}
	var next atomic.Uint64
	var mu sync.Mutex
	var found []*Disagreement
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				if _, d := Agree(*seed, first+i, composites...); d != nil {
					mu.Lock()
					found = append(found, d)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	report(t, found)
}

// report prints the shortest program of each kind of disagreement.
func report(t *testing.T, found []*Disagreement) {
	slices.SortFunc(found, func(a, b *Disagreement) int { return len(a.Program.String()) - len(b.Program.String()) })
	seen := map[string]int{}
	for _, d := range found {
		if seen[d.Law+d.Class]++; seen[d.Law+d.Class] == 1 {
			t.Errorf("%s", d)
		}
	}
	for kind, n := range seen {
		t.Errorf("%s: %d programs", kind, n)
	}
}
