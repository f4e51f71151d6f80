package text_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// The scaling of Llama 3.1, written by wavelengths as its authors do.
func TestRotaryFrequencies(t *testing.T) {
	const d, theta, factor, low, high, original = 128, 500000.0, 8.0, 1.0, 4.0, 8192.0
	plain := text.Rotary{Theta: theta}.Frequencies(d)
	linear := text.Rotary{Theta: theta, Scaling: text.RotaryScaling{Type: "linear", Factor: factor}}.Frequencies(d)
	scaling := text.RotaryScaling{Type: "llama3", Factor: factor, LowFreq: low, HighFreq: high, Original: original}
	llama3 := text.Rotary{Theta: theta, Scaling: scaling}.Frequencies(d)
	kinds := map[string]int{}
	for i := range d / 2 {
		f := 1 / math.Pow(theta, float64(2*i)/d)
		want, length := f, 2*math.Pi/f
		switch {
		case length > original/low:
			want, kinds["long"] = f/factor, kinds["long"]+1
		case length >= original/high:
			smooth := (original/length - low) / (high - low)
			want, kinds["between"] = (1-smooth)*f/factor+smooth*f, kinds["between"]+1
		}
		for name, pair := range map[string][2]float64{"plain": {plain[i], f}, "linear": {linear[i], f / factor}, "llama3": {llama3[i], want}} {
			if math.Abs(pair[0]-pair[1]) > 1e-15*f {
				t.Errorf("%s: frequency %d is %v, want %v", name, i, pair[0], pair[1])
			}
		}
	}
	if len(plain) != 64 || kinds["long"] < 10 || kinds["between"] < 3 {
		t.Errorf("%d frequencies, of which %v are scaled: the test does not see all cases", len(plain), kinds)
	}
	if n := len(text.Rotary{}.Frequencies(0)); n != 0 {
		t.Errorf("%d frequencies of no features", n)
	}
}

// A scaling changes what a model computes, and with a factor of 1 nothing.
func TestRotaryScaling(t *testing.T) {
	m, _ := goldenLlama(t)
	x := ids(1, 1, 6)
	want := m.Apply(x, Value{})
	m.Model.Rotary.Scaling = text.RotaryScaling{Type: "llama3", Factor: 1, LowFreq: 1, HighFreq: 4, Original: 64}
	lawtest.Close(t, m.Apply(x, Value{}), want, 1e-13)
	m.Model.Rotary.Scaling.Factor = 4
	if fn.AllClose(m.Apply(x, Value{}), want, 1e-6, 1e-6).Float64() == 1 {
		t.Error("the scaling changes nothing")
	}
}

// With heads of groups of their own, a Llama is one whose groups are written out.
func TestGroupsAreRepeatedHeads(t *testing.T) {
	m, _ := goldenLlama(t)
	x := ids(1, 2, 5)
	want := m.Apply(x, Value{})
	repeated := func(w Value) Value { return fn.Reshape(fn.Repeat(fn.Reshape(w, 2, 4, 16), 2, 0), 16, 16) }
	for i := range m.Model.Layers {
		a := &m.Model.Layers[i].SelfAttn
		a.KProj.Weight, a.VProj.Weight, a.Groups = repeated(a.KProj.Weight), repeated(a.VProj.Weight), 4
	}
	lawtest.Close(t, m.Apply(x, Value{}), want, 1e-13)
}

// A mixture of all experts is the mean of them by the softmax of the gate; one of the best
// alone is that expert.
func TestMixture(t *testing.T) {
	m, _ := goldenMixture(t)
	l := m.Model.Layers[0].Mixture
	x := random.Normal(random.Key(1), trace.Float64, 2, 3, 12)
	p := fn.Softmax(l.Gate.Apply(x), -1)
	var all, single Value
	best := fn.ArgMax(p, 2)
	for e, expert := range l.Experts {
		y := expert.Apply(x)
		part := fn.Mul(y, fn.ExpandDims(fn.At(p, fn.Every, fn.Every, e), 2))
		chosen := fn.Mask(fn.ExpandDims(fn.Equal(best, fn.FullLike(best, float64(e))), 2), y)
		if e == 0 {
			all, single = part, chosen
			continue
		}
		all, single = fn.Add(all, part), fn.Add(single, chosen)
	}
	l.Best = 4
	lawtest.Close(t, l.Apply(x), all, 1e-13)
	l.Best = 1
	lawtest.Close(t, l.Apply(x), single, 1e-13)
}

// The head of a masked model, written with the functions of package fn.
func TestMaskedHead(t *testing.T) {
	m := tinyMasked()
	m.Cls.Predictions.Bias = random.Normal(random.Key(2), trace.Float64, 23)
	x := ids(1, 2, 4)
	h := m.Cls.Predictions.Transform
	y := fn.GELU(fn.Add(fn.MatMul(m.BERT.Apply(x, Value{}), fn.Transpose(h.Dense.Weight, 1, 0)), h.Dense.Bias))
	y = fn.LayerNorm(y, h.LayerNorm.Weight, h.LayerNorm.Bias, 1e-12, 1)
	want := fn.Add(fn.MatMul(y, fn.Transpose(m.BERT.Embeddings.WordEmbeddings.Weight, 1, 0)), m.Cls.Predictions.Bias)
	lawtest.Close(t, m.Apply(x, Value{}), want, 1e-13)
}
