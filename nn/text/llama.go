package text

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Llama is a decoder with root mean square normalization before each part, rotary
// positions, heads that share keys and values in groups, and gated dense layers. With
// other fields of its [LlamaConfig] it is Mistral, which looks back no further than a
// window, Qwen2, whose queries, keys and values have biases, or Mixtral, which has several
// dense parts in each block and sends each token through the best of these.
//
// Parameters have the names of Hugging Face's LlamaForCausalLM, such as
// model.layers.0.self_attn.q_proj.weight.
//
// Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023; "Llama 2:
// Open Foundation and Fine-Tuned Chat Models", 2023.
type Llama struct {
	Model LlamaModel
	// LMHead maps vectors to logits. It has no weight if the table of the tokens serves.
	LMHead nn.Linear `nn:"lm_head"`
}

// LlamaModel is a [Llama] without the layer that gives logits.
type LlamaModel struct {
	EmbedTokens nn.Embedding `nn:"embed_tokens"` // [vocabulary width]
	Layers      []LlamaLayer
	Norm        nn.RMSNorm
	Rotary      Rotary `nn:"-"`
	// Context is the largest number of tokens; 0 means any.
	Context int
	// Window is the number of tokens that a token sees, its own among them; 0 means all
	// before it.
	Window int
}

// LlamaLayer is a block: x plus the attention of its normalization, and then plus the dense
// part of its normalization. Its kind is block.
type LlamaLayer struct {
	Path                   string
	InputLayernorm         nn.RMSNorm     `nn:"input_layernorm"`
	SelfAttn               LlamaAttention `nn:"self_attn"`
	PostAttentionLayernorm nn.RMSNorm     `nn:"post_attention_layernorm"`
	// MLP is the dense part. It has no weights if there is a mixture.
	MLP GatedMLP `nn:"mlp"`
	// Mixture is the dense part of Mixtral. It has no experts if there is an MLP.
	Mixture Mixture `nn:"block_sparse_moe"`
}

// LlamaAttention is a causal attention with rotary positions, in which each head of keys
// and values serves several heads of queries. Its kind is attention.
//
// Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models from
// Multi-Head Checkpoints", EMNLP 2023.
type LlamaAttention struct {
	Path  string
	QProj nn.Linear `nn:"q_proj"` // [heads·d width]
	KProj nn.Linear `nn:"k_proj"` // [groups·d width]
	VProj nn.Linear `nn:"v_proj"` // [groups·d width]
	OProj nn.Linear `nn:"o_proj"` // [width heads·d]
	// Heads is the number of heads of queries, and Groups that of keys and values, which
	// divides it.
	Heads, Groups int
}

// GatedMLP computes down(f(gate x) · up x) with a function f. Its kind is mlp, and that of
// the product is product.gate.
//
// Shazeer, "GLU Variants Improve Transformer", 2020.
type GatedMLP struct {
	Path     string
	GateProj nn.Linear     `nn:"gate_proj"` // [hidden width]
	ActFn    nn.Activation `nn:"act_fn"`
	UpProj   nn.Linear     `nn:"up_proj"`   // [hidden width]
	DownProj nn.Linear     `nn:"down_proj"` // [width hidden]
}

// Apply maps x[... width] to the same shape.
func (l GatedMLP) Apply(x trace.Value) trace.Value {
	layer := transforms.Layer{Kind: "mlp", Path: l.Path, Biases: []string{".GateProj.Bias", ".UpProj.Bias", ".DownProj.Bias"}}
	return transforms.Named(layer, func(x trace.Value, l GatedMLP) trace.Value {
		return l.DownProj.Apply(gated(l.Path, l.ActFn.Apply(l.GateProj.Apply(x)), l.UpProj.Apply(x)))
	})(x, l)
}

// gated is the product of a gate and a signal, as a layer of its own.
func gated(path string, gate, up trace.Value) trace.Value {
	type factors struct{ Gate, Up trace.Value }
	layer := transforms.Layer{Kind: trace.KindProduct + ".gate", Path: path + ".gated"}
	return transforms.Named(layer, func(f factors, _ struct{}) trace.Value { return fn.Mul(f.Gate, f.Up) })(factors{gate, up}, struct{}{})
}

// tokens are what a layer maps: vectors x[n t width], and what it knows of them.
type tokens struct {
	X     trace.Value
	Turns turns
	Sight sight
	Past  []trace.Value
}

// check panics unless all heads have the same even width, and the groups divide the heads.
func (l LlamaAttention) check() {
	q, k, v := headWidth(l.Path, l.QProj.Weight, l.Heads), headWidth(l.Path, l.KProj.Weight, l.Groups), headWidth(l.Path, l.VProj.Weight, l.Groups)
	if l.Heads%l.Groups != 0 || q != k || q != v || q%2 != 0 {
		panic(trace.Errorf("attention %q: %d heads of queries with %d features, and %d heads of keys with %d and values with %d; "+
			"want a multiple, and one even number of features",
			l.Path, l.Heads, q, l.Groups, k, v))
	}
}

