package text

import (
	"cmp"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// BERT is an encoder in which all tokens see each other, with learned positions and layer
// normalization behind each part.
//
// Parameters have the names of Hugging Face's BertModel, such as
// encoder.layer.0.attention.self.query.weight. [BERTClassifier] and [BERTMaskedLM] put
// heads on it.
//
// Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
// Understanding", NAACL 2019.
type BERT struct {
	Embeddings BERTEmbeddings
	Encoder    BERTEncoder
	// Pooler serves classification. It may have no weights.
	Pooler BERTPooler
}

// BERTEmbeddings makes vectors of tokens, their places, and the segments that they are in.
type BERTEmbeddings struct {
	WordEmbeddings      nn.Embedding `nn:"word_embeddings"`       // [vocabulary width]
	PositionEmbeddings  nn.Embedding `nn:"position_embeddings"`   // [context width]
	TokenTypeEmbeddings nn.Embedding `nn:"token_type_embeddings"` // [types width]
	LayerNorm           nn.LayerNorm `nn:"LayerNorm"`
}

// BERTEncoder has the blocks of a [BERT].
type BERTEncoder struct{ Layer []BERTLayer }

// BERTLayer is an attention and two dense layers. What each of the two gives is added to its
// input, and the sum is normalized. Its kind is block.
type BERTLayer struct {
	Path         string
	Attention    BERTAttention
	Intermediate BERTIntermediate
	Output       BERTOutput
}

// BERTAttention is an attention with the sum and the normalization behind it.
type BERTAttention struct {
	Self   BERTSelfAttention
	Output BERTOutput
}

// BERTSelfAttention lets all tokens see each other. Its kind is attention.
type BERTSelfAttention struct {
	Path              string
	Query, Key, Value nn.Linear // [width width]
	// Heads is the number of heads, which divides the width.
	Heads int
}

// BERTIntermediate is the first of two dense layers.
type BERTIntermediate struct {
	Dense nn.Linear     // [hidden width]
	Act   nn.Activation `nn:"intermediate_act_fn"`
}

// BERTOutput is LayerNorm(dense y + x), the end of each part of a block.
type BERTOutput struct {
	Dense     nn.Linear    // [width ...]
	LayerNorm nn.LayerNorm `nn:"LayerNorm"`
}

// BERTPooler is tanh(dense x) of the first token.
type BERTPooler struct {
	Dense      nn.Linear // [width width]
	Activation nn.Activation
}

// attend maps tokens x[n t width] to the same shape.
func (l BERTSelfAttention) attend(x trace.Value, s sight) trace.Value {
	layer := transforms.Layer{Kind: attention, Path: l.Path, Biases: []string{".Query.Bias", ".Key.Bias", ".Value.Bias"}}
	return transforms.Named(layer, func(d tokens, l BERTSelfAttention) trace.Value {
		q, k, v := splitHeads(l.Path, l.Query.Apply(d.X), l.Heads), splitHeads(l.Path, l.Key.Apply(d.X), l.Heads), splitHeads(l.Path, l.Value.Apply(d.X), l.Heads)
		return attendTo(l.Path, q, k, v, d.Sight, nil).Y
	})(tokens{X: x, Sight: s}, l)
}

// apply is LayerNorm(dense y + x).
func (l BERTOutput) apply(y, x trace.Value) trace.Value {
	return l.LayerNorm.Apply(fn.Add(l.Dense.Apply(y), x))
}

// apply maps tokens x[n t width] to the same shape.
func (l BERTLayer) apply(x trace.Value, s sight) trace.Value {
	layer := transforms.Layer{Kind: block, Path: l.Path, Biases: []string{
		".Attention.Self.Query.Bias", ".Attention.Self.Key.Bias", ".Attention.Self.Value.Bias", ".Attention.Output.Dense.Bias",
		".Attention.Output.LayerNorm.Bias", ".Intermediate.Dense.Bias", ".Output.Dense.Bias", ".Output.LayerNorm.Bias",
	}}
	return transforms.Named(layer, func(d tokens, l BERTLayer) trace.Value {
		x := l.Attention.Output.apply(l.Attention.Self.attend(d.X, d.Sight), d.X)
		return l.Output.apply(l.Intermediate.Act.Apply(l.Intermediate.Dense.Apply(x)), x)
	})(tokens{X: x, Sight: s}, l)
}

// BERTConfig is the architecture of a [BERT] and its heads, with the names of config.json.
type BERTConfig struct {
	Vocab   int     `json:"vocab_size"`              // 0 means 30522
	Width   int     `json:"hidden_size"`             // 0 means 768
	Depth   int     `json:"num_hidden_layers"`       // 0 means 12
	Heads   int     `json:"num_attention_heads"`     // 0 means 12
	Hidden  int     `json:"intermediate_size"`       // 0 means 4 Width
	Context int     `json:"max_position_embeddings"` // 0 means 512
	Types   int     `json:"type_vocab_size"`         // 0 means 2
	Epsilon float64 `json:"layer_norm_eps"`          // 0 means 1e-12
	// Activation is the function of the dense part; "" means gelu.
	Activation string `json:"hidden_act"`
	// Classes is the number of outputs of a classifier; 0 means 2.
	Classes int `json:"num_labels"`
}

// usual returns the config with BERT's numbers for 0, checked.
func (c BERTConfig) usual(of string) BERTConfig {
	c.Vocab, c.Width, c.Depth, c.Heads = cmp.Or(c.Vocab, 30522), cmp.Or(c.Width, 768), cmp.Or(c.Depth, 12), cmp.Or(c.Heads, 12)
	c.Hidden, c.Context, c.Types = cmp.Or(c.Hidden, 4*c.Width), cmp.Or(c.Context, 512), cmp.Or(c.Types, 2)
	c.Epsilon, c.Activation, c.Classes = cmp.Or(c.Epsilon, 1e-12), cmp.Or(c.Activation, "gelu"), cmp.Or(c.Classes, 2)
	checkNumbers(of, number{"vocab_size", c.Vocab, 0}, number{"hidden_size", c.Width, 0}, number{"num_hidden_layers", c.Depth, mostBlocks},
		number{"num_attention_heads", c.Heads, 0}, number{"intermediate_size", c.Hidden, 0}, number{"max_position_embeddings", c.Context, 0},
		number{"type_vocab_size", c.Types, 0}, number{"num_labels", c.Classes, 0})
	checkEpsilon(of, "layer_norm_eps", c.Epsilon)
	if c.Width%c.Heads != 0 {
		panic(trace.Errorf("%s: num_attention_heads is %d: want a divisor of hidden_size, %d", of, c.Heads, c.Width))
	}
	return c
}

// NewBERT returns a model with its paths; the zero config is BERT base with 109,482,240
// parameters. Parameters are f32 zeros, but the scales of normalizations are 1. NewBERT
// panics with a *trace.Error that names the first field of the config that does not fit.
func NewBERT(c BERTConfig) BERT {
	defer trace.Naming("text.NewBERT")
	return nn.Name(newBERT("text.NewBERT", c.usual("text.NewBERT")))
}

func newBERT(of string, c BERTConfig) BERT {
	output := func(in int) BERTOutput {
		return BERTOutput{nn.NewLinear(in, c.Width), layerNorm(c.Width, c.Epsilon)}
	}
	m := BERT{
		Embeddings: BERTEmbeddings{
			WordEmbeddings: nn.NewEmbedding(c.Vocab, c.Width), PositionEmbeddings: nn.NewEmbedding(c.Context, c.Width),
			TokenTypeEmbeddings: nn.NewEmbedding(c.Types, c.Width), LayerNorm: layerNorm(c.Width, c.Epsilon),
		},
		Pooler: BERTPooler{nn.NewLinear(c.Width, c.Width), nn.Tanh()},
	}
	for range c.Depth {
		self := BERTSelfAttention{
			Query: nn.NewLinear(c.Width, c.Width), Key: nn.NewLinear(c.Width, c.Width), Value: nn.NewLinear(c.Width, c.Width), Heads: c.Heads,
		}
		m.Encoder.Layer = append(m.Encoder.Layer, BERTLayer{
			Attention:    BERTAttention{self, output(c.Width)},
			Intermediate: BERTIntermediate{nn.NewLinear(c.Width, c.Hidden), activationOf(of, c.Activation)}, Output: output(c.Hidden),
		})
	}
	return m
}

// Apply maps ids[n t] to vectors [n t width], all tokens in segment 0. The mask, bool or i64
// of [n t], is true, or 1, for tokens and false for padding, which goes behind them; it may
// be absent. Apply panics with a *trace.Error if ids are not in the vocabulary, there are
// more than the context has room for, or the mask has another shape.
func (m BERT) Apply(ids, mask trace.Value) trace.Value {
	return m.ApplyTypes(ids, trace.Value{}, mask)
}

// ApplyTypes is [BERT.Apply] for tokens in several segments: types[n t] has the number of
// each token's segment. If it is absent, all are 0.
func (m BERT) ApplyTypes(ids, types, mask trace.Value) trace.Value {
	m.checked().ids(ids)
	return m.ApplyEmbedded(m.Embed(ids), types, mask)
}

// Embed maps ids[n t] to the vectors of the tokens, [n t width], without their positions
// and segments.
func (m BERT) Embed(ids trace.Value) trace.Value { return m.Embeddings.WordEmbeddings.Apply(ids) }

// ApplyEmbedded is [BERT.ApplyTypes] from the vectors of the tokens on, x[n t width]: what
// an attribution to tokens differentiates.
func (m BERT) ApplyEmbedded(x, types, mask trace.Value) trace.Value {
	c, e := m.checked(), m.Embeddings
	c.embedded(x, e.WordEmbeddings.Weight.Dim(1))
	n, t := x.Dim(0), x.Dim(1)
	var s sight
	if mask = c.mask(mask, n, t); !mask.IsAbsent() {
		s.Seen = fn.Reshape(mask, n, 1, 1, t)
	}
	places := fn.IotaLike(x, trace.TypeOf(trace.Int64, 1, t), 1)
	if types.IsAbsent() {
		types = fn.ZerosLike(places)
	} else if d := types.DType(); types.Rank() != 2 || types.Dim(0) != n || types.Dim(1) != t || d != trace.Int32 && d != trace.Int64 {
		panic(trace.Errorf("BERT: the types are %v: want i64[%d %d], as the ids", types.Type(), n, t))
	}
	x = fn.Add(fn.Add(x, e.TokenTypeEmbeddings.Apply(types)), e.PositionEmbeddings.Apply(places))
	x = e.LayerNorm.Apply(x)
	for _, l := range m.Encoder.Layer {
		x = l.apply(x, s)
	}
	return x
}

// Pool maps vectors y[n t width] to [n width]: tanh of an affine function of the first. It
// panics with a *trace.Error if the model has no pooler.
func (m BERT) Pool(y trace.Value) trace.Value {
	if m.Pooler.Dense.Weight.IsAbsent() {
		panic(trace.Errorf("BERT: the model has no pooler"))
	}
	if y.IsAbsent() || y.Rank() != 3 {
		panic(trace.Errorf("BERT: a pooler of %s: want vectors [n t width]", describe(y)))
	}
	first := fn.Squeeze(fn.Slice(y, fn.SliceConfig{Stop: []int{fn.End, 1}}), 1)
	return m.Pooler.Activation.Apply(m.Pooler.Dense.Apply(first))
}

// checked says what ids the model takes.
func (m BERT) checked() checked {
	e := m.Embeddings
	return checked{"BERT", vocabulary("BERT", e.WordEmbeddings.Weight), vocabulary("BERT", e.PositionEmbeddings.Weight)}
}
