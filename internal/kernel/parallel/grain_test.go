package parallel

import "testing"

// TestPlaneGrain: a goroutine takes planes of about 2¹⁵ operations, and at least one.
func TestPlaneGrain(t *testing.T) {
	for ops, want := range map[int]int{0: 1 << 15, 1: 1 << 15, 3: 10922, 1 << 14: 2, 1 << 15: 1, 1<<15 + 1: 1, 1 << 40: 1} {
		if got := GrainOf(ops); got != want {
			t.Errorf("%d operations: got %d, want %d", ops, got, want)
		}
	}
}
