package random

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
)

// MultivariateNormal draws vectors from the normal distribution with the mean mean[... n] and
// the covariance cov[... n n]: y[shape... b... n], where the axes b before those of a vector
// broadcast. It is mean + l z for normal numbers z and the [linalg.Cholesky] factor l of cov,
// and has derivatives with respect to both. A covariance that is not positive definite is an
// error, or NaN in a compiled function, as there.
func MultivariateNormal(key, mean, cov trace.Value, shape ...int) trace.Value {
	defer trace.Naming("multivariate_normal", key, mean, cov)
	mean, cov = parameters("multivariate_normal", mean, cov)
	in := []trace.Value{key, mean, cov}
	if mean.Rank() == 0 || cov.Rank() < 2 || mean.Dim(-1) != cov.Dim(-1) {
		trace.Refuse("multivariate_normal", in, "want a mean[... n] and a covariance[... n n]")
	}
	if mean.DType() != cov.DType() {
		trace.Refuse("multivariate_normal", in, "dtypes differ: %v and %v; convert one of them with fn.Cast", mean.DType(), cov.DType())
	}
	n := mean.Dim(-1)
	batch, err := fn.BroadcastShapes(mean.Shape()[:mean.Rank()-1], cov.Shape()[:cov.Rank()-2])
	if err != nil {
		trace.Refuse("multivariate_normal", in, "batch axes: %v", err)
	}
	l := linalg.Cholesky(cov)
	z := Normal(key, mean.DType(), slices.Concat(shape, batch, []int{n})...)
	return fn.Add(mean, fn.Squeeze(fn.MatMul(l, fn.ExpandDims(z, -1)), -1))
}

// Orthogonal draws orthogonal matrices, y[shape... n n], each as likely as any other: the q
// of the [linalg.QR] decomposition of normal numbers, with columns of the signs of r's
// diagonal. Mezzadri, "How to Generate Random Matrices from the Classical Compact Groups",
// 2007.
func Orthogonal(key trace.Value, d trace.DType, n int, shape ...int) trace.Value {
	defer trace.Naming("orthogonal", key)
	if !d.IsFloat() || n < 0 {
		trace.Refuse("orthogonal", []trace.Value{key}, "there are no orthogonal matrices of %d rows of %v: want f32 or f64", n, d)
	}
	q, r := linalg.QR(Normal(key, d, slices.Concat(shape, []int{n, n})...))
	negative := fn.Less(fn.Sum(fn.Mul(r, fn.Eye(d, n)), -1), fn.Scalar(0))
	signs := fn.Where(negative, fn.FillAs(q, trace.TypeOf(d, negative.Shape()...), -1), fn.Scalar(1))
	return fn.Mul(q, fn.ExpandDims(signs, -2))
}
