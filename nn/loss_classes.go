package nn

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ClassConfig is the way to compute [CrossEntropy] and [NLL].
type ClassConfig struct {
	Reduction Reduction
	// Axis is the axis of the classes; 0 means 1, as in PyTorch. A negative one counts
	// from the end.
	Axis int
	// Smoothing is the part ε of the target, 0 ≤ ε ≤ 1, that is spread over all classes
	// alike.
	//
	// Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR
	// 2016.
	Smoothing float64
	// Weight has a factor for each class, [k]; absent means 1. The mean over labels is
	// weighted, too.
	Weight trace.Value
	// Ignore lists labels, of any value, that do not count: neither in a sum nor in a
	// mean. PyTorch ignores -100. The mean of no labels is NaN.
	Ignore []int
}

// CrossEntropy is -log softmax(logits)[label] for logits[n k s...] and labels[n s...] in
// i32 or i64, each at least 0 and less than k. A label out of range is an error when it
// runs. Targets that have the type of the logits are soft: they are the probabilities t of
// the classes, and the loss is -Σ_c t_c log softmax(logits)_c. CrossEntropy panics with a
// *trace.Error if the shapes do not fit.
func CrossEntropy(logits, target trace.Value, c ...ClassConfig) trace.Value {
	defer trace.Naming("nn.CrossEntropy", logits, target)
	config := configOf(c)
	axis := config.axis(logits)
	return config.loss(fn.LogSoftmax(logits, axis), target, axis)
}

// NLL is [CrossEntropy] of logarithms of probabilities, as [fn.LogSoftmax] gives, in the
// place of logits.
func NLL(logP, target trace.Value, c ...ClassConfig) trace.Value {
	defer trace.Naming("nn.NLL", logP, target)
	config := configOf(c)
	return config.loss(logP, target, config.axis(logP))
}

// axis returns the axis of the classes, counted from the front.
func (c ClassConfig) axis(logits trace.Value) int {
	axis := c.Axis
	switch {
	case axis == 0:
		axis = 1
	case axis < 0:
		axis += logits.Rank()
	}
	if axis < 0 || axis >= logits.Rank() || !logits.DType().IsFloat() {
		panic(trace.Errorf("the classes are on axis %d of %v: want floats, [n k ...] without an Axis", c.Axis, logits.Type()))
	}
	return axis
}

func (c ClassConfig) loss(logP, target trace.Value, axis int) trace.Value {
	k := logP.Dim(axis)
	if !(c.Smoothing >= 0 && c.Smoothing <= 1) {
		panic(trace.Errorf("the smoothing is %v, want a number from 0 to 1", c.Smoothing))
	}
	if w := c.Weight; !w.IsAbsent() && (w.Rank() != 1 || w.Dim(0) != k || w.DType() != logP.DType()) {
		panic(trace.Errorf("the weight is %v, want %v[%d], a factor for each class", w.Type(), logP.DType(), k))
	}
	last := moveLast(logP, axis)
	switch rows := slices.Concat(logP.Shape()[:axis], logP.Shape()[axis+1:]); {
	case target.Type().Equal(logP.Type()):
		return c.soft(last, moveLast(target, axis))
	case target.DType().IsInt() && slices.Equal(target.Shape(), rows):
		return c.hard(last, target)
	}
	panic(trace.Errorf("want logits[n k] and labels[n] of i32 or i64, the classes' numbers, or probabilities of the logits' type"))
}

// moveLast moves an axis to the end.
func moveLast(x trace.Value, axis int) trace.Value {
	if axis == x.Rank()-1 {
		return x
	}
	var perm []int
	for i := range x.Rank() {
		if i != axis {
			perm = append(perm, i)
		}
	}
	return fn.Transpose(x, append(perm, axis)...)
}

// soft is the loss for targets p[... k].
func (c ClassConfig) soft(logP, p trace.Value) trace.Value {
	if len(c.Ignore) > 0 {
		panic(trace.Errorf("Ignore lists labels, but the target has probabilities"))
	}
	if c.Smoothing != 0 {
		even := fn.Scalar(c.Smoothing / float64(logP.Dim(-1)))
		p = fn.Add(fn.Mul(p, fn.Scalar(1-c.Smoothing)), even)
	}
	losses := fn.Neg(fn.Sum(fn.Mul(p, c.weighted(logP)), -1))
	return c.Reduction.of(losses, func() trace.Value { return fn.MeanAll(losses) })
}

// weighted multiplies what is there for each class by the weight of the class.
func (c ClassConfig) weighted(x trace.Value) trace.Value {
	if c.Weight.IsAbsent() {
		return x
	}
	return fn.Mul(x, c.Weight)
}

