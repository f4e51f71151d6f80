package text

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// SampleConfig says how to choose a token by its logits. The zero value takes the most
// probable one.
type SampleConfig struct {
	// Temperature divides the logits before a token is drawn; 0 means no drawing: the most
	// probable token is taken, and of equal ones the first.
	Temperature float64
	// TopK draws from the k most probable tokens only; 0 means all.
	TopK int
	// TopP draws from the fewest tokens, the most probable first, whose probabilities add up
	// to p or more; 0 means all.
	//
	// Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020.
	TopP float64
}

// check panics if a field is out of range.
func (c SampleConfig) check() {
	if !(c.Temperature >= 0) || math.IsInf(c.Temperature, 1) {
		panic(trace.Errorf("text.SampleConfig: Temperature is %v: want 0 for the most probable token, or a number above", c.Temperature))
	}
	if c.TopK < 0 {
		panic(trace.Errorf("text.SampleConfig: TopK is %d: want 0 for all tokens, or a number of them", c.TopK))
	}
	if !(c.TopP >= 0 && c.TopP <= 1) {
		panic(trace.Errorf("text.SampleConfig: TopP is %v: want a probability, or 0 for all tokens", c.TopP))
	}
}

// Sample chooses a token for each row of logits[... vocabulary], i64[...]. The key is that of
// package random; it may be absent if the temperature is 0. The logits are first divided by
// the temperature, then limited to TopK, then to TopP. Tokens as probable as the last one
// that remains remain too. Sample panics with a *trace.Error if a field of the config is
// out of range, or the logits are no floats.
func Sample(key, logits trace.Value, c SampleConfig) trace.Value {
	defer trace.Naming("text.Sample", logits, key)
	c.check()
	if logits.Rank() < 1 || logits.Dim(-1) < 1 || !logits.DType().IsFloat() {
		panic(trace.Errorf("want floats [... vocabulary], and at least one token"))
	}
	if c.Temperature == 0 {
		return fn.ArgMax(logits, logits.Rank()-1)
	}
	if key.IsAbsent() {
		panic(trace.Errorf("a temperature of %v draws tokens: want a key, as random.Key(1)", c.Temperature))
	}
	logits = fn.Div(logits, fn.Scalar(c.Temperature))
	if c.TopK > 0 && c.TopK < logits.Dim(-1) {
		best, _ := fn.TopK(logits, c.TopK, logits.Rank()-1, false)
		logits = atLeast(logits, fn.Keep(fn.Min, best, -1))
	}
	if c.TopP > 0 && c.TopP < 1 {
		logits = atLeast(logits, nucleus(logits, c.TopP))
	}
	return random.Categorical(key, logits)
}

// atLeast replaces logits below a bound by -Inf, which is never drawn.
func atLeast(logits, bound trace.Value) trace.Value {
	return fn.Where(fn.GreaterEqual(logits, bound), logits, fn.FullLike(logits, math.Inf(-1)))
}

// nucleus returns the logit of the least probable token among the fewest that add up to p,
// [... 1].
func nucleus(logits trace.Value, p float64) trace.Value {
	axis := logits.Rank() - 1
	sorted, _ := fn.TopK(logits, logits.Dim(axis), axis, false)
	share := fn.Softmax(sorted, axis)
	before := fn.Sub(fn.CumSum(share, axis), share)
	needed := fn.Or(fn.Less(before, fn.FullLike(before, p)), fn.Equal(fn.IotaLike(sorted, trace.TypeOf(trace.Int64, sorted.Shape()...), axis), fn.Scalar(0)))
	return fn.Keep(fn.Min, fn.Where(needed, sorted, fn.FullLike(sorted, math.Inf(1))), axis)
}
