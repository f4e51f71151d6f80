package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// MultiHeadAttention lets queries see keys and values of another sequence, with the
// parameters of PyTorch's MultiheadAttention. It computes what [SelfAttention] does if all
// three are one sequence.
//
// Its kind is attention. Composites also see the affine functions inside, of kind
// linear.dense: those to queries, keys and values, whose paths end in q_proj, k_proj and
// v_proj, and out_proj.
type MultiHeadAttention struct {
	Path string
	// InProjWeight has the weights for queries, keys and values, [3d d]. It is absent if
	// keys or values have another width than queries.
	InProjWeight trace.Value `nn:"in_proj_weight"`
	// QWeight [d d], KWeight [d keys] and VWeight [d values] are there if InProjWeight is
	// absent.
	QWeight    trace.Value `nn:"q_proj_weight"`
	KWeight    trace.Value `nn:"k_proj_weight"`
	VWeight    trace.Value `nn:"v_proj_weight"`
	InProjBias trace.Value `nn:"in_proj_bias"` // [3d], or absent
	OutProj    Linear      `nn:"out_proj"`     // [d d]
	// Heads is the number of heads; 0 means 1. It divides d.
	Heads int
	// Causal says that query i sees keys up to number i only.
	Causal bool
}

// MultiHeadConfig has the widths of [NewMultiHeadAttention]'s keys and values.
type MultiHeadConfig struct {
	Keys, Values int // 0 means the width of the queries
}

// NewMultiHeadAttention returns a layer of f32 zeros for queries[n m width]. [Load] or
// [Init] fills it. NewMultiHeadAttention panics with a *trace.Error if the heads do not
// divide the width.
func NewMultiHeadAttention(width, heads int, c ...MultiHeadConfig) MultiHeadAttention {
	defer trace.Naming("nn.NewMultiHeadAttention")
	if heads < 1 || width%heads != 0 {
		panic(trace.Errorf("%d heads do not divide a width of %d", heads, width))
	}
	l := MultiHeadAttention{InProjBias: zeros(3 * width), OutProj: NewLinear(width, width), Heads: heads}
	config := configOf(c)
	if or(config.Keys, width) == width && or(config.Values, width) == width {
		l.InProjWeight = zeros(3*width, width)
		return l
	}
	l.QWeight, l.KWeight, l.VWeight = zeros(width, width), zeros(width, or(config.Keys, width)), zeros(width, or(config.Values, width))
	return l
}

// or returns n, or what stands for 0.
func or(n, zero int) int {
	if n == 0 {
		return zero
	}
	return n
}

// Apply is [MultiHeadAttention.Attend] of x[n t d] to itself.
func (l MultiHeadAttention) Apply(x trace.Value) trace.Value { return l.Attend(x, x, x) }

// Attend maps queries[n m d], keys[n t keys] and values[n t values] to [n m d]. A mask of
// the config has the axes [n heads m t] or broadcasts to them: hide keys of padding by
// [n 1 1 t].
func (l MultiHeadAttention) Attend(queries, keys, values trace.Value, c ...AttentionConfig) trace.Value {
	type parameters struct{ In, Q, K, V, Bias, OutWeight, OutBias trace.Value }
	type sequences struct{ Queries, Keys, Values, Mask, Bias trace.Value }
	config := configOf(c)
	config.Causal = config.Causal || l.Causal
	layer := transforms.Layer{Kind: "attention", Path: l.Path, Biases: []string{".Bias", ".OutBias"}}
	return transforms.Named(layer, func(d sequences, w parameters) trace.Value {
		config.Mask, config.Bias = d.Mask, d.Bias
		l.InProjWeight, l.QWeight, l.KWeight, l.VWeight, l.InProjBias = w.In, w.Q, w.K, w.V, w.Bias
		l.OutProj.Weight, l.OutProj.Bias = w.OutWeight, w.OutBias
		return l.attend(d.Queries, d.Keys, d.Values, config)
	})(sequences{queries, keys, values, config.Mask, config.Bias},
		parameters{l.InProjWeight, l.QWeight, l.KWeight, l.VWeight, l.InProjBias, l.OutProj.Weight, l.OutProj.Bias})
}

func (l MultiHeadAttention) attend(queries, keys, values trace.Value, c AttentionConfig) trace.Value {
	heads := or(l.Heads, 1)
	what := describe("MultiHeadAttention", l.Path)
	if queries.Rank() != 3 || keys.Rank() != 3 || values.Rank() != 3 || heads < 1 || queries.Dim(2)%heads != 0 {
		panic(trace.Errorf("%s of %v, %v and %v with %d heads: want queries[n m d], keys[n t k] and values[n t v], and heads that divide d",
			what, queries.Type(), keys.Type(), values.Type(), heads))
	}
	d := queries.Dim(2)
	if in := l.InProjWeight; !in.IsAbsent() && (in.Rank() != 2 || in.Dim(0) != 3*d) {
		panic(trace.Errorf("%s of %v with a weight %v: want [%d %d]", what, queries.Type(), in.Type(), 3*d, d))
	}
	project := func(i int, name string, own, x trace.Value) trace.Value {
		p := Linear{Path: join(l.Path, name), Weight: own}
		if !l.InProjWeight.IsAbsent() {
			p.Weight = third(l.InProjWeight, i)
		}
		if !l.InProjBias.IsAbsent() {
			p.Bias = third(l.InProjBias, i)
		}
		return splitHeads(p.Apply(x), heads)
	}
	y := Attention(project(0, "q_proj", l.QWeight, queries), project(1, "k_proj", l.KWeight, keys), project(2, "v_proj", l.VWeight, values), c)
	return l.OutProj.Apply(joinHeads(y))
}

// third returns one of three equal parts along axis 0.
func third(x trace.Value, i int) trace.Value {
	n := x.Dim(0) / 3
	return fn.Slice(x, fn.SliceConfig{Start: []int{i * n}, Stop: []int{(i + 1) * n}})
}

// Init draws each weight from U(-b, b) with b = √(6 / (in + out)), where in_proj_weight is
// one weight of 3d outputs, and sets the bias to 0, as PyTorch does. The layer out_proj
// draws for itself, see [Init].
func (l MultiHeadAttention) Init(key trace.Value) Layer {
	for i, w := range []*trace.Value{&l.InProjWeight, &l.QWeight, &l.KWeight, &l.VWeight} {
		if !w.IsAbsent() {
			*w = XavierUniform(random.FoldIn(key, int64(i)), w.Type(), 1)
		}
	}
	if !l.InProjBias.IsAbsent() {
		l.InProjBias = fn.ZerosLike(l.InProjBias)
	}
	return l
}
