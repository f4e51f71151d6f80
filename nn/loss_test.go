package nn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// numbers reads lists of numbers by name. The text "inf" is +Inf.
func numbers(t *testing.T, path string) map[string][]float64 {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string][]any
	if err := json.Unmarshal(text, &lists); err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for name, list := range lists {
		for _, x := range list {
			switch x := x.(type) {
			case float64:
				out[name] = append(out[name], x)
			default:
				out[name] = append(out[name], math.Inf(1))
			}
		}
	}
	return out
}

var reductions = []nn.Reduction{nn.ReduceMean, nn.ReduceSum, nn.ReduceNone, nn.ReduceBatch}

// The values of testdata/losses.json were computed with PyTorch 1.13.
func TestLossesHaveThePyTorchValues(t *testing.T) {
	want := numbers(t, "testdata/losses.json")
	x, soft, w := trace.New(want["x"], 4, 3, 2), trace.New(want["soft"], 4, 3, 2), trace.New(want["weight"])
	a, b := trace.New(want["a"], 4, 3), trace.New(want["b"], 4, 3)
	labels := fn.Cast(trace.New(want["labels"], 4, 2), trace.Int64)
	frames := make([]float64, 6*3*4)
	for i := range frames {
		frames[i] = math.Sin(float64(i))
	}
	ctc := func(c nn.CTCConfig) Value {
		return nn.CTC(fn.LogSoftmax(trace.New(frames, 6, 3, 4), 2), trace.New([]int64{1, 2, 2, 3, 1, 0, 2, 2, 2}, 3, 3),
			trace.New([]int64{6, 5, 4}), trace.New([]int64{3, 2, 3}), c)
	}
	losses := map[string]func(r nn.Reduction) Value{
		"cross_entropy": func(r nn.Reduction) Value {
			return nn.CrossEntropy(x, labels, nn.ClassConfig{Reduction: r, Ignore: []int{-100}})
		},
		"cross_entropy_weight_smooth": func(r nn.Reduction) Value {
			return nn.CrossEntropy(x, labels, nn.ClassConfig{Reduction: r, Ignore: []int{-100}, Weight: w, Smoothing: 0.1})
		},
		"cross_entropy_soft": func(r nn.Reduction) Value {
			c := nn.ClassConfig{Reduction: r, Weight: w, Smoothing: 0.2}
			if r == nn.ReduceMean { // PyTorch divides by the number of rows, as we do
				return nn.CrossEntropy(x, soft, c)
			}
			c.Axis = -2
			return nn.CrossEntropy(x, soft, c)
		},
		"nll": func(r nn.Reduction) Value {
			return nn.NLL(fn.LogSoftmax(x, 1), labels, nn.ClassConfig{Reduction: r, Ignore: []int{-100}, Weight: w})
		},
		"bce": func(r nn.Reduction) Value {
			return nn.BinaryCrossEntropy(fn.Mul(a, fn.Scalar(3)), fn.Sigmoid(b), nn.BinaryConfig{Reduction: r, PosWeight: w, Weight: fn.Flip(w, 0)})
		},
		"kl": func(r nn.Reduction) Value {
			return nn.KLDivergence(fn.LogSoftmax(a, 1), fn.Softmax(b, 1), nn.KLConfig{Reduction: r})
		},
		"kl_log": func(r nn.Reduction) Value {
			return nn.KLDivergence(fn.LogSoftmax(a, 1), fn.LogSoftmax(b, 1), nn.KLConfig{Reduction: r, LogTarget: true})
		},
		"huber":     func(r nn.Reduction) Value { return nn.Huber(a, b, 0.7, r) },
		"smooth_l1": func(r nn.Reduction) Value { return nn.SmoothL1(a, b, 0.7, r) },
		"l1":        func(r nn.Reduction) Value { return nn.L1(a, b, r) },
		"poisson":   func(r nn.Reduction) Value { return nn.PoissonNLL(a, fn.Abs(b), r) },
		"gaussian":  func(r nn.Reduction) Value { return nn.GaussianNLL(a, fn.Abs(fn.Mul(a, b)), b, r) },
		"hinge":     func(r nn.Reduction) Value { return nn.Hinge(a, trace.New([]int64{0, 2, 1, 1}), 0.8, r) },
		"cosine":    func(r nn.Reduction) Value { return nn.CosineEmbedding(a, b, trace.New([]int64{1, -1, -1, 1}), 0.1, r) },
		"triplet":   func(r nn.Reduction) Value { return nn.Triplet(a, b, fn.Flip(a, 0), 0.6, r) },
		"ctc":       func(r nn.Reduction) Value { return ctc(nn.CTCConfig{Reduction: r}) },
		"ctc_zero":  func(r nn.Reduction) Value { return ctc(nn.CTCConfig{Reduction: r, ZeroInfinity: true}) },
	}
	met := 0
	for name, f := range losses {
		for _, r := range reductions {
			list, ok := want[fmt.Sprintf("%s/%v", name, r)]
			if !ok {
				continue
			}
			met++
			t.Run(fmt.Sprintf("%s/%v", name, r), func(t *testing.T) {
				got, tol := f(r), 1e-13
				if name == "cosine" {
					tol = 1e-12 // what PyTorch's loss adds to the squares of both lengths
				}
				lawtest.Close(t, got, trace.New(list, got.Shape()...), tol)
			})
		}
	}
	if inputs := 6; met != len(want)-inputs {
		t.Errorf("%d of %d losses were compared", met, len(want)-inputs)
	}
}

