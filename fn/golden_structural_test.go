package fn_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// For each function, the files hold operands, value and derivatives from PyTorch 1.13 in
// f64: vjp = Jᵀc, jvp = J u, hvp the gradient of ⟨u, vjp⟩, third the gradient of ⟨w,
// hvp⟩.
func TestGolden(t *testing.T) {
	for file, functions := range map[string]map[string]func(x, w, b trace.Value) trace.Value{
		"testdata/conv.safetensors": goldenConvs, "testdata/pool.safetensors": goldenPools,
	} {
		tensors, err := safetensors.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range functions {
			t.Run(name, func(t *testing.T) { goldenCase(t, tensors, name, f) })
		}
	}
}

func goldenCase(t *testing.T, tensors map[string]trace.Value, name string, f func(x, w, b trace.Value) trace.Value) {
	const tol = 1e-12
	c := tensors[name+"/c"]
	get := func(what string) tree {
		out := make(tree, 3)
		for i, operand := range []string{"x", "w", "b"} {
			out[i] = tensors[name+"/"+what+"."+operand]
		}
		if out[0].IsAbsent() {
			t.Fatalf("there is no %s of x", what)
		}
		return out
	}
	x, u, v := get("in"), get("u"), get("w")
	value := func(x tree) trace.Value { return f(x[0], x[1], x[2]) }
	y, tangent := transforms.JVP(value)(x, u)
	near(t, "value", y.Float64s(), tensors[name+"/output"].Float64s(), tol)
	near(t, "jvp", tangent.Float64s(), tensors[name+"/jvp"].Float64s(), tol)
	vjp := transforms.Grad(func(x tree) trace.Value { return fn.SumAll(fn.Mul(value(x), c)) })
	hvp := transforms.Grad(func(x tree) trace.Value { return inAll(vjp(x), u) })
	third := transforms.Grad(func(x tree) trace.Value { return inAll(hvp(x), v) })
	for what, got := range map[string]tree{"vjp": vjp(x), "hvp": hvp(x), "third": third(x)} {
		for i, want := range get(what) {
			if !want.IsAbsent() {
				near(t, what, got[i].Float64s(), want.Float64s(), tol)
			}
		}
	}
}

// inAll is the sum of the inner products of the values that are present.
func inAll(a, b tree) trace.Value {
	total := fn.Scalar(0)
	for i := range a {
		if !b[i].IsAbsent() {
			total = fn.Add(total, fn.SumAll(fn.Mul(a[i], b[i])))
		}
	}
	return total
}

// channels lays a bias over the axes of an image.
func channels(y, b trace.Value) trace.Value { return fn.Add(y, fn.BroadcastIn(b, y.Shape(), 1)) }

func convolved(c fn.ConvConfig) func(x, w, b trace.Value) trace.Value {
	return func(x, w, b trace.Value) trace.Value { return channels(fn.Conv(x, w, c), b) }
}

func transposed(c fn.ConvTransposeConfig) func(x, w, b trace.Value) trace.Value {
	return func(x, w, b trace.Value) trace.Value { return channels(fn.ConvTranspose(x, w, c), b) }
}

var goldenConvs = map[string]func(x, w, b trace.Value) trace.Value{
	"conv/conv1d":           convolved(fn.ConvConfig{Stride: []int{2}, Padding: []int{1}}),
	"conv/conv2d":           convolved(fn.ConvConfig{Padding: []int{1, 1}}),
	"conv/conv2d_stride":    convolved(fn.ConvConfig{Stride: []int{2, 1}, Padding: []int{0, 1}}),
	"conv/conv2d_dilation":  convolved(fn.ConvConfig{Padding: []int{2, 2}, Dilation: []int{2, 2}}),
	"conv/conv2d_groups":    convolved(fn.ConvConfig{Groups: 2}),
	"conv/conv3d":           convolved(fn.ConvConfig{Padding: []int{0, 1, 0}}),
	"conv/conv_transpose1d": transposed(fn.ConvTransposeConfig{Stride: []int{2}}),
	"conv/conv_transpose2d": transposed(fn.ConvTransposeConfig{Stride: []int{2, 2}, Padding: []int{1, 1}, OutputPadding: []int{1, 1}}),
	"conv/conv_transpose2d_groups": transposed(fn.ConvTransposeConfig{
		Groups: 2, Dilation: []int{2, 2},
	}),
}

// squareOf is the square of a pooling of x.
func squareOf(pool func(x trace.Value) trace.Value) func(x, w, b trace.Value) trace.Value {
	return func(x, _, _ trace.Value) trace.Value { return fn.Square(pool(x)) }
}

func maxPooled(c fn.MaxPoolConfig) func(x, w, b trace.Value) trace.Value {
	return squareOf(func(x trace.Value) trace.Value { return fn.MaxPool(x, c) })
}

func avgPooled(c fn.AvgPoolConfig) func(x, w, b trace.Value) trace.Value {
	return squareOf(func(x trace.Value) trace.Value { return fn.AvgPool(x, c) })
}

var goldenPools = map[string]func(x, w, b trace.Value) trace.Value{
	"pool/max_pool2d":         maxPooled(fn.MaxPoolConfig{Kernel: []int{2, 2}}),
	"pool/max_pool2d_overlap": maxPooled(fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}),
	"pool/max_pool2d_ceil":    maxPooled(fn.MaxPoolConfig{Kernel: []int{2, 2}, CeilMode: true}),
	"pool/max_ties":           maxPooled(fn.MaxPoolConfig{Kernel: []int{2, 2}}),
	"pool/avg_pool2d":         avgPooled(fn.AvgPoolConfig{Kernel: []int{2, 2}}),
	"pool/avg_pool2d_pad":     avgPooled(fn.AvgPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}),
	"pool/avg_pool2d_valid":   avgPooled(fn.AvgPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}, ExcludePadding: true}),
	"pool/adaptive_avg_pool2d": squareOf(func(x trace.Value) trace.Value {
		return fn.AdaptiveAvgPool(x, 2, 3)
	}),
}
