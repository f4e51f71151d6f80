package text

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// Model is a function of tokens with its own parameters. Those that can continue a text are
// [Causal] too.
type Model interface {
	// Apply maps ids[n t], i32 or i64, to what the model is for: logits or vectors. The mask
	// of the same shape is true, or 1, for tokens and false for padding; it may be absent.
	Apply(ids, mask trace.Value) trace.Value
}

// Load returns the model in a folder of Hugging Face's hub: that of config.json, see [New],
// with the parameters of model.safetensors, or of the shards that
// model.safetensors.index.json lists. Parameters are f32; those of f16 and bf16 are
// converted, which is exact. The type of the result is that of the model, as [Llama].
func Load(folder string) (Model, error) {
	path := filepath.Join(folder, "config.json")
	config, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("text: %w", err)
	}
	m, err := New(config)
	if err != nil {
		return nil, fmt.Errorf("text: %s: %w", path, err)
	}
	tensors, err := readTensors(folder)
	if err != nil {
		return nil, err
	}
	if m, err = Fill(m, tensors); err != nil {
		return nil, fmt.Errorf("text: %s: %w", folder, err)
	}
	return m, nil
}

// readTensors reads the tensors of a folder, in one file or several.
func readTensors(folder string) (map[string]trace.Value, error) {
	tensors, err := safetensors.Read(filepath.Join(folder, "model.safetensors"))
	if errors.Is(err, fs.ErrNotExist) {
		return safetensors.Read(filepath.Join(folder, "model.safetensors.index.json"))
	}
	return tensors, err
}

// Fill returns a model with the tensors of a file of the hub. It is [nn.Load] for files with
// the differences that the hub has: names without the prefix of the model, as wte.weight of
// GPT-2, or with one that the model lacks; LayerNorm.gamma and beta for weight and bias; and
// tensors that are no parameters: causal masks, positions, rotary frequencies, a copy of the
// table of the tokens as the output, and heads that the model does not have. A [BERT]
// without a pooler in the file has none.
func Fill(m Model, tensors map[string]trace.Value) (Model, error) {
	switch m := m.(type) {
	case GPT2:
		return fill(m, renamed(tensors, "transformer.", "lm_head.weight"))
	case Llama:
		if m.LMHead.Weight.IsAbsent() {
			return fill(m, renamed(tensors, "model.", "lm_head.weight"))
		}
		return fill(m, renamed(tensors, "model."))
	case Mamba:
		tensors = renamed(tensors, "backbone.")
		if table, ok := tensors["backbone.embedding.weight"]; ok {
			delete(tensors, "backbone.embedding.weight")
			tensors["backbone.embeddings.weight"] = table
		}
		if m.LMHead.Weight.IsAbsent() {
			delete(tensors, "lm_head.weight")
		}
		return fill(m, tensors)
	case BERT:
		bare := map[string]trace.Value{}
		for name, v := range renamed(tensors, "bert.", "cls.", "classifier.") {
			bare[strings.TrimPrefix(name, "bert.")] = v
		}
		if _, ok := bare["pooler.dense.weight"]; !ok {
			m.Pooler = BERTPooler{}
		}
		return fill(m, bare)
	case BERTClassifier:
		return fill(m, renamed(tensors, "bert.", "cls."))
	case BERTMaskedLM:
		return fill(m, renamed(tensors, "bert.", "bert.pooler.", "cls.predictions.decoder.", "cls.seq_relationship.", "classifier."))
	}
	return nil, trace.Errorf("text.Fill: a %T is not a model of this package: use nn.Load", m)
}

// fill is nn.Load as of a Model.
func fill[M Model](m M, tensors map[string]trace.Value) (Model, error) {
	filled, err := nn.Load(m, tensors)
	if err != nil {
		return nil, err
	}
	return filled, nil
}

// heads are the first parts of names that no model has inside of its prefix.
var heads = []string{"lm_head.", "cls.", "classifier."}

// renamed returns the tensors under names with a prefix, which it adds if none has it,
// without those that are no parameters and those whose names begin with one of drop.
func renamed(tensors map[string]trace.Value, prefix string, drop ...string) map[string]trace.Value {
	begins := func(name string, with []string) bool {
		return slices.ContainsFunc(with, func(w string) bool { return strings.HasPrefix(name, w) })
	}
	bare := true
	for name := range maps.Keys(tensors) {
		bare = bare && !strings.HasPrefix(name, prefix)
	}
	out := map[string]trace.Value{}
	for name, v := range tensors {
		if bare && !begins(name, heads) {
			name = prefix + name
		}
		name = strings.Replace(name, "LayerNorm.gamma", "LayerNorm.weight", 1)
		name = strings.Replace(name, "LayerNorm.beta", "LayerNorm.bias", 1)
		if !isBuffer(name) && !begins(name, drop) {
			out[name] = v
		}
	}
	return out
}

// isBuffer recognizes tensors that files have besides parameters: GPT-2's causal masks,
// BERT's positions and Llama's frequencies. All of them follow from the config.
func isBuffer(name string) bool {
	return slices.ContainsFunc([]string{".attn.bias", ".attn.masked_bias", ".position_ids", ".rotary_emb.inv_freq"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	})
}
