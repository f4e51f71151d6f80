package text

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// Kinds of the layers of this package.
const (
	attention = "attention"
	block     = "block" // with the sums around its parts
)

// attended is what a layer returns: its result, and what to keep for the next tokens, such
// as keys and values. An attention without a state keeps nothing.
type attended struct {
	Y    trace.Value
	Kept []trace.Value
}

// attendTo lets queries q[n heads t d] see keys and values [n groups t d], together with
// those that past has, and returns [n t heads·d]. Each group of keys serves the same number
// of heads.
func attendTo(path string, q, k, v trace.Value, s sight, past []trace.Value) attended {
	var kept []trace.Value
	if past != nil {
		if len(past) != 2 {
			panic(trace.Errorf("attention %q: the state has %d arrays for it, want keys and values: make it by Start", path, len(past)))
		}
		k, v = written(past[0], k, s.At), written(past[1], v, s.At)
		kept = []trace.Value{k, v}
	}
	if each := q.Dim(1) / k.Dim(1); each > 1 {
		k, v = fn.Repeat(k, each, 1), fn.Repeat(v, each, 1)
	}
	return attended{joinHeads(nn.Attention(q, k, v, nn.AttentionConfig{Mask: s.Seen})), kept}
}

// written returns slots [n groups length d] with x[n groups t d] in those from at on.
func written(slots, x, at trace.Value) trace.Value {
	zero := trace.Scalar[int64](0)
	return fn.DynamicUpdateSlice(slots, x, zero, zero, at, zero)
}

// headWidth returns the number of features of each head of a weight [heads·d width].
func headWidth(path string, w trace.Value, heads int) int {
	if w.IsAbsent() || w.Rank() != 2 || heads < 1 || w.Dim(0)%heads != 0 {
		panic(trace.Errorf("attention %q: %d heads of a weight %s: want [heads·d width]", path, heads, describe(w)))
	}
	return w.Dim(0) / heads
}

// splitHeads maps x[n t heads·d] to [n heads t d].
func splitHeads(path string, x trace.Value, heads int) trace.Value {
	if x.Rank() != 3 || heads < 1 || x.Dim(2)%heads != 0 {
		panic(trace.Errorf("attention %q: %d heads of %v: want [n t heads·d]", path, heads, x.Type()))
	}
	return fn.Transpose(fn.Reshape(x, x.Dim(0), x.Dim(1), heads, x.Dim(2)/heads), 0, 2, 1, 3)
}

// joinHeads is the inverse of splitHeads.
func joinHeads(y trace.Value) trace.Value {
	return fn.Reshape(fn.Transpose(y, 0, 2, 1, 3), y.Dim(0), y.Dim(2), y.Dim(1)*y.Dim(3))
}

// emptySlots returns keys and values without tokens for each layer.
func emptySlots(d trace.DType, depth int, shape ...int) [][]trace.Value {
	layers := make([][]trace.Value, depth)
	for i := range layers {
		layers[i] = []trace.Value{fn.ZerosOf(d, shape...), fn.ZerosOf(d, shape...)}
	}
	return layers
}
