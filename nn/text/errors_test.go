package text_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// expect wants f to panic with an error that says so.
func expect(t *testing.T, want string, f func()) {
	t.Helper()
	if err := trace.Try(f); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
}

func TestErrorsOfIDs(t *testing.T) {
	gpt2, _ := goldenGPT2(t)
	llama, _ := goldenLlama(t)
	llama.Model.Context = 4
	bert, _ := goldenBERT(t)
	none := Value{}
	expect(t, "GPT2: ids[1 0] is 29: the vocabulary has the ids 0 to 28", func() { gpt2.Apply(trace.New([]int64{1, 2, 29, 3}, 2, 2), none) })
	expect(t, "Llama: ids[0 1] is -1", func() { llama.Apply(trace.New([]int64{1, -1}, 1, 2), none) })
	expect(t, "GPT2: the ids are absent", func() { gpt2.Apply(none, none) })
	expect(t, "GPT2: the ids are f64[2]: want i32 or i64", func() { gpt2.Apply(trace.New([]float64{1, 2}, 2), none) })
	expect(t, "GPT2: there are no tokens", func() { gpt2.Apply(fn.ZerosOf(trace.Int64, 2, 0), none) })
	expect(t, "GPT2: 9 tokens are more than its context of 8", func() { gpt2.Apply(ids(1, 1, 9), none) })
	expect(t, "Llama: 5 tokens are more than its context of 4", func() { llama.Apply(ids(1, 1, 5), none) })
	expect(t, "BERT: 11 tokens are more than its context of 10", func() { bert.Apply(ids(1, 1, 11), none) })
	expect(t, "BERT: the mask is bool[2 3]: want bool[2 4]", func() { bert.Apply(ids(1, 2, 4), fn.ZerosOf(trace.Bool, 2, 3)) })
	expect(t, "Llama: the mask is f64[2 4]: want bool[2 4]", func() { llama.Apply(ids(1, 2, 4), fn.ZerosOf(trace.Float64, 2, 4)) })
	expect(t, "BERT: the types are f64[2 4]: want i64[2 4]", func() { bert.ApplyTypes(ids(1, 2, 4), fn.ZerosOf(trace.Float64, 2, 4), none) })
	expect(t, "Llama: the embedded tokens are f64[2 4 3]: want floats [n t 16]", func() { llama.ApplyEmbedded(fn.ZerosOf(trace.Float64, 2, 4, 3), none) })
	expect(t, "BERT: a pooler of f64[2]: want vectors [n t width]", func() { bert.BERT.Pool(fn.OnesOf(trace.Float64, 2)) })
	expect(t, "BERT: the model has no pooler", func() { text.BERT{}.Pool(none) })
	expect(t, "BERT: the table of the tokens or positions is absent: want [numbers width]; is the model made by NewBERT?",
		func() { text.BERT{}.Apply(ids(1, 1, 1), none) })
	expect(t, "GPT2: the model is empty", func() { text.GPT2{}.Start(1, 1) })
	expect(t, "Mamba: the model is empty", func() { text.Mamba{}.Start(1, 1) })
	expect(t, `Conv1D "" has a weight absent`, func() { text.Conv1D{}.Apply(fn.ZerosOf(trace.Float64, 1, 1)) })
	expect(t, `MambaMixer ""`, func() { text.MambaMixer{}.Apply(fn.ZerosOf(trace.Float64, 1, 1)) })
}

// Under Jit the ids are unknown, and one out of range is an error when it runs.
func TestErrorsOfIDsUnderJit(t *testing.T) {
	gpt2, _ := goldenGPT2(t)
	f := transforms.Jit(func(x Value) Value { return gpt2.Apply(x, Value{}) })
	expect(t, "29", func() { f(trace.New([]int64{1, 29}, 1, 2)) })
}

