package text_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// applied is a model as a function of ids and a mask.
type applied func(ids, mask Value) Value

// models returns a small model of f64 of each sort.
func models(t testing.TB) map[string]applied {
	out := map[string]applied{}
	for name, m := range causals(t) {
		out[name] = m.Apply
	}
	bert, _ := goldenBERT(t)
	out["bert"], out["classifier"], out["masked"] = bert.BERT.Apply, bert.Apply, tinyMasked().Apply
	return out
}

func tinyMasked() text.BERTMaskedLM {
	m := text.Init(text.NewBERTMaskedLM(text.BERTConfig{Vocab: 23, Width: 6, Depth: 1, Heads: 2, Hidden: 8, Context: 9}), random.Key(6))
	return wide(nn.Cast(m, trace.Float64))
}

func TestBatchIsLoopAndJitIsEager(t *testing.T) {
	for name, apply := range models(t) {
		t.Run(name, func(t *testing.T) {
			x := ids(1, 3, 6)
			mask := trace.New([]bool{true, true, true, true, true, true, true, true, true, true, false, false, true, true, true, true, true, false}, 3, 6)
			want := apply(x, mask)
			var rows []Value
			for i := range 3 {
				row := fn.SliceConfig{Start: []int{i}, Stop: []int{i + 1}}
				rows = append(rows, apply(fn.Slice(x, row), fn.Slice(mask, row)))
			}
			lawtest.Close(t, fn.Concat(0, rows...), want, 1e-13)
			type arg struct{ IDs, Mask Value }
			f := func(a arg) Value { return apply(a.IDs, a.Mask) }
			lawtest.Close(t, transforms.Jit(f)(arg{x, mask}), want, 1e-13)
			lifted := arg{fn.ExpandDims(x, 1), fn.ExpandDims(mask, 1)}
			lawtest.Close(t, fn.Reshape(transforms.Vmap(f)(lifted), want.Shape()...), want, 1e-13)
		})
	}
}

// A causal model does not look ahead: a later token changes no bit of a logit, and the next
// change no bit of the derivative.
func TestCausalModelsDoNotLookAhead(t *testing.T) {
	for name, m := range causals(t) {
		x, y := ids(1, 2, 7), ids(2, 2, 7)
		for at := 1; at < 7; at++ {
			parts, other := fn.SplitAt(x, 1, at), fn.SplitAt(y, 1, at)
			before := func(x Value) Value { return fn.Slice(x, fn.SliceConfig{Stop: []int{fn.End, at}}) }
			got, want := before(m.Apply(fn.Concat(1, parts[0], other[1]), Value{})), before(m.Apply(x, Value{}))
			if fn.ArrayEqual(got, want).Float64() != 1 {
				t.Errorf("%s: tokens from %d on change logits before", name, at)
			}
		}
	}
}

// A model with a window sees as far back as the window, times the blocks, and no further.
func TestWindow(t *testing.T) {
	m, _ := goldenLlama(t)
	m.Model.Window = 3 // two blocks: the last of 8 tokens sees four before it
	x := ids(1, 1, 8)
	last := func(x Value) Value { return fn.Slice(m.Apply(x, Value{}), fn.SliceConfig{Start: []int{0, 7}}) }
	for at := range 8 {
		other := fn.Set(x, trace.New([]int64{22}, 1, 1), fn.Every, fn.Span(at, at+1))
		if fn.At(x, 0, at).Float64() == 22 {
			t.Fatal("choose another token")
		}
		same := fn.ArrayEqual(last(other), last(x)).Float64() == 1
		if want := at < 3; same != want {
			t.Errorf("token %d is hidden from the last: %v, want %v", at, same, want)
		}
	}
}

// What stands in the place of padding, and how much there is of it, does not matter.
func TestPaddingDoesNotMatter(t *testing.T) {
	for name, apply := range models(t) {
		t.Run(name, func(t *testing.T) {
			x := ids(1, 2, 4)
			mask := func(shown ...bool) Value { return fn.BroadcastTo(trace.New(shown, 1, len(shown)), 2, len(shown)) }
			want := apply(x, Value{})
			tokens := func(y Value, from int) Value {
				if y.Rank() == 2 {
					return y
				}
				return fn.Slice(y, fn.SliceConfig{Start: []int{0, from}, Stop: []int{fn.End, from + 4}})
			}
			right := apply(fn.Concat(1, x, ids(2, 2, 3)), mask(true, true, true, true, false, false, false))
			lawtest.Close(t, tokens(right, 0), want, 1e-13)
			numbers := fn.Cast(mask(true, true, true, true, false, false), trace.Int64)
			lawtest.Close(t, tokens(apply(fn.Concat(1, x, ids(3, 2, 2)), numbers), 0), want, 1e-13)
			if name == "bert" || name == "classifier" || name == "masked" {
				return // positions are counted from the first place
			}
			left := apply(fn.Concat(1, ids(2, 2, 3), x), mask(false, false, false, true, true, true, true))
			lawtest.Close(t, tokens(left, 3), want, 1e-12)
		})
	}
}

