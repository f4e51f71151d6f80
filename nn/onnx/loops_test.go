package onnx_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
)

// The operators of this file are compared with plain loops over their definitions.

// at returns the elements of an array, by their indices.
func at(v Value) func(index ...int) float64 {
	data, shape := fn.Cast(v, f64(s(0)).DType()).Float64s(), v.Shape()
	return func(index ...int) float64 {
		i := 0
		for axis, n := range shape {
			i = i*n + index[axis]
		}
		return data[i]
	}
}

// apply applies one node to operands, of which absent ones are left out. Operands from
// the one numbered constant on are constants.
func apply(t *testing.T, op string, a attrs, outputs, constant int, in ...Value) []Value {
	t.Helper()
	c := applied{op: op, attrs: a, in: in, out: make(vs, outputs)}
	m := c.model(0)
	m.in = nil
	given := values{}
	for i, v := range in {
		name := fmt.Sprint("in", i)
		switch {
		case v.IsAbsent():
		case i < constant:
			m.in = append(m.in, name)
			given[name] = v
		default:
			m.given = append(m.given, stored(name, v))
		}
	}
	read := m.decode(t)
	got := read.Apply(given)
	compiled := jit(read.Apply)(given)
	var out []Value
	for i := range outputs {
		name := fmt.Sprint("out", i)
		same(t, op+" compiled, "+name, compiled[name], got[name], 1e-5)
		out = append(out, got[name])
	}
	return out
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// cell computes the next states of one sample from its gates, those of the input and
// those of the states, both with their biases.
type cell func(x func(gate, j int) float64, fed func(h []float64, gate, j int) float64, h, c []float64, peep func(gate, j int) float64) (nh, nc []float64)

// recurrence runs a recurrent layer by loops. x[time batch in], w[dirs gates·h in],
// r[dirs gates·h h], b[dirs 2·gates·h], p[dirs 3·h]; lengths may be nil.
func recurrence(x, w, r, b, p Value, gates int, lengths []int, reversed []bool, next cell) (y, last, lastC []float64) {
	steps, batch, in := x.Shape()[0], x.Shape()[1], x.Shape()[2]
	hidden := r.Shape()[2]
	X, W, R, B, P := at(x), at(w), at(r), at(b), at(p)
	y = make([]float64, steps*len(reversed)*batch*hidden)
	for d, back := range reversed {
		for n := range batch {
			length := steps
			if lengths != nil {
				length = lengths[n]
			}
			h, c := make([]float64, hidden), make([]float64, hidden)
			for i := range length {
				time := i
				if back {
					time = length - 1 - i
				}
				row := func(gate, j int) float64 {
					sum := B(d, gate*hidden+j)
					for k := range in {
						sum += X(time, n, k) * W(d, gate*hidden+j, k)
					}
					return sum
				}
				fed := func(state []float64, gate, j int) float64 {
					sum := B(d, (gates+gate)*hidden+j)
					for k := range hidden {
						sum += state[k] * R(d, gate*hidden+j, k)
					}
					return sum
				}
				h, c = next(row, fed, h, c, func(gate, j int) float64 { return P(d, gate*hidden+j) })
				for j := range hidden {
					y[((time*len(reversed)+d)*batch+n)*hidden+j] = h[j]
				}
			}
			last, lastC = append(last, h...), append(lastC, c...)
		}
	}
	return y, last, lastC
}

func TestRecurrent(t *testing.T) {
	const steps, batch, in, hidden = 4, 3, 2, 5
	clip := func(bound, x float64) float64 { return max(-bound, min(bound, x)) }
	cells := map[string]struct {
		gates int
		attrs attrs
		next  cell
	}{
		"RNN": {1, attrs{}, func(x func(int, int) float64, fed func([]float64, int, int) float64, h, c []float64, _ func(int, int) float64) (nh, nc []float64) {
			for j := range h {
				nh = append(nh, math.Tanh(x(0, j)+fed(h, 0, j)))
			}
			return nh, c
		}},
		"RNN of ReLU, clipped": {1, attrs{"clip": 0.3, "activations": []string{"Relu", "Relu"}}, func(x func(int, int) float64, fed func([]float64, int, int) float64, h, c []float64, _ func(int, int) float64) (nh, nc []float64) {
			for j := range h {
				nh = append(nh, max(0, clip(0.3, x(0, j)+fed(h, 0, j))))
			}
			return nh, c
		}},
		"GRU, reset behind the product": {3, attrs{"linear_before_reset": 1}, func(x func(int, int) float64, fed func([]float64, int, int) float64, h, c []float64, _ func(int, int) float64) (nh, nc []float64) {
			for j := range h {
				z, r := sigmoid(x(0, j)+fed(h, 0, j)), sigmoid(x(1, j)+fed(h, 1, j))
				nh = append(nh, (1-z)*math.Tanh(x(2, j)+r*fed(h, 2, j))+z*h[j])
			}
			return nh, c
		}},
		"GRU": {3, attrs{}, func(x func(int, int) float64, fed func([]float64, int, int) float64, h, c []float64, _ func(int, int) float64) (nh, nc []float64) {
			reset := make([]float64, len(h))
			for j := range h {
				reset[j] = sigmoid(x(1, j)+fed(h, 1, j)) * h[j]
			}
			for j := range h {
				z := sigmoid(x(0, j) + fed(h, 0, j))
				nh = append(nh, (1-z)*math.Tanh(x(2, j)+fed(reset, 2, j))+z*h[j])
			}
			return nh, c
		}},
		"LSTM": {4, attrs{}, func(x func(int, int) float64, fed func([]float64, int, int) float64, h, c []float64, peep func(int, int) float64) (nh, nc []float64) {
			for j := range h {
				gate := func(i int) float64 { return x(i, j) + fed(h, i, j) }
				i, f := sigmoid(gate(0)+peep(0, j)*c[j]), sigmoid(gate(2)+peep(2, j)*c[j])
				nc = append(nc, f*c[j]+i*math.Tanh(gate(3)))
				nh = append(nh, sigmoid(gate(1)+peep(1, j)*nc[j])*math.Tanh(nc[j]))
			}
			return nh, nc
		}},
		"LSTM, clipped, with f = 1 - i": {4, attrs{"clip": 0.5, "input_forget": 1}, func(x func(int, int) float64, fed func([]float64, int, int) float64, h, c []float64, peep func(int, int) float64) (nh, nc []float64) {
			for j := range h {
				gate := func(i int) float64 { return x(i, j) + fed(h, i, j) }
				i := sigmoid(clip(0.5, gate(0)+peep(0, j)*c[j]))
				nc = append(nc, (1-i)*c[j]+i*math.Tanh(clip(0.5, gate(3))))
				nh = append(nh, sigmoid(clip(0.5, gate(1)+peep(1, j)*nc[j]))*math.Tanh(nc[j]))
			}
			return nh, nc
		}},
	}
	directions := map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}
	for name, k := range cells {
		for direction, reversed := range directions {
			for _, lengths := range [][]int{nil, {4, 1, 3}} {
				dirs := len(reversed)
				x, w, r := ramp(1, steps, batch, in), ramp(2, dirs, k.gates*hidden, in), ramp(3, dirs, k.gates*hidden, hidden)
				b, p := ramp(4, dirs, 2*k.gates*hidden), ramp(5, dirs, 3*hidden)
				a := attrs{"direction": direction, "hidden_size": hidden}
				for key, v := range k.attrs {
					a[key] = v
				}
				if a["activations"] != nil {
					a["activations"] = []string{"Relu", "Relu"}[:dirs]
				}
				op := name[:min(4, len(name))]
				if op[:3] != "LST" {
					op = op[:3]
				}
				operands := vs{x, w, r, b, none}
				if lengths != nil {
					operands[4] = i32(s(batch), 4, 1, 3)
				}
				outputs := 2
				if op == "LSTM" {
					operands, outputs = append(operands, none, none, p), 3
				}
				y, last, lastC := recurrence(x, w, r, b, p, k.gates, lengths, reversed, k.next)
				what := fmt.Sprintf("%s, %s, lengths %v", name, direction, lengths)
				got := apply(t, op, a, outputs, 1, operands...)
				same(t, what+": y", got[0], f32(s(steps, dirs, batch, hidden), y...), 1e-5)
				same(t, what+": last", got[1], f32(s(dirs, batch, hidden), last...), 1e-5)
				if op == "LSTM" {
					same(t, what+": last cell", got[2], f32(s(dirs, batch, hidden), lastC...), 1e-5)
				}
				if lengths != nil {
					continue
				}
				a["layout"] = 1
				operands[0] = fn.Transpose(x, 1, 0, 2)
				got = apply(t, op, a, outputs, 1, operands...)
				same(t, what+", batch first: y", got[0], fn.Transpose(f32(s(steps, dirs, batch, hidden), y...), 2, 0, 1, 3), 1e-5)
				same(t, what+", batch first: last", got[1], fn.Transpose(f32(s(dirs, batch, hidden), last...), 1, 0, 2), 1e-5)
			}
		}
	}
}

