package text

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// sight says where the tokens of a call stand, and which tokens each of them sees.
type sight struct {
	// Positions are i64[n t], or i64[1 t] if all rows have the same.
	Positions trace.Value
	// Seen, bool[n 1 t s], or [1 1 t s], is true where token t sees token s. It is absent if
	// all see all.
	Seen trace.Value
	// At is the slot of the first token in a state, i64[]. It is absent without a state.
	At trace.Value
}

// causal is the sight of n rows of t tokens, in the trace of like. They see those before
// them, at most window places back if window is not 0, and none that the mask[n t] hides.
//
// Positions count the tokens that the mask shows, so padding on either side moves none.
func causal(like trace.Value, n, t int, mask trace.Value, window int) sight {
	s := sight{Positions: fn.IotaLike(like, trace.TypeOf(trace.Int64, 1, t), 1)}
	s.Seen = fn.Reshape(lookBack(like, trace.Value{}, t, t, window), 1, 1, t, t)
	if !mask.IsAbsent() {
		s.Positions = positions(mask)
		s.Seen = fn.And(fn.BroadcastTo(s.Seen, n, 1, t, t), fn.Reshape(mask, n, 1, 1, t))
	}
	return s
}

// positions returns for each token how many tokens before it the mask shows, i64[n t], and 0
// for tokens before the first of these.
func positions(mask trace.Value) trace.Value {
	sum := fn.CumSum(fn.Cast(mask, trace.Int64), 1)
	return fn.Maximum(fn.Sub(sum, fn.OnesLike(sum)), fn.ZerosLike(sum))
}

// lookBack returns bool[t s]: token i, in slot at + i, sees slot j if j is not behind it
// and, for a window, less than that many slots before it.
func lookBack(like, at trace.Value, t, s, window int) trace.Value {
	shape := trace.TypeOf(trace.Int64, t, s)
	own, other := fn.IotaLike(like, shape, 0), fn.IotaLike(like, shape, 1)
	if !at.IsAbsent() {
		own = fn.Add(own, fn.BroadcastTo(at, t, s))
	}
	seen := fn.LessEqual(other, own)
	if window > 0 && (window < s || !at.IsAbsent()) {
		seen = fn.And(seen, fn.Less(fn.Sub(own, other), fn.FullLike(own, float64(window))))
	}
	return seen
}

// checked refuses tokens and masks that a model cannot take. It returns the mask as bools,
// absent if it was absent.
type checked struct {
	Model   string // for errors
	Vocab   int
	Context int // 0 means any number of tokens
}

// vocabulary returns the number of rows of a table of vectors, of tokens or positions.
func vocabulary(model string, table trace.Value) int {
	if table.IsAbsent() || table.Rank() != 2 {
		panic(trace.Errorf("%s: the table of the tokens or positions is %s: want [numbers width]; is the model made by New%s?", model, describe(table), model))
	}
	return table.Dim(0)
}

// ids panics unless ids are i32 or i64 of [n t], with 1 to Context tokens, and those that
// are known are in the vocabulary.
func (c checked) ids(ids trace.Value) {
	if ids.IsAbsent() {
		panic(trace.Errorf("%s: the ids are absent: want i64[n t]", c.Model))
	}
	if d := ids.DType(); ids.Rank() != 2 || d != trace.Int32 && d != trace.Int64 {
		panic(trace.Errorf("%s: the ids are %v: want i32 or i64 of two axes, [n t]", c.Model, ids.Type()))
	}
	c.tokens(ids.Dim(1))
	if !ids.IsConcrete() {
		return
	}
	for i, id := range ids.Float64s() {
		if id < 0 || int(id) >= c.Vocab {
			panic(trace.Errorf("%s: ids[%d %d] is %v: the vocabulary has the ids 0 to %d; is it another model's tokenizer?",
				c.Model, i/ids.Dim(1), i%ids.Dim(1), id, c.Vocab-1))
		}
	}
}

// tokens panics unless the number of tokens fits into the context.
func (c checked) tokens(t int) {
	if t < 1 {
		panic(trace.Errorf("%s: there are no tokens: want at least one in each row", c.Model))
	}
	if c.Context > 0 && t > c.Context {
		panic(trace.Errorf("%s: %d tokens are more than its context of %d: shorten the text", c.Model, t, c.Context))
	}
}

// mask panics unless the mask is absent, or bools or integers of [n t]. It returns bools
// that are true for the tokens to see.
func (c checked) mask(mask trace.Value, n, t int) trace.Value {
	if mask.IsAbsent() {
		return mask
	}
	d := mask.DType()
	if mask.Rank() != 2 || mask.Dim(0) != n || mask.Dim(1) != t || d != trace.Bool && d != trace.Int32 && d != trace.Int64 {
		panic(trace.Errorf("%s: the mask is %v: want bool[%d %d], or i64 of 1 for tokens and 0 for padding", c.Model, mask.Type(), n, t))
	}
	if d == trace.Bool {
		return mask
	}
	return fn.NotEqual(mask, fn.ZerosLike(mask))
}

// embedded panics unless x is a batch of token vectors of a width.
func (c checked) embedded(x trace.Value, width int) {
	if x.IsAbsent() || x.Rank() != 3 || x.Dim(2) != width || !x.DType().IsFloat() {
		panic(trace.Errorf("%s: the embedded tokens are %v: want floats [n t %d]", c.Model, describe(x), width))
	}
	c.tokens(x.Dim(1))
}

// describe prints a type, or that there is no value.
func describe(x trace.Value) string {
	if x.IsAbsent() {
		return "absent"
	}
	return x.Type().String()
}