func TestLawsOfLosses(t *testing.T) {
	type in = []Value
	x, weight := lawtest.Input{Shape: []int{4, 3}}, lawtest.Input{Shape: []int{3}, Sampler: lawtest.Between(0.5, 2)}
	labels := lawtest.Input{Shape: []int{4}, DType: trace.Int64, Sampler: lawtest.Between(0, 3)}
	positive := lawtest.Input{Shape: []int{4, 3}, Sampler: lawtest.Between(0.1, 0.9)}
	for name, l := range map[string]struct {
		f  func(in in) Value
		in []lawtest.Input
	}{
		"cross_entropy": {func(in in) Value { return nn.CrossEntropy(in[0], in[1]) }, []lawtest.Input{x, labels}},
		"weighted": {func(in in) Value {
			return nn.CrossEntropy(in[0], in[1], nn.ClassConfig{Weight: in[2], Smoothing: 0.1, Ignore: []int{1}})
		}, []lawtest.Input{x, {Shape: []int{4}, DType: trace.Int64, Sampler: lawtest.Between(0, 1)}, weight}},
		"soft": {func(in in) Value { return nn.CrossEntropy(in[0], in[1], nn.ClassConfig{Weight: in[2]}) }, []lawtest.Input{x, positive, weight}},
		"bce": {func(in in) Value {
			return nn.BinaryCrossEntropy(in[0], in[1], nn.BinaryConfig{PosWeight: in[2], Reduction: nn.ReduceNone})
		}, []lawtest.Input{x, positive, weight}},
		"kl":          {func(in in) Value { return nn.KLDivergence(in[0], in[1]) }, []lawtest.Input{x, positive}},
		"mean_square": {func(in in) Value { return nn.MeanSquare(in[0], in[1]) }, []lawtest.Input{x, x}},
		"huber":       {func(in in) Value { return nn.Huber(in[0], in[1], 1e3, nn.ReduceBatch) }, []lawtest.Input{x, x}},
		"poisson":     {func(in in) Value { return nn.PoissonNLL(in[0], in[1]) }, []lawtest.Input{x, positive}},
		"gaussian":    {func(in in) Value { return nn.GaussianNLL(in[0], in[1], in[2]) }, []lawtest.Input{x, positive, x}},
		"hinge":       {func(in in) Value { return nn.Hinge(in[0], in[1], 100) }, []lawtest.Input{x, labels}},
		"cosine":      {func(in in) Value { return nn.CosineSimilarity(in[0], in[1], 1) }, []lawtest.Input{x, x}},
		"triplet":     {func(in in) Value { return nn.Triplet(in[0], in[1], in[2], 100) }, []lawtest.Input{x, x, x}},
	} {
		t.Run(name, func(t *testing.T) { lawtest.LawsWith(t, lawtest.Config{Order: 2}, l.f, l.in...) })
	}
}

// A cross-entropy is exact for logits of any size.
func TestCrossEntropyOfLargeLogits(t *testing.T) {
	x := trace.New([]float64{1, -2, 0.5, 700, 3, 710}, 2, 3)
	want := (math.Log(math.Exp(0.5)+math.Exp(-2.5)+1) + math.Log1p(math.Exp(-10)) + 10) / 2
	lawtest.Close(t, nn.CrossEntropy(x, trace.New([]int32{2, 0})), trace.Scalar(want), 1e-14)
	far := nn.BinaryCrossEntropy(trace.New([]float64{1000, -1000}), trace.New([]float64{0, 1}), nn.BinaryConfig{Reduction: nn.ReduceNone})
	lawtest.Close(t, far, trace.New([]float64{1000, 1000}), 0)
}

