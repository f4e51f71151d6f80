package text

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// State is what a model keeps of the tokens that it has seen, so that the next token costs
// one step. Its shapes do not change, so a compiled step may be called again and again.
// [Causal.Start] makes one.
type State struct {
	// Layers has what each layer keeps. An attention keeps its keys and values, both [n heads
	// length d], in slots along axis 2. A Mamba block keeps the last inputs of its convolution
	// and its hidden state.
	Layers [][]trace.Value
	// Seen, bool[n length], is true for slots that hold a token, and no padding.
	Seen trace.Value
	// Counts is the number of tokens in each row, i64[n]: the position of the next one.
	Counts trace.Value
	// At is the number of slots in use, i64[].
	At trace.Value
}

// startState returns a state without tokens and layers.
func startState(model string, n, length, context int) State {
	if n < 1 || length < 1 || n > most || length > most {
		panic(trace.Errorf("%s: a state for %d rows of %d tokens: want at least one of both, and at most %d", model, n, length, most))
	}
	if context > 0 && length > context {
		panic(trace.Errorf("%s: a state of %d tokens is longer than its context of %d", model, length, context))
	}
	return State{
		Seen: fn.Zeros(trace.TypeOf(trace.Bool, n, length)), Counts: fn.Zeros(trace.TypeOf(trace.Int64, n)), At: trace.Scalar[int64](0),
	}
}

// push returns the state with the tokens ids[n t] in its slots, of which those that the mask
// hides do not count. Layers are those of the old state.
func (s State) push(c checked, ids, mask trace.Value) (next State, shown trace.Value) {
	n, t := ids.Dim(0), ids.Dim(1)
	c.room(s, n, t)
	shown = c.mask(mask, n, t)
	if shown.IsAbsent() {
		shown = fn.Equal(ids, ids)
	}
	return State{
		Layers: s.Layers,
		Seen:   fn.DynamicUpdateSlice(s.Seen, shown, trace.Scalar[int64](0), s.At),
		Counts: fn.Add(s.Counts, fn.Sum(fn.Cast(shown, trace.Int64), 1)),
		At:     fn.Add(s.At, trace.Scalar(int64(t))),
	}, shown
}

// sight is how tokens shown[n t] see what was in the state s and each other, once they are
// in the next state.
func (s State) sight(next State, shown trace.Value, window int) sight {
	n, t, length := shown.Dim(0), shown.Dim(1), s.Seen.Dim(1)
	seen := fn.Reshape(lookBack(shown, s.At, t, length, window), 1, 1, t, length)
	return sight{
		Positions: fn.Add(positions(shown), fn.Reshape(s.Counts, n, 1)),
		Seen:      fn.And(seen, fn.Reshape(next.Seen, n, 1, 1, length)),
		At:        s.At,
	}
}

// room panics unless a state is one of n rows with room for t more tokens. How many slots
// are in use is unknown where the state is traced.
func (c checked) room(s State, n, t int) {
	if s.Seen.IsAbsent() || s.Counts.IsAbsent() || s.At.IsAbsent() || s.Seen.Rank() != 2 || s.At.Rank() != 0 {
		panic(trace.Errorf("%s: the state has no slots: make it by Start", c.Model))
	}
	if s.Seen.Dim(0) != n {
		panic(trace.Errorf("%s: the state has %d rows and the ids %d", c.Model, s.Seen.Dim(0), n))
	}
	length, used := s.Seen.Dim(1), 0
	if s.At.IsConcrete() {
		used = int(s.At.Float64())
	}
	if used+t > length {
		panic(trace.Errorf("%s: %d tokens after %d do not fit into a state of %d: start a longer one", c.Model, t, used, length))
	}
}

// layer returns what layer i keeps, or nil for a state that is not used.
func (s State) layer(i int) []trace.Value {
	if s.Layers == nil {
		return nil
	}
	return s.Layers[i]
}

// layersOf panics unless the state has as many layers as the model.
func (c checked) layersOf(s State, depth int) {
	if len(s.Layers) != depth {
		panic(trace.Errorf("%s: the state has %d layers and the model %d: make it by Start of the same model", c.Model, len(s.Layers), depth))
	}
}
