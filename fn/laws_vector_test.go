package fn_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// The functions of rows and vectors have all laws, to third derivatives.
func TestLawsOfRowsAndVectors(t *testing.T) {
	of := func(shapes ...[]int) (in []lawtest.Input) {
		for _, s := range shapes {
			in = append(in, lawtest.Input{Shape: s, Sampler: lawtest.Distinct()})
		}
		return in
	}
	for name, l := range map[string]struct {
		f  func(x []trace.Value) trace.Value
		in []lawtest.Input
	}{
		"Std":            {func(x []trace.Value) trace.Value { return fn.Std(x[0], false, 1) }, of([]int{2, 4})},
		"Quantile":       {func(x []trace.Value) trace.Value { return fn.Quantile(x[0], 0.3, 0, 2) }, of([]int{2, 3, 4})},
		"Median":         {func(x []trace.Value) trace.Value { return fn.Median(x[0], 0) }, of([]int{5, 2})},
		"Norm 2":         {func(x []trace.Value) trace.Value { return fn.Norm(x[0], 2, 0) }, of([]int{3, 2})},
		"Norm 3":         {func(x []trace.Value) trace.Value { return fn.Norm(x[0], 3, 0, 1) }, of([]int{3, 2})},
		"Norm -1.5":      {func(x []trace.Value) trace.Value { return fn.Norm(x[0], -1.5, 1) }, of([]int{3, 2})},
		"Norm Inf":       {func(x []trace.Value) trace.Value { return fn.Norm(x[0], math.Inf(1), 1) }, of([]int{3, 2})},
		"NormAll":        {func(x []trace.Value) trace.Value { return fn.NormAll(x[0], 1) }, of([]int{3, 2})},
		"NanVar":         {func(x []trace.Value) trace.Value { return fn.NanVar(x[0], true, 1) }, of([]int{2, 4})},
		"NanStd":         {func(x []trace.Value) trace.Value { return fn.NanStd(x[0], false, 1) }, of([]int{2, 4})},
		"NanMax":         {func(x []trace.Value) trace.Value { return fn.NanMax(x[0], 0) }, of([]int{2, 4})},
		"Keep":           {func(x []trace.Value) trace.Value { return fn.Sub(x[0], fn.Keep(fn.Mean, x[0], -1, 0)) }, of([]int{2, 3, 4})},
		"CumProd":        {func(x []trace.Value) trace.Value { return fn.CumProd(x[0], 1) }, of([]int{2, 5, 3})},
		"CumLogSumExp":   {func(x []trace.Value) trace.Value { return fn.CumLogSumExp(x[0], 0) }, of([]int{4, 3})},
		"CumMax":         {func(x []trace.Value) trace.Value { return fn.CumMax(x[0], -1) }, of([]int{2, 4})},
		"CumMin":         {func(x []trace.Value) trace.Value { return fn.CumMin(x[0], 0) }, of([]int{4, 2})},
		"Diff":           {func(x []trace.Value) trace.Value { return fn.Diff(x[0], 2, 0) }, of([]int{4, 2})},
		"Split":          {func(x []trace.Value) trace.Value { return fn.Split(x[0], 2, 0)[1] }, of([]int{4, 3})},
		"SplitAt":        {func(x []trace.Value) trace.Value { return fn.SplitAt(x[0], 1, 1, 2)[1] }, of([]int{4, 3})},
		"Roll":           {func(x []trace.Value) trace.Value { return fn.Roll(x[0], 2, 1) }, of([]int{2, 5})},
		"Repeat":         {func(x []trace.Value) trace.Value { return fn.Repeat(x[0], 2, 0) }, of([]int{2, 3})},
		"MoveAxis":       {func(x []trace.Value) trace.Value { return fn.MoveAxis(x[0], 0, -1) }, of([]int{2, 3, 4})},
		"SwapAxes":       {func(x []trace.Value) trace.Value { return fn.SwapAxes(x[0], 0, -1) }, of([]int{2, 3, 4})},
		"Diagonal":       {func(x []trace.Value) trace.Value { return fn.Diagonal(x[0], -1, 2, 0) }, of([]int{4, 2, 3})},
		"Diag":           {func(x []trace.Value) trace.Value { return fn.Diag(x[0], 1) }, of([]int{2, 3})},
		"Trace":          {func(x []trace.Value) trace.Value { return fn.Trace(x[0]) }, of([]int{2, 3, 4})},
		"Meshgrid":       {func(x []trace.Value) trace.Value { return fn.Mul(fn.Meshgrid(x...)[0], fn.Meshgrid(x...)[1]) }, of([]int{3}, []int{2})},
		"Outer":          {func(x []trace.Value) trace.Value { return fn.Outer(x[0], x[1]) }, of([]int{3}, []int{2, 2})},
		"VDot":           {func(x []trace.Value) trace.Value { return fn.VDot(x[0], x[1]) }, of([]int{3, 2}, []int{3, 2})},
		"Kron":           {func(x []trace.Value) trace.Value { return fn.Kron(x[0], x[1]) }, of([]int{3, 2}, []int{4})},
		"Cross":          {func(x []trace.Value) trace.Value { return fn.Cross(x[0], x[1], -1) }, of([]int{2, 3}, []int{3})},
		"TensorDot":      {func(x []trace.Value) trace.Value { return fn.TensorDot(x[0], x[1], 1) }, of([]int{2, 3}, []int{3, 4})},
		"PolyVal":        {func(x []trace.Value) trace.Value { return fn.PolyVal(x[0], x[1]) }, of([]int{4}, []int{2, 3})},
		"ClampMin":       {func(x []trace.Value) trace.Value { return fn.ClampMin(awayFrom0(x[0]), 0) }, of([]int{2, 4})},
		"ClampMax":       {func(x []trace.Value) trace.Value { return fn.ClampMax(awayFrom0(x[0]), 0) }, of([]int{2, 4})},
		"Flatten":        {func(x []trace.Value) trace.Value { return fn.Flatten(x[0], 1) }, of([]int{2, 3, 4})},
		"Triu":           {func(x []trace.Value) trace.Value { return fn.Triu(x[0], -1) }, of([]int{3, 4})},
		"PixelUnshuffle": {func(x []trace.Value) trace.Value { return fn.PixelUnshuffle(x[0], 2) }, of([]int{2, 3, 4})},
		"DepthToSpace":   {func(x []trace.Value) trace.Value { return fn.DepthToSpace(x[0], 2) }, of([]int{2, 4, 3})},
		"NanSum":         {func(x []trace.Value) trace.Value { return fn.NanSum(x[0], 0) }, of([]int{2, 4})},
		"NanMean":        {func(x []trace.Value) trace.Value { return fn.NanMean(x[0], 1) }, of([]int{2, 4})},
		"NanMin":         {func(x []trace.Value) trace.Value { return fn.NanMin(x[0], 1) }, of([]int{2, 4})},
		"MinAt": {func(x []trace.Value) trace.Value {
			return fn.MinAt(x[0], x[1], trace.New([]int64{2, 0}))
		}, of([]int{3, 2}, []int{2, 2})},
		"DynamicUpdateSlice": {func(x []trace.Value) trace.Value {
			return fn.DynamicUpdateSlice(x[0], x[1], trace.Scalar(int64(1)), trace.Scalar(int64(0)))
		}, of([]int{3, 4}, []int{2, 3})},
		"pad, symmetric": {func(x []trace.Value) trace.Value { return fn.Pad(x[0], symmetric) }, of([]int{3, 2})},
	} {
		t.Run(name, func(t *testing.T) { lawtest.LawsWith(t, lawtest.Config{}, l.f, l.in...) })
	}
}

