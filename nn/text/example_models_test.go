package text_test

import (
	"context"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// show applies a model to two rows of tokens, and prints what it gives and the first of its
// parameters.
func show(m text.Model) {
	ids := trace.New([]int64{1, 5, 2, 7, 7, 3}, 2, 3)
	fmt.Println(ids.Type(), "to", m.Apply(ids, trace.Value{}).Type())
	params := nn.Params(m)
	fmt.Printf("%d parameters, from %s to %s\n", len(params), params[0].Name, params[len(params)-1].Name)
}

func ExampleNewLlama() {
	show(text.NewLlama(text.LlamaConfig{Vocab: 11, Width: 8, Hidden: 12, Depth: 2, Heads: 4, Groups: 2}))
	// Output:
	// i64[2 3] to f32[2 3 11]
	// 21 parameters, from model.embed_tokens.weight to lm_head.weight
}

// A mixture of experts.
func ExampleNewLlama_mixture() {
	show(text.NewLlama(text.LlamaConfig{Vocab: 11, Width: 8, Hidden: 12, Depth: 1, Heads: 4, Experts: 4, Best: 2}))
	// Output:
	// i64[2 3] to f32[2 3 11]
	// 22 parameters, from model.embed_tokens.weight to lm_head.weight
}

func ExampleNewGPT2() {
	show(text.NewGPT2(text.GPT2Config{Vocab: 11, Context: 6, Width: 8, Depth: 1, Heads: 2}))
	// Output:
	// i64[2 3] to f32[2 3 11]
	// 16 parameters, from transformer.wte.weight to transformer.ln_f.bias
}

func ExampleNewMamba() {
	show(text.NewMamba(text.MambaConfig{Vocab: 11, Width: 8, Depth: 1}))
	// Output:
	// i64[2 3] to f32[2 3 11]
	// 12 parameters, from backbone.embeddings.weight to backbone.norm_f.weight
}

func ExampleNewBERT() {
	show(text.NewBERT(text.BERTConfig{Vocab: 11, Context: 6, Width: 8, Depth: 1, Heads: 2}))
	// Output:
	// i64[2 3] to f32[2 3 8]
	// 23 parameters, from embeddings.word_embeddings.weight to pooler.dense.bias
}

func ExampleNewBERTClassifier() {
	show(text.NewBERTClassifier(text.BERTConfig{Vocab: 11, Context: 6, Width: 8, Depth: 1, Heads: 2, Classes: 3}))
	// Output:
	// i64[2 3] to f32[2 3]
	// 25 parameters, from bert.embeddings.word_embeddings.weight to classifier.bias
}

func ExampleNewBERTMaskedLM() {
	show(text.NewBERTMaskedLM(text.BERTConfig{Vocab: 11, Context: 6, Width: 8, Depth: 1, Heads: 2}))
	// Output:
	// i64[2 3] to f32[2 3 11]
	// 26 parameters, from bert.embeddings.word_embeddings.weight to cls.predictions.bias
}

// A model as the config.json of the hub describes it. Load does this for a folder, and
// fills the model.
func ExampleNew() {
	m, err := text.New([]byte(`{
		"model_type": "llama", "vocab_size": 11, "hidden_size": 8, "intermediate_size": 12,
		"num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2
	}`))
	fmt.Printf("%T %v\n", m, err)
	_, err = text.New([]byte(`{"model_type": "llama", "vocab_size": 11, "hidden_size": 8}`))
	fmt.Println(err)
	// Output:
	// text.Llama <nil>
	// text.New: the config of a llama: text.NewLlama: intermediate_size is 0: want a number from 1 to 16777216
}

// A GPT-2 learns to count to four, and goes on counting.
func ExampleGenerate() {
	m := text.Init(text.NewGPT2(text.GPT2Config{Vocab: 4, Context: 12, Width: 16, Depth: 1, Heads: 2}), random.Key(1))
	ids := trace.New([]int64{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0}, 2, 12)
	loss := func(m text.GPT2) trace.Value {
		logits := fn.Slice(m.Apply(ids, trace.Value{}), fn.SliceConfig{Stop: []int{fn.End, 11}})
		next := fn.Slice(ids, fn.SliceConfig{Start: []int{0, 1}})
		return fn.Neg(fn.MeanAll(fn.Sum(fn.Mul(fn.LogSoftmax(logits, 2), fn.OneHot(next, 4, trace.Float32)), 2)))
	}
	step := transforms.Jit(func(m text.GPT2) text.GPT2 {
		return trace.Map2(func(p, slope trace.Value) trace.Value { return fn.Sub(p, fn.Mul(slope, fn.Scalar(0.5))) }, m, transforms.Grad(loss)(m))
	})
	for range 150 {
		m = step(m)
	}
	prompt := text.Prompt{IDs: trace.New([]int64{2, 3, 0, 0, 1, 2}, 2, 3), Most: 6, Stop: []int64{1}}
	added, err := text.Generate(context.Background(), m, prompt, text.SampleConfig{})
	fmt.Println(added, err)
	// Output: [[1] [3 0 1]] <nil>
}

// The same step serves all prompts of a generator. A key makes it draw.
func ExampleGenerator() {
	m := text.Init(text.NewMamba(text.MambaConfig{Vocab: 50, Width: 8, Depth: 1}), random.Key(1))
	g, err := text.NewGenerator(m, 1, 8, text.SampleConfig{Temperature: 0.7, TopK: 10, TopP: 0.9})
	if err != nil {
		fmt.Println(err)
		return
	}
	for seed := range int64(2) {
		added, err := g.Generate(context.Background(), text.Prompt{IDs: trace.New([]int64{3, 1}, 1, 2), Most: 6, Key: random.Key(seed)})
		fmt.Println(len(added[0]), err)
	}
	// Output:
	// 6 <nil>
	// 6 <nil>
}

func ExampleSample() {
	logits := trace.New([]float32{0.1, 2, -1, 1.9}, 4)
	fmt.Println(text.Sample(trace.Value{}, logits, text.SampleConfig{}))
	counts := make([]int, 4)
	for i := range int64(100) {
		counts[trace.Item[int64](text.Sample(random.Key(i), logits, text.SampleConfig{Temperature: 1, TopK: 2}))]++
	}
	fmt.Println(counts[0], counts[1]+counts[3], counts[2])
	// Output:
	// i64[] 1
	// 0 100 0
}

// A state keeps what was computed of earlier tokens.
func ExampleLlama_Extend() {
	m := text.Init(text.NewLlama(text.LlamaConfig{Vocab: 11, Width: 8, Hidden: 12, Depth: 1, Heads: 2}), random.Key(1))
	none, ids := trace.Value{}, trace.New([]int64{1, 2, 3}, 1, 3)
	s := m.Start(1, 8)
	_, s = m.Extend(ids, none, s)
	y, s := m.Extend(trace.New([]int64{4}, 1, 1), none, s)
	whole := m.Apply(trace.New([]int64{1, 2, 3, 4}, 1, 4), none)
	fmt.Println(s.At.Float64(), fn.AllClose(m.Head(y), fn.Slice(whole, fn.SliceConfig{Start: []int{0, 3}}), 1e-5, 1e-6).Float64() == 1)
	// Output: 4 true
}

// The relevance of tokens starts at their vectors: here gradient times input.
func ExampleBERTClassifier_ApplyEmbedded() {
	m := text.Init(text.NewBERTClassifier(text.BERTConfig{Vocab: 11, Context: 6, Width: 8, Depth: 1, Heads: 2}), random.Key(1))
	x := m.BERT.Embed(trace.New([]int64{1, 5, 2}, 1, 3))
	mask := trace.New([]bool{true, true, false}, 1, 3)
	slope := transforms.Grad(func(x trace.Value) trace.Value {
		return fn.At(m.ApplyEmbedded(x, trace.Value{}, mask), 0, 1)
	})(x)
	relevance := fn.Sum(fn.Mul(slope, x), 2)
	fmt.Println(relevance.Type(), "of padding:", fn.At(relevance, 0, 2).Float64())
	// Output: f32[1 3] of padding: 0
}
