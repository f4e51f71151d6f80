package lawtest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// SearchConfig says which random programs [Search] looks at: those that [Seeded] draws
// from a seed, by their numbers from First on.
type SearchConfig struct {
	Seed, First uint64
	// Programs is how many there are.
	Programs uint64
	// Ops are drawn beside the operations of package fn.
	Ops []Op
	// Composites are for the derivatives with rules; without them no program has rules.
	Composites []transforms.Composite
}

// Search holds many random programs to the laws of [Agree], each to one law that its
// number draws, on all cores. For each law that is broken, and each way to break it, it
// reports the shortest program, with a seed and a number to draw it again.
func Search(t rapid.TB, c SearchConfig) {
	t.Helper()
	var next atomic.Uint64
	var mu sync.Mutex
	var found []*disagreement
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < c.Programs; i = next.Add(1) - 1 {
				if d := c.look(c.First + i); d != nil {
					mu.Lock()
					found = append(found, d)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	slices.SortFunc(found, func(a, b *disagreement) int { return len(a.program.String()) - len(b.program.String()) })
	seen := map[string]int{}
	for _, d := range found {
		if seen[d.law+d.class]++; seen[d.law+d.class] == 1 {
			t.Errorf("%s", d)
		}
	}
	for kind, n := range seen {
		t.Errorf("%s: %d programs", kind, n)
	}
}

// look holds the program of a number to one law.
func (c SearchConfig) look(number uint64) *disagreement {
	p := Seeded(c.Seed, number, c.Ops...)
	r := rand.New(rand.NewPCG(c.Seed, ^number))
	law := &pairings[drawn(r)]
	var composite transforms.Composite
	if len(c.Composites) > 0 {
		composite = c.Composites[r.IntN(len(c.Composites))]
	}
	if law.ruled && composite == nil || !law.fits(p) {
		law = &pairings[0]
	}
	d := law.breach(p, func() *draft { return newDraft(c.Seed, number, composite) })
	if d != nil {
		d.name = fmt.Sprintf("seed %d, number %d: ", c.Seed, number)
	}
	return d
}
