package text

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Rotary turns each pair of features (x_i, x_{i+d/2}) of a head by an angle that grows with
// the position p:
//
//	angle = p · f_i,   f_i = theta^(-2i/d),
//
// so that the product of a query and a key depends on the distance between them only. For
// long texts the frequencies f_i may be scaled down.
//
// Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021.
type Rotary struct {
	// Theta is the base of the frequencies; 0 means 10000.
	Theta float64
	// Scaling changes the frequencies.
	Scaling RotaryScaling
}

// RotaryScaling stretches the positions of a model that was trained on shorter texts.
type RotaryScaling struct {
	// Type is "" or "default" for none, "linear" or "llama3".
	//
	// A linear scaling divides all frequencies by Factor. That of Llama 3 keeps the waves that
	// are shorter than Original/HighFreq, divides those longer than Original/LowFreq by
	// Factor, and goes smoothly from one to the other between them.
	Type string `json:"rope_type"`
	// Factor is at least 1.
	Factor   float64 `json:"factor"`
	LowFreq  float64 `json:"low_freq_factor"`
	HighFreq float64 `json:"high_freq_factor"`
	// Original is the context of the training before the scaling.
	Original float64 `json:"original_max_position_embeddings"`
}

// check panics if a field does not fit its type.
func (s RotaryScaling) check(of string) {
	switch s.Type {
	case "", "default":
		return
	case "linear", "llama3":
	default:
		panic(trace.Errorf("%s: rope_scaling of type %q is not known: want default, linear or llama3", of, s.Type))
	}
	if !(s.Factor >= 1) || math.IsInf(s.Factor, 1) {
		panic(trace.Errorf("%s: the factor of rope_scaling is %v: want at least 1", of, s.Factor))
	}
	if s.Type == "llama3" && !(s.LowFreq > 0 && s.HighFreq > s.LowFreq && s.Original > 0 && !math.IsInf(s.HighFreq+s.Original, 1)) {
		panic(trace.Errorf("%s: rope_scaling has low_freq_factor %v, high_freq_factor %v and original_max_position_embeddings %v: "+
			"want 0 < low < high, and a length above 0",
			of, s.LowFreq, s.HighFreq, s.Original))
	}
}

// scale returns the scaled frequency of f.
func (s RotaryScaling) scale(f float64) float64 {
	switch s.Type {
	case "linear":
		return f / s.Factor
	case "llama3":
		waves := s.Original * f / (2 * math.Pi) // in the original context
		smooth := (waves - s.LowFreq) / (s.HighFreq - s.LowFreq)
		smooth = min(max(smooth, 0), 1)
		return (1-smooth)*f/s.Factor + smooth*f
	}
	return f
}

// Frequencies returns the angles by which the d/2 pairs of a head of d features turn from
// one position to the next.
func (r Rotary) Frequencies(d int) []float64 {
	theta := r.Theta
	if theta == 0 {
		theta = 10000
	}
	f := make([]float64, max(d, 0)/2)
	for i := range f {
		f[i] = r.Scaling.scale(math.Pow(theta, -2*float64(i)/float64(d)))
	}
	return f
}

// turns are the cosines and sines of the angles, both [n 1 t d/2].
type turns struct{ Cos, Sin trace.Value }

// turns computes the angles of positions[n t] for heads of d features. Angles are f64, since
// an f32 has no room for those of far positions.
func (r Rotary) turns(positions trace.Value, d int, dtype trace.DType) turns {
	n, t := positions.Dim(0), positions.Dim(1)
	p := fn.Reshape(fn.Cast(positions, trace.Float64), n, 1, t, 1)
	angles := fn.Mul(p, trace.New(r.Frequencies(d), 1, 1, 1, d/2))
	return turns{fn.Cast(fn.Cos(angles), dtype), fn.Cast(fn.Sin(angles), dtype)}
}

// turn rotates x[n heads t d].
func (a turns) turn(x trace.Value) trace.Value {
	halves := fn.Split(x, 2, 3)
	return fn.Concat(3,
		fn.Sub(fn.Mul(halves[0], a.Cos), fn.Mul(halves[1], a.Sin)),
		fn.Add(fn.Mul(halves[1], a.Cos), fn.Mul(halves[0], a.Sin)))
}