// hard is the loss for labels[...]. The weights of the labels are 0 where they are
// ignored.
func (c ClassConfig) hard(logP, labels trace.Value) trace.Value {
	kept := fn.Equal(labels, labels)
	for _, ignored := range c.Ignore {
		kept = fn.And(kept, fn.NotEqual(labels, fn.FullLike(labels, float64(ignored))))
	}
	labels = fn.Where(kept, labels, fn.ZerosLike(labels))
	losses := fn.Neg(fn.Squeeze(fn.TakeAlong(c.weighted(logP), fn.ExpandDims(labels, -1), -1), -1))
	if c.Smoothing != 0 {
		even := fn.Neg(fn.Mean(c.weighted(logP), -1))
		losses = fn.Add(fn.Mul(losses, fn.Scalar(1-c.Smoothing)), fn.Mul(even, fn.Scalar(c.Smoothing)))
	}
	if len(c.Ignore) > 0 {
		losses = fn.Mask(kept, losses)
	}
	return c.Reduction.of(losses, func() trace.Value {
		if len(c.Ignore) == 0 && c.Weight.IsAbsent() {
			return fn.MeanAll(losses)
		}
		weights := fn.OnesLike(losses)
		if !c.Weight.IsAbsent() {
			weights = fn.Take(c.Weight, labels, 0)
		}
		return fn.Div(fn.SumAll(losses), fn.SumAll(fn.Mask(kept, weights)))
	})
}

// BinaryConfig is the way to compute [BinaryCrossEntropy].
type BinaryConfig struct {
	Reduction Reduction
	// Weight is a factor of each loss, in a shape that broadcasts to the logits'; absent
	// means 1.
	Weight trace.Value
	// PosWeight is a factor of the part of a loss that comes from its target, in a shape
	// that broadcasts to the logits'; absent means 1. Above 1 it favors recall.
	PosWeight trace.Value
}

// BinaryCrossEntropy is the cross-entropy of independent yes-no questions, given the
// logits of yes and, as the target, the probability t of each:
//
//	-(p t log sigmoid(logit) + (1 - t) log(1 - sigmoid(logit)))   with p = PosWeight.
//
// It is accurate for logits of any size, and panics with a *trace.Error if the two types
// differ.
func BinaryCrossEntropy(logits, target trace.Value, c ...BinaryConfig) trace.Value {
	defer trace.Naming("nn.BinaryCrossEntropy", logits, target)
	mustAgree(logits, target)
	config := configOf(c)
	yes := target
	if !config.PosWeight.IsAbsent() {
		yes = fn.Mul(target, broadcasts("PosWeight", config.PosWeight, logits))
	}
	no := fn.Sub(fn.Scalar(1), target)
	losses := fn.Neg(fn.Add(fn.Mul(yes, fn.LogSigmoid(logits)), fn.Mul(no, fn.LogSigmoid(fn.Neg(logits)))))
	if !config.Weight.IsAbsent() {
		losses = fn.Mul(losses, broadcasts("Weight", config.Weight, logits))
	}
	return reduced(losses, []Reduction{config.Reduction})
}

// broadcasts returns a factor in the shape of x.
func broadcasts(what string, factor, x trace.Value) trace.Value {
	shape, err := fn.BroadcastShapes(factor.Shape(), x.Shape())
	if err != nil || !slices.Equal(shape, x.Shape()) || factor.DType() != x.DType() {
		panic(trace.Errorf("%s is %v, want a shape that broadcasts to %v", what, factor.Type(), x.Type()))
	}
	return fn.BroadcastTo(factor, shape...)
}

// Hinge is the margin loss of scores[n k] for labels[n] in i32 or i64,
//
//	1/k Σ_{j ≠ label} max(0, margin - score_label + score_j),
//
// with slope 0 at a kink. PyTorch's multi_margin_loss has a margin of 1. A label out of
// range is an error when it runs. Hinge panics with a *trace.Error if the shapes do not
// fit.
//
// Crammer and Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector
// Machines", JMLR 2, 2001, have the largest summand in the place of the sum.
func Hinge(scores, labels trace.Value, margin float64, r ...Reduction) trace.Value {
	defer trace.Naming("nn.Hinge", scores, labels)
	if scores.Rank() != 2 || labels.Rank() != 1 || scores.Dim(0) != labels.Dim(0) || !labels.DType().IsInt() || !scores.DType().IsFloat() {
		panic(trace.Errorf("want scores[n k] of floats and labels[n] of i32 or i64, the classes' numbers"))
	}
	chosen := fn.TakeAlong(scores, fn.ExpandDims(labels, 1), 1)
	over := fn.ReLU(fn.Add(fn.Sub(scores, chosen), fn.Scalar(margin)))
	others := fn.Equal(fn.OneHot(labels, scores.Dim(1), scores.DType()), fn.ZerosLike(scores))
	return reduced(fn.Mean(fn.Mask(others, over), 1), r)
}
