package text_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// table is a matrix as rows.
type table [][]float64

func rows(v Value) table { return trace.Grid[float64](v) }

// times is w x + b; b may be nil.
func (w table) times(x, b []float64) []float64 {
	y := make([]float64, len(w))
	for i, row := range w {
		for j, v := range row {
			y[i] += v * x[j]
		}
		if b != nil {
			y[i] += b[i]
		}
	}
	return y
}

func silu(x float64) float64 { return x / (1 + math.Exp(-x)) }

// normalized is x over its root mean square, times a scale.
func normalized(x, scale []float64) []float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v / math.Sqrt(sum/float64(len(x))+1e-5) * scale[i]
	}
	return y
}

// naiveMixer runs one mixer over the tokens x, with loops over channels, numbers of the
// state and places.
func naiveMixer(l text.MambaMixer, x table) table {
	in, xproj, dt, out, a := rows(l.InProj.Weight), rows(l.XProj.Weight), rows(l.DTProj.Weight), rows(l.OutProj.Weight), rows(l.ALog)
	d, kernel, shift, dtBias := l.D.Float64s(), l.Conv1D.Weight.Float64s(), l.Conv1D.Bias.Float64s(), l.DTProj.Bias.Float64s()
	inner, rank, k := len(d), len(dt[0]), l.Conv1D.Weight.Dim(2)
	state := len(a[0])
	var us, y table
	h := make(table, inner)
	for c := range h {
		h[c] = make([]float64, state)
	}
	for t := range x {
		both := in.times(x[t], nil)
		us = append(us, both[:inner])
		u, z := make([]float64, inner), both[inner:]
		for c := range u {
			u[c] = shift[c]
			for j := range k {
				if at := t - k + 1 + j; at >= 0 {
					u[c] += kernel[c*k+j] * us[at][c]
				}
			}
			u[c] = silu(u[c])
		}
		parts := xproj.times(u, nil)
		steps := dt.times(parts[:rank], dtBias)
		row := make([]float64, inner)
		for c := range row {
			step := math.Log1p(math.Exp(steps[c]))
			for s := range state {
				h[c][s] = math.Exp(-step*math.Exp(a[c][s]))*h[c][s] + step*parts[rank+s]*u[c]
				row[c] += h[c][s] * parts[rank+state+s]
			}
			row[c] = (row[c] + d[c]*u[c]) * silu(z[c])
		}
		y = append(y, out.times(row, nil))
	}
	return y
}

// naiveMamba computes logits of one row of tokens.
func naiveMamba(m text.Mamba, ids []int64) (logits []float64) {
	words := rows(m.Backbone.Embeddings.Weight)
	var x table
	for _, id := range ids {
		x = append(x, append([]float64(nil), words[id]...))
	}
	for _, l := range m.Backbone.Layers {
		var in table
		for _, row := range x {
			in = append(in, normalized(row, l.Norm.Weight.Float64s()))
		}
		for t, row := range naiveMixer(l.Mixer, in) {
			for i, v := range row {
				x[t][i] += v
			}
		}
	}
	for _, row := range x {
		logits = append(logits, words.times(normalized(row, m.Backbone.NormF.Weight.Float64s()), nil)...)
	}
	return logits
}

func TestMambaIsTheRecurrence(t *testing.T) {
	m := tinyMamba()
	x := ids(3, 1, 9)
	want := trace.New(naiveMamba(m, trace.Data[int64](x)), 1, 9, 23)
	lawtest.Close(t, m.Apply(x, Value{}), want, 1e-13)
}

// What a new model computes depends on the channels: Δ goes from 0.001 to 0.1, and A from
// -1 on.
func TestNewMambaStartsStable(t *testing.T) {
	m := text.NewMamba(text.MambaConfig{Vocab: 5, Width: 4, Depth: 1})
	l := m.Backbone.Layers[0].Mixer
	step := fn.Softplus(l.DTProj.Bias, 1, 20).Float64s()
	if first, last := step[0], step[len(step)-1]; math.Abs(first-1e-3) > 1e-6 || math.Abs(last-0.1) > 1e-5 {
		t.Errorf("Δ goes from %v to %v, want 0.001 to 0.1", first, last)
	}
	lawtest.Close(t, fn.Exp(fn.Index(l.ALog, 3)), fn.Arange(trace.Float32, 1, 17, 1), 1e-6)
	if n := len(nn.Params(m)); n != 12 {
		t.Errorf("%d parameters, want 12", n)
	}
}
