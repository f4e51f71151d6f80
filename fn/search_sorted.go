package fn

import (
	"fmt"
	"slices"
	"sort"

	"github.com/pullback-go/pullback/trace"
)

// SearchSorted finds where elements of x would go into sorted[n], a vector in ascending
// order with NaN last: the number of elements of it that are less than each element of x;
// with right, that are less or equal. The result is i64 in the shape of x, and has no
// derivative. It takes log n comparisons for each element. The order of sorted is not
// verified.
func SearchSorted(sorted, x trace.Value, right bool) trace.Value {
	defer trace.Naming("search_sorted", sorted, x)
	pair := together(sorted, x)
	return trace.Bind1(searchSorted{0, right}, pair...)
}

// searchSorted is SearchSorted for sorted[b... n] and x[b... s...], where the first Leading
// axes are the same and go together.
type searchSorted struct {
	Leading int
	Right   bool
}

func (searchSorted) Name() string { return "search_sorted" }

func (op searchSorted) Infer(in []trace.Type) ([]trace.Type, error) {
	sorted, x := in[0], in[1]
	if err := wantNumbers(sorted); err != nil {
		return nil, err
	}
	if sorted.DType != x.DType {
		return nil, fmt.Errorf("dtypes differ: %v and %v; convert one of them with fn.Cast", sorted.DType, x.DType)
	}
	if sorted.Rank() != op.Leading+1 {
		return nil, fmt.Errorf("what is searched in is %v: want a vector", sorted)
	}
	if x.Rank() < op.Leading || !slices.Equal(sorted.Shape[:op.Leading], x.Shape[:op.Leading]) {
		return nil, fmt.Errorf("the first %d axes of %v and %v differ", op.Leading, sorted, x)
	}
	return []trace.Type{trace.TypeOf(trace.Int64, x.Shape...)}, nil
}

func (op searchSorted) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), search[int32], search[int64], search[float32], search[float64])(op, in, trace.Elems[int64](out[0]))
}

func search[T number](op searchSorted, in []*trace.Array, y []int64) {
	all, x := trace.Elems[T](in[0]), trace.Elems[T](in[1])
	n := in[0].Shape()[op.Leading]
	each := volume(in[1].Shape()[op.Leading:])
	inBlocks(len(y), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			sorted := all[i/each*n:][:n]
			y[i] = int64(sort.Search(n, func(k int) bool {
				c := order(sorted[k], x[i])
				return c > 0 || c == 0 && !op.Right
			}))
		}
	})
}

func (searchSorted) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value {
	return make([]trace.Value, 2)
}

func (op searchSorted) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !batched[0] && op.Leading == 0 {
		return trace.Bind(op, in...)
	}
	return trace.Bind(searchSorted{op.Leading + 1, op.Right}, allBatched(size, in, batched)...)
}
