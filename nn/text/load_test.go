package text_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// hub is a config.json as the hub has them, and how the names of the file differ from those
// of the model's parameters.
type hub struct {
	config string
	rename func(name string) string
	also   []string // tensors that are no parameters
}

var hubs = map[string]hub{
	"gpt2": {
		`{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 23, "n_positions": 16, "n_ctx": 16, "n_embd": 8, "n_layer": 1,
		"n_head": 2, "n_inner": null, "activation_function": "gelu_new", "attn_pdrop": 0.1, "scale_attn_weights": true}`,
		func(name string) string { return strings.TrimPrefix(name, "transformer.") }, []string{"h.0.attn.bias", "h.0.attn.masked_bias", "lm_head.weight"},
	},
	"bert": {
		`{"model_type": "bert", "architectures": ["BertModel"], "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
		"intermediate_size": 12, "max_position_embeddings": 16, "hidden_act": "gelu", "position_embedding_type": "absolute"}`,
		func(name string) string { return "bert." + name }, []string{"bert.embeddings.position_ids", "cls.predictions.bias"},
	},
	"masked": {
		`{"model_type": "bert", "architectures": ["BertForMaskedLM"], "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
		"intermediate_size": 12, "max_position_embeddings": 16}`,
		func(name string) string {
			return strings.Replace(strings.Replace(name, "LayerNorm.weight", "LayerNorm.gamma", 1), "LayerNorm.bias", "LayerNorm.beta", 1)
		},
		[]string{"cls.predictions.decoder.weight", "cls.seq_relationship.weight", "bert.pooler.dense.weight"},
	},
	"classifier": {
		`{"model_type": "bert", "architectures": ["BertForSequenceClassification"], "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1,
		"num_attention_heads": 2, "intermediate_size": 12, "max_position_embeddings": 16, "id2label": {"0": "bad", "1": "so-so", "2": "good"}}`, nil, nil,
	},
	"llama": {
		`{"model_type": "llama", "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
		"intermediate_size": 12, "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "hidden_act": "silu", "rope_scaling":
		{"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}}`,
		nil, []string{"model.layers.0.self_attn.rotary_emb.inv_freq"},
	},
	"tied": {
		`{"model_type": "llama", "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
		"intermediate_size": 12, "rope_scaling": null, "tie_word_embeddings": true}`, nil, []string{"lm_head.weight"},
	},
	"mistral": {
		`{"model_type": "mistral", "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "head_dim": 6,
		"intermediate_size": 12, "sliding_window": 3}`, nil, nil,
	},
	"qwen2": {
		`{"model_type": "qwen2", "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
		"sliding_window": 4096, "use_sliding_window": false, "tie_word_embeddings": true}`, nil, nil,
	},
	"mixtral": {
		`{"model_type": "mixtral", "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
		"num_local_experts": 3, "num_experts_per_tok": 2, "sliding_window": null, "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}}`, nil, nil,
	},
	"mamba": {
		`{"model_type": "mamba", "vocab_size": 23, "hidden_size": 8, "num_hidden_layers": 1, "state_size": 4, "time_step_rank": 2}`, nil, nil,
	},
	"state-spaces": {
		`{"d_model": 8, "n_layer": 1, "vocab_size": 23, "ssm_cfg": {}, "rms_norm": true, "residual_in_fp32": true, "pad_vocab_size_multiple": 8}`,
		func(name string) string { return strings.Replace(name, "embeddings", "embedding", 1) }, []string{"lm_head.weight"},
	},
}

// The folder of a model gives the model again, whatever names its file has.
func TestLoad(t *testing.T) {
	for name, h := range hubs {
		t.Run(name, func(t *testing.T) {
			empty, err := text.New([]byte(h.config))
			if err != nil {
				t.Fatal(err)
			}
			m := text.Init(empty, random.Key(3))
			tensors := map[string]Value{}
			for _, p := range nn.Params(m) {
				if h.rename != nil {
					p.Name = h.rename(p.Name)
				}
				tensors[p.Name] = p.Value
			}
			for _, extra := range h.also {
				tensors[extra] = fn.OnesOf(trace.Float32, 2)
			}
			folder := t.TempDir()
			if err := safetensors.Write(filepath.Join(folder, "model.safetensors"), tensors, nil); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte(h.config), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := text.Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			x := ids(1, 2, 5)
			lawtest.Close(t, got.Apply(x, Value{}), m.Apply(x, Value{}), 0)
		})
	}
}

// Each config has the parameters of its architecture.
func TestNewParameters(t *testing.T) {
	has := func(name, parameter string) bool {
		m, err := text.New([]byte(hubs[name].config))
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(nn.Params(m), func(p nn.Param) bool { return p.Name+" "+p.Value.Type().String() == parameter })
	}
	for _, want := range []struct {
		name, parameter string
		has             bool
	}{
		{"classifier", "classifier.weight f32[3 8]", true},
		{"llama", "model.layers.0.self_attn.k_proj.weight f32[4 8]", true},
		{"llama", "model.layers.0.self_attn.k_proj.bias f32[4]", false},
		{"llama", "lm_head.weight f32[23 8]", true},
		{"tied", "lm_head.weight f32[23 8]", false},
		{"mistral", "model.layers.0.self_attn.o_proj.weight f32[8 12]", true},
		{"qwen2", "model.layers.0.self_attn.k_proj.bias f32[8]", true},
		{"qwen2", "model.layers.0.self_attn.o_proj.bias f32[8]", false},
		{"mixtral", "model.layers.0.block_sparse_moe.experts.2.w2.weight f32[8 12]", true},
		{"mixtral", "model.layers.0.mlp.gate_proj.weight f32[12 8]", false},
		{"mamba", "backbone.layers.0.mixer.A_log f32[16 4]", true},
		{"mamba", "lm_head.weight f32[23 8]", false},
		{"state-spaces", "backbone.embeddings.weight f32[24 8]", true},
		{"masked", "bert.pooler.dense.weight f32[8 8]", false},
	} {
		if got := has(want.name, want.parameter); got != want.has {
			t.Errorf("%s has %s: %v, want %v", want.name, want.parameter, got, want.has)
		}
	}
}

