package nn

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Recurrent is a recurrent layer: it goes through a sequence x[n t in], step by step, with
// a state of [n h]. [NewRNN], [NewLSTM] and [NewGRU] make one. Its kind is that of its
// cell, as recurrent.lstm.
type Recurrent struct {
	Path string
	// Parameters has the weights by the names that PyTorch gives them, as weight_ih_l0.
	Parameters `nn:""`
	Cell       Cell
	// Layers is the number of layers, each of which goes through the states of the one
	// below; 0 means 1.
	Layers int
	// Bidirectional says that each layer goes through the sequence in both directions. The
	// states of both are side by side.
	Bidirectional bool
}

// Parameters are values by name. They add their names to the path that they are at.
type Parameters map[string]trace.Value

// Cell is what a recurrent layer computes at each step, from the input x, the state h of
// the step before, and weights:
//
//	W x = weight_ih x + bias_ih,   U h = weight_hh h + bias_hh.
type Cell string

// The cells, with the order of PyTorch's gates.
const (
	// RNNCell is h' = tanh(W x + U h): Elman, "Finding Structure in Time", Cognitive
	// Science 14(2), 1990.
	RNNCell Cell = "rnn"
	// RNNReLUCell is h' = relu(W x + U h).
	RNNReLUCell Cell = "rnn.relu"
	// LSTMCell has a second state c. With the gates i, f, g, o = σ, σ, tanh, σ of W x + U
	// h, it is c' = f c + i g, h' = o tanh(c'): Hochreiter and Schmidhuber, "Long
	// Short-Term Memory", Neural Computation 9(8), 1997.
	LSTMCell Cell = "lstm"
	// GRUCell has the gates r, z = σ(W x + U h) and n = tanh(W x + r · U h), and is h' = (1
	// - z) n + z h: Cho et al., "Learning Phrase Representations using RNN
	// Encoder-Decoder for Statistical Machine Translation", EMNLP 2014.
	GRUCell Cell = "gru"
)

// cells has the number of gates and of states of each cell, and its step. The step gets
// the gates of the input and of the state, [n gates·h].
var cells = map[Cell]struct {
	gates, states int
	step          func(in, fed trace.Value, states []trace.Value) []trace.Value
}{
	RNNCell: {1, 1, func(in, fed trace.Value, _ []trace.Value) []trace.Value {
		return []trace.Value{fn.Tanh(fn.Add(in, fed))}
	}},
	RNNReLUCell: {1, 1, func(in, fed trace.Value, _ []trace.Value) []trace.Value {
		return []trace.Value{fn.ReLU(fn.Add(in, fed))}
	}},
	LSTMCell: {4, 2, func(in, fed trace.Value, s []trace.Value) []trace.Value {
		g := gates(fn.Add(in, fed), 4)
		c := fn.Add(fn.Mul(fn.Sigmoid(g[1]), s[1]), fn.Mul(fn.Sigmoid(g[0]), fn.Tanh(g[2])))
		return []trace.Value{fn.Mul(fn.Sigmoid(g[3]), fn.Tanh(c)), c}
	}},
	GRUCell: {3, 1, func(in, fed trace.Value, s []trace.Value) []trace.Value {
		a, b := gates(in, 3), gates(fed, 3)
		z := fn.Sigmoid(fn.Add(a[1], b[1]))
		n := fn.Tanh(fn.Add(a[2], fn.Mul(fn.Sigmoid(fn.Add(a[0], b[0])), b[2])))
		return []trace.Value{fn.Add(n, fn.Mul(z, fn.Sub(s[0], n)))}
	}},
}

// gates takes x[n k·h] apart.
func gates(x trace.Value, k int) []trace.Value {
	out, h := make([]trace.Value, k), x.Dim(1)/k
	for i := range out {
		out[i] = fn.Slice(x, fn.SliceConfig{Start: []int{0, i * h}, Stop: []int{fn.End, (i + 1) * h}})
	}
	return out
}

// RecurrentConfig is the form of a recurrent layer.
type RecurrentConfig struct {
	Layers        int // 0 means 1
	Bidirectional bool
	WithoutBias   bool
	// ReLU is the function of an RNN in the place of tanh.
	ReLU bool
}

