package text

import (
	"cmp"
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Mamba is a decoder without attention: each block passes its tokens through a linear
// recurrence whose coefficients depend on the token. It costs the same for each token,
// however many went before.
//
// Parameters have the names of Hugging Face's MambaForCausalLM, such as
// backbone.layers.0.mixer.in_proj.weight.
//
// Gu and Dao, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", 2023.
type Mamba struct {
	Backbone MambaBackbone
	// LMHead maps vectors to logits. It has no weight if the table of the tokens serves.
	LMHead nn.Linear `nn:"lm_head"`
}

// MambaBackbone is a [Mamba] without the layer that gives logits.
type MambaBackbone struct {
	Embeddings nn.Embedding // [vocabulary width]
	Layers     []MambaBlock
	NormF      nn.RMSNorm `nn:"norm_f"`
}

// MambaBlock is x plus the mixer of its normalization. Its kind is block.
type MambaBlock struct {
	Path  string
	Norm  nn.RMSNorm
	Mixer MambaMixer
}

// MambaMixer is a selective state space. With u the first half of in_proj(x), behind a
// causal convolution and SiLU, and z the second half, it computes for each channel
//
//	(δ, B, C) = x_proj(u),   Δ = softplus(dt_proj(δ)),   A = -exp(A_log)
//	h_t = exp(Δ_t A) h_{t-1} + Δ_t B_t u_t,   y_t = C_t·h_t + D u_t
//
// and out_proj(y · SiLU(z)). Its kind is state_space.
type MambaMixer struct {
	Path    string
	InProj  nn.Linear     `nn:"in_proj"` // [2·inner width]
	Conv1D  nn.Conv       `nn:"conv1d"`  // [inner 1 kernel]
	XProj   nn.Linear     `nn:"x_proj"`  // [rank+2·state inner]
	DTProj  nn.Linear     `nn:"dt_proj"` // [inner rank]
	ALog    trace.Value   `nn:"A_log"`   // [inner state]
	D       trace.Value   `nn:"D"`       // [inner]
	OutProj nn.Linear     `nn:"out_proj"`
	Act     nn.Activation `nn:"act"`
}

// MambaConfig is the architecture of a [Mamba], with the names of config.json.
type MambaConfig struct {
	Vocab int `json:"vocab_size"`
	Width int `json:"hidden_size"`
	Depth int `json:"num_hidden_layers"`
	// State is the number of hidden numbers of a channel; 0 means 16.
	State int `json:"state_size"`
	// Kernel is the length of the convolution; 0 means 4.
	Kernel int `json:"conv_kernel"`
	// Expand is the number of channels for each feature of a token; 0 means 2.
	Expand int `json:"expand"`
	// Rank is the number of features that Δ is made of; 0 means Width / 16, rounded up.
	Rank int `json:"time_step_rank"`
	// Epsilon of the normalizations; 0 means 1e-5.
	Epsilon float64 `json:"layer_norm_epsilon"`
	// Bias gives in_proj and out_proj a bias.
	Bias bool `json:"use_bias"`
	// Untied gives the logits a layer of their own, in place of the table of the tokens.
	Untied bool `json:"-"`
}

// NewMamba returns a model with its paths. Parameters are f32 zeros, but the scales of
// normalizations and D are 1, A is -1, -2, ... for the numbers of each channel, and Δ goes
// from 0.001 to 0.1 over the channels, as before training. NewMamba panics with a
// *trace.Error that names the first field of the config that does not fit.
func NewMamba(c MambaConfig) Mamba {
	const of = "text.NewMamba"
	defer trace.Naming(of)
	c.State, c.Kernel, c.Expand = cmp.Or(c.State, 16), cmp.Or(c.Kernel, 4), cmp.Or(c.Expand, 2)
	c.Rank, c.Epsilon = cmp.Or(c.Rank, (max(c.Width, 1)-1)/16+1), cmp.Or(c.Epsilon, 1e-5)
	checkNumbers(of, number{"vocab_size", c.Vocab, 0}, number{"hidden_size", c.Width, 0}, number{"num_hidden_layers", c.Depth, mostBlocks},
		number{"state_size", c.State, 0}, number{"conv_kernel", c.Kernel, 0}, number{"expand", c.Expand, mostBlocks}, number{"time_step_rank", c.Rank, 0})
	checkEpsilon(of, "layer_norm_epsilon", c.Epsilon)
	m := Mamba{Backbone: MambaBackbone{Embeddings: nn.NewEmbedding(c.Vocab, c.Width), NormF: rmsNorm(c.Width, c.Epsilon)}}
	for range c.Depth {
		m.Backbone.Layers = append(m.Backbone.Layers, MambaBlock{Norm: rmsNorm(c.Width, c.Epsilon), Mixer: c.mixer()})
	}
	if c.Untied {
		m.LMHead = linear(c.Width, c.Vocab, false)
	}
	return nn.Name(m)
}

// mixer returns the mixer of one block.
func (c MambaConfig) mixer() MambaMixer {
	inner := c.Width * c.Expand
	l := MambaMixer{
		InProj: linear(c.Width, 2*inner, c.Bias), OutProj: linear(inner, c.Width, c.Bias), Act: nn.SiLU(),
		Conv1D: nn.NewConv(inner, inner, []int{c.Kernel}, fn.ConvConfig{Groups: inner}),
		XProj:  linear(inner, c.Rank+2*c.State, false), DTProj: linear(c.Rank, inner, true), D: fn.OnesOf(trace.Float32, inner),
	}
	numbers := fn.Iota(trace.TypeOf(trace.Float32, inner, c.State), 1)
	l.ALog = fn.Log(fn.Add(numbers, fn.OnesLike(numbers)))
	// softplus(bias) = Δ, with the logarithms of Δ at equal distances
	step := fn.Exp(fn.Linspace(trace.Float32, math.Log(1e-3), math.Log(1e-1), inner))
	l.DTProj.Bias = fn.Log(fn.Expm1(step))
	return l
}

// recurrent is what a layer maps: vectors x[n t width], which of them are no padding, and
// what it kept.
type recurrent struct {
	X, Shown trace.Value
	Past     []trace.Value
}

// apply maps x[n t width] to the same shape, and returns what to keep.
func (b MambaBlock) apply(x, shown trace.Value, past []trace.Value) attended {
	layer := transforms.Layer{Kind: block, Path: b.Path, Biases: []string{
		".Mixer.InProj.Bias", ".Mixer.Conv1D.Bias", ".Mixer.DTProj.Bias", ".Mixer.OutProj.Bias",
	}}
	return transforms.Named(layer, func(d recurrent, b MambaBlock) attended {
		a := b.Mixer.mix(b.Norm.Apply(d.X), d.Shown, d.Past)
		return attended{fn.Add(d.X, a.Y), a.Kept}
	})(recurrent{x, shown, past}, b)
}

// Apply maps x[n t width] to the same shape.
func (l MambaMixer) Apply(x trace.Value) trace.Value { return l.mix(x, trace.Value{}, nil).Y }

// mix maps x[n t width] to the same shape. Tokens that shown[n t] hides enter neither the
// convolution nor the recurrence. past has the last inputs of the convolution, [n inner
// kernel-1], and the hidden state, [n inner state]; without it both are 0.
func (l MambaMixer) mix(x, shown trace.Value, past []trace.Value) attended {
	if x.Rank() != 3 || l.ALog.IsAbsent() || l.ALog.Rank() != 2 || l.Conv1D.Weight.IsAbsent() || l.Conv1D.Weight.Rank() != 3 {
		panic(trace.Errorf("MambaMixer %q of %s: want x[n t width], a weight A_log[inner state] and a convolution [inner 1 kernel]", l.Path, describe(x)))
	}
	if past != nil && len(past) != 2 {
		panic(trace.Errorf("MambaMixer %q: the state has %d arrays for it, want inputs and the hidden state: make it by Start", l.Path, len(past)))
	}
	layer := transforms.Layer{Kind: "state_space", Path: l.Path, Biases: []string{".InProj.Bias", ".Conv1D.Bias", ".DTProj.Bias", ".OutProj.Bias"}}
	return transforms.Named(layer, func(d recurrent, l MambaMixer) attended {
		before := d.Past
		if before == nil {
			before = l.start(x.Dim(0), x.DType())
		}
		halves := fn.Split(l.InProj.Apply(d.X), 2, 2)
		u := fn.Concat(2, before[0], fn.Transpose(hide(d.Shown, halves[0]), 0, 2, 1)) // [n inner kernel-1+t]
		inputs := fn.Slice(u, fn.SliceConfig{Start: []int{0, 0, x.Dim(1)}})
		u = hide(d.Shown, l.Act.Apply(fn.Transpose(l.Conv1D.Apply(u), 0, 2, 1)))
		y, h := l.scan(u, before[1])
		a := attended{Y: l.OutProj.Apply(gated(l.Path, l.Act.Apply(halves[1]), y))}
		if d.Past != nil {
			a.Kept = []trace.Value{inputs, h}
		}
		return a
	})(recurrent{x, shown, past}, l)
}

// hide returns x[n t c] with zeros for tokens that are not shown.
func hide(shown, x trace.Value) trace.Value {
	if shown.IsAbsent() {
		return x
	}
	return fn.Mask(fn.ExpandDims(shown, 2), x)
}

// scan runs the recurrence over u[n t inner] from the hidden state h on. It returns y[n t
// inner] and the last hidden state.
func (l MambaMixer) scan(u, h trace.Value) (y, end trace.Value) {
	type row struct{ U, Step, B, C trace.Value }
	rank := l.DTProj.Weight.Dim(1)
	parts := fn.SplitAt(l.XProj.Apply(u), 2, rank, rank+l.ALog.Dim(1))
	step := fn.Softplus(l.DTProj.Apply(parts[0]), 1, 20)
	a := fn.Neg(fn.Exp(l.ALog))
	end, y = transforms.Scan(func(h trace.Value, r row) (trace.Value, trace.Value) {
		decay := fn.Exp(fn.Mul(fn.ExpandDims(r.Step, 2), a))
		h = fn.Add(fn.Mul(decay, h), fn.Mul(fn.ExpandDims(fn.Mul(r.Step, r.U), 2), fn.ExpandDims(r.B, 1)))
		return h, fn.Sum(fn.Mul(h, fn.ExpandDims(r.C, 1)), 2)
	})(h, row{swapped(u), swapped(step), swapped(parts[1]), swapped(parts[2])})
	return fn.Add(swapped(y), fn.Mul(u, l.D)), end
}

// swapped exchanges rows and tokens of x[n t c].
func swapped(x trace.Value) trace.Value { return fn.Transpose(x, 1, 0, 2) }

// start returns what a mixer keeps before the first token of n rows.
func (l MambaMixer) start(n int, d trace.DType) []trace.Value {
	inner, state := l.ALog.Dim(0), l.ALog.Dim(1)
	return []trace.Value{fn.ZerosOf(d, n, inner, l.Conv1D.Weight.Dim(2)-1), fn.ZerosOf(d, n, inner, state)}
}

// Apply maps ids[n t] to logits [n t vocabulary]. Those at a token are for the next one and
// depend on no later token. The mask, bool or i64 of [n t], is true, or 1, for tokens and
// false for padding, which goes before or behind them; it may be absent. Apply panics with a
// *trace.Error if ids are not in the vocabulary or the mask has another shape.
func (m Mamba) Apply(ids, mask trace.Value) trace.Value {
	m.checked().ids(ids)
	return m.ApplyEmbedded(m.Embed(ids), mask)
}

// Embed maps ids[n t] to the vectors of the tokens, [n t width].
func (m Mamba) Embed(ids trace.Value) trace.Value { return m.Backbone.Embeddings.Apply(ids) }

// ApplyEmbedded is [Mamba.Apply] from the vectors of the tokens on, x[n t width]: what an
// attribution to tokens differentiates.
func (m Mamba) ApplyEmbedded(x, mask trace.Value) trace.Value {
	c := m.checked()
	c.embedded(x, m.Backbone.Embeddings.Weight.Dim(1))
	y, _ := m.Backbone.run(x, c.mask(mask, x.Dim(0), x.Dim(1)), State{})
	return m.Head(y)
}

// Head maps vectors y[... width] to logits [... vocabulary].
func (m Mamba) Head(y trace.Value) trace.Value {
	if m.LMHead.Weight.IsAbsent() {
		return tied(m.LMHead.Path, y, m.Backbone.Embeddings.Weight)
	}
	return m.LMHead.Apply(y)
}

// Start returns an empty state for n rows of at most length tokens. Its size does not
// depend on the length.
func (m Mamba) Start(n, length int) State {
	c := m.checked()
	s := startState(c.Model, n, length, 0)
	for _, l := range m.Backbone.Layers {
		s.Layers = append(s.Layers, l.Mixer.start(n, m.Backbone.Embeddings.Weight.DType()))
	}
	return s
}

// Extend maps the next tokens ids[n t] of a state to vectors [n t width], of which
// [Mamba.Head] makes logits, and returns the state with them. The mask is that of
// [Mamba.Apply], but padding goes before the tokens.
func (m Mamba) Extend(ids, mask trace.Value, s State) (trace.Value, State) {
	c := m.checked()
	c.ids(ids)
	c.layersOf(s, len(m.Backbone.Layers))
	next, _ := s.push(c, ids, mask)
	y, kept := m.Backbone.run(m.Embed(ids), c.mask(mask, ids.Dim(0), ids.Dim(1)), s)
	next.Layers = kept
	return y, next
}

// checked says what ids the model takes.
func (m Mamba) checked() checked {
	if len(m.Backbone.Layers) == 0 {
		panic(trace.Errorf("Mamba: the model is empty: make it by NewMamba"))
	}
	return checked{"Mamba", vocabulary("Mamba", m.Backbone.Embeddings.Weight), 0}
}

// run maps token vectors x[n t width] to those behind the last block, normalized, and
// returns what the layers keep.
func (m MambaBackbone) run(x, shown trace.Value, past State) (trace.Value, [][]trace.Value) {
	kept := make([][]trace.Value, len(m.Layers))
	for i, l := range m.Layers {
		a := l.apply(x, shown, past.layer(i))
		x, kept[i] = a.Y, a.Kept
	}
	return m.NormF.Apply(x), kept
}
