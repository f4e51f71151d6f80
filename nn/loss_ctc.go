package nn

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// CTCConfig is the way to compute [CTC].
type CTCConfig struct {
	// Reduction; the mean divides the loss of each sequence by its number of labels, at
	// least 1, before the mean over the batch is taken, as PyTorch does.
	Reduction Reduction
	// Blank is the class that stands for no label.
	Blank int
	// ZeroInfinity makes the loss of a sequence of labels that no alignment can produce 0
	// instead of +Inf.
	ZeroInfinity bool
}

// CTC is the negative log probability of sequences of labels under frames of independent
// predictions, summed over all alignments: paths that give the labels if repetitions are
// merged and then blanks are removed. It takes the logarithms of the probabilities,
// logP[t n k], labels[n s], and for each sequence the number of its frames, frames[n], and
// of its labels, lengths[n]; all but logP are of i32 or i64. Frames and labels beyond these
// numbers do not count. The number of frames is at most t, that of labels at most s.
//
// An impossible sequence, longer than its frames allow, costs +Inf, and its slope is 0.
// Probabilities of 0 have the slope 0, too. Derivatives are those with respect to logP, all
// taken as free. Through a LogSoftmax they are PyTorch's.
//
// It panics with a *trace.Error if the shapes do not fit.
//
// Graves et al., "Connectionist Temporal Classification: Labelling Unsegmented Sequence
// Data with Recurrent Neural Networks", ICML 2006.
func CTC(logP, labels, frames, lengths trace.Value, c ...CTCConfig) trace.Value {
	defer trace.Naming("nn.CTC", logP, labels, frames, lengths)
	config := configOf(c)
	if logP.Rank() != 3 || labels.Rank() != 2 || frames.Rank() != 1 || lengths.Rank() != 1 || !logP.DType().IsFloat() ||
		!labels.DType().IsInt() || !frames.DType().IsInt() || !lengths.DType().IsInt() ||
		labels.Dim(0) != logP.Dim(1) || frames.Dim(0) != logP.Dim(1) || lengths.Dim(0) != logP.Dim(1) {
		panic(trace.Errorf("want logP[t n k] of floats, and labels[n s], frames[n] and lengths[n] of i32 or i64"))
	}
	if config.Blank < 0 || config.Blank >= logP.Dim(2) {
		panic(trace.Errorf("the blank is class %d of %d", config.Blank, logP.Dim(2)))
	}
	s := alignmentOf(labels, lengths, config.Blank)
	logs := s.run(fn.ClampMin(logP, never), fn.Cast(frames, trace.Int64))
	possible := fn.Greater(logs, fn.FullLike(logs, never/10))
	none := fn.ZerosLike(logs)
	if !config.ZeroInfinity {
		none = fn.FullLike(logs, math.Inf(1))
	}
	losses := fn.Where(possible, fn.Neg(fn.Mask(possible, logs)), none)
	return config.Reduction.of(losses, func() trace.Value {
		return fn.MeanAll(fn.Div(losses, fn.Cast(fn.ClampMin(s.lengths, 1), losses.DType())))
	})
}

// never is the logarithm of a probability of 0. It is finite, so that differences of two
// of them are not NaN, and far from what any number of frames adds up to.
const never = -1e30

// alignment is what the states of the recursion are: the labels with a blank before,
// between and behind them.
type alignment struct {
	classes trace.Value // i64[n 2s+1]
	skips   trace.Value // bool[n 2s+1]: the blank before the state may be left out
	lengths trace.Value // i64[n]
}

func alignmentOf(labels, lengths trace.Value, blank int) alignment {
	labels, lengths = fn.Cast(labels, trace.Int64), fn.Cast(lengths, trace.Int64)
	n, s := labels.Dim(0), labels.Dim(1)
	position := fn.IotaLike(labels, trace.TypeOf(trace.Int64, n, s), 1)
	blanks := fn.FullLike(labels, float64(blank))
	labels = fn.Where(fn.Less(position, fn.ExpandDims(lengths, 1)), labels, blanks)
	pairs := fn.Reshape(fn.Stack(2, blanks, labels), n, 2*s)
	classes := fn.Concat(1, pairs, fn.FillAs(labels, trace.TypeOf(trace.Int64, n, 1), float64(blank)))
	// What is not blank follows its like without a blank only if they differ.
	differs := fn.NotEqual(classes, shifted(classes, 2, float64(blank)))
	return alignment{classes, fn.And(differs, fn.NotEqual(classes, fn.FullLike(classes, float64(blank)))), lengths}
}

// shifted moves x[n m] by some places along axis 1, and fills the gap.
func shifted(x trace.Value, by int, fill float64) trace.Value {
	gap := fn.FillAs(x, trace.TypeOf(x.DType(), x.Dim(0), by), fill)
	m := x.Dim(1)
	return fn.Slice(fn.Concat(1, gap, x), fn.SliceConfig{Start: []int{0, 0}, Stop: []int{x.Dim(0), m}})
}

// run returns the log probability of each sequence of the batch.
func (a alignment) run(logP, frames trace.Value) trace.Value {
	t, n, states := logP.Dim(0), logP.Dim(1), a.classes.Dim(1)
	index := fn.BroadcastTo(a.classes, t, n, states)
	type row struct{ Emitted, Time trace.Value }
	rows := row{fn.TakeAlong(logP, index, 2), fn.IotaLike(frames, trace.TypeOf(trace.Int64, t), 0)}
	// Before the first frame the path is at the first blank: it stays there, or goes on to
	// the first label.
	first := fn.IotaLike(a.classes, trace.TypeOf(trace.Int64, n, states), 1)
	start := fn.Less(first, fn.FullLike(first, 1))
	impossible := fn.FillAs(logP, trace.TypeOf(logP.DType(), n, states), never)
	step := func(alpha trace.Value, r row) (trace.Value, struct{}) {
		skip := fn.Where(a.skips, shifted(alpha, 2, never), impossible)
		reached := fn.LogSumExp(fn.Stack(0, alpha, shifted(alpha, 1, never), skip), 0)
		goes := fn.ExpandDims(fn.Less(r.Time, frames), 1)
		return fn.Where(goes, fn.Add(reached, r.Emitted), alpha), struct{}{}
	}
	alpha, _ := transforms.Scan(step)(fn.Where(start, fn.ZerosLike(impossible), impossible), rows)
	end := fn.ExpandDims(fn.Mul(a.lengths, fn.Cast(fn.Scalar(2), trace.Int64)), 1)
	blank := fn.TakeAlong(alpha, end, 1)
	label := fn.TakeAlong(alpha, fn.ClampMin(fn.Sub(end, fn.OnesLike(end)), 0), 1)
	some := fn.Greater(end, fn.ZerosLike(end))
	label = fn.Where(some, label, fn.FullLike(label, never))
	return fn.LogSumExp(fn.Concat(1, blank, label), 1)
}