// awayFrom0 is x[2 4] moved to where no element is near 0.
func awayFrom0(x trace.Value) trace.Value {
	return fn.Add(fn.Scale(fn.Tanh(x), 0.5), trace.New([]float64{1, -1, 1, 1, -1, -1, 1, -1}, 2, 4))
}

var symmetric = fn.PadConfig{Low: []int{2, 0}, High: []int{4, 1}, Mode: fn.PadSymmetric}

// Interp has laws away from its points.
func TestInterpLaws(t *testing.T) {
	xp := trace.New([]float64{-3, -1, 0.5, 4})
	lawtest.LawsWith(t, lawtest.Config{}, func(in []trace.Value) trace.Value {
		return fn.Interp(fn.Add(fn.Mul(fn.Tanh(in[0]), fn.Scalar(0.2)), trace.New([]float64{-4, -2, 0, 2, 5})), fn.Add(xp, fn.Mul(fn.Tanh(in[1]), fn.Scalar(0.2))), in[2])
	}, lawtest.Input{Shape: []int{5}}, lawtest.Input{Shape: []int{4}}, lawtest.Input{Shape: []int{4}})
}

// Where a norm or deviation is 0, so are its slopes, of every order; a product of elements
// of which some are 0 has those that the definition has.
func TestSlopesAtZero(t *testing.T) {
	zero := trace.New([]float64{0, 0, 0})
	for name, f := range map[string]func(x trace.Value) trace.Value{
		"Norm":      func(x trace.Value) trace.Value { return fn.Norm(x, 2, 0) },
		"Norm 3":    func(x trace.Value) trace.Value { return fn.Norm(x, 3, 0) },
		"Norm -1":   func(x trace.Value) trace.Value { return fn.Norm(x, -1, 0) },
		"Norm 1":    func(x trace.Value) trace.Value { return fn.Norm(x, 1, 0) },
		"Std":       func(x trace.Value) trace.Value { return fn.Std(x, true, 0) },
		"NanStd":    func(x trace.Value) trace.Value { return fn.NanStd(x, true, 0) },
		"some zero": func(x trace.Value) trace.Value { return fn.Norm(fn.Add(x, trace.New([]float64{0, 1, 0})), -2, 0) },
	} {
		first := transforms.Grad(f)
		for order, g := range []func(trace.Value) trace.Value{first, transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(first(x)) })} {
			if got := strings.ReplaceAll(g(zero).String(), "-0", "0"); got != "f64[3] [0 0 0]" {
				t.Errorf("%s, derivative %d: %s", name, order+1, got)
			}
		}
	}
	x := trace.New([]float64{2, 0, 3, 0, 5})
	jacobian := transforms.Jacobian(func(x trace.Value) trace.Value { return fn.CumProd(x, 0) })(x)
	want := "f64[5 5] [[1 0 0 0 0] [0 2 0 0 0] [0 6 0 0 0] [0 0 0 0 0] [0 0 0 0 0]]"
	if got := fmt.Sprint(jacobian); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	infinite := trace.New([]float64{math.Inf(-1), math.Inf(-1), 1, 2})
	slopes := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(fn.Index(fn.CumLogSumExp(x, 0), 3)) })(infinite)
	if s := slopes.Float64s(); s[0] != 0 || s[1] != 0 || !(math.Abs(s[2]+s[3]-1) < 1e-15) {
		t.Errorf("slopes of a cumulative logsumexp from -Inf on: %v", slopes)
	}
}