// attend lets tokens x[n t width] see each other and what past has.
func (l LlamaAttention) attend(x trace.Value, at turns, s sight, past []trace.Value) attended {
	l.check()
	layer := transforms.Layer{Kind: attention, Path: l.Path, Biases: []string{".QProj.Bias", ".KProj.Bias", ".VProj.Bias", ".OProj.Bias"}}
	return transforms.Named(layer, func(d tokens, l LlamaAttention) attended {
		q := d.Turns.turn(splitHeads(l.Path, l.QProj.Apply(d.X), l.Heads))
		k := d.Turns.turn(splitHeads(l.Path, l.KProj.Apply(d.X), l.Groups))
		v := splitHeads(l.Path, l.VProj.Apply(d.X), l.Groups)
		a := attendTo(l.Path, q, k, v, d.Sight, d.Past)
		return attended{l.OProj.Apply(a.Y), a.Kept}
	})(tokens{x, at, s, past}, l)
}

// apply maps x[n t width] to the same shape, and returns what to keep.
func (l LlamaLayer) apply(x trace.Value, at turns, s sight, past []trace.Value) attended {
	layer := transforms.Layer{Kind: block, Path: l.Path, Biases: []string{
		".SelfAttn.QProj.Bias", ".SelfAttn.KProj.Bias", ".SelfAttn.VProj.Bias", ".SelfAttn.OProj.Bias",
		".MLP.GateProj.Bias", ".MLP.UpProj.Bias", ".MLP.DownProj.Bias",
	}}
	return transforms.Named(layer, func(d tokens, l LlamaLayer) attended {
		a := l.SelfAttn.attend(l.InputLayernorm.Apply(d.X), d.Turns, d.Sight, d.Past)
		x := fn.Add(d.X, a.Y)
		h := l.PostAttentionLayernorm.Apply(x)
		if len(l.Mixture.Experts) > 0 {
			return attended{fn.Add(x, l.Mixture.Apply(h)), a.Kept}
		}
		return attended{fn.Add(x, l.MLP.Apply(h)), a.Kept}
	})(tokens{x, at, s, past}, l)
}

// Apply maps ids[n t] to logits [n t vocabulary]. Those at a token are for the next one and
// depend on no later token. The mask, bool or i64 of [n t], is true, or 1, for tokens and
// false for padding; it may be absent. Positions count the tokens that are no padding. Apply
// panics with a *trace.Error if ids are not in the vocabulary, there are more than the
// context has room for, or the mask has another shape.
func (m Llama) Apply(ids, mask trace.Value) trace.Value {
	m.Model.checked().ids(ids)
	return m.ApplyEmbedded(m.Embed(ids), mask)
}

// Embed maps ids[n t] to the vectors of the tokens, [n t width].
func (m Llama) Embed(ids trace.Value) trace.Value { return m.Model.EmbedTokens.Apply(ids) }

// ApplyEmbedded is [Llama.Apply] from the vectors of the tokens on, x[n t width]: what an
// attribution to tokens differentiates.
func (m Llama) ApplyEmbedded(x, mask trace.Value) trace.Value {
	c := m.Model.checked()
	c.embedded(x, m.Model.EmbedTokens.Weight.Dim(1))
	mask = c.mask(mask, x.Dim(0), x.Dim(1))
	y, _ := m.Model.run(x, causal(x, x.Dim(0), x.Dim(1), mask, m.Model.Window), State{})
	return m.Head(y)
}

// Head maps vectors y[... width] to logits [... vocabulary].
func (m Llama) Head(y trace.Value) trace.Value {
	if m.LMHead.Weight.IsAbsent() {
		return tied(m.LMHead.Path, y, m.Model.EmbedTokens.Weight)
	}
	return m.LMHead.Apply(y)
}

// Start returns an empty state for n rows of at most length tokens.
func (m Llama) Start(n, length int) State {
	c := m.Model.checked()
	s := startState(c.Model, n, length, c.Context)
	l := m.Model.Layers[0].SelfAttn
	s.Layers = emptySlots(m.Model.EmbedTokens.Weight.DType(), len(m.Model.Layers), n, l.Groups, length, headWidth(l.Path, l.KProj.Weight, l.Groups))
	return s
}

// Extend maps the next tokens ids[n t] of a state to vectors [n t width], of which
// [Llama.Head] makes logits, and returns the state with them. The mask is that of
// [Llama.Apply].
func (m Llama) Extend(ids, mask trace.Value, s State) (trace.Value, State) {
	c := m.Model.checked()
	c.ids(ids)
	c.layersOf(s, len(m.Model.Layers))
	next, shown := s.push(c, ids, mask)
	y, kept := m.Model.run(m.Embed(ids), s.sight(next, shown, m.Model.Window), s)
	next.Layers = kept
	return y, next
}

// checked says what ids the model takes.
func (m LlamaModel) checked() checked {
	if len(m.Layers) == 0 {
		panic(trace.Errorf("Llama: the model is empty: make it by NewLlama"))
	}
	return checked{"Llama", vocabulary("Llama", m.EmbedTokens.Weight), m.Context}
}

// run maps token vectors x[n t width] to those behind the last block, normalized, and
// returns what the layers keep.
func (m LlamaModel) run(x trace.Value, s sight, past State) (trace.Value, [][]trace.Value) {
	l := m.Layers[0].SelfAttn
	at := m.Rotary.turns(s.Positions, headWidth(l.Path, l.QProj.Weight, l.Heads), x.DType())
	kept := make([][]trace.Value, len(m.Layers))
	for i, l := range m.Layers {
		a := l.apply(x, at, s, past.layer(i))
		x, kept[i] = a.Y, a.Kept
	}
	return m.Norm.Apply(x), kept
}