// Kinks and edges are where the documentation says.
func TestEdgesOfLosses(t *testing.T) {
	zero, one := trace.New([]float64{0}), trace.New([]float64{1})
	slope := func(f func(x Value) Value, x Value) Value { return transforms.Grad(f)(x) }
	lawtest.Close(t, slope(func(x Value) Value { return nn.L1(x, zero) }, zero), zero, 0)
	lawtest.Close(t, transforms.Hessian(func(x Value) Value { return nn.Huber(x, zero, 1) })(zero), trace.New([]float64{1}, 1, 1), 0)
	lawtest.Close(t, slope(func(x Value) Value { return nn.SmoothL1(x, zero, 0) }, one), one, 0)
	lawtest.Close(t, nn.KLDivergence(one, zero), trace.Scalar(0.0), 0)
	if p := slope(func(p Value) Value { return nn.KLDivergence(one, p) }, zero).Float64s()[0]; p != -1 {
		t.Errorf("the slope at p = 0 is %v, want -log q", p)
	}
	lawtest.Close(t, nn.CosineSimilarity(zero, one, 0), trace.Scalar(0.0), 0)
	lawtest.Close(t, slope(func(x Value) Value { return nn.CosineSimilarity(x, one, 0) }, zero), trace.New([]float64{1e8}), 1e-12)
	same := slope(func(x Value) Value { return nn.Triplet(x, one, zero, 5) }, one).Float64s()[0]
	if !(math.Abs(same) < 1e-12) {
		t.Errorf("the slope at the positive is %v, want 0: one slope of 1 for each distance", same)
	}
	none := nn.CrossEntropy(fn.Zeros(trace.TypeOf(trace.Float64, 2, 3)), trace.New([]int64{1, 1}), nn.ClassConfig{Ignore: []int{1}})
	if !math.IsNaN(none.Float64()) {
		t.Errorf("the mean of no labels is %v, want NaN", none)
	}
}

// paths adds up the probabilities of all alignments that give the labels.
func paths(p [][]float64, labels []int, blank int) float64 {
	total := 0.0
	var walk func(t, last int, made []int, prob float64)
	walk = func(t, last int, made []int, prob float64) {
		if t == len(p) {
			if fmt.Sprint(made) == fmt.Sprint(labels) {
				total += prob
			}
			return
		}
		for c := range p[t] {
			next := made
			if c != last && c != blank {
				next = append(made[:len(made):len(made)], c)
			}
			walk(t+1, c, next, prob*p[t][c])
		}
	}
	walk(0, blank, []int{}, 1)
	return total
}

func TestCTCIsTheSumOverAlignments(t *testing.T) {
	const frames, n, classes, blank = 5, 5, 3, 1
	logP := fn.LogSoftmax(random.Normal(random.Key(1), trace.Float64, frames, n, classes), 2)
	labels := [][]int{{0, 2, 2}, {2}, {}, {0, 0}, {2, 0, 2}}
	lengths, used := []int32{3, 1, 0, 2, 3}, []int32{5, 3, 4, 5, 2}
	p, padded := fn.Exp(logP).Float64s(), make([]int32, n*3)
	want := make([]float64, n)
	for i, l := range labels {
		rows := make([][]float64, used[i])
		for t := range rows {
			rows[t] = p[(t*n+i)*classes:][:classes]
		}
		want[i] = -math.Log(paths(rows, l, blank))
		for j := range 3 {
			if padded[i*3+j] = -7; j < len(l) {
				padded[i*3+j] = int32(l[j])
			}
		}
	}
	if !math.IsInf(want[4], 1) {
		t.Fatal("three labels fit into two frames")
	}
	loss := func(logP Value) Value {
		return nn.CTC(logP, trace.New(padded, n, 3), trace.New(used), trace.New(lengths), nn.CTCConfig{Blank: blank, Reduction: nn.ReduceNone})
	}
	lawtest.Close(t, loss(logP), trace.New(want), 1e-13)
	lawtest.Close(t, transforms.Jit(loss)(logP), trace.New(want), 1e-13)
	slopes := transforms.Pull(loss, fn.OnesLike)(logP)
	if !trace.Data[bool](fn.All(fn.IsFinite(slopes), 0, 1, 2))[0] {
		t.Errorf("the slopes are %v", slopes)
	}
	lawtest.Close(t, fn.Take(slopes, trace.Scalar(int64(4)), 1), fn.Zeros(trace.TypeOf(trace.Float64, frames, classes)), 0)
}

