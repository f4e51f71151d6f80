package text

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// most is the largest number of a config. Products of a few such numbers with small ones
// are still an int; that the arrays would be too large is reported where they are made.
const most = 1 << 24

// mostBlocks is far more than any published model has. A slip of a digit must not use up
// all memory.
const mostBlocks = 1000

// number is a field of a config by its name in config.json.
type number struct {
	name  string
	value int
	limit int // 0 means most
}

// checkNumbers panics unless each number is from 1 to its limit.
func checkNumbers(of string, numbers ...number) {
	for _, n := range numbers {
		limit := n.limit
		if limit == 0 {
			limit = most
		}
		if n.value < 1 || n.value > limit {
			panic(trace.Errorf("%s: %s is %d: want a number from 1 to %d", of, n.name, n.value, limit))
		}
	}
}

// checkEpsilon panics unless an epsilon is at least 0 and finite.
func checkEpsilon(of, name string, epsilon float64) {
	if !(epsilon >= 0 && epsilon < 1) {
		panic(trace.Errorf("%s: %s is %v: want at least 0 and less than 1", of, name, epsilon))
	}
}

// activationOf returns the activation that config.json names.
func activationOf(of, name string) nn.Activation {
	switch name {
	case "gelu":
		return nn.GELU()
	case "gelu_new", "gelu_pytorch_tanh":
		return nn.GELUTanh()
	case "silu", "swish":
		return nn.SiLU()
	case "relu":
		return nn.ReLU()
	}
	panic(trace.Errorf("%s: the activation %q is not known: want gelu, gelu_new, gelu_pytorch_tanh, silu or relu", of, name))
}

// linear returns a layer of f32 zeros, with a bias or without.
func linear(in, out int, bias bool) nn.Linear {
	l := nn.NewLinear(in, out)
	if !bias {
		return l.WithoutBias()
	}
	return l
}

// layerNorm returns a normalization of vectors.
func layerNorm(width int, epsilon float64) nn.LayerNorm {
	l := nn.NewLayerNorm(width)
	l.Epsilon = epsilon
	return l
}

// rmsNorm returns a normalization of vectors.
func rmsNorm(width int, epsilon float64) nn.RMSNorm {
	l := nn.NewRMSNorm(width)
	l.Epsilon = epsilon
	return l
}

// tied maps x[... width] to scores of the rows of a table [numbers width], as a layer of
// its own path.
func tied(path string, x, table trace.Value) trace.Value {
	return nn.Linear{Path: path, Weight: table}.Apply(x)
}

// last returns the vectors of the last token of x[n t d], [n d].
func last(x trace.Value) trace.Value {
	return fn.Squeeze(fn.Slice(x, fn.SliceConfig{Start: []int{0, x.Dim(1) - 1}}), 1)
}
