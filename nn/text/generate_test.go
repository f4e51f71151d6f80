package text_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// causals returns a small model of f64 of each sort, with a vocabulary of vocab tokens.
func causals(t testing.TB) map[string]text.Causal {
	llama, _ := goldenLlama(t)
	window := llama
	window.Model.Window = 3
	mixture, _ := goldenMixture(t)
	gpt2, _ := goldenGPT2(t)
	return map[string]text.Causal{"llama": llama, "window": window, "mixture": mixture, "gpt2": gpt2, "mamba": tinyMamba()}
}

// tinyMamba has random weights, biases and decays.
func tinyMamba() text.Mamba {
	m := text.NewMamba(text.MambaConfig{Vocab: 23, Width: 6, Depth: 2, State: 3, Rank: 2})
	return nn.InitBy(nn.Cast(m, trace.Float64), random.Key(5), func(string, trace.Type) nn.Draw { return half })
}

// half draws from a normal distribution with standard deviation 0.5.
func half(key Value, t trace.Type) Value {
	return fn.Mul(random.Normal(key, t.DType, t.Shape...), fn.Scalar(0.5))
}

// wide makes weights larger, so that tokens differ in what they do.
func wide[M any](m M) M {
	return nn.InitBy(m, random.Key(9), func(_ string, t trace.Type) nn.Draw {
		if t.Rank() < 2 {
			return nil
		}
		return half
	})
}

// ids returns n rows of t tokens below 23.
func ids(seed int64, n, t int) Value { return random.Randint(random.Key(seed), 0, 23, n, t) }

// What a state has kept gives the logits of the whole text, however it is cut.
func TestStateGivesTheLogitsOfTheWhole(t *testing.T) {
	for name, m := range causals(t) {
		t.Run(name, func(t *testing.T) {
			x := ids(3, 2, 7)
			want := m.Apply(x, Value{})
			s := m.Start(2, 8)
			var parts []Value
			for _, cut := range fn.SplitAt(x, 1, 3, 4, 5) {
				var y Value
				y, s = m.Extend(cut, Value{}, s)
				parts = append(parts, m.Head(y))
			}
			lawtest.Close(t, fn.Concat(1, parts...), want, 1e-12)
			if s.At.Float64() != 7 || fmt.Sprint(s.Counts.Float64s()) != "[7 7]" {
				t.Errorf("the state counts %v slots and %v tokens, want 7 of each", s.At, s.Counts)
			}
		})
	}
}

// greedy continues one row without a state.
func greedy(m text.Causal, x Value, most int) []int64 {
	var out []int64
	for range most {
		y := m.Apply(x, Value{})
		next := text.Sample(Value{}, fn.Index(fn.MoveAxis(y, 1, 0), x.Dim(1)-1), text.SampleConfig{})
		out = append(out, int64(next.Float64s()[0]))
		x = fn.Concat(1, x, fn.Cast(fn.ExpandDims(next, 1), x.DType()))
	}
	return out
}

func TestGenerateIsGreedyApply(t *testing.T) {
	for name, m := range causals(t) {
		x := ids(4, 2, 3)
		got, err := text.Generate(context.Background(), m, text.Prompt{IDs: x, Most: 5}, text.SampleConfig{})
		if err != nil {
			t.Fatal(name, err)
		}
		for row, part := range fn.Split(x, 2, 0) {
			if want := greedy(m, part, 5); fmt.Sprint(got[row]) != fmt.Sprint(want) {
				t.Errorf("%s: row %d got %v, want %v", name, row, got[row], want)
			}
		}
	}
}

// A row that is padded on the left goes on as it does alone.
func TestGenerateWithPadding(t *testing.T) {
	for name, m := range causals(t) {
		x := ids(5, 1, 3)
		both := fn.Concat(0, fn.Concat(1, ids(6, 1, 2), x), fn.Concat(1, x, ids(7, 1, 2)))
		mask := trace.New([]bool{false, false, true, true, true, true, true, true, true, true}, 2, 5)
		got, err := text.Generate(context.Background(), m, text.Prompt{IDs: both, Most: 3, Mask: mask}, text.SampleConfig{})
		if err != nil {
			t.Fatal(name, err)
		}
		if want := greedy(m, x, 3); fmt.Sprint(got[0]) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", name, got[0], want)
		}
	}
}