// attend is attention by loops: q[b h t d], k[b g u d], v[b g u e], of which h/g heads of
// q share one. mask gives what is added to a score.
func attend(q, k, v Value, scale float64, mask func(b, h, i, j int) float64) Value {
	Q, K, V := at(q), at(k), at(v)
	b, h, n, d, m, e := q.Shape()[0], q.Shape()[1], q.Shape()[2], q.Shape()[3], k.Shape()[2], v.Shape()[3]
	share := h / k.Shape()[1]
	var out []float64
	for b := range b {
		for h := range h {
			for i := range n {
				weights, sum := make([]float64, m), 0.
				for j := range m {
					score := 0.
					for x := range d {
						score += Q(b, h, i, x) * K(b, h/share, j, x)
					}
					weights[j] = math.Exp(score*scale + mask(b, h, i, j))
					sum += weights[j]
				}
				for y := range e {
					total := 0.
					for j := range m {
						total += weights[j] / sum * V(b, h/share, j, y)
					}
					out = append(out, total)
				}
			}
		}
	}
	return f32(s(b, h, n, e), out...)
}

func TestAttention(t *testing.T) {
	q, k, v := ramp(1, 2, 4, 3, 6), ramp(2, 2, 2, 5, 6), ramp(3, 2, 2, 5, 7)
	add := ramp(4, 3, 5)
	flags := truth(s(3, 5), 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1)
	nothing := func(b, h, i, j int) float64 { return 0 }
	usual := 1 / math.Sqrt(6)
	flat := func(x Value) Value {
		n := x.Shape()
		return fn.Reshape(fn.Transpose(x, 0, 2, 1, 3), n[0], n[2], n[1]*n[3])
	}
	same(t, "plain", apply(t, "Attention", nil, 1, 3, q, k, v)[0], attend(q, k, v, usual, nothing), 1e-5)
	same(t, "scaled", apply(t, "Attention", attrs{"scale": 0.25}, 1, 3, q, k, v)[0], attend(q, k, v, 0.25, nothing), 1e-5)
	same(t, "mask", apply(t, "Attention", nil, 1, 4, q, k, v, add)[0],
		attend(q, k, v, usual, func(b, h, i, j int) float64 { return at(add)(i, j) }), 1e-5)
	same(t, "flags", apply(t, "Attention", nil, 1, 3, q, k, v, flags)[0],
		attend(q, k, v, usual, func(b, h, i, j int) float64 { return math.Log(at(flags)(i, j)) }), 1e-5)
	causal := func(b, h, i, j int) float64 {
		if j > i {
			return -inf
		}
		return 0
	}
	same(t, "causal", apply(t, "Attention", attrs{"is_causal": 1}, 1, 3, q, k, v)[0], attend(q, k, v, usual, causal), 1e-5)
	heads := attrs{"q_num_heads": 4, "kv_num_heads": 2}
	same(t, "flat", apply(t, "Attention", heads, 1, 3, flat(q), flat(k), flat(v))[0], flat(attend(q, k, v, usual, nothing)), 1e-5)

	pastK, pastV := ramp(5, 2, 2, 2, 6), ramp(6, 2, 2, 2, 7)
	allK, allV := fn.Concat(2, pastK, k), fn.Concat(2, pastV, v)
	got := apply(t, "Attention", nil, 3, 6, q, k, v, none, pastK, pastV)
	same(t, "with a past", got[0], attend(q, allK, allV, usual, nothing), 1e-5)
	same(t, "keys", got[1], allK, 0)
	same(t, "values", got[2], allV, 0)

	scores := fn.Mul(fn.MatMul(q, fn.Transpose(fn.Reshape(fn.BroadcastTo(fn.ExpandDims(k, 2), 2, 2, 2, 5, 6), 2, 4, 5, 6), 0, 1, 3, 2)), fn.Scalar(usual))
	same(t, "scores", apply(t, "Attention", nil, 4, 3, q, k, v)[3], scores, 1e-5)
	same(t, "capped scores", apply(t, "Attention", attrs{"softcap": 0.5, "qk_matmul_output_mode": 2}, 4, 3, q, k, v)[3],
		fn.Mul(fn.Tanh(fn.Mul(scores, fn.Scalar(2))), fn.Scalar(0.5)), 1e-5)
	same(t, "weights", apply(t, "Attention", attrs{"qk_matmul_output_mode": 3}, 4, 3, q, k, v)[3], fn.Softmax(scores, 3), 1e-5)
}

