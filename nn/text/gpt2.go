package text

import (
	"cmp"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// GPT2 is a decoder with learned positions, layer normalization before each part, and an
// output that is tied to the table of the tokens.
//
// Parameters have the names of Hugging Face's GPT2LMHeadModel, such as
// transformer.h.0.attn.c_attn.weight.
//
// Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.
type GPT2 struct {
	Transformer GPT2Model
}

// GPT2Model has the parameters of a [GPT2].
type GPT2Model struct {
	WTE nn.Embedding `nn:"wte"` // [vocabulary width]
	WPE nn.Embedding `nn:"wpe"` // [context width]
	H   []GPT2Block
	LNF nn.LayerNorm `nn:"ln_f"`
}

// GPT2Block is x plus the attention of its normalization, and then plus two dense layers of
// its normalization. Its kind is block.
type GPT2Block struct {
	Path string
	LN1  nn.LayerNorm `nn:"ln_1"`
	Attn GPT2Attention
	LN2  nn.LayerNorm `nn:"ln_2"`
	MLP  GPT2MLP      `nn:"mlp"`
}

// GPT2Attention is a causal attention. Its kind is attention.
type GPT2Attention struct {
	Path  string
	CAttn Conv1D `nn:"c_attn"` // [width 3·width]: queries, keys, values
	CProj Conv1D `nn:"c_proj"` // [width width]
	// Heads is the number of heads, which divides the width.
	Heads int
}

// GPT2MLP is two dense layers with GELU between them. Its kind is mlp.
type GPT2MLP struct {
	Path  string
	CFC   Conv1D `nn:"c_fc"` // [width hidden]
	Act   nn.Activation
	CProj Conv1D `nn:"c_proj"` // [hidden width]
}

// Conv1D is an affine function whose weight is stored as [in out], as GPT-2 stores them: y =
// x W + b along the last axis of x[... in]. Its kind is linear.dense.
type Conv1D struct {
	Path   string
	Weight trace.Value // [in out]
	Bias   trace.Value // [out]
}

// NewConv1D returns a layer of f32 zeros.
func NewConv1D(in, out int) Conv1D {
	defer trace.Naming("text.NewConv1D")
	l := nn.NewLinear(out, in)
	return Conv1D{Weight: l.Weight, Bias: nn.NewLinear(in, out).Bias}
}

// Apply maps x[... in] to [... out].
func (l Conv1D) Apply(x trace.Value) trace.Value {
	layer := transforms.Layer{Kind: trace.KindDense, Path: l.Path, Biases: []string{".Bias"}}
	return transforms.Named(layer, func(x trace.Value, l Conv1D) trace.Value {
		if l.Weight.IsAbsent() || l.Weight.Rank() != 2 {
			panic(trace.Errorf("Conv1D %q has a weight %s: want [in out]", l.Path, describe(l.Weight)))
		}
		return fn.Linear(x, fn.Transpose(l.Weight, 1, 0), l.Bias)
	})(x, l)
}

// Init draws the weight from a normal distribution with standard deviation 0.02, as GPT-2
// does, and sets the bias to 0.
func (l Conv1D) Init(key trace.Value) nn.Layer {
	t := l.Weight.Type()
	l.Weight, l.Bias = narrow(key, t), fn.ZerosLike(l.Bias)
	return l
}

// attend lets tokens x[n t width] see each other and what past has.
func (l GPT2Attention) attend(x trace.Value, s sight, past []trace.Value) attended {
	layer := transforms.Layer{Kind: attention, Path: l.Path, Biases: []string{".CAttn.Bias", ".CProj.Bias"}}
	return transforms.Named(layer, func(d tokens, l GPT2Attention) attended {
		qkv := fn.Split(l.CAttn.Apply(d.X), 3, 2)
		a := attendTo(l.Path, splitHeads(l.Path, qkv[0], l.Heads), splitHeads(l.Path, qkv[1], l.Heads), splitHeads(l.Path, qkv[2], l.Heads), d.Sight, d.Past)
		return attended{l.CProj.Apply(a.Y), a.Kept}
	})(tokens{X: x, Sight: s, Past: past}, l)
}

// Apply maps x[... width] to the same shape.
func (l GPT2MLP) Apply(x trace.Value) trace.Value {
	layer := transforms.Layer{Kind: "mlp", Path: l.Path, Biases: []string{".CFC.Bias", ".CProj.Bias"}}
	return transforms.Named(layer, func(x trace.Value, l GPT2MLP) trace.Value {
		return l.CProj.Apply(l.Act.Apply(l.CFC.Apply(x)))
	})(x, l)
}

// apply maps x[n t width] to the same shape, and returns what to keep.
func (b GPT2Block) apply(x trace.Value, s sight, past []trace.Value) attended {
	layer := transforms.Layer{Kind: block, Path: b.Path, Biases: []string{
		".LN1.Bias", ".Attn.CAttn.Bias", ".Attn.CProj.Bias", ".LN2.Bias", ".MLP.CFC.Bias", ".MLP.CProj.Bias",
	}}
	return transforms.Named(layer, func(d tokens, b GPT2Block) attended {
		a := b.Attn.attend(b.LN1.Apply(d.X), d.Sight, d.Past)
		x := fn.Add(d.X, a.Y)
		return attended{fn.Add(x, b.MLP.Apply(b.LN2.Apply(x))), a.Kept}
	})(tokens{X: x, Sight: s, Past: past}, b)
}

// GPT2Config is the architecture of a [GPT2], with the names of config.json.
type GPT2Config struct {
	Vocab   int     `json:"vocab_size"`         // 0 means 50257
	Context int     `json:"n_positions"`        // 0 means 1024
	Width   int     `json:"n_embd"`             // 0 means 768
	Depth   int     `json:"n_layer"`            // 0 means 12
	Heads   int     `json:"n_head"`             // 0 means 12
	Hidden  int     `json:"n_inner"`            // 0 means 4 Width
	Epsilon float64 `json:"layer_norm_epsilon"` // 0 means 1e-5
	// Activation is the function of the dense part; "" means gelu_new.
	Activation string `json:"activation_function"`
}

// NewGPT2 returns a model with its paths; the zero config is GPT-2 with 124,439,808
// parameters. Parameters are f32 zeros, but the scales of normalizations are 1. NewGPT2
// panics with a *trace.Error that names the first field of the config that does not fit.
func NewGPT2(c GPT2Config) GPT2 {
	const of = "text.NewGPT2"
	defer trace.Naming(of)
	c.Vocab, c.Context, c.Width = cmp.Or(c.Vocab, 50257), cmp.Or(c.Context, 1024), cmp.Or(c.Width, 768)
	c.Depth, c.Heads, c.Epsilon = cmp.Or(c.Depth, 12), cmp.Or(c.Heads, 12), cmp.Or(c.Epsilon, 1e-5)
	c.Hidden = cmp.Or(c.Hidden, 4*c.Width)
	checkNumbers(of, number{"vocab_size", c.Vocab, 0}, number{"n_positions", c.Context, 0}, number{"n_embd", c.Width, 0},
		number{"n_layer", c.Depth, mostBlocks}, number{"n_head", c.Heads, 0}, number{"n_inner", c.Hidden, 0})
	checkEpsilon(of, "layer_norm_epsilon", c.Epsilon)
	if c.Width%c.Heads != 0 {
		panic(trace.Errorf("%s: n_head is %d: want a divisor of n_embd, %d", of, c.Heads, c.Width))
	}
	m := GPT2Model{
		WTE: nn.NewEmbedding(c.Vocab, c.Width), WPE: nn.NewEmbedding(c.Context, c.Width), LNF: layerNorm(c.Width, c.Epsilon),
	}
	for range c.Depth {
		m.H = append(m.H, GPT2Block{
			LN1: layerNorm(c.Width, c.Epsilon), LN2: layerNorm(c.Width, c.Epsilon),
			Attn: GPT2Attention{CAttn: NewConv1D(c.Width, 3*c.Width), CProj: NewConv1D(c.Width, c.Width), Heads: c.Heads},
			MLP: GPT2MLP{
				CFC: NewConv1D(c.Width, c.Hidden), Act: activationOf(of, cmp.Or(c.Activation, "gelu_new")), CProj: NewConv1D(c.Hidden, c.Width),
			},
		})
	}
	return nn.Name(GPT2{m})
}

// Apply maps ids[n t] to logits [n t vocabulary]. Those at a token are for the next one and
// depend on no later token. The mask, bool or i64 of [n t], is true, or 1, for tokens and
// false for padding; it may be absent. Positions count the tokens that are no padding. Apply
// panics with a *trace.Error if ids are not in the vocabulary, there are more than the
// context has room for, or the mask has another shape.
func (m GPT2) Apply(ids, mask trace.Value) trace.Value {
	m.checked().ids(ids)
	return m.ApplyEmbedded(m.Embed(ids), mask)
}

// Embed maps ids[n t] to the vectors of the tokens, [n t width], without their positions.
func (m GPT2) Embed(ids trace.Value) trace.Value { return m.Transformer.WTE.Apply(ids) }

// ApplyEmbedded is [GPT2.Apply] from the vectors of the tokens on, x[n t width]: what an
// attribution to tokens differentiates.
func (m GPT2) ApplyEmbedded(x, mask trace.Value) trace.Value {
	c := m.checked()
	c.embedded(x, m.Transformer.WTE.Weight.Dim(1))
	mask = c.mask(mask, x.Dim(0), x.Dim(1))
	y, _ := m.Transformer.run(x, causal(x, x.Dim(0), x.Dim(1), mask, 0), State{})
	return m.Head(y)
}

// Head maps vectors y[... width] to logits [... vocabulary].
func (m GPT2) Head(y trace.Value) trace.Value { return tied("lm_head", y, m.Transformer.WTE.Weight) }

// Start returns an empty state for n rows of at most length tokens.
func (m GPT2) Start(n, length int) State {
	c := m.checked()
	s := startState(c.Model, n, length, c.Context)
	l := m.Transformer.H[0].Attn
	d := headWidth(l.Path, l.CProj.Weight, l.Heads)
	s.Layers = emptySlots(m.Transformer.WTE.Weight.DType(), len(m.Transformer.H), n, l.Heads, length, d)
	return s
}

// Extend maps the next tokens ids[n t] of a state to vectors [n t width], of which
// [GPT2.Head] makes logits, and returns the state with them. The mask is that of
// [GPT2.Apply].
func (m GPT2) Extend(ids, mask trace.Value, s State) (trace.Value, State) {
	c := m.checked()
	c.ids(ids)
	c.layersOf(s, len(m.Transformer.H))
	next, shown := s.push(c, ids, mask)
	y, kept := m.Transformer.run(m.Embed(ids), s.sight(next, shown, 0), s)
	next.Layers = kept
	return y, next
}

// checked says what ids the model takes.
func (m GPT2) checked() checked {
	if len(m.Transformer.H) == 0 {
		panic(trace.Errorf("GPT2: the model is empty: make it by NewGPT2"))
	}
	return checked{"GPT2", vocabulary("GPT2", m.Transformer.WTE.Weight), vocabulary("GPT2", m.Transformer.WPE.Weight)}
}

// run maps token vectors x[n t width] to those behind the last block, normalized, and
// returns what the layers keep.
func (m GPT2Model) run(x trace.Value, s sight, past State) (trace.Value, [][]trace.Value) {
	x = fn.Add(x, m.WPE.Apply(s.Positions))
	kept := make([][]trace.Value, len(m.H))
	for i, b := range m.H {
		a := b.apply(x, s, past.layer(i))
		x, kept[i] = a.Y, a.Kept
	}
	return m.LNF.Apply(x), kept
}
