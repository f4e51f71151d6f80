package text

import (
	"cmp"

	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// LlamaConfig is the architecture of a [Llama], with the names of config.json.
type LlamaConfig struct {
	Vocab  int `json:"vocab_size"`
	Width  int `json:"hidden_size"`
	Hidden int `json:"intermediate_size"`
	Depth  int `json:"num_hidden_layers"`
	Heads  int `json:"num_attention_heads"`
	// Groups is the number of heads of keys and values; 0 means Heads. It divides Heads.
	Groups int `json:"num_key_value_heads"`
	// HeadWidth is the number of features of a head; 0 means Width / Heads. It is even.
	HeadWidth int `json:"head_dim"`
	// Context is the largest number of tokens; 0 means any.
	Context int `json:"max_position_embeddings"`
	// Epsilon of the normalizations; 0 means 1e-6.
	Epsilon float64 `json:"rms_norm_eps"`
	// Theta is the base of the rotary frequencies; 0 means 10000.
	Theta   float64       `json:"rope_theta"`
	Scaling RotaryScaling `json:"rope_scaling"`
	// Tied says that the table of the tokens gives the logits.
	Tied bool `json:"tie_word_embeddings"`
	// Activation is the function of the gate; "" means silu.
	Activation string `json:"hidden_act"`
	// AttentionBias gives all four affine functions of an attention a bias, QKVBias all but
	// the last, and MLPBias those of the dense part.
	AttentionBias bool `json:"attention_bias"`
	QKVBias       bool `json:"-"`
	MLPBias       bool `json:"mlp_bias"`
	// Window is the number of tokens that a token sees; 0 means all before it.
	Window int `json:"sliding_window"`
	// Experts is the number of experts in each block; 0 means one dense part.
	Experts int `json:"num_local_experts"`
	// Best is the number of experts for each token.
	Best int `json:"num_experts_per_tok"`
}

// check panics with an error for the first field that does not fit.
func (c LlamaConfig) check() {
	const of = "text.NewLlama"
	checkNumbers(of, number{"vocab_size", c.Vocab, 0}, number{"hidden_size", c.Width, 0}, number{"intermediate_size", c.Hidden, 0},
		number{"num_hidden_layers", c.Depth, mostBlocks}, number{"num_attention_heads", c.Heads, 0}, number{"num_key_value_heads", c.Groups, 0},
		number{"head_dim", c.HeadWidth, 0}, number{"max_position_embeddings", max(c.Context, 1), 0})
	checkEpsilon(of, "rms_norm_eps", c.Epsilon)
	if c.Heads%c.Groups != 0 {
		panic(trace.Errorf("%s: num_key_value_heads is %d: want a divisor of the %d heads", of, c.Groups, c.Heads))
	}
	if c.HeadWidth%2 != 0 {
		panic(trace.Errorf("%s: head_dim is %d: want an even number, since rotary positions turn pairs", of, c.HeadWidth))
	}
	if !(c.Theta > 0 && c.Theta < 1e300) {
		panic(trace.Errorf("%s: rope_theta is %v: want a number above 0", of, c.Theta))
	}
	if c.Window < 0 || c.Context < 0 {
		panic(trace.Errorf("%s: sliding_window is %d and max_position_embeddings %d: want at least 0, which means no limit", of, c.Window, c.Context))
	}
	if c.Experts < 0 || c.Experts > mostBlocks || c.Experts > 0 && (c.Best < 1 || c.Best > c.Experts) {
		panic(trace.Errorf("%s: num_experts_per_tok is %d of %d experts: want 1 to all of them, and at most %d experts", of, c.Best, c.Experts, mostBlocks))
	}
	c.Scaling.check(of)
}

// NewLlama returns a model with its paths. Parameters are f32 zeros, but the scales of
// normalizations are 1. NewLlama panics with a *trace.Error that names the first field of
// the config that does not fit.
func NewLlama(c LlamaConfig) Llama {
	defer trace.Naming("text.NewLlama")
	c.Groups, c.Theta, c.Epsilon = cmp.Or(c.Groups, c.Heads), cmp.Or(c.Theta, 10000), cmp.Or(c.Epsilon, 1e-6)
	if c.HeadWidth == 0 && c.Heads > 0 {
		if c.Width%c.Heads != 0 {
			panic(trace.Errorf("text.NewLlama: num_attention_heads is %d: want a divisor of hidden_size %d, or give head_dim", c.Heads, c.Width))
		}
		c.HeadWidth = c.Width / c.Heads
	}
	c.check()
	m := Llama{Model: LlamaModel{
		EmbedTokens: nn.NewEmbedding(c.Vocab, c.Width), Norm: rmsNorm(c.Width, c.Epsilon),
		Rotary: Rotary{c.Theta, c.Scaling}, Context: c.Context, Window: c.Window,
	}}
	for range c.Depth {
		m.Model.Layers = append(m.Model.Layers, c.layer())
	}
	if !c.Tied {
		m.LMHead = linear(c.Width, c.Vocab, false)
	}
	return nn.Name(m)
}

// layer returns one block.
func (c LlamaConfig) layer() LlamaLayer {
	act := activationOf("text.NewLlama", cmp.Or(c.Activation, "silu"))
	qkv, d := c.AttentionBias || c.QKVBias, c.HeadWidth
	l := LlamaLayer{
		InputLayernorm: rmsNorm(c.Width, c.Epsilon), PostAttentionLayernorm: rmsNorm(c.Width, c.Epsilon),
		SelfAttn: LlamaAttention{
			QProj: linear(c.Width, c.Heads*d, qkv), KProj: linear(c.Width, c.Groups*d, qkv), VProj: linear(c.Width, c.Groups*d, qkv),
			OProj: linear(c.Heads*d, c.Width, c.AttentionBias), Heads: c.Heads, Groups: c.Groups,
		},
	}
	if c.Experts == 0 {
		l.MLP = GatedMLP{
			GateProj: linear(c.Width, c.Hidden, c.MLPBias), ActFn: act,
			UpProj: linear(c.Width, c.Hidden, c.MLPBias), DownProj: linear(c.Hidden, c.Width, c.MLPBias),
		}
		return l
	}
	l.Mixture = Mixture{Gate: linear(c.Width, c.Experts, false), Best: c.Best}
	for range c.Experts {
		l.Mixture.Experts = append(l.Mixture.Experts, Expert{
			W1: linear(c.Width, c.Hidden, false), W2: linear(c.Hidden, c.Width, false), W3: linear(c.Width, c.Hidden, false), ActFn: act,
		})
	}
	return l
}
