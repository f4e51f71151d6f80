package onnx

import (
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var recurrentOperators = map[string]operator{
	"RNN":  {run: func(c *call) []trace.Value { return c.recurrent(1, 1, rnnStep) }, weights: true},
	"GRU":  {run: func(c *call) []trace.Value { return c.recurrent(3, 1, gruStep) }, weights: true},
	"LSTM": {run: func(c *call) []trace.Value { return c.recurrent(4, 2, lstmStep) }, weights: true},
}

// cell has what a step of one direction needs: the weights of the recurrence r[gates·h h],
// the biases of the inputs and of the recurrence, the peepholes, and the activations.
type cell struct {
	c         *call
	recurrent trace.Value
	inputBias trace.Value // [gates·h], or absent
	stateBias trace.Value
	peephole  trace.Value // [3·h], or absent
	hidden    int
	functions []func(x trace.Value) trace.Value
}

// gate returns one of the parts of a row of gates.
func (k cell) gate(x trace.Value, i int) trace.Value {
	return between(x, x.Rank()-1, i*k.hidden, (i+1)*k.hidden)
}

// fed returns h Rᵀ plus its bias.
func (k cell) fed(h trace.Value) trace.Value { return fn.Linear(h, k.recurrent, k.stateBias) }

// step computes the next states from the gates of the input, x W ᵀ with its bias, and the
// states.
type step func(k cell, gates trace.Value, states []trace.Value) []trace.Value

func rnnStep(k cell, gates trace.Value, states []trace.Value) []trace.Value {
	return []trace.Value{k.functions[0](k.clipped(fn.Add(gates, k.fed(states[0]))))}
}

// gruStep has the gates z, r, h. linear_before_reset says whether the reset gate is
// applied behind the product with the recurrent weights.
func gruStep(k cell, gates trace.Value, states []trace.Value) []trace.Value {
	h := states[0]
	f, g := k.functions[0], k.functions[1]
	fed := k.fed(h)
	z := f(k.clipped(fn.Add(k.gate(gates, 0), k.gate(fed, 0))))
	r := f(k.clipped(fn.Add(k.gate(gates, 1), k.gate(fed, 1))))
	var own trace.Value
	if k.c.int("linear_before_reset", 0) != 0 {
		own = fn.Mul(r, k.gate(fed, 2))
	} else {
		rows := between(k.recurrent, 0, 2*k.hidden, 3*k.hidden)
		bias := trace.Value{}
		if !k.stateBias.IsAbsent() {
			bias = k.gate(k.stateBias, 2)
		}
		own = fn.Linear(fn.Mul(r, h), rows, bias)
	}
	candidate := g(k.clipped(fn.Add(k.gate(gates, 2), own)))
	one := fn.Scalar(1)
	return []trace.Value{fn.Add(fn.Mul(fn.Sub(one, z), candidate), fn.Mul(z, h))}
}

// lstmStep has the gates i, o, f, c. With input_forget, f is 1 - i.
func lstmStep(k cell, gates trace.Value, states []trace.Value) []trace.Value {
	h, c := states[0], states[1]
	sum := fn.Add(gates, k.fed(h))
	look := func(gate trace.Value, i int, at trace.Value) trace.Value {
		if k.peephole.IsAbsent() {
			return k.clipped(gate)
		}
		return k.clipped(fn.Add(gate, fn.Mul(k.gate(k.peephole, i), at)))
	}
	f, g, out := k.functions[0], k.functions[1], k.functions[2]
	i := f(look(k.gate(sum, 0), 0, c))
	forget := fn.Sub(fn.Scalar(1), i)
	if k.c.int("input_forget", 0) == 0 {
		forget = f(look(k.gate(sum, 2), 2, c))
	}
	next := fn.Add(fn.Mul(forget, c), fn.Mul(i, g(k.clipped(k.gate(sum, 3)))))
	o := f(look(k.gate(sum, 1), 1, next))
	return []trace.Value{fn.Mul(o, out(next)), next}
}

// clipped limits a gate, if the node says so.
func (k cell) clipped(x trace.Value) trace.Value {
	if !k.c.set("clip") {
		return x
	}
	bound := k.c.real("clip", 0)
	return fn.Clamp(x, -bound, bound)
}

// recurrent runs a recurrent layer x[time batch in] with some gates and states. The
// operands are x, w[directions gates·h in], r[directions gates·h h], the biases
// [directions 2·gates·h], the lengths of the sequences, the states to begin with and, of
// an LSTM, the peepholes. With layout = 1 the batch axis comes first.
//
// Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997; Cho
// et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical
// Machine Translation", EMNLP 2014.
func (c *call) recurrent(gates, states int, next step) []trace.Value {
	x, w, r := c.arg(0), c.arg(1), c.arg(2)
	batchFirst := c.int("layout", 0) != 0
	if batchFirst {
		x = fn.Transpose(x, 1, 0, 2)
	}
	if x.Rank() != 3 || w.Rank() != 3 || r.Rank() != 3 || r.Shape()[1] != gates*r.Shape()[2] || !slices.Equal(w.Shape()[:2], r.Shape()[:2]) {
		panic(trace.Errorf("want x[time batch in], w[directions %d·h in], r[directions %d·h h]", gates, gates))
	}
	directions := r.Shape()[0]
	reversed := []bool{false, true}[:min(directions, 2)]
	switch direction := c.text("direction", "forward"); {
	case direction == "reverse" && directions == 1:
		reversed = []bool{true}
	case direction == "forward" && directions == 1, direction == "bidirectional" && directions == 2:
	default:
		panic(trace.Errorf("the direction is %s, but the weights have %d directions", quote(direction), directions))
	}
	functions := c.cellFunctions(directions, states)
	var ys []trace.Value
	finals := make([][]trace.Value, states)
	for d := range directions {
		k := cell{
			c: c, recurrent: fn.Index(r, d), hidden: r.Shape()[2],
			functions: functions[d*len(functions)/directions : (d+1)*len(functions)/directions],
		}
		if c.has(3) {
			bias := fn.Index(c.arg(3), d)
			n := gates * k.hidden
			k.inputBias, k.stateBias = between(bias, 0, 0, n), between(bias, 0, n, 2*n)
		}
		if c.has(7) {
			k.peephole = fn.Index(c.arg(7), d)
		}
		y, last := c.direction(k, x, fn.Index(w, d), c.initial(x, d, states, k.hidden), reversed[d], next)
		ys = append(ys, y)
		for i, v := range last {
			finals[i] = append(finals[i], v)
		}
	}
	y := fn.Stack(1, ys...)
	if batchFirst {
		y = fn.Transpose(y, 2, 0, 1, 3)
	}
	out := []trace.Value{y}
	for _, last := range finals {
		v := fn.Stack(0, last...)
		if batchFirst {
			v = fn.Transpose(v, 1, 0, 2)
		}
		out = append(out, v)
	}
	return out
}

// initial returns the states with which a direction begins, zeros by default.
func (c *call) initial(x trace.Value, direction, states, hidden int) []trace.Value {
	init := make([]trace.Value, states)
	for i := range init {
		if !c.has(5 + i) {
			init[i] = fn.Zeros(trace.TypeOf(x.DType(), x.Shape()[1], hidden))
			continue
		}
		v := c.arg(5 + i)
		if c.int("layout", 0) != 0 {
			v = fn.Transpose(v, 1, 0, 2)
		}
		init[i] = fn.Index(v, direction)
	}
	return init
}

// direction runs one direction over x[time batch in]. Sequences that are shorter than x
// keep their states and give zeros behind their end.
func (c *call) direction(k cell, x, w trace.Value, init []trace.Value, reversed bool, next step) (y trace.Value, final []trace.Value) {
	turn := func(v trace.Value) trace.Value {
		switch {
		case !reversed:
			return v
		case c.has(4):
			return reverseSequence(v, c.arg(4), 1, 0)
		}
		return fn.Flip(v, 0)
	}
	type row struct{ Gates, Time trace.Value }
	rows := row{turn(fn.Linear(x, w, k.inputBias)), fn.Iota(trace.TypeOf(trace.Int64, x.Shape()[0]), 0)}
	one := func(states []trace.Value, r row) ([]trace.Value, trace.Value) {
		after := next(k, r.Gates, states)
		y := after[0]
		if c.has(4) {
			goes := fn.ExpandDims(fn.Less(r.Time, fn.Cast(c.arg(4), trace.Int64)), 1)
			y = fn.Mask(fn.BroadcastTo(goes, y.Shape()...), y)
			for i := range after {
				after[i] = fn.Where(goes, after[i], states[i])
			}
		}
		return after, y
	}
	final, y = transforms.Scan(one)(init, rows)
	return turn(y), final
}

// cellFunctions returns the activations of all directions, with their parameters.
func (c *call) cellFunctions(directions, states int) []func(x trace.Value) trace.Value {
	usual := map[string][]string{"RNN": {"Tanh"}, "GRU": {"Sigmoid", "Tanh"}, "LSTM": {"Sigmoid", "Tanh", "Tanh"}}[c.op]
	names := []string{}
	if a := c.attrs["activations"]; a != nil {
		names = a.texts
	}
	for len(names) < directions*len(usual) && (len(names) == 0 || len(names)%len(usual) == 0) {
		names = append(names, usual...)
	}
	if len(names) != directions*len(usual) {
		panic(trace.Errorf("there are %d activations, want %d for each direction", len(names), len(usual)))
	}
	var alphas, betas []float32
	if a := c.attrs["activation_alpha"]; a != nil {
		alphas = a.reals
	}
	if a := c.attrs["activation_beta"]; a != nil {
		betas = a.reals
	}
	take := func(list *[]float32, otherwise float64) float64 {
		if len(*list) == 0 {
			return otherwise
		}
		v := float64((*list)[0])
		*list = (*list)[1:]
		return v
	}
	out := make([]func(x trace.Value) trace.Value, len(names))
	for i, name := range names {
		switch strings.ToLower(name) {
		case "sigmoid":
			out[i] = fn.Sigmoid
		case "tanh":
			out[i] = fn.Tanh
		case "relu":
			out[i] = fn.ReLU
		case "softsign":
			out[i] = fn.Softsign
		case "softplus":
			out[i] = func(x trace.Value) trace.Value { return fn.Softplus(x, 1, 20) }
		case "affine":
			a, b := take(&alphas, 1), take(&betas, 0)
			out[i] = func(x trace.Value) trace.Value { return fn.Add(fn.Mul(x, fn.Scalar(a)), fn.Scalar(b)) }
		case "leakyrelu":
			a := take(&alphas, 0.01)
			out[i] = func(x trace.Value) trace.Value { return fn.LeakyReLU(x, a) }
		case "thresholdedrelu":
			a := take(&alphas, 1)
			out[i] = func(x trace.Value) trace.Value { return fn.Threshold(x, a, 0) }
		case "scaledtanh":
			a, b := take(&alphas, 1), take(&betas, 1)
			out[i] = func(x trace.Value) trace.Value { return fn.Mul(fn.Tanh(fn.Mul(x, fn.Scalar(b))), fn.Scalar(a)) }
		case "hardsigmoid":
			a, b := take(&alphas, 0.2), take(&betas, 0.5)
			out[i] = func(x trace.Value) trace.Value {
				return fn.HardTanh(fn.Add(fn.Mul(x, fn.Scalar(a)), fn.Scalar(b)), 0, 1)
			}
		case "elu":
			a := take(&alphas, 1)
			out[i] = func(x trace.Value) trace.Value { return fn.ELU(x, a) }
		default:
			panic(trace.Errorf("the activation %s is not supported", quote(name)))
		}
	}
	return out
}