// NumPy's x - x.mean(axis=-1, keepdims=True).
func ExampleKeep() {
	x := trace.New([]float64{1, 3, 10, 20}, 2, 2)
	fmt.Println(fn.Sub(x, fn.Keep(fn.Mean, x, -1)))
	// Output: f64[2 2] [[-1 1] [-5 5]]
}

func ExampleNorm() {
	x := trace.New([]float64{3, 4})
	fmt.Println(fn.Norm(x, 2, 0), fn.Norm(x, 1, 0), fn.Norm(x, math.Inf(1), 0))
	fmt.Println(transforms.Grad(func(x trace.Value) trace.Value { return fn.Norm(x, 2, 0) })(fn.ZerosLike(x)))
	// Output:
	// f64[] 5 f64[] 7 f64[] 4
	// f64[2] [0 0]
}

func ExampleQuantile() {
	x := trace.New([]float64{1, 2, 3, 10})
	fmt.Println(fn.Quantile(x, 0.25, 0), fn.Median(x, 0))
	// Output: f64[] 1.75 f64[] 2.5
}

func ExampleCumProd() {
	fmt.Println(fn.CumProd(trace.New([]float64{1, 2, 3, 4}), 0), fn.CumMax(trace.New([]float64{1, 3, 2, 5}), 0))
	// Output: f64[4] [1 2 6 24] f64[4] [1 3 3 5]
}

func ExampleDiagonal() {
	m := trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(fn.Diagonal(m, 1, 0, 1), fn.Diag(trace.New([]float64{1, 2}), 0))
	// Output: f64[2] [2 6] f64[2 2] [[1 0] [0 2]]
}

func ExampleSplitAt() {
	for _, part := range fn.SplitAt(trace.New([]float64{1, 2, 3, 4, 5}), 0, 2, 4) {
		fmt.Println(part)
	}
	// Output:
	// f64[2] [1 2]
	// f64[2] [3 4]
	// f64[1] [5]
}

func ExampleOuter() {
	a, b := trace.New([]float64{1, 2}), trace.New([]float64{3, 4})
	fmt.Println(fn.Outer(a, b), fn.VDot(a, b))
	// Output: f64[2 2] [[3 4] [6 8]] f64[] 11
}
