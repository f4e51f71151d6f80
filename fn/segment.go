package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// SegmentSum adds up the rows of x[n r...] that belong to one segment: y[s r...] with
// y[k] the sum of the x[i] with ids[i] = k. ids[n] are i32 or i64, in any order, and less
// than segments; one outside is a *trace.Error when the operation runs. A segment without
// rows has zeros.
func SegmentSum(x, ids trace.Value, segments int) trace.Value {
	defer trace.Naming("segment_sum", x, ids)
	wantSegments("segment_sum", x, ids, segments)
	return AddTake(x, ids, 0, segments)
}

// SegmentMean is the mean of the rows of each segment, see [SegmentSum]. That of no rows is
// zero.
func SegmentMean(x, ids trace.Value, segments int) trace.Value {
	defer trace.Naming("segment_mean", x, ids)
	wantSegments("segment_mean", x, ids, segments)
	sums := AddTake(x, ids, 0, segments)
	counts := ClampMin(BinCount(ids, segments), 1)
	return Div(sums, BroadcastIn(Cast(counts, x.DType()), sums.Shape(), 0))
}

// SegmentProd is the product of the rows of each segment, see [SegmentSum]. That of no rows
// is one.
func SegmentProd(x, ids trace.Value, segments int) trace.Value {
	defer trace.Naming("segment_prod", x, ids)
	return segmented("segment_prod", ScatterMul, filledBy(1), x, ids, segments)
}

// SegmentMax is the maximum of the rows of each segment, see [SegmentSum]. That of no rows
// is -Inf, and the least integer of integers. Equal rows share the cotangent.
func SegmentMax(x, ids trace.Value, segments int) trace.Value {
	defer trace.Naming("segment_max", x, ids)
	return segmented("segment_max", ScatterMax, lowest, x, ids, segments)
}

// SegmentMin is the minimum of the rows of each segment, see [SegmentMax].
func SegmentMin(x, ids trace.Value, segments int) trace.Value {
	defer trace.Naming("segment_min", x, ids)
	return segmented("segment_min", ScatterMin, func(like trace.Value, t trace.Type) trace.Value {
		least := lowest(like, t)
		if t.DType.IsInt() {
			return BitNot(least) // the largest
		}
		return Neg(least)
	}, x, ids, segments)
}

// segmented combines the rows of each segment, starting from the same number everywhere.
func segmented(name string, mode ScatterMode, start func(like trace.Value, t trace.Type) trace.Value, x, ids trace.Value, segments int) trace.Value {
	wantSegments(name, x, ids, segments)
	from := start(x, trace.TypeOf(x.DType(), prepend(segments, x.Shape()[1:])...))
	return scatterRows(from, ids, x, mode)
}

func filledBy(number float64) func(like trace.Value, t trace.Type) trace.Value {
	return func(like trace.Value, t trace.Type) trace.Value { return FillAs(like, t, number) }
}

func wantSegments(name string, x, ids trace.Value, segments int) {
	in := []trace.Value{x, ids}
	if err := wantNumbers(x.Type()); err != nil {
		refuse(name, in, "%v", err)
	}
	if err := checkIndex(ids.Type()); err != nil {
		refuse(name, in, "%v", err)
	}
	if x.Rank() == 0 || ids.Rank() != 1 || ids.Dim(0) != x.Dim(0) {
		refuse(name, in, "the segments are %v: want one for each row of %v", ids.Type(), x.Type())
	}
	if segments < 0 {
		refuse(name, in, "there are %d segments: want at least 0", segments)
	}
}

// lowest is filled by what is less than or equal to any number of its dtype.
func lowest(like trace.Value, t trace.Type) trace.Value {
	least, _ := t.DType.Limits()
	if t.DType.IsFloat() {
		least = math.Inf(-1)
	}
	return FillAs(like, t, least)
}

// BinCount counts how often each of 0, 1, ..., n-1 is in an array of i32 or i64 of any
// shape: i64[n]. An element outside is a *trace.Error when the operation runs.
func BinCount(x trace.Value, n int) trace.Value {
	defer trace.Naming("bin_count", x)
	if err := checkIndex(x.Type()); err != nil {
		refuse("bin_count", []trace.Value{x}, "%v", err)
	}
	if n < 0 {
		refuse("bin_count", []trace.Value{x}, "there are %d bins: want at least 0", n)
	}
	flat := Reshape(x, x.Size())
	return AddTake(FillAs(x, trace.TypeOf(trace.Int64, x.Size()), 1), flat, 0, n)
}