func TestRotaryEmbedding(t *testing.T) {
	const batch, heads, steps, size = 2, 3, 4, 6
	x, cos, sin := ramp(1, batch, heads, steps, size), ramp(2, 9, size/2), ramp(3, 9, size/2)
	positions := i64(s(batch, steps), 0, 1, 2, 3, 8, 2, 5, 1)
	for _, interleaved := range []int{0, 1} {
		for _, turned := range []int{0, 4} {
			n := turned
			if n == 0 {
				n = size
			}
			cos, sin := fn.Slice(cos, fn.SliceConfig{Start: s(0, 0), Stop: s(9, n/2)}), fn.Slice(sin, fn.SliceConfig{Start: s(0, 0), Stop: s(9, n/2)})
			X, C, S := at(x), at(cos), at(sin)
			var want []float64
			for b := range batch {
				for h := range heads {
					for i := range steps {
						p := int(at(positions)(b, i))
						row := make([]float64, size)
						for j := range size {
							row[j] = X(b, h, i, j)
						}
						for j := range n / 2 {
							first, second := j, j+n/2
							if interleaved == 1 {
								first, second = 2*j, 2*j+1
							}
							u, v := row[first], row[second]
							row[first], row[second] = u*C(p, j)-v*S(p, j), u*S(p, j)+v*C(p, j)
						}
						want = append(want, row...)
					}
				}
			}
			a := attrs{"interleaved": interleaved, "rotary_embedding_dim": turned}
			what := fmt.Sprintf("interleaved %d, turned %d", interleaved, turned)
			y := f32(s(batch, heads, steps, size), want...)
			same(t, what, apply(t, "RotaryEmbedding", a, 1, 1, x, cos, sin, positions)[0], y, 1e-6)
			a["num_heads"] = heads
			flat := func(v Value) Value { return fn.Reshape(fn.Transpose(v, 0, 2, 1, 3), batch, steps, heads*size) }
			same(t, what+", flat", apply(t, "RotaryEmbedding", a, 1, 1, flat(x), cos, sin, positions)[0], flat(y), 1e-6)
		}
	}
}