// NewRNN returns a layer with [RNNCell] and f32 zeros, for x[n t in] and states of [n
// hidden]. [Load] or [Init] fills it.
func NewRNN(in, hidden int, c ...RecurrentConfig) Recurrent {
	defer trace.Naming("nn.NewRNN")
	if config := configOf(c); config.ReLU {
		return newRecurrent(RNNReLUCell, in, hidden, config)
	}
	return newRecurrent(RNNCell, in, hidden, configOf(c))
}

// NewLSTM returns a layer with [LSTMCell] and f32 zeros, for x[n t in] and states of [n
// hidden]. [Load] or [Init] fills it.
func NewLSTM(in, hidden int, c ...RecurrentConfig) Recurrent {
	defer trace.Naming("nn.NewLSTM")
	return newRecurrent(LSTMCell, in, hidden, configOf(c))
}

// NewGRU returns a layer with [GRUCell] and f32 zeros, for x[n t in] and states of [n
// hidden]. [Load] or [Init] fills it.
func NewGRU(in, hidden int, c ...RecurrentConfig) Recurrent {
	defer trace.Naming("nn.NewGRU")
	return newRecurrent(GRUCell, in, hidden, configOf(c))
}

func newRecurrent(cell Cell, in, hidden int, c RecurrentConfig) Recurrent {
	if in < 0 || hidden < 1 || c.Layers < 0 || c.ReLU && cell != RNNReLUCell {
		panic(trace.Errorf("%d inputs, %d hidden, %d layers, ReLU %v: want no negative number, at least one hidden, and ReLU for an RNN only", in, hidden, c.Layers, c.ReLU))
	}
	l := Recurrent{Cell: cell, Layers: c.Layers, Bidirectional: c.Bidirectional, Parameters: Parameters{}}
	rows := cells[cell].gates * hidden
	for layer := range or(c.Layers, 1) {
		for _, d := range l.directions() {
			l.Parameters[d.name("weight_ih", layer)] = zeros(rows, in)
			l.Parameters[d.name("weight_hh", layer)] = zeros(rows, hidden)
			if !c.WithoutBias {
				l.Parameters[d.name("bias_ih", layer)] = zeros(rows)
				l.Parameters[d.name("bias_hh", layer)] = zeros(rows)
			}
		}
		in = hidden * len(l.directions())
	}
	return l
}

// direction is a way through the sequence: from the first to the last, or back.
type direction bool

const back direction = true

// name returns PyTorch's name of a parameter.
func (d direction) name(what string, layer int) string {
	if d == back {
		return fmt.Sprintf("%s_l%d_reverse", what, layer)
	}
	return fmt.Sprintf("%s_l%d", what, layer)
}

// turned reverses a sequence [t ...] if the direction goes back.
func (d direction) turned(x trace.Value) trace.Value {
	if d == back {
		return fn.Flip(x, 0)
	}
	return x
}

func (l Recurrent) directions() []direction {
	if l.Bidirectional {
		return []direction{false, back}
	}
	return []direction{false}
}

// Apply maps x[n t in] to the states h of the last layer at each step, [n t h], and [n t
// 2h] if it is bidirectional. The first state is 0.
func (l Recurrent) Apply(x trace.Value) trace.Value {
	y, _ := l.Run(x)
	return y
}

// Run is Apply with states to begin with and to end with: h and, of an LSTM, c, each
// [layers·directions n h], those of a layer's directions side by side. Without init, they
// are 0.
func (l Recurrent) Run(x trace.Value, init ...trace.Value) (y trace.Value, final []trace.Value) {
	type sequence struct {
		X    trace.Value
		Init []trace.Value
	}
	type result struct {
		Y     trace.Value
		Final []trace.Value
	}
	layer := transforms.Layer{Kind: "recurrent." + trace.Kind(l.Cell), Path: l.Path}
	for name := range l.Parameters {
		if strings.HasPrefix(name, "bias") {
			layer.Biases = append(layer.Biases, fmt.Sprintf("[%q]", name))
		}
	}
	slices.Sort(layer.Biases)
	r := transforms.Named(layer, func(s sequence, w Parameters) result {
		l.Parameters = w
		y, final := l.run(s.X, s.Init)
		return result{y, final}
	})(sequence{x, init}, l.Parameters)
	return r.Y, r.Final
}