// Derivatives with respect to the vectors of tokens are those of finite differences.
func TestDerivatives(t *testing.T) {
	llama, _ := goldenLlama(t)
	mixture, _ := goldenMixture(t)
	gpt2, _ := goldenGPT2(t)
	bert, _ := goldenBERT(t)
	mamba, masked := tinyMamba(), tinyMasked()
	none := Value{}
	for name, f := range map[string]func(ids Value) (func(x Value) Value, Value){
		"llama": func(x Value) (func(Value) Value, Value) {
			return func(x Value) Value { return llama.ApplyEmbedded(x, none) }, llama.Embed(x)
		},
		"mixture": func(x Value) (func(Value) Value, Value) {
			return func(x Value) Value { return mixture.ApplyEmbedded(x, none) }, mixture.Embed(x)
		},
		"gpt2": func(x Value) (func(Value) Value, Value) {
			return func(x Value) Value { return gpt2.ApplyEmbedded(x, none) }, gpt2.Embed(x)
		},
		"mamba": func(x Value) (func(Value) Value, Value) {
			return func(x Value) Value { return mamba.ApplyEmbedded(x, none) }, mamba.Embed(x)
		},
		"bert": func(x Value) (func(Value) Value, Value) {
			return func(x Value) Value { return bert.ApplyEmbedded(x, none, none) }, bert.BERT.Embed(x)
		},
		"masked": func(x Value) (func(Value) Value, Value) {
			return func(x Value) Value { return masked.ApplyEmbedded(x, none, none) }, masked.BERT.Embed(x)
		},
	} {
		t.Run(name, func(t *testing.T) {
			apply, x := f(ids(8, 2, 3))
			weights := random.Normal(random.Key(2), trace.Float64, apply(x).Shape()...)
			loss := func(x Value) Value { return fn.SumAll(fn.Mul(apply(x), weights)) }
			v := random.Normal(random.Key(3), trace.Float64, x.Shape()...)
			slope := fn.SumAll(fn.Mul(transforms.Grad(loss)(x), v))
			lawtest.Close(t, slope, lawtest.FiniteDifference(loss, x, v), 1e-6)
			_, push := transforms.JVP(loss)(x, v)
			lawtest.Close(t, push, slope, 1e-11)
		})
	}
}

// Derivatives with respect to all parameters are those of finite differences.
func TestParameterDerivatives(t *testing.T) {
	x := ids(8, 2, 4)
	gpt2, _ := goldenGPT2(t)
	mixture, _ := goldenMixture(t)
	check(t, "gpt2", gpt2, func(m text.GPT2) Value { return m.Apply(x, Value{}) })
	check(t, "mixture", mixture, func(m text.Llama) Value { return m.Apply(x, Value{}) })
	check(t, "mamba", tinyMamba(), func(m text.Mamba) Value { return m.Apply(x, Value{}) })
	check(t, "masked", tinyMasked(), func(m text.BERTMaskedLM) Value { return m.Apply(x, Value{}) })
}

func check[M any](t *testing.T, name string, m M, apply func(M) Value) {
	t.Run(name, func(t *testing.T) {
		weights := random.Normal(random.Key(2), trace.Float64, apply(m).Shape()...)
		loss := func(m M) Value { return fn.SumAll(fn.Mul(apply(m), weights)) }
		flat, back := transforms.Ravel(m)
		v := random.Normal(random.Key(3), trace.Float64, flat.Shape()...)
		along := func(x Value) Value { return loss(back(x)) }
		slope := fn.SumAll(fn.Mul(transforms.Grad(along)(flat), v))
		lawtest.Close(t, slope, lawtest.FiniteDifference(along, flat, v), 1e-6)
	})
}

// Models of narrower floats give the logits to their own precision, and keep their dtype.
func TestDTypes(t *testing.T) {
	for name, m := range causals(t) {
		x := ids(1, 2, 5)
		want := m.Apply(x, Value{})
		for d, tolerance := range map[trace.DType]float64{trace.Float32: 1e-5, trace.Float16: 0.03, trace.BFloat16: 0.2} {
			narrow := nn.Cast(m, d)
			y := narrow.Apply(x, Value{})
			if y.DType() != d {
				t.Errorf("%s: logits %v, want %v", name, y.Type(), d)
			}
			if name != "mixture" || d == trace.Float32 { // rounding changes which experts are best
				lawtest.Close(t, fn.Cast(y, trace.Float64), want, tolerance)
			}
			_, s := narrow.Extend(x, Value{}, narrow.Start(2, 6))
			if got := s.Layers[0][1].DType(); got != d {
				t.Errorf("%s: the state is of %v, want %v", name, got, d)
			}
		}
	}
}