func TestErrorsOfStates(t *testing.T) {
	gpt2, _ := goldenGPT2(t)
	llama, _ := goldenLlama(t)
	none, s := Value{}, gpt2.Start(1, 4)
	expect(t, "GPT2: a state of 9 tokens is longer than its context of 8", func() { gpt2.Start(1, 9) })
	expect(t, "GPT2: a state for 0 rows of 4 tokens", func() { gpt2.Start(0, 4) })
	expect(t, "GPT2: the state has 1 rows and the ids 2", func() { gpt2.Extend(ids(1, 2, 1), none, s) })
	_, s = gpt2.Extend(ids(1, 1, 3), none, s)
	expect(t, "GPT2: 2 tokens after 3 do not fit into a state of 4", func() { gpt2.Extend(ids(1, 1, 2), none, s) })
	expect(t, "GPT2: the state has 0 layers and the model 2", func() { gpt2.Extend(ids(1, 1, 2), none, text.State{}) })
	s.Seen = none
	expect(t, "GPT2: the state has no slots: make it by Start", func() { gpt2.Extend(ids(1, 1, 1), none, s) })
	short := llama.Start(1, 4)
	short.Layers[0] = short.Layers[0][:1]
	expect(t, "the state has 1 arrays for it, want keys and values", func() { llama.Extend(ids(1, 1, 1), none, short) })
	mamba := tinyMamba()
	short = mamba.Start(1, 4)
	short.Layers[1] = short.Layers[1][:1]
	expect(t, `MambaMixer "backbone.layers.1.mixer": the state has 1 arrays for it`, func() { mamba.Extend(ids(1, 1, 1), none, short) })
}

func TestErrorsOfGenerate(t *testing.T) {
	gpt2, _ := goldenGPT2(t)
	fails := func(want string, p text.Prompt, c text.SampleConfig) {
		t.Helper()
		if _, err := text.Generate(context.Background(), gpt2, p, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
	x := ids(1, 2, 4)
	greedy := text.SampleConfig{}
	fails("text.Generate: the ids are absent", text.Prompt{Most: 1}, greedy)
	fails("text.Generate: Most is -1", text.Prompt{IDs: x, Most: -1}, greedy)
	fails("GPT2: a state of 9 tokens is longer than its context of 8", text.Prompt{IDs: x, Most: 5}, greedy)
	fails("text.SampleConfig: Temperature is -1", text.Prompt{IDs: x, Most: 1}, text.SampleConfig{Temperature: -1})
	fails("text.SampleConfig: TopK is -1", text.Prompt{IDs: x, Most: 1}, text.SampleConfig{TopK: -1})
	fails("text.SampleConfig: TopP is 1.5", text.Prompt{IDs: x, Most: 1}, text.SampleConfig{TopP: 1.5})
	fails("a temperature of 1 draws tokens: want a Key", text.Prompt{IDs: x, Most: 1}, text.SampleConfig{Temperature: 1})
	mask := trace.New([]bool{true, true, true, true, true, true, true, false}, 2, 4)
	fails("row 1 of the mask ends in padding", text.Prompt{IDs: x, Mask: mask, Most: 1}, greedy)
	fails("ids[0 0] is 99", text.Prompt{IDs: trace.New([]int64{99}, 1, 1), Most: 1}, greedy)
	g, err := text.NewGenerator(gpt2, 2, 5, greedy)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Generate(context.Background(), text.Prompt{IDs: x, Most: 2})
	if err == nil || !strings.Contains(err.Error(), "2 tokens after a prompt of 4: want from 0 to what is left of the generator's 5") {
		t.Errorf("got error %v", err)
	}
	if _, err := g.Generate(context.Background(), text.Prompt{IDs: ids(1, 1, 2), Most: 2}); err == nil || !strings.Contains(err.Error(), "want i64[2 t]") {
		t.Errorf("got error %v", err)
	}
	if _, err := text.NewGenerator(nil, 1, 1, greedy); err == nil {
		t.Error("a nil model is no error")
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Generate(stopped, text.Prompt{IDs: ids(1, 2, 2), Most: 2}); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got error %v, want that of the context", err)
	}
	expect(t, "want a key", func() { text.Sample(Value{}, fn.OnesOf(trace.Float64, 3), text.SampleConfig{Temperature: 1}) })
	expect(t, "want floats [... vocabulary]", func() { text.Sample(random.Key(1), fn.OnesOf(trace.Int64, 3), greedy) })
}

// untraced is a model that refuses to be traced.
type untraced struct{ text.Llama }

func (m untraced) Extend(ids, mask Value, s text.State) (Value, text.State) {
	if !ids.IsConcrete() {
		panic(trace.Errorf("it is not traced"))
	}
	return m.Llama.Extend(ids, mask, s)
}

// A model whose step cannot be compiled gives an error at once.
func TestGeneratorOfAModelThatIsNotTraced(t *testing.T) {
	m := untraced{text.NewLlama(text.LlamaConfig{Vocab: 5, Width: 4, Hidden: 4, Depth: 1, Heads: 1})}
	if _, err := text.NewGenerator(m, 1, 4, text.SampleConfig{}); err == nil || !strings.Contains(err.Error(), "it is not traced") {
		t.Errorf("got %v", err)
	}
}