func (l Recurrent) run(x trace.Value, init []trace.Value) (y trace.Value, final []trace.Value) {
	cell, ok := cells[l.Cell]
	what := describe("Recurrent", l.Path)
	if !ok {
		panic(trace.Errorf("%s: there is no cell %q: want rnn, rnn.relu, lstm or gru", what, l.Cell))
	}
	if x.Rank() != 3 || !x.DType().IsFloat() || l.Layers < 0 {
		panic(trace.Errorf("%s of %v with %d layers: want floats x[n t in]", what, x.Type(), l.Layers))
	}
	if len(init) != 0 && len(init) != cell.states {
		panic(trace.Errorf("%s: %d states to begin with, want %d or none", what, len(init), cell.states))
	}
	y = fn.Transpose(x, 1, 0, 2)
	ends := make([][]trace.Value, cell.states)
	for layer := range or(l.Layers, 1) {
		var sides []trace.Value
		for _, d := range l.directions() {
			w := l.cellWeights(d, layer, y.Dim(2), cell.gates)
			begin := make([]trace.Value, cell.states)
			for i := range begin {
				begin[i] = l.begin(init, i, len(ends[0]), fn.FillAs(y, trace.TypeOf(y.DType(), y.Dim(1), w.hidden), 0))
			}
			side, end := w.through(d, y, begin, cell.step)
			sides = append(sides, side)
			for i, v := range end {
				ends[i] = append(ends[i], v)
			}
		}
		y = fn.Concat(2, sides...)
	}
	for _, list := range ends {
		final = append(final, fn.Stack(0, list...))
	}
	return fn.Transpose(y, 1, 0, 2), final
}

// begin returns state i to begin direction number k with.
func (l Recurrent) begin(init []trace.Value, i, k int, zero trace.Value) trace.Value {
	if len(init) == 0 {
		return zero
	}
	directions := or(l.Layers, 1) * len(l.directions())
	want := trace.TypeOf(zero.DType(), append([]int{directions}, zero.Shape()...)...)
	if !init[i].Type().Equal(want) {
		panic(trace.Errorf("%s: state %d to begin with is %v, want %v", describe("Recurrent", l.Path), i, init[i].Type(), want))
	}
	return fn.Index(init[i], k)
}

// cellWeights are the parameters of one direction of a layer.
type cellWeights struct {
	in, fed         trace.Value // [gates·h in], [gates·h h]
	inBias, fedBias trace.Value // [gates·h], or absent
	hidden          int
}

func (l Recurrent) cellWeights(d direction, layer, in, gates int) cellWeights {
	get := func(what string) trace.Value { return l.Parameters[d.name(what, layer)] }
	w := cellWeights{in: get("weight_ih"), fed: get("weight_hh"), inBias: get("bias_ih"), fedBias: get("bias_hh")}
	fits := !w.in.IsAbsent() && !w.fed.IsAbsent() && w.fed.Rank() == 2 && w.fed.Dim(0) == gates*w.fed.Dim(1) && w.fed.Dim(1) > 0 &&
		slices.Equal(w.in.Shape(), []int{w.fed.Dim(0), in})
	if !fits {
		panic(trace.Errorf("%s: %s or %s is missing or does not fit: want [%d·h %d] and [%d·h h]",
			describe("Recurrent", l.Path), d.name("weight_ih", layer), d.name("weight_hh", layer), gates, in, gates))
	}
	w.hidden = w.fed.Dim(1)
	return w
}

// through goes through x[t n in] from the states to begin with.
func (w cellWeights) through(d direction, x trace.Value, begin []trace.Value, step func(in, fed trace.Value, states []trace.Value) []trace.Value) (y trace.Value, end []trace.Value) {
	end, y = transforms.Scan(func(states []trace.Value, in trace.Value) ([]trace.Value, trace.Value) {
		next := step(in, fn.Linear(states[0], w.fed, w.fedBias), states)
		return next, next[0]
	})(begin, d.turned(fn.Linear(x, w.in, w.inBias)))
	return d.turned(y), end
}

// Init draws all weights and biases from U(-b, b) with b = 1/√h, as PyTorch does.
func (l Recurrent) Init(key trace.Value) Layer {
	cell, drawn := cells[l.Cell], Parameters{}
	for i, name := range slices.Sorted(maps.Keys(l.Parameters)) {
		t := l.Parameters[name].Type()
		if t.Rank() == 0 || cell.gates == 0 {
			panic(trace.Errorf("%s: cannot draw %s of type %v", describe("Recurrent", l.Path), name, t))
		}
		drawn[name] = uniform(random.FoldIn(key, int64(i)), t, 1/math.Sqrt(float64(max(1, t.Shape[0]/cell.gates))))
	}
	l.Parameters = drawn
	return l
}