// Models of the hub have as many parameters as their authors say.
func TestParameterCounts(t *testing.T) {
	count := func(m text.Model) (n int) {
		for _, p := range nn.Params(m) {
			n += p.Value.Size()
		}
		return n
	}
	llama := text.LlamaConfig{Vocab: 128, Width: 2048, Hidden: 8192, Depth: 1, Heads: 32, Groups: 8, Tied: true}
	qwen := text.LlamaConfig{Vocab: 151936, Width: 896, Hidden: 4864, Depth: 24, Heads: 14, Groups: 2, QKVBias: true, Tied: true}
	for name, c := range map[string]struct {
		model text.Model
		want  int
	}{
		"gpt2":                      {text.NewGPT2(text.GPT2Config{}), 124439808},
		"bert-base-uncased":         {text.NewBERT(text.BERTConfig{}), 109482240},
		"mamba-130m":                {text.NewMamba(text.MambaConfig{Vocab: 50280, Width: 768, Depth: 24}), 129135360},
		"one block of Llama-3.2-1B": {text.NewLlama(llama), 60821504 + 2048 + 128*2048},
		"Qwen2.5-0.5B":              {text.NewLlama(qwen), 494032768},
		"bert-base, as guess":       {text.NewBERTMaskedLM(text.BERTConfig{}), 109514298},
	} {
		if got := count(c.model); got != c.want {
			t.Errorf("%s has %d parameters, want %d", name, got, c.want)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	set := func(name, field string, value any) string {
		var fields map[string]any
		if err := json.Unmarshal([]byte(hubs[name].config), &fields); err != nil {
			t.Fatal(err)
		}
		fields[field] = value
		out, _ := json.Marshal(fields)
		return string(out)
	}
	scaling := func(kind string, factor float64) map[string]any {
		return map[string]any{"type": kind, "factor": factor}
	}
	for want, config := range map[string]string{
		`unexpected end of JSON input`:                       `{"model_type": `,
		`model_type is "": want one of bert`:                 `{}`,
		`is it llama?`:                                       set("llama", "model_type", "lama"),
		`vocab_size is 0: want a number from 1`:              set("llama", "vocab_size", 0),
		`num_attention_heads is 3: want a divisor of hidden`: set("llama", "num_attention_heads", 3),
		`num_key_value_heads is 3: want a divisor`:           set("llama", "num_key_value_heads", 3),
		`head_dim is 5: want an even number`:                 set("llama", "head_dim", 5),
		`num_hidden_layers is 100000: want`:                  set("llama", "num_hidden_layers", 100000),
		`the activation "swosh" is not known`:                set("llama", "hidden_act", "swosh"),
		`rope_scaling of type "yarn" is not known`:           set("llama", "rope_scaling", scaling("yarn", 2)),
		`the factor of rope_scaling is 0.5`:                  set("llama", "rope_scaling", scaling("linear", 0.5)),
		`low_freq_factor 0, high_freq_factor 0`:              set("llama", "rope_scaling", scaling("llama3", 2)),
		`num_experts_per_tok is 4 of 3 experts`:              set("mixtral", "num_experts_per_tok", 4),
		`sliding_window is -1`:                               set("mistral", "sliding_window", -1),
		`use_sliding_window is true`:                         set("qwen2", "use_sliding_window", true),
		`rms_norm_eps is -1`:                                 set("llama", "rms_norm_eps", -1),
		`rope_theta is -1`:                                   set("llama", "rope_theta", -1),
		`hidden_size`:                                        set("llama", "hidden_size", "wide"),
		`n_head is 3: want a divisor of n_embd, 8`:           set("gpt2", "n_head", 3),
		`scale_attn_by_inverse_layer_idx is true`:            set("gpt2", "scale_attn_by_inverse_layer_idx", true),
		`scale_attn_weights is false`:                        set("gpt2", "scale_attn_weights", false),
		`add_cross_attention is true`:                        set("gpt2", "add_cross_attention", true),
		`is_decoder is true`:                                 set("bert", "is_decoder", true),
		`position_embedding_type is "relative_key"`:          set("bert", "position_embedding_type", "relative_key"),
		`divisor of hidden_size, 8`:                          set("bert", "num_attention_heads", 3),
		`conv_kernel is -1`:                                  set("mamba", "conv_kernel", -1),
	} {
		if _, err := text.New([]byte(config)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fails := func(want string) {
		t.Helper()
		if _, err := text.Load(folder); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
	fails("config.json")
	write("config.json", hubs["gpt2"].config)
	fails("model.safetensors.index.json")
	if err := safetensors.Write(filepath.Join(folder, "model.safetensors"), map[string]Value{"wte.weight": fn.OnesOf(trace.Float32, 23, 8)}, nil); err != nil {
		t.Fatal(err)
	}
	fails("missing: transformer.wpe.weight f32[16 8]")
	write("config.json", `{"model_type": "t5"}`)
	fails(`model_type is "t5"`)
	if _, err := text.Fill(other{}, nil); err == nil || !strings.Contains(fmt.Sprint(err), "is not a model of this package") {
		t.Errorf("got error %v", err)
	}
}

// other is a model of another package.
type other struct{}

func (other) Apply(ids, mask Value) Value { return ids }