func TestLawsOfCTC(t *testing.T) {
	lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
		return nn.CTC(fn.LogSoftmax(in[0], 2), in[1], trace.New([]int64{4, 3}), trace.New([]int64{1, 2}))
	}, lawtest.Input{Shape: []int{4, 2, 3}}, lawtest.Input{Shape: []int{2, 2}, DType: trace.Int64, Sampler: lawtest.Between(1, 2)})
}

// No probability is impossible for the recursion, -Inf neither.
func TestCTCOfImpossibleClasses(t *testing.T) {
	logP := trace.New([]float64{math.Inf(-1), 0, math.Inf(-1), 0}, 2, 1, 2)
	loss := func(logP Value) Value {
		return nn.CTC(logP, trace.New([]int64{1}, 1, 1), trace.New([]int64{2}), trace.New([]int64{1}))
	}
	value, slopes := transforms.ValueAndGrad(loss)(logP)
	lawtest.Close(t, value, trace.Scalar(0.0), 0)
	lawtest.Close(t, slopes, trace.New([]float64{0, -1, 0, -1}, 2, 1, 2), 0)
}

func TestLossErrors(t *testing.T) {
	x := fn.Zeros(trace.TypeOf(trace.Float32, 4, 3))
	const classes = "want logits[n k] and labels[n] of i32 or i64, the classes' numbers, or probabilities of the logits' type"
	labels := trace.New([]int32{1, 2, 0, 0})
	for want, f := range map[string]func(){
		classes: func() { nn.CrossEntropy(x, ones(4)) },
		"the classes are on axis 0 of f32[]: want floats, [n k ...] without an Axis":       func() { nn.NLL(trace.Scalar(float32(1)), labels) },
		"the smoothing is 2, want a number from 0 to 1":                                    func() { nn.CrossEntropy(x, labels, nn.ClassConfig{Smoothing: 2}) },
		"the weight is f32[4], want f32[3], a factor for each class":                       func() { nn.CrossEntropy(x, labels, nn.ClassConfig{Weight: ones(4)}) },
		"Ignore lists labels, but the target has probabilities":                            func() { nn.CrossEntropy(x, x, nn.ClassConfig{Ignore: []int{0}}) },
		"2 configs: give at most one":                                                      func() { nn.CrossEntropy(x, labels, nn.ClassConfig{}, nn.ClassConfig{}) },
		"2 reductions: give at most one":                                                   func() { nn.L1(x, x, nn.ReduceSum, nn.ReduceSum) },
		"the reduction is number 9: want ReduceMean, ReduceSum, ReduceNone or ReduceBatch": func() { nn.L1(x, x, 9) },
		"want y and a target of one type":                                                  func() { nn.MeanSquare(x, ones(3)) },
		"delta is 0, want a positive number":                                               func() { nn.Huber(x, x, 0) },
		"beta is -1, want at least 0":                                                      func() { nn.SmoothL1(x, x, -1) },
		"PosWeight is f32[4], want a shape that broadcasts to f32[4 3]":                    func() { nn.BinaryCrossEntropy(x, x, nn.BinaryConfig{PosWeight: ones(4)}) },
		"want scores[n k] of floats and labels[n] of i32 or i64, the classes' numbers":     func() { nn.Hinge(x, x, 1) },
		"want a[... d], b[... d] and a sign[...] for each pair, 1 or -1":                   func() { nn.CosineEmbedding(x, x, x, 0) },
		"want vectors along the last axis, got scalars":                                    func() { nn.Triplet(trace.Scalar(1.0), trace.Scalar(1.0), trace.Scalar(1.0), 1) },
		"the blank is class 3 of 3": func() {
			nn.CTC(fn.ExpandDims(x, 0), fn.Cast(x, trace.Int64), labels, labels, nn.CTCConfig{Blank: 3})
		},
		"want logP[t n k] of floats, and labels[n s], frames[n] and lengths[n] of i32 or i64": func() { nn.CTC(x, x, x, x) },
	} {
		t.Run(want, func(t *testing.T) { wantError(t, f, want) })
	}
}
