package text_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

// network returns the parameters of a network in testdata, and its inputs and output. The
// values are those of PyTorch 1.13 in float64.
func network(t testing.TB, name string) (parameters, given map[string]Value) {
	t.Helper()
	all, err := safetensors.Read("testdata/networks.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	parameters, given = map[string]Value{}, map[string]Value{}
	for key, v := range all {
		of, part, _ := strings.Cut(key, "/")
		if of != name {
			continue
		}
		if part == "output" || strings.HasPrefix(part, "input.") {
			given[strings.TrimPrefix(part, "input.")] = v
			continue
		}
		parameters[part] = v
	}
	return parameters, given
}

// loaded returns a model of f64 with the given parameters.
func loaded[M any](t testing.TB, model M, parameters map[string]Value) M {
	t.Helper()
	model, err := nn.Load(nn.Cast(model, trace.Float64), parameters)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// goldenLlama is the network llama, whose normalizations have different ε.
func goldenLlama(t testing.TB) (text.Llama, map[string]Value) {
	parameters, given := network(t, "llama")
	c := text.LlamaConfig{Vocab: 31, Width: 16, Hidden: 24, Depth: 2, Heads: 4, Groups: 2, Epsilon: 1e-6}
	return twoEpsilons(loaded(t, text.NewLlama(c), parameters)), given
}

// twoEpsilons gives the second normalization of each block the ε of the networks.
func twoEpsilons(m text.Llama) text.Llama {
	for i := range m.Model.Layers {
		m.Model.Layers[i].PostAttentionLayernorm.Epsilon = 1e-5
	}
	return m
}

func goldenMixture(t testing.TB) (text.Llama, map[string]Value) {
	parameters, given := network(t, "mixture")
	c := text.LlamaConfig{Vocab: 23, Width: 12, Hidden: 10, Depth: 2, Heads: 2, Groups: 1, Epsilon: 1e-6, Experts: 4, Best: 2}
	return twoEpsilons(loaded(t, text.NewLlama(c), parameters)), given
}

func goldenGPT2(t testing.TB) (text.GPT2, map[string]Value) {
	parameters, given := network(t, "gpt")
	return loaded(t, text.NewGPT2(text.GPT2Config{Vocab: 29, Context: 8, Width: 16, Depth: 2, Heads: 4}), parameters), given
}

func goldenBERT(t testing.TB) (text.BERTClassifier, map[string]Value) {
	parameters, given := network(t, "bert")
	c := text.BERTConfig{Vocab: 30, Width: 16, Depth: 2, Heads: 2, Hidden: 32, Context: 10, Classes: 3}
	return loaded(t, text.NewBERTClassifier(c), parameters), given
}

// agrees compares the output of a network, and the gradient of the sum of output times
// target with respect to the vectors of the tokens, with those of PyTorch.
func agrees(t *testing.T, given map[string]Value, x Value, apply func(x Value) Value) {
	t.Helper()
	y, pull := transforms.VJP(apply)(x)
	lawtest.Close(t, y, given["output"], 1e-9)
	lawtest.Close(t, pull(given["target"]), given["gradient"], 1e-9)
}

func TestGolden(t *testing.T) {
	llama, given := goldenLlama(t)
	agrees(t, given, llama.Embed(given["input_ids"]), func(x Value) Value { return llama.ApplyEmbedded(x, Value{}) })
	lawtest.Close(t, llama.Apply(given["input_ids"], Value{}), given["output"], 1e-9)

	mixture, given := goldenMixture(t)
	agrees(t, given, mixture.Embed(given["input_ids"]), func(x Value) Value { return mixture.ApplyEmbedded(x, Value{}) })
	lawtest.Close(t, mixture.Apply(given["input_ids"], Value{}), given["output"], 1e-9)

	gpt2, given := goldenGPT2(t)
	agrees(t, given, gpt2.Embed(given["input_ids"]), func(x Value) Value { return gpt2.ApplyEmbedded(x, Value{}) })
	lawtest.Close(t, gpt2.Apply(given["input_ids"], Value{}), given["output"], 1e-9)

	bert, given := goldenBERT(t)
	types, mask := given["token_type_ids"], given["attention_mask"]
	agrees(t, given, bert.BERT.Embed(given["input_ids"]), func(x Value) Value { return bert.ApplyEmbedded(x, types, mask) })
	lawtest.Close(t, bert.ApplyTypes(given["input_ids"], types, mask), given["output"], 1e-9)
}
