package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestConnectives(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 7, 8, 9, 16, 31, 8*elementGrain + 3} {
		a, b := someTrue(r, n), someTrue(r, n)
		for name, c := range map[string]struct {
			kernel func(dst, a, b []bool)
			want   func(a, b bool) bool
		}{
			"And": {And, func(a, b bool) bool { return a && b }},
			"Or":  {Or, func(a, b bool) bool { return a || b }},
			"Xor": {Xor, func(a, b bool) bool { return a != b }},
			"Not": {func(dst, a, _ []bool) { Not(dst, a) }, func(a, _ bool) bool { return !a }},
		} {
			got := trues(n + 9)
			c.kernel(got[:n], a, b)
			wantBools(t, name, n, got, func(i int) bool { return c.want(a[i], b[i]) })
			inPlace := append([]bool(nil), b...)
			c.kernel(inPlace, a, inPlace)
			if name != "Not" {
				wantBools(t, name+" in place", n, inPlace, func(i int) bool { return c.want(a[i], b[i]) })
			}
		}
	}
}
