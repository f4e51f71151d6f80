package text_test

import (
	"cmp"
	"context"
	"testing"

	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
)

// small replaces the usual numbers of a config, which make large models.
func small(c text.BERTConfig) text.BERTConfig {
	c.Vocab, c.Width, c.Depth, c.Heads, c.Context = cmp.Or(c.Vocab, 5), cmp.Or(c.Width, 2), cmp.Or(c.Depth, 1), cmp.Or(c.Heads, 1), cmp.Or(c.Context, 6)
	return c
}

// No argument of a public function or method causes a panic of the Go runtime, and no model
// that a user put together wrongly.
func TestMisuseOfModels(t *testing.T) {
	llama := text.Init(text.NewLlama(text.LlamaConfig{Vocab: 6, Width: 4, Hidden: 3, Depth: 1, Heads: 2, Groups: 1, Context: 5}), random.Key(1))
	mamba := text.Init(text.NewMamba(text.MambaConfig{Vocab: 6, Width: 2, Depth: 1}), random.Key(1))
	bert := text.Init(text.NewBERT(text.BERTConfig{Vocab: 6, Width: 4, Depth: 1, Heads: 2, Context: 5}), random.Key(1))
	testutil.Misuse(t, "", map[string]testutil.Misused{
		"NewLlama":          {text.NewLlama, "text.NewLlama"},
		"NewMamba":          {text.NewMamba, "text.NewMamba"},
		"NewBERT":           {func(c text.BERTConfig) { text.NewBERT(small(c)) }, "text.NewBERT"},
		"NewBERTClassifier": {func(c text.BERTConfig) { text.NewBERTClassifier(small(c)) }, "text.NewBERTClassifier"},
		"NewBERTMaskedLM":   {func(c text.BERTConfig) { text.NewBERTMaskedLM(small(c)) }, "text.NewBERTMaskedLM"},
		"NewGPT2": {func(c text.GPT2Config) {
			c.Vocab, c.Context, c.Width, c.Depth, c.Heads = cmp.Or(c.Vocab, 5), cmp.Or(c.Context, 6), cmp.Or(c.Width, 2), cmp.Or(c.Depth, 1), cmp.Or(c.Heads, 1)
			text.NewGPT2(c)
		}, "text.NewGPT2"},
		"NewConv1D": {text.NewConv1D, "text.NewConv1D"},
		"Sample":    {text.Sample, "text.Sample"},
		"Init":      {func(key Value) { text.Init(llama, key) }, "text.Init"},
		"Generate": {func(p text.Prompt, c text.SampleConfig) {
			if _, err := text.Generate(context.Background(), llama, p, c); err != nil {
				panic(asMisuse(t, err))
			}
		}, "text."},
		"NewGenerator": {func(n, length int, c text.SampleConfig) {
			if _, err := text.NewGenerator(mamba, n, length, c); err != nil {
				panic(asMisuse(t, err))
			}
		}, "text."},
		"Llama.Apply": {llama.Apply, "Llama"}, "Llama.ApplyEmbedded": {llama.ApplyEmbedded, "Llama"}, "Llama.Start": {llama.Start, "Llama"},
		"Llama.Extend": {llama.Extend, ""},
		"Mamba.Apply":  {mamba.Apply, "Mamba"}, "Mamba.ApplyEmbedded": {mamba.ApplyEmbedded, "Mamba"}, "Mamba.Extend": {mamba.Extend, ""},
		"BERT.ApplyTypes": {bert.ApplyTypes, "BERT"}, "BERT.ApplyEmbedded": {bert.ApplyEmbedded, "BERT"}, "BERT.Pool": {bert.Pool, ""},

		"wrong Llama": {text.Llama.Apply, ""}, "wrong GPT2": {text.GPT2.Apply, ""}, "wrong Mamba": {text.Mamba.Apply, ""}, "wrong BERT": {text.BERT.Apply, ""},
		"wrong Llama state": {text.Llama.Start, ""}, "wrong GPT2 state": {text.GPT2.Start, ""}, "wrong Mamba state": {text.Mamba.Start, ""},
		"wrong classifier": {text.BERTClassifier.Apply, ""}, "wrong guess": {text.BERTMaskedLM.Apply, ""},
		"wrong mixture": {text.Mixture.Apply, ""}, "wrong expert": {text.Expert.Apply, ""}, "wrong mlp": {text.GatedMLP.Apply, ""},
		"wrong mixer": {text.MambaMixer.Apply, ""}, "wrong Conv1D": {text.Conv1D.Apply, ""}, "wrong GPT2 mlp": {text.GPT2MLP.Apply, ""},
		"Conv1D.Init": {text.Conv1D.Init, ""}, "Rotary.Frequencies": {text.Rotary.Frequencies, ""},
	})
}

// asMisuse returns an error of the sort that misuse has to be.
func asMisuse(t *testing.T, err error) *trace.Error {
	misuse, ok := trace.AsError(err)
	if !ok {
		t.Errorf("a %T is no *trace.Error: %v", err, err)
	}
	return misuse
}

// Attentions that a user made wrongly are reported where they are.
func TestWrongLayers(t *testing.T) {
	x := ids(1, 2, 3)
	for want, change := range map[string]func(m *text.Llama){
		`attention "model.layers.0.self_attn": 3 heads of a weight f64[16 16]`:             func(m *text.Llama) { m.Model.Layers[0].SelfAttn.Heads = 3 },
		`0 heads of a weight f64[8 16]`:                                                    func(m *text.Llama) { m.Model.Layers[0].SelfAttn.Groups = 0 },
		`4 heads of queries with 4 features, and 4 heads of keys with 2 and values with 2`: func(m *text.Llama) { m.Model.Layers[0].SelfAttn.Groups = 4 },
		`8 heads of queries with 2 features, and 2 heads of keys with 4`:                   func(m *text.Llama) { m.Model.Layers[0].SelfAttn.Heads = 8 },
		`16 heads of queries with 1 features`: func(m *text.Llama) {
			for i := range m.Model.Layers {
				a := &m.Model.Layers[i].SelfAttn
				a.Heads, a.Groups = 16, 8
			}
		},
		`Llama: the model is empty: make it by NewLlama`: func(m *text.Llama) { m.Model.Layers = nil },
	} {
		m, _ := goldenLlama(t)
		change(&m)
		expect(t, want, func() { m.Apply(x, Value{}) })
	}
	mixture, _ := goldenMixture(t)
	mixture.Model.Layers[0].Mixture.Best = 5
	expect(t, `Mixture "model.layers.0.block_sparse_moe": the best 5 of 4 experts`, func() { mixture.Apply(x, Value{}) })
}