func TestGenerateStops(t *testing.T) {
	m, _ := goldenLlama(t)
	x := ids(4, 2, 3)
	all, err := text.Generate(context.Background(), m, text.Prompt{IDs: x, Most: 5}, text.SampleConfig{})
	if err != nil {
		t.Fatal(err)
	}
	stop := all[0][1]
	got, err := text.Generate(context.Background(), m, text.Prompt{IDs: x, Most: 5, Stop: []int64{stop}}, text.SampleConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range all {
		for i, token := range want {
			if token == stop {
				want = want[:i+1]
				break
			}
		}
		if fmt.Sprint(got[row]) != fmt.Sprint(want) {
			t.Errorf("row %d got %v, want %v", row, got[row], want)
		}
	}
}

// The same key draws the same tokens, and another key others.
func TestGenerateDraws(t *testing.T) {
	m, _ := goldenLlama(t)
	g, err := text.NewGenerator(m, 2, 20, text.SampleConfig{Temperature: 2, TopK: 20, TopP: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	var got [3]string
	for i, seed := range []int64{1, 1, 2} {
		out, err := g.Generate(context.Background(), text.Prompt{IDs: ids(4, 2, 3), Most: 17, Key: random.Key(seed)})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = fmt.Sprint(out)
	}
	if got[0] != got[1] || got[0] == got[2] {
		t.Errorf("keys 1, 1 and 2 draw %v, %v and %v", got[0], got[1], got[2])
	}
}

// Several goroutines may use one generator.
func TestGeneratorIsConcurrent(t *testing.T) {
	m, _ := goldenGPT2(t)
	g, err := text.NewGenerator(m, 1, 8, text.SampleConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for seed := range int64(8) {
		all.Go(func() {
			x := ids(seed, 1, 3)
			got, err := g.Generate(context.Background(), text.Prompt{IDs: x, Most: 5})
			if want := greedy(m, x, 5); err != nil || !slices.Equal(got[0], want) {
				t.Errorf("after %v got %v (error %v), want %v", x, got, err, want)
			}
		})
	}
	all.Wait()
}

// Each step and each row has draws of its own: a model without weights, to which all tokens
// are alike, draws tokens that differ.
func TestDrawsDiffer(t *testing.T) {
	m := text.NewGPT2(text.GPT2Config{Vocab: 100, Context: 12, Width: 4, Depth: 1, Heads: 1})
	p := text.Prompt{IDs: fn.ZerosOf(trace.Int64, 2, 1), Most: 10, Key: random.Key(1)}
	got, err := text.Generate(context.Background(), m, p, text.SampleConfig{Temperature: 1})
	if err != nil {
		t.Fatal(err)
	}
	different := map[int64]bool{}
	for _, token := range slices.Concat(got...) {
		different[token] = true
	}
	if len(different) < 15 {
		t.Errorf("20 draws of 100 tokens are %v: want 18 different ones, as chance has it", got)
	}
}

// Draws have the probabilities of the limited softmax.
func TestSampleFrequencies(t *testing.T) {
	logits := trace.New([]float64{0.3, 2, -1, 1, 1.7}, 5)
	probability := func(drop ...int) []float64 {
		x := logits.Float64s()
		for _, i := range drop {
			x[i] = -1e9
		}
		return fn.Softmax(fn.Div(trace.New(x, 5), fn.Scalar(0.8)), 0).Float64s()
	}
	for name, c := range map[string]struct {
		config text.SampleConfig
		want   []float64
	}{
		"all":   {text.SampleConfig{Temperature: 0.8}, probability()},
		"top k": {text.SampleConfig{Temperature: 0.8, TopK: 3}, probability(0, 2)},
		"top p": {text.SampleConfig{Temperature: 0.8, TopP: 0.6}, probability(0, 2, 3)},
		"first": {text.SampleConfig{Temperature: 0.8, TopP: 1e-9}, []float64{0, 1, 0, 0, 0}},
		"both":  {text.SampleConfig{Temperature: 0.8, TopK: 2, TopP: 0.9}, probability(0, 2, 3)},
	} {
		const n = 20000
		drawn := transforms.Jit(func(key Value) Value {
			return text.Sample(key, fn.BroadcastTo(logits, n, 5), c.config)
		})(random.Key(3))
		got := fn.Div(fn.Cast(fn.BinCount(drawn, 5), trace.Float64), fn.Scalar(n)).Float64s()
		for i, want := range c.want {
			if d := got[i] - want; !(d*d <= 16*want*(1-want)/n) {
				t.Errorf("%s: token %d is drawn with frequency %v, want %v to 4 standard deviations", name, i, got[i], want)
			}
		}
	}
}
