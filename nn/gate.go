package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// GLU is a gated linear unit: it divides an axis into two halves a and b, and computes a ·
// σ(b), or a · f(b) for another function f. Its kind is product.gate.
//
// Dauphin et al., "Language Modeling with Gated Convolutional Networks", ICML 2017.
// Shazeer, "GLU Variants Improve Transformer", 2020, has other functions: [SiLU] makes it
// a SwiGLU.
type GLU struct {
	Path string
	// Axis to divide. A negative one counts from the end. 0, which would be the batch,
	// means the last.
	Axis int
	// Gate is f; the zero value means Sigmoid.
	Gate Activation `nn:"-"`
}

// Apply halves one axis of x, whose length must be even.
func (l GLU) Apply(x trace.Value) trace.Value {
	axis := or(l.Axis, -1)
	if axis < 0 {
		axis += x.Rank()
	}
	if axis < 0 || axis >= x.Rank() || x.Dim(axis)%2 != 0 {
		panic(trace.Errorf("%s of %v along axis %d: want an axis of even length", describe("GLU", l.Path), x.Type(), l.Axis))
	}
	gate := l.Gate.Function
	if gate == (Function{}) {
		gate = Sigmoid().Function
	}
	return applyPlain(trace.KindProduct+".gate", l.Path, func(x trace.Value) trace.Value {
		half, n := make([]int, axis+1), x.Dim(axis)/2
		full := make([]int, axis+1)
		for i := range full {
			full[i] = x.Dim(i)
		}
		half[axis] = n
		b := fn.Slice(x, fn.SliceConfig{Start: half, Stop: full})
		full[axis], half[axis] = n, 0
		return fn.Mul(fn.Slice(x, fn.SliceConfig{Start: half, Stop: full}), gate.At(b))
	}, x)
}

// Softmax is [fn.Softmax] as a layer. Its kind is softmax.
type Softmax struct {
	Path string
	// Axis to normalize along. A negative one counts from the end. 0, which would be the
	// batch, means the last.
	Axis int
}

// Apply maps x to the same shape.
func (l Softmax) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindSoftmax, l.Path, func(x trace.Value) trace.Value { return fn.Softmax(x, or(l.Axis, -1)) }, x)
}

// LogSoftmax is [fn.LogSoftmax] as a layer. Its kind is softmax.log.
type LogSoftmax struct {
	Path string
	// Axis to normalize along, as of [Softmax].
	Axis int
}

// Apply maps x to the same shape.
func (l LogSoftmax) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindLogSoftmax, l.Path, func(x trace.Value) trace.Value { return fn.LogSoftmax(x, or(l.Axis, -1)) }, x)
}
