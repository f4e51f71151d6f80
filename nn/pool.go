package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// MaxPool is the largest element of each window, see [fn.MaxPool]. For windows along two
// axes its kind is pool.max.2d.
type MaxPool struct {
	Path   string
	Config fn.MaxPoolConfig
}

// Apply maps x[n c s...] to [n c ...].
func (l MaxPool) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindMaxPool.WithRank(len(l.Config.Kernel)), l.Path, func(x trace.Value) trace.Value { return fn.MaxPool(x, l.Config) }, x)
}

// AvgPool is the mean of each window, see [fn.AvgPool]. For windows along two axes its
// kind is pool.avg.2d.
type AvgPool struct {
	Path   string
	Config fn.AvgPoolConfig
}

// Apply maps x[n c s...] to [n c ...].
func (l AvgPool) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindAvgPool.WithRank(len(l.Config.Kernel)), l.Path, func(x trace.Value) trace.Value { return fn.AvgPool(x, l.Config) }, x)
}

// AdaptiveAvgPool is the mean of windows that divide each spatial axis into the given
// number of parts, see [fn.AdaptiveAvgPool]. For two axes its kind is pool.avg.2d.
type AdaptiveAvgPool struct {
	Path string
	Size []int // one for each spatial axis
}

// Apply maps x[n c s...] to [n c size...].
func (l AdaptiveAvgPool) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindAvgPool.WithRank(len(l.Size)), l.Path, func(x trace.Value) trace.Value { return fn.AdaptiveAvgPool(x, l.Size...) }, x)
}

// AdaptiveMaxPool is the largest element of windows that divide each spatial axis into
// the given number of parts, see [fn.AdaptiveMaxPool]. For two axes its kind is
// pool.max.2d.
type AdaptiveMaxPool struct {
	Path string
	Size []int // one for each spatial axis
}

// Apply maps x[n c s...] to [n c size...].
func (l AdaptiveMaxPool) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindMaxPool.WithRank(len(l.Size)), l.Path, func(x trace.Value) trace.Value { return fn.AdaptiveMaxPool(x, l.Size...) }, x)
}
