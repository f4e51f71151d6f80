package main

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// graphAttrs are the attributes of all kinds of nodes.
type graphAttrs struct {
	Dim         int
	Factor      float64
	Value       fillNumber
	TransposeA  bool `json:"transpose_a"`
	TransposeB  bool `json:"transpose_b"`
	Approximate string
	Eps         float64
	KeepDim     bool
	Start, End  int
	Index       int
	K, Repeats  int
	Shape, Perm []int

	// These say what the parameters say, too.
	Normalized  []int `json:"normalized_shape"`
	Bias        bool
	InFeatures  int  `json:"in_features"`
	OutFeatures int  `json:"out_features"`
	NF          int  `json:"nf"`
	NX          int  `json:"nx"`
	InChannels  int  `json:"in_channels"`
	OutChannels int  `json:"out_channels"`
	KernelSize  ints `json:"kernel_size"`
	Stride      ints
	Padding     ints
	Rows        int `json:"num_embeddings"`
	Columns     int `json:"embedding_dim"`

	mask trace.Value
}

// fillNumber is a number or "-inf".
type fillNumber float64

func (f *fillNumber) UnmarshalJSON(b []byte) error {
	if string(b) == `"-inf"` {
		*f = fillNumber(math.Inf(-1))
		return nil
	}
	return json.Unmarshal(b, (*float64)(f))
}

// graphKind is an operation of a node. operands is how many inputs it has, 0 for any
// number.
type graphKind struct {
	kind     trace.Kind
	operands int
	weighted bool
	run      func(a graphAttrs, w weights, in []trace.Value) trace.Value
}

func ofOne(kind trace.Kind, f func(a graphAttrs, x trace.Value) trace.Value) graphKind {
	return graphKind{kind, 1, false, func(a graphAttrs, _ weights, in []trace.Value) trace.Value { return f(a, in[0]) }}
}

func withWeights(kind trace.Kind, f func(a graphAttrs, w weights, x trace.Value) trace.Value) graphKind {
	return graphKind{kind, 1, true, func(a graphAttrs, w weights, in []trace.Value) trace.Value { return f(a, w, in[0]) }}
}