func TestResize(t *testing.T) {
	x := f32(s(1, 1, 4), 10, 20, 30, 40)
	places := map[string]func(i, n int) float64{ // of n results over the four elements
		"half_pixel":    func(i, n int) float64 { return (float64(i)+0.5)*4/float64(n) - 0.5 },
		"asymmetric":    func(i, n int) float64 { return float64(i) * 4 / float64(n) },
		"align_corners": func(i, n int) float64 { return float64(i) * 3 / float64(n-1) },
	}
	round := map[string]func(p float64) float64{
		"floor": math.Floor, "ceil": math.Ceil,
		"round_prefer_floor": func(p float64) float64 { return math.Ceil(p - 0.5) },
		"round_prefer_ceil":  func(p float64) float64 { return math.Floor(p + 0.5) },
	}
	pick := func(i float64) float64 { return 10 + 10*max(0, min(3, i)) }
	for mode, place := range places {
		for _, n := range []int{3, 7, 8} {
			line := make([]float64, n)
			for i := range line {
				line[i] = pick(place(i, n))
			}
			scale := f32(s(3), 1, 1, float64(n)/4)
			a := attrs{"mode": "linear", "coordinate_transformation_mode": mode}
			want := f32(s(1, 1, n), line...)
			same(t, fmt.Sprint("linear, ", mode, n), apply(t, "Resize", a, 1, 1, x, none, none, i64(s(3), 1, 1, float64(n)))[0], want, 1e-5)
			if mode != "align_corners" {
				same(t, fmt.Sprint("linear, scales, ", mode, n), apply(t, "Resize", a, 1, 1, x, none, scale)[0], want, 1e-5)
			}
			for rounding, to := range round {
				for i := range line {
					line[i] = pick(to(place(i, n)))
				}
				a := attrs{"mode": "nearest", "nearest_mode": rounding, "coordinate_transformation_mode": mode}
				same(t, fmt.Sprint("nearest, ", mode, rounding, n), apply(t, "Resize", a, 1, 1, x, none, none, i64(s(3), 1, 1, float64(n)))[0], f32(s(1, 1, n), line...), 1e-5)
			}
		}
	}
	square := ramp(1, 1, 1, 4, 6)
	policy := func(p string) attrs {
		return attrs{"axes": []int{2, 3}, "mode": "linear", "keep_aspect_ratio_policy": p}
	}
	for p, shape := range map[string][]int{"not_larger": {1, 1, 6, 9}, "not_smaller": {1, 1, 8, 12}, "stretch": {1, 1, 8, 9}} {
		got := apply(t, "Resize", policy(p), 1, 1, square, none, none, i64(s(2), 8, 9))[0]
		if fmt.Sprint(got.Shape()) != fmt.Sprint(shape) {
			t.Errorf("%s: got %v, want %v", p, got.Shape(), shape)
		}
	}
	crop := attrs{"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 7.}
	same(t, "crop", apply(t, "Resize", crop, 1, 1, x, f32(s(6), 0, 0, 1, 1, 1, 1.5), none, i64(s(3), 1, 1, 2))[0], f32(s(1, 1, 2), 40, 7), 1e-5)
	for text, a := range map[string]attrs{
		`mode is "cubist": did you mean "cubic"`:                   {"mode": "cubist"},
		`nearest_mode is "round"`:                                  {"nearest_mode": "round"},
		`there are 2 scales or sizes, want one for each of 4 axes`: {},
	} {
		c := applied{op: "Resize", in: vs{square, none, none, i64(s(2), 8, 9)}, attrs: a, out: vs{none}}
		m := c.model(1).decode(t)
		panics(t, func() { m.Apply(c.inputs(1)) }, `node "it", Resize(`, text)
	}
	same(t, "cubic of its own size", apply(t, "Resize", attrs{"mode": "cubic", "axes": []int{2, 3}}, 1, 1, square, none, none, i64(s(2), 4, 6))[0], square, 1e-5)
	same(t, "antialias of its own size", apply(t, "Resize", attrs{"mode": "linear", "antialias": 1, "axes": []int{2, 3}}, 1, 1, square, none, none, i64(s(2), 4, 6))[0], square, 1e-5)
}

func TestUpsample(t *testing.T) {
	x := f32(s(1, 1, 2), 10, 20)
	for _, c := range []struct {
		opset int
		in    vs
		attrs attrs
		want  Value
	}{
		{9, vs{x, f32(s(3), 1, 1, 2)}, attrs{"mode": "nearest"}, f32(s(1, 1, 4), 10, 10, 20, 20)},
		{9, vs{x, f32(s(3), 1, 1, 2)}, attrs{"mode": "linear"}, f32(s(1, 1, 4), 10, 15, 20, 20)},
		{7, vs{x}, attrs{"scales": []float64{1, 1, 1.5}}, f32(s(1, 1, 3), 10, 10, 20)},
	} {
		a := applied{op: "Upsample", in: c.in, attrs: c.attrs, out: vs{none}, opset: c.opset}
		same(t, fmt.Sprint(c.opset, c.attrs), a.model(1).decode(t).Apply(a.inputs(1))["out0"], c.want, 1e-6)
	}
	old := applied{op: "Resize", in: vs{x, f32(s(3), 1, 1, 2)}, out: vs{none}, opset: 10}
	same(t, "Resize of opset 10", old.model(1).decode(t).Apply(old.inputs(1))["out0"], f32(s(1, 1, 4), 10, 10, 20, 20), 0)
}
