package fn

import (
	"fmt"
	"math"
	"slices"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// LocalResponseNorm divides each element of floats x[n c s...] by a power of the mean
// square of size neighboring channels at the same place:
//
//	y_c = x_c / (bias + alpha/size · Σ_j x_j²)^beta
//
// j goes from c - ⌊(size-1)/2⌋ to c + ⌈(size-1)/2⌉, and channels that do not exist count as
// 0. PyTorch's alpha, beta and bias (its k) are 1e-4, 0.75 and 1; PyTorch has the longer
// side of an even size below.
//
// Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks",
// NIPS 2012.
func LocalResponseNorm(x trace.Value, size int, alpha, beta, bias float64) trace.Value {
	return trace.Bind1(responseNorm{size, alpha, beta, bias}, x)
}

type responseNorm struct {
	Size              int
	Alpha, Beta, Bias float64
}

func (responseNorm) Name() string     { return "local_response_norm" }
func (responseNorm) Kind() trace.Kind { return trace.KindResponseNorm }

func (op responseNorm) Infer(in []trace.Type) ([]trace.Type, error) {
	x := in[0]
	if err := wantFloats(x); err != nil {
		return nil, err
	}
	if x.Rank() < 2 {
		return nil, fmt.Errorf("%v has no channels: want x[n c ...]", x)
	}
	if op.Size < 1 {
		return nil, fmt.Errorf("%d neighboring channels: want at least 1", op.Size)
	}
	for _, v := range []float64{op.Alpha, op.Beta, op.Bias} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a finite number", v)
		}
	}
	return in[:1:1], nil
}

// window returns how many channels before and after one count, of those that exist.
func (op responseNorm) window(channels int) (before, after int) {
	return min((op.Size-1)/2, channels), min(op.Size/2, channels)
}

func (op responseNorm) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), respond[float32], respond[float64])(op, in[0], out[0])
}

func respond[T float32 | float64](op responseNorm, in, out *trace.Array) {
	x, y := trace.Elems[T](in), trace.Elems[T](out)
	channels, plane := in.Shape()[1], volume(in.Shape()[2:])
	if len(x) == 0 {
		return
	}
	before, after := op.window(channels)
	work := plane * (before + after + 1)
	kparallel.Run(len(x)/plane, max(1, grain/work), func(lo, hi int) {
		sums := make([]float64, plane)
		for p := lo; p < hi; p++ {
			c := p % channels
			clear(sums)
			for j := max(c-before, 0); j <= min(c+after, channels-1); j++ {
				for i, v := range x[(p-c+j)*plane : (p-c+j+1)*plane] {
					sums[i] += float64(float64(v) * float64(v)) // the conversion rounds: the compiler must not fuse
				}
			}
			for i, v := range x[p*plane : (p+1)*plane] {
				y[p*plane+i] = T(float64(v) * op.power(op.Bias+float64(op.Alpha/float64(op.Size)*sums[i])))
			}
		}
	})
}

// power returns s^-beta. For the usual beta, square roots are faster.
func (op responseNorm) power(s float64) float64 {
	if op.Beta == 0.75 {
		root := math.Sqrt(s)
		return 1 / (root * math.Sqrt(root))
	}
	return math.Pow(s, -op.Beta)
}

// VJP is ct·s^-β - 2αβ·x·Wᵀ(ct·x·s^(-β-1)), where s = bias + α·W(x²) and W takes means over
// neighboring channels.
func (op responseNorm) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	x := in[0]
	if x.Size() == 0 {
		return ct[:1:1]
	}
	before, after := op.window(x.Dim(1))
	s := Add(Mul(op.means(Square(x), before, after), Scalar(op.Alpha)), Scalar(op.Bias))
	direct := Mul(ct[0], PowScalar(s, -op.Beta))
	around := op.means(Mul(Mul(ct[0], x), PowScalar(s, -op.Beta-1)), after, before)
	return []trace.Value{Sub(direct, Mul(Mul(x, around), Scalar(2*op.Alpha*op.Beta)))}
}

// means divides sums of so many channels before and after each by Size.
func (op responseNorm) means(x trace.Value, before, after int) trace.Value {
	shape := x.Shape()
	lines := Reshape(x, shape[0], 1, shape[1], volume(shape[2:]))
	lines = Pad(lines, PadConfig{Low: []int{0, 0, before, 0}, High: []int{0, 0, after, 0}})
	lines = AvgPool(lines, AvgPoolConfig{Kernel: []int{before + after + 1, 1}, Stride: []int{1, 1}, Divisor: op.Size})
	return Reshape(lines, shape...)
}

func (op responseNorm) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	shape := in[0].Shape()
	x := Reshape(in[0], slices.Concat([]int{shape[0] * shape[1]}, shape[2:])...)
	return []trace.Value{Reshape(trace.Bind1(op, x), shape...)}
}
