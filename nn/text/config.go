package text

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/trace"
)

// kind is a model_type of config.json.
type kind struct {
	name string
	make func(f configFile, text []byte) (Model, error)
}

// kinds are all that [New] knows.
var kinds = []kind{
	{"bert", newBERTModel}, {"gpt2", newGPT2Model}, {"llama", newLlamaModel}, {"mamba", newMambaModel},
	{"mistral", newLlamaModel}, {"mixtral", newLlamaModel}, {"qwen2", newLlamaModel},
}

// configFile has what config.json says of more than one model, or of parts that models of
// this package do not have.
type configFile struct {
	Type          string         `json:"model_type"`
	Architectures []string       `json:"architectures"`
	Tied          *bool          `json:"tie_word_embeddings"`
	Labels        map[string]any `json:"id2label"`

	Decoder        bool   `json:"is_decoder"`
	CrossAttention bool   `json:"add_cross_attention"`
	Positions      string `json:"position_embedding_type"`
	ByLayer        bool   `json:"scale_attn_by_inverse_layer_idx"`
	Unscaled       *bool  `json:"scale_attn_weights"`
	UsesWindow     *bool  `json:"use_sliding_window"`

	// The config of the authors of Mamba has no type.
	MambaWidth    int `json:"d_model"`
	MambaDepth    int `json:"n_layer"`
	MambaMultiple int `json:"pad_vocab_size_multiple"`
}

// New returns the model that a config.json of Hugging Face's hub describes, with its paths
// and without trained parameters. By model_type it is
//
//	bert                             BERT, BERTClassifier or BERTMaskedLM, by architectures
//	gpt2                             GPT2
//	llama, mistral, qwen2, mixtral   Llama
//	mamba                            Mamba
//
// Fields that do not change the function, such as dropouts, are left aside. It is an error if
// the type is another one, a field does not fit, or a field asks for a part that the model
// does not have, such as relative positions.
func New(config []byte) (Model, error) {
	var f configFile
	if err := json.Unmarshal(config, &f); err != nil {
		return nil, fmt.Errorf("text.New: the config: %w", err)
	}
	if f.Type == "" && f.MambaWidth > 0 {
		f.Type = "mamba"
	}
	if err := f.refused(); err != nil {
		return nil, fmt.Errorf("text.New: the config of a %s: %w", f.Type, err)
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if names[i] = k.name; k.name == f.Type {
			return made(k, f, config)
		}
	}
	known := strings.Join(names, ", ")
	if near := spelling.Nearest(f.Type, names, 1); len(near) > 0 && f.Type != "" {
		return nil, fmt.Errorf("text.New: model_type is %q, which is none of %s; is it %s?", f.Type, known, near[0])
	}
	return nil, fmt.Errorf("text.New: model_type is %q: want one of %s", f.Type, known)
}

// made makes a model, and turns its panic into an error.
func made(k kind, f configFile, config []byte) (m Model, err error) {
	if misuse := trace.Try(func() { m, err = k.make(f, config) }); misuse != nil {
		err = misuse
		if e, ok := trace.AsError(misuse); ok {
			err = e.Err // the line of Go code is not at fault, the file is
		}
	}
	if err != nil {
		return nil, fmt.Errorf("text.New: the config of a %s: %w", f.Type, err)
	}
	return m, nil
}

// refused is an error if a field asks for what no model here has.
func (f configFile) refused() error {
	switch {
	case f.Decoder && f.Type == "bert":
		return fmt.Errorf("is_decoder is true: BERT is an encoder here, want false")
	case f.CrossAttention:
		return fmt.Errorf("add_cross_attention is true: want false")
	case f.Positions != "" && f.Positions != "absolute":
		return fmt.Errorf("position_embedding_type is %q: want absolute", f.Positions)
	case f.ByLayer:
		return fmt.Errorf("scale_attn_by_inverse_layer_idx is true: want false")
	case f.Unscaled != nil && !*f.Unscaled:
		return fmt.Errorf("scale_attn_weights is false: want true")
	case f.Type == "qwen2" && f.UsesWindow != nil && *f.UsesWindow:
		return fmt.Errorf("use_sliding_window is true, which differs from block to block: want false")
	}
	return nil
}

func newBERTModel(f configFile, text []byte) (Model, error) {
	c := BERTConfig{Classes: min(len(f.Labels), most)}
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	switch {
	case slices.Contains(f.Architectures, "BertForSequenceClassification"):
		return NewBERTClassifier(c), nil
	case slices.Contains(f.Architectures, "BertForMaskedLM"), slices.Contains(f.Architectures, "BertForPreTraining"):
		return NewBERTMaskedLM(c), nil
	}
	return NewBERT(c), nil
}

func newGPT2Model(_ configFile, text []byte) (Model, error) {
	var c GPT2Config
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	return NewGPT2(c), nil
}

func newLlamaModel(f configFile, text []byte) (Model, error) {
	var c LlamaConfig
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	if f.Type == "qwen2" {
		c.QKVBias, c.Window = true, 0
	}
	if f.Type != "mixtral" {
		c.Experts = 0
	}
	return NewLlama(c), nil
}

func newMambaModel(f configFile, text []byte) (Model, error) {
	var c MambaConfig
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	c.Untied = f.Tied != nil && !*f.Tied
	if f.MambaWidth == 0 {
		return NewMamba(c), nil
	}
	c.Width, c.Depth = f.MambaWidth, f.MambaDepth
	if by := f.MambaMultiple; by > 0 && by <= most && c.Vocab > 0 && c.Vocab <= most {
		c.Vocab = (c.Vocab + by - 1) / by * by
	}
	return NewMamba(c), nil
}

// UnmarshalJSON reads a config.json. The rotary positions may be described by
// rope_parameters, as newer files do.
func (c *LlamaConfig) UnmarshalJSON(text []byte) error {
	type fields LlamaConfig
	if err := json.Unmarshal(text, (*fields)(c)); err != nil {
		return err
	}
	var theta struct {
		Rotary struct {
			Theta float64 `json:"rope_theta"`
		} `json:"rope_parameters"`
	}
	var scaling struct {
		Rotary RotaryScaling `json:"rope_parameters"`
	}
	if err := cmp.Or(json.Unmarshal(text, &theta), json.Unmarshal(text, &scaling)); err != nil {
		return err
	}
	c.Theta = cmp.Or(theta.Rotary.Theta, c.Theta)
	if scaling.Rotary.Type != "" {
		c.Scaling = scaling.Rotary
	}
	return nil
}

// UnmarshalJSON reads the field rope_scaling of a config.json, in which rope_type was type
// once.
func (s *RotaryScaling) UnmarshalJSON(text []byte) error {
	type fields RotaryScaling
	var older struct {
		Type string `json:"type"`
	}
	if err := cmp.Or(json.Unmarshal(text, (*fields)(s)), json.Unmarshal(text, &older)); err != nil {
		return err
	}
	s.Type = cmp.Or(s.Type, older.Type)
	return nil
}
