package nn

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// CosineSimilarity is the cosine of the angle between a and b along an axis,
//
//	a·b / (max(‖a‖, 1e-8) max(‖b‖, 1e-8)),
//
// of values of one type. The result does not have the axis. The cosine with a vector of
// zeros is 0. It panics with a *trace.Error if the types differ.
func CosineSimilarity(a, b trace.Value, axis int) trace.Value {
	defer trace.Naming("nn.CosineSimilarity", a, b)
	mustAgree(a, b)
	inverse := func(x trace.Value) trace.Value {
		return fn.Rsqrt(fn.ClampMin(fn.Sum(fn.Square(x), axis), 1e-16))
	}
	return fn.Mul(fn.Sum(fn.Mul(a, b), axis), fn.Mul(inverse(a), inverse(b)))
}

// CosineEmbedding asks pairs of vectors a[... d], b[... d] to be alike or not, by their
// cosine and a sign[...] for each pair:
//
//	1 - cos               where the sign is positive,
//	max(0, cos - margin)  elsewhere.
//
// PyTorch's margin is 0. It panics with a *trace.Error if the shapes do not fit.
func CosineEmbedding(a, b, sign trace.Value, margin float64, r ...Reduction) trace.Value {
	defer trace.Naming("nn.CosineEmbedding", a, b, sign)
	if mustAgree(a, b); a.Rank() == 0 || !slices.Equal(sign.Shape(), a.Shape()[:a.Rank()-1]) || !sign.DType().IsFloat() && !sign.DType().IsInt() {
		panic(trace.Errorf("want a[... d], b[... d] and a sign[...] for each pair, 1 or -1"))
	}
	cos := CosineSimilarity(a, b, -1)
	alike := fn.Greater(sign, fn.ZerosLike(sign))
	return reduced(fn.Where(alike, fn.Sub(fn.Scalar(1), cos), fn.ReLU(fn.Sub(cos, fn.Scalar(margin)))), r)
}

// Triplet asks each anchor[... d] to be closer to the positive[... d] than to the
// negative[... d], by a margin:
//
//	max(0, ‖anchor - positive + 1e-6‖ - ‖anchor - negative + 1e-6‖ + margin).
//
// As in PyTorch, whose margin is 1, the small number is added to each element, which keeps
// the distance of equal vectors from having a kink. It panics with a *trace.Error if the
// types differ.
//
// Schroff, Kalenichenko and Philbin, "FaceNet: A Unified Embedding for Face Recognition and
// Clustering", CVPR 2015.
func Triplet(anchor, positive, negative trace.Value, margin float64, r ...Reduction) trace.Value {
	defer trace.Naming("nn.Triplet", anchor, positive, negative)
	if mustAgree(anchor, positive); anchor.Rank() == 0 {
		panic(trace.Errorf("want vectors along the last axis, got scalars"))
	}
	mustAgree(anchor, negative)
	distance := func(x trace.Value) trace.Value {
		return fn.Sqrt(fn.Sum(fn.Square(fn.Add(fn.Sub(anchor, x), fn.Scalar(1e-6))), -1))
	}
	return reduced(fn.ReLU(fn.Add(fn.Sub(distance(positive), distance(negative)), fn.Scalar(margin))), r)
}