// Histogram counts the elements of x between neighboring edges, i64[n] for edges[n+1] in
// ascending order: of bin k those with edges[k] ≤ x < edges[k+1], and of the last bin those
// at its upper edge too. Elements outside of all bins, and NaN, do not count.
func Histogram(x, edges trace.Value) trace.Value {
	defer trace.Naming("histogram", x, edges)
	if edges.Rank() != 1 || edges.Dim(0) < 2 {
		refuse("histogram", []trace.Value{x, edges}, "the edges are %v: want a vector of at least two", edges.Type())
	}
	bins := edges.Dim(0) - 1
	at := Sub(SearchSorted(edges, x, true), Scalar(1))
	at = Where(Equal(x, Index(edges, -1)), Scalar(float64(bins-1)), at)
	inside := And(GreaterEqual(at, Scalar(0)), Less(at, Scalar(float64(bins))))
	return Slice(BinCount(Where(inside, at, Scalar(float64(bins))), bins+1), SliceConfig{Stop: []int{bins}})
}

// Uniques are the different elements of an array, see [Unique].
type Uniques struct {
	// Values are the first different elements in ascending order, [size]. Places that are
	// left are filled.
	Values trace.Value
	// Counts says how often each of the Values occurs, i64[size]; 0 where Values is filled.
	Counts trace.Value
	// Inverse has for each element of the array its place among all different elements, i64
	// in the shape of the array. It may be size or more if there are more of them.
	Inverse trace.Value
	// Number is the number of different elements, an i64 scalar.
	Number trace.Value
}

// Unique returns the different elements of x in ascending order. How many there are is known
// only when it runs, so the number of those that are returned is given: the first size of
// them, filled up with fill. NaN are all equal, and last.
func Unique(x trace.Value, size int, fill float64) Uniques {
	defer trace.Naming("unique", x)
	if size < 0 {
		refuse("unique", []trace.Value{x}, "the size is %d: want at least 0", size)
	}
	flat := Reshape(x, x.Size())
	order := ArgSort(flat, 0)
	n := flat.Dim(0)
	if n == 0 {
		none := FillAs(x, trace.TypeOf(trace.Int64, size), 0)
		return Uniques{FillAs(x, trace.TypeOf(x.DType(), size), fill), none, Cast(x, trace.Int64), FillAs(x, trace.TypeOf(trace.Int64), 0)}
	}
	sorted := Take(flat, order, 0)
	before, after := At(sorted, Span(0, n-1)), At(sorted, Span(1, n))
	differs := NotEqual(before, after)
	if x.DType().IsFloat() {
		differs = And(differs, Not(And(IsNaN(before), IsNaN(after))))
	}
	rank := Concat(0, FillAs(x, trace.TypeOf(trace.Int64, 1), 0), CumSum(Cast(differs, trace.Int64), 0))
	slot := ClampMax(rank, float64(size)) // the last slot takes what is too much
	first := At(Set(FillAs(x, trace.TypeOf(x.DType(), size+1), fill), sorted, slot), Span(0, size))
	return Uniques{
		Values:  first,
		Counts:  At(BinCount(slot, size+1), Span(0, size)),
		Inverse: Reshape(Set(ZerosLike(rank), rank, order), x.Shape()...),
		Number:  Add(Index(rank, -1), Scalar(1)),
	}
}

// NonZero returns the places of the elements that are not zero, or true, in row-major order:
// for each axis of x an i64[size]. How many there are is known only when it runs, so the
// number of those that are returned is given; places that are left have fill, which should
// be an index that is never meant.
func NonZero(x trace.Value, size int, fill int64) []trace.Value {
	defer trace.Naming("non_zero", x)
	if size < 0 || x.Rank() == 0 {
		refuse("non_zero", []trace.Value{x}, "want an array with axes, and a size of at least 0; it is %d", size)
	}
	is := Reshape(x, x.Size())
	if x.DType() != trace.Bool {
		is = NotEqual(is, Scalar(0))
	}
	counted := CumSum(Cast(is, trace.Int64), 0)
	slot := Where(is, ClampMax(Sub(counted, Scalar(1)), float64(size)), Scalar(float64(size)))
	out := make([]trace.Value, x.Rank())
	for a := range out {
		at := Reshape(IotaLike(x, trace.TypeOf(trace.Int64, x.Shape()...), a), x.Size())
		out[a] = At(Set(FillAs(x, trace.TypeOf(trace.Int64, size+1), float64(fill)), at, slot), Span(0, size))
	}
	return out
}
