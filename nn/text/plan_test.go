package text_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// sites lists the named sites of a function, with their kinds.
func sites(f func(x Value) Value, x Value) (out []string) {
	for _, row := range transforms.Plan(rules.LayerMap(), f, x).Rows {
		if row.Site.Path != "" {
			out = append(out, fmt.Sprintf("%s %s", row.Site.Path, row.Site.Kind))
		}
	}
	return out
}

// Composites see each layer under its name on the hub, and each attention and dense part as
// a whole.
func TestSitesHaveTheNamesOfTheHub(t *testing.T) {
	none, x := Value{}, ids(1, 1, 3)
	llama := text.NewLlama(text.LlamaConfig{Vocab: 23, Width: 4, Hidden: 6, Depth: 1, Heads: 2})
	mixture := text.NewLlama(text.LlamaConfig{Vocab: 23, Width: 4, Hidden: 6, Depth: 1, Heads: 2, Experts: 2, Best: 1})
	gpt2 := text.NewGPT2(text.GPT2Config{Vocab: 23, Context: 4, Width: 4, Depth: 1, Heads: 2})
	bert := text.NewBERTClassifier(text.BERTConfig{Vocab: 23, Context: 4, Width: 4, Depth: 1, Heads: 2})
	mamba := text.NewMamba(text.MambaConfig{Vocab: 23, Width: 4, Depth: 1})
	for name, c := range map[string]struct {
		got  []string
		want string
	}{
		"llama": {sites(func(x Value) Value { return llama.ApplyEmbedded(x, none) }, llama.Embed(x)), `
			model.layers.0 block
			model.layers.0/add#0 sum.add
			model.layers.0/add#1 sum.add
			model.layers.0.input_layernorm norm.rms
			model.layers.0.self_attn attention
			model.layers.0.self_attn.q_proj linear.dense
			model.layers.0.self_attn.o_proj linear.dense
			model.layers.0.post_attention_layernorm norm.rms
			model.layers.0.mlp mlp
			model.layers.0.mlp.gate_proj linear.dense
			model.layers.0.mlp.act_fn activation.silu
			model.layers.0.mlp.gated product.gate
			model.norm norm.rms
			lm_head linear.dense`},
		"mixture": {sites(func(x Value) Value { return mixture.ApplyEmbedded(x, none) }, mixture.Embed(x)), `
			model.layers.0.block_sparse_moe mixture
			model.layers.0.block_sparse_moe.gate linear.dense
			model.layers.0.block_sparse_moe.experts.1 mlp
			model.layers.0.block_sparse_moe.experts.1.w3 linear.dense
			model.layers.0.block_sparse_moe.experts.1.gated product.gate`},
		"gpt2": {sites(func(x Value) Value { return gpt2.ApplyEmbedded(x, none) }, gpt2.Embed(x)), `
			transformer.h.0 block
			transformer.h.0.ln_1 norm.layer
			transformer.h.0.attn attention
			transformer.h.0.attn.c_attn linear.dense
			transformer.h.0.mlp mlp
			transformer.h.0.mlp.act activation.gelu.tanh
			transformer.ln_f norm.layer
			lm_head linear.dense`},
		"bert": {sites(func(x Value) Value { return bert.ApplyEmbedded(x, none, none) }, bert.BERT.Embed(x)), `
			bert.embeddings.LayerNorm norm.layer
			bert.encoder.layer.0 block
			bert.encoder.layer.0.attention.self attention
			bert.encoder.layer.0.attention.self.key linear.dense
			bert.encoder.layer.0.attention.output.dense linear.dense
			bert.encoder.layer.0.intermediate.intermediate_act_fn activation.gelu
			bert.pooler.dense linear.dense
			bert.pooler.activation activation.tanh
			classifier linear.dense`},
		"mamba": {sites(func(x Value) Value { return mamba.ApplyEmbedded(x, none) }, mamba.Embed(x)), `
			backbone.layers.0 block
			backbone.layers.0/add#0 sum.add
			backbone.layers.0.norm norm.rms
			backbone.layers.0.mixer state_space
			backbone.layers.0.mixer.in_proj linear.dense
			backbone.layers.0.mixer.conv1d linear.conv.standard.1d
			backbone.layers.0.mixer.gated product.gate
			lm_head linear.dense`},
	} {
		for _, want := range strings.Split(strings.TrimSpace(c.want), "\n") {
			if want = strings.TrimSpace(want); !slices.Contains(c.got, want) {
				t.Errorf("%s: no site %s in %v", name, want, c.got)
			}
		}
	}
}

// A rule for dense layers reaches those inside of the attentions and dense parts, and one
// for attentions takes the place of all that is inside.
func TestRulesReachTheLayers(t *testing.T) {
	m, _ := goldenLlama(t)
	f := func(x Value) Value { return m.ApplyEmbedded(x, Value{}) }
	count := func(entries ...rules.Entry) (n int) {
		for _, row := range transforms.Plan(rules.LayerMap(entries...), f, m.Embed(ids(1, 1, 5))).Rows {
			if row.Rule != nil {
				n++
			}
		}
		return n
	}
	dense := rules.On(trace.KindDense, rules.Epsilon(1e-6))
	if got := count(dense); got != 15 {
		t.Errorf("%d sites have a rule, want the 7 dense layers of each block and the output", got)
	}
	if got := count(rules.On("attention", rules.Pass()), dense); got != 9 {
		t.Errorf("%d sites have a rule, want 3 dense layers and an attention of each block, and the output", got)
	}
}
