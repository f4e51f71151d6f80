package transforms_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// block is a transformer block: attention with several heads and a perceptron, each after
// a normalization and beside an identity.
type block struct {
	Gain1, Bias1, Gain2, Bias2 trace.Value // of the normalizations
	QKV, Out, Up, Down         trace.Value // weights[out in]
}

// newBlock draws a block of the given width. Its perceptron is four times as wide.
func newBlock(seed int64, width int) block {
	draw := func(n int64, shape ...int) trace.Value {
		return fn.Mul(random.Normal(random.Key(8*seed+n), trace.Float32, shape...), fn.Scalar(0.02))
	}
	return block{draw(0, width), draw(1, width), draw(2, width), draw(3, width),
		draw(4, 3*width, width), draw(5, width, width), draw(6, 4*width, width), draw(7, width, 4*width)}
}

// apply maps x[tokens width].
func (b block) apply(x trace.Value, heads int) trace.Value {
	n, width := x.Dim(0), x.Dim(1)
	var none trace.Value
	split := fn.Reshape(fn.Linear(fn.LayerNorm(x, b.Gain1, b.Bias1, 1e-6, 1), b.QKV, none), n, 3, heads, width/heads)
	part := func(i int) trace.Value { return fn.Transpose(fn.Index(fn.Transpose(split, 1, 0, 2, 3), i), 1, 0, 2) }
	scores := fn.Mul(fn.MatMul(part(0), fn.Transpose(part(1), 0, 2, 1)), fn.Scalar(1/math.Sqrt(float64(width/heads))))
	mixed := fn.Reshape(fn.Transpose(fn.MatMul(fn.Softmax(scores, -1), part(2)), 1, 0, 2), n, width)
	x = fn.Add(x, fn.Linear(mixed, b.Out, none))
	up := fn.GELU(fn.Linear(fn.LayerNorm(x, b.Gain2, b.Bias2, 1e-6, 1), b.Up, none))
	return fn.Add(x, fn.Linear(up, b.Down, none))
}

// BenchmarkCompileViT compiles the forward pass of a transformer with the sizes of
// ViT-B/16: 12 blocks, 768 wide, 12 heads, 197 tokens.
func BenchmarkCompileViT(b *testing.B) {
	blocks := make([]block, 12)
	for i := range blocks {
		blocks[i] = newBlock(int64(i), 768)
	}
	f := func(x trace.Value) trace.Value {
		for _, l := range blocks {
			x = l.apply(x, 12)
		}
		return x
	}
	x := fn.Zeros(trace.TypeOf(trace.Float32, 197, 768))
	for b.Loop() {
		if _, err := transforms.Compile(f, x); err != nil {
			b.Fatal(err)
		}
	}
}
