package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Reduction says what a loss makes of the losses of its elements. Every loss takes at
// most one; without one it is their mean.
type Reduction uint8

// The reductions, named mean, sum, none and batchmean in PyTorch.
const (
	// ReduceMean is the mean of all losses.
	ReduceMean Reduction = iota
	// ReduceSum is the sum of all losses.
	ReduceSum
	// ReduceNone keeps the losses as they are.
	ReduceNone
	// ReduceBatch is the sum of all losses, divided by the length of axis 0.
	ReduceBatch
)

// String is PyTorch's name of the reduction.
func (r Reduction) String() string {
	if r > ReduceBatch {
		return "unknown"
	}
	return [...]string{"mean", "sum", "none", "batchmean"}[r]
}

// reduced applies the one reduction of a list that may be empty.
func reduced(losses trace.Value, r []Reduction) trace.Value {
	if len(r) > 1 {
		panic(trace.Errorf("%d reductions: give at most one", len(r)))
	}
	if len(r) == 0 {
		return fn.MeanAll(losses)
	}
	return r[0].of(losses, func() trace.Value { return fn.MeanAll(losses) })
}

// of reduces losses whose mean may be a weighted one.
func (r Reduction) of(losses trace.Value, mean func() trace.Value) trace.Value {
	switch r {
	case ReduceMean:
		return mean()
	case ReduceSum:
		return fn.SumAll(losses)
	case ReduceNone:
		return losses
	case ReduceBatch:
		if losses.Rank() == 0 {
			panic(trace.Errorf("the reduction batchmean of a scalar: it has no axis 0"))
		}
		return fn.Div(fn.SumAll(losses), fn.Scalar(float64(losses.Dim(0))))
	}
	panic(trace.Errorf("the reduction is number %d: want ReduceMean, ReduceSum, ReduceNone or ReduceBatch", uint8(r)))
}

// mustAgree panics unless a prediction and its target have one type, of floats.
func mustAgree(y, target trace.Value) {
	if !y.DType().IsFloat() || !y.Type().Equal(target.Type()) {
		panic(trace.Errorf("want y and a target of one type"))
	}
}

// MeanSquare is (y - target)² of each element. It panics with a *trace.Error if the two
// types differ.
func MeanSquare(y, target trace.Value, r ...Reduction) trace.Value {
	defer trace.Naming("nn.MeanSquare", y, target)
	mustAgree(y, target)
	return reduced(fn.Square(fn.Sub(y, target)), r)
}

// L1 is |y - target| of each element, with slope 0 where they are equal. It panics with a
// *trace.Error if the two types differ.
func L1(y, target trace.Value, r ...Reduction) trace.Value {
	defer trace.Naming("nn.L1", y, target)
	mustAgree(y, target)
	return reduced(fn.Abs(fn.Sub(y, target)), r)
}

// Huber is, for each difference d = y - target,
//
//	d²/2             where |d| ≤ delta,
//	delta (|d| - delta/2) elsewhere.
//
// PyTorch's delta is 1. Huber panics with a *trace.Error if the two types differ, or
// delta is not positive.
//
// Huber, "Robust Estimation of a Location Parameter", Ann. Math. Statist. 35(1), 1964.
func Huber(y, target trace.Value, delta float64, r ...Reduction) trace.Value {
	defer trace.Naming("nn.Huber", y, target)
	mustAgree(y, target)
	if !(delta > 0) {
		panic(trace.Errorf("delta is %v, want a positive number", delta))
	}
	return reduced(huber(fn.Sub(y, target), delta), r)
}

// huber writes the loss by the clamped difference c as c (d - c/2). Its derivative is c,
// and the second is 1 at 0 too.
func huber(d trace.Value, delta float64) trace.Value {
	c := fn.Clamp(d, -delta, delta)
	return fn.Mul(c, fn.Sub(d, fn.Mul(c, fn.Scalar(0.5))))
}

// SmoothL1 is [Huber] divided by beta: its slope is 1 far out. With beta = 0 it is [L1].
// PyTorch's beta is 1. It panics with a *trace.Error if the two types differ, or beta is
// negative.
func SmoothL1(y, target trace.Value, beta float64, r ...Reduction) trace.Value {
	defer trace.Naming("nn.SmoothL1", y, target)
	mustAgree(y, target)
	if !(beta >= 0) {
		panic(trace.Errorf("beta is %v, want at least 0", beta))
	}
	d := fn.Sub(y, target)
	if beta == 0 {
		return reduced(fn.Abs(d), r)
	}
	return reduced(fn.Div(huber(d, beta), fn.Scalar(beta)), r)
}

// PoissonNLL is the negative log likelihood of counts under Poisson distributions with
// the logarithms of their rates, without the term log target!:
//
//	exp(logRate) - target · logRate.
//
// It panics with a *trace.Error if the two types differ.
func PoissonNLL(logRate, target trace.Value, r ...Reduction) trace.Value {
	defer trace.Naming("nn.PoissonNLL", logRate, target)
	mustAgree(logRate, target)
	return reduced(fn.Sub(fn.Exp(logRate), fn.Mul(target, logRate)), r)
}

// GaussianNLL is the negative log likelihood of targets under normal distributions,
// without the constant log(2π)/2:
//
//	(log v + (mean - target)²/v) / 2   with v = max(variance, 1e-6).
//
// It panics with a *trace.Error if the types differ.
//
// Nix and Weigend, "Estimating the Mean and Variance of the Target Probability
// Distribution", ICNN 1994.
func GaussianNLL(mean, variance, target trace.Value, r ...Reduction) trace.Value {
	defer trace.Naming("nn.GaussianNLL", mean, variance, target)
	mustAgree(mean, target)
	mustAgree(mean, variance)
	v := fn.ClampMin(variance, 1e-6)
	return reduced(fn.Mul(fn.Add(fn.Log(v), fn.Div(fn.Square(fn.Sub(mean, target)), v)), fn.Scalar(0.5)), r)
}

// KLConfig is the way to compute [KLDivergence].
type KLConfig struct {
	Reduction Reduction
	// LogTarget says that the target holds logarithms of probabilities too.
	LogTarget bool
}

// KLDivergence is the summands p (log p - log q) of the Kullback-Leibler divergence of a
// distribution q from a target p, given log q and, unless LogTarget, p itself: the order
// and the meaning of PyTorch's kl_div. At p = 0 the product p log p is 0, and so is
// its slope. The divergence itself, per element of a batch, is ReduceBatch. KLDivergence
// panics with a *trace.Error if the two types differ.
func KLDivergence(logQ, target trace.Value, c ...KLConfig) trace.Value {
	defer trace.Naming("nn.KLDivergence", logQ, target)
	mustAgree(logQ, target)
	config := configOf(c)
	if config.LogTarget {
		return reduced(fn.Mul(fn.Exp(target), fn.Sub(target, logQ)), []Reduction{config.Reduction})
	}
	some := fn.Greater(target, fn.ZerosLike(target))
	logP := fn.Log(fn.Where(some, target, fn.OnesLike(target)))
	return reduced(fn.Mul(target, fn.Sub(logP, logQ)), []Reduction{config.Reduction})
}

// configOf returns the one config of a list that may be empty.
func configOf[C any](list []C) C {
	var none C
	switch len(list) {
	case 0:
		return none
	case 1:
		return list[0]
	}
	panic(trace.Errorf("%d configs: give at most one", len(list)))
}