// graphKinds are the kinds of nodes, with PyTorch's meaning.
var graphKinds = map[string]graphKind{
	"Linear": withWeights(trace.KindDense, func(_ graphAttrs, w weights, x trace.Value) trace.Value { return fn.Linear(x, w.Weight, w.Bias) }),
	"Conv1D": withWeights(trace.KindDense, func(_ graphAttrs, w weights, x trace.Value) trace.Value {
		return fn.Linear(x, fn.Transpose(w.Weight), w.Bias)
	}),
	"Conv2d": withWeights(trace.KindConvStandard.WithRank(2), func(a graphAttrs, w weights, x trace.Value) trace.Value {
		y := fn.Conv(x, w.Weight, fn.ConvConfig{Stride: a.Stride.over(2), Padding: a.Padding.over(2)})
		if w.Bias.IsAbsent() {
			return y
		}
		return fn.Add(y, fn.Reshape(w.Bias, -1, 1, 1))
	}),
	"Embedding": withWeights(trace.KindEmbedding, func(_ graphAttrs, w weights, x trace.Value) trace.Value { return fn.Take(w.Weight, x, 0) }),
	"LayerNorm": {trace.KindLayerNorm, 1, false, func(a graphAttrs, w weights, in []trace.Value) trace.Value {
		return fn.LayerNorm(in[0], w.Weight, w.Bias, a.Eps, max(1, len(a.Normalized)))
	}},
	"RMSNorm": {trace.KindRMSNorm, 1, false, func(a graphAttrs, w weights, in []trace.Value) trace.Value {
		return fn.RMSNorm(in[0], w.Weight, a.Eps, 1)
	}},
	"Normalize": ofOne(trace.KindNorm, func(a graphAttrs, x trace.Value) trace.Value {
		size := fn.ClampMin(fn.Keep(func(x trace.Value, axes ...int) trace.Value { return fn.Norm(x, 2, axes...) }, x, a.Dim), a.Eps)
		return fn.Div(x, size)
	}),
	"Softmax": ofOne(trace.KindSoftmax, func(a graphAttrs, x trace.Value) trace.Value { return fn.Softmax(x, a.Dim) }),
	"MatMul": {trace.KindMatrixProduct, 2, false, func(a graphAttrs, _ weights, in []trace.Value) trace.Value {
		x, y := in[0], in[1]
		if a.TransposeA {
			x = fn.SwapAxes(x, -1, -2)
		}
		if a.TransposeB {
			y = fn.SwapAxes(y, -1, -2)
		}
		return fn.MatMul(x, y)
	}},
	"Mul":   {trace.KindProduct, 0, false, func(_ graphAttrs, _ weights, in []trace.Value) trace.Value { return folded(fn.Mul, in) }},
	"Add":   {trace.KindAdd, 0, false, func(_ graphAttrs, _ weights, in []trace.Value) trace.Value { return folded(fn.Add, in) }},
	"Scale": ofOne(trace.KindScaling, func(a graphAttrs, x trace.Value) trace.Value { return fn.Scale(x, a.Factor) }),
	"GELU": ofOne(trace.KindActivation+".gelu", func(a graphAttrs, x trace.Value) trace.Value {
		if a.Approximate == "tanh" {
			return fn.GELUTanh(x)
		}
		return fn.GELU(x)
	}),
	"SiLU": ofOne(trace.KindActivation+".silu", func(_ graphAttrs, x trace.Value) trace.Value { return fn.SiLU(x) }),
	"ReLU": ofOne(trace.KindReLU, func(_ graphAttrs, x trace.Value) trace.Value { return fn.ReLU(x) }),
	"Tanh": ofOne(trace.KindActivation+".tanh", func(_ graphAttrs, x trace.Value) trace.Value { return fn.Tanh(x) }),
	"Mean": ofOne(trace.KindMean, func(a graphAttrs, x trace.Value) trace.Value {
		if a.KeepDim {
			return fn.Keep(fn.Mean, x, a.Dim)
		}
		return fn.Mean(x, a.Dim)
	}),
	"SumNormalize": ofOne("normalize.sum", func(a graphAttrs, x trace.Value) trace.Value { return fn.Div(x, fn.Keep(fn.Sum, x, a.Dim)) }),
	"TopKMask":     ofOne(trace.KindMasking, topMask),
	"MaskedFill": ofOne(trace.KindMasking, func(a graphAttrs, x trace.Value) trace.Value {
		return fn.Where(fn.BroadcastTo(fn.Cast(a.mask, trace.Bool), x.Shape()...), fn.FullLike(x, float64(a.Value)), x)
	}),
	"PaddingMask": ofOne("mask.padding", func(a graphAttrs, x trace.Value) trace.Value {
		x = fn.Cast(x, trace.Float64)
		return fn.Reshape(fn.Scale(fn.Sub(fn.Scalar(1), x), float64(a.Value)), x.Dim(0), 1, 1, x.Dim(1))
	}),
	"Reshape":   ofOne(trace.KindShaping+".reshape", func(a graphAttrs, x trace.Value) trace.Value { return fn.Reshape(x, a.Shape...) }),
	"Transpose": ofOne(trace.KindShaping+".transpose", func(a graphAttrs, x trace.Value) trace.Value { return fn.Transpose(x, a.Perm...) }),
	"Slice":     ofOne(trace.KindShaping+".slice", func(a graphAttrs, x trace.Value) trace.Value { return along(x, a.Dim, fn.Span(a.Start, a.End)) }),
	"Select":    ofOne(trace.KindShaping+".select", func(a graphAttrs, x trace.Value) trace.Value { return along(x, a.Dim, a.Index) }),
	"Concat": {trace.KindShaping + ".concat", 0, false, func(a graphAttrs, _ weights, in []trace.Value) trace.Value {
		return fn.Concat(a.Dim, in...)
	}},
	"ExpandLike": {trace.KindShaping + ".expand", 2, false, func(_ graphAttrs, _ weights, in []trace.Value) trace.Value {
		shape := slices.Clone(in[0].Shape())
		shape[0] = in[1].Dim(0)
		return fn.BroadcastTo(in[0], shape...)
	}},
	"RepeatInterleave": ofOne(trace.KindShaping+".repeat", func(a graphAttrs, x trace.Value) trace.Value {
		return fn.Repeat(x, a.Repeats, a.Dim)
	}),
}

func folded(f func(a, b trace.Value) trace.Value, in []trace.Value) trace.Value {
	out := in[0]
	for _, x := range in[1:] {
		out = f(out, x)
	}
	return out
}

// along takes a place or a range of one axis.
func along(x trace.Value, axis int, place any) trace.Value {
	if axis < 0 {
		axis += x.Rank()
	}
	places := make([]any, axis+1)
	for i := range axis {
		places[i] = fn.Every
	}
	places[axis] = place
	return fn.At(x, places...)
}

// topMask keeps the k largest elements along the last axis.
func topMask(a graphAttrs, x trace.Value) trace.Value {
	_, places := fn.TopK(x, a.K, -1, false)
	kept := fn.Any(fn.NotEqual(fn.OneHot(places, x.Dim(-1), trace.Float64), fn.Scalar(0)), -2)
	return fn.Mask(kept, x)
}
