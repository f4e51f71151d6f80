package nn

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Embedding is a table of vectors, one for each number. Its kind is embedding.
type Embedding struct {
	Path   string
	Weight trace.Value // [numbers width]
	// Padding lists numbers whose vectors training leaves alone: their slope is 0.
	Padding []int
}

// NewEmbedding returns a layer of f32 zeros. [Load] or [Init] fills it.
func NewEmbedding(numbers, width int) Embedding {
	defer trace.Naming("nn.NewEmbedding")
	return Embedding{Weight: zeros(numbers, width)}
}

// Apply maps numbers x[n ...] in i32 or i64 to vectors, [n ... width]. A number that is not
// in the table is an error when it runs.
func (l Embedding) Apply(x trace.Value) trace.Value {
	type table struct{ Weight trace.Value }
	return apply(trace.KindEmbedding, l.Path, func(x trace.Value, w table) trace.Value {
		y := fn.Take(w.Weight, x, 0)
		if len(l.Padding) == 0 {
			return y
		}
		learned := fn.Equal(x, x)
		for _, number := range l.Padding {
			learned = fn.And(learned, fn.NotEqual(x, fn.FullLike(x, float64(number))))
		}
		learned = fn.BroadcastTo(fn.ExpandDims(learned, -1), y.Shape()...)
		return fn.Where(learned, y, transforms.StopGradient(y))
	}, x, table{l.Weight})
}

// Init draws from the standard normal distribution, as PyTorch does, and sets the vectors
// of Padding to 0.
func (l Embedding) Init(key trace.Value) Layer {
	t := l.Weight.Type()
	if t.Rank() != 2 {
		panic(trace.Errorf("%s has a weight %v: want [numbers width]", describe("Embedding", l.Path), t))
	}
	drawn := random.Normal(key, t.DType, t.Shape...)
	rows := make([]bool, t.Shape[0])
	for i := range rows {
		rows[i] = !slices.Contains(l.Padding, i)
	}
	l.Weight = fn.Mask(fn.BroadcastTo(fn.ExpandDims(trace.New(rows), 1), t.Shape...), drawn)
	return l
}
