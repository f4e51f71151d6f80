package random

import (
	"math"
	"testing"

	krandom "github.com/pullback-go/pullback/internal/kernel/random"
	"github.com/pullback-go/pullback/trace"
)

// The normal numbers of the extreme words are finite and opposite.
func TestDrawsAtTheEnds(t *testing.T) {
	words := []uint64{0, math.MaxUint64}
	var double [2]float64
	var single [2]float32
	krandom.Normals(double[:], words)
	if low, high := double[0], double[1]; low != -high || !(high > 8.2 && high < 8.3) {
		t.Errorf("from %v to %v", low, high)
	}
	uniform64(double[:], words)
	uniform32(single[:], words)
	if double[0] != 0 || !(double[1] < 1) || single[0] != 0 || !(single[1] < 1) {
		t.Errorf("uniform from %v to %v and from %v to %v, want [0, 1)", double[0], double[1], single[0], single[1])
	}
}

// Draws give no cotangent to a key, which is no float.
func TestDrawsHaveNoCotangent(t *testing.T) {
	key := []trace.Value{Key(3)}
	for _, op := range []trace.Op{draw{"split", trace.Int64, []int{2}}, draw{"normal", trace.Float64, []int{2}}} {
		if cts := op.VJP(key, trace.Bind(op, key...), trace.Bind(op, key...), []bool{true}); len(cts) != 1 || !cts[0].IsAbsent() {
			t.Errorf("%s: the cotangents are %v", op.Name(), cts)
		}
	}
}
