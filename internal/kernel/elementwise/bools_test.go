package elementwise

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestConnectives(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 7, 8, 9, 16, 31, 8*Grain + 3} {
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

// TestTruthTables has every pair of bools in every place of words and of what is left of
// them, in a slice of its own and in place of either operand or of both.
func TestTruthTables(t *testing.T) {
	for _, c := range []struct {
		name   string
		kernel func(dst, a, b []bool)
		want   [4]bool // of false and false, false and true, true and false, true and true
	}{
		{"And", And, [4]bool{false, false, false, true}},
		{"Or", Or, [4]bool{false, true, true, true}},
		{"Xor", Xor, [4]bool{false, true, true, false}},
		{"Not", func(dst, a, _ []bool) { Not(dst, a) }, [4]bool{true, true, false, false}},
	} {
		for n := range 28 {
			for turn := range 4 {
				a, b := make([]bool, n), make([]bool, n)
				for i := range n {
					a[i], b[i] = (i+turn)&2 != 0, (i+turn)&1 != 0
				}
				got, check := kerneltest.Fenced(n, turn%2 == 0)
				left, right := append([]bool{}, a...), append([]bool{}, b...)
				c.kernel(got, a, b)
				c.kernel(left, left, b)
				c.kernel(right, a, right)
				for i, v := range bytes(got) {
					if want := bit(c.want[(i+turn)%4]); v != want || bytes(left)[i] != want || bytes(right)[i] != want {
						t.Fatalf("%s of %v and %v, element %d of %d: got the bytes %d, and %d and %d in place, want %d",
							c.name, a[i], b[i], i, n, v, bytes(left)[i], bytes(right)[i], want)
					}
				}
				check(t, c.name)
				c.kernel(b, b, b)
				for i, v := range b {
					if both := (i + turn) & 1 * 3; v != c.want[both] {
						t.Fatalf("%s of %v with itself is %v", c.name, both != 0, v)
					}
				}
			}
		}
	}
}
