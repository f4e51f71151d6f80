package fn

import "github.com/pullback-go/pullback/trace"

// GLU is a gated linear unit: of the two halves a and b of an axis of floats, a·σ(b), as
// PyTorch's glu. The axis has an even length.
//
// Dauphin et al., "Language Modeling with Gated Convolutional Networks", ICML 2017.
func GLU(x trace.Value, axis int) trace.Value {
	defer trace.Naming("glu", x)
	return gated("glu", x, axis, Sigmoid)
}

// ReGLU is [GLU] with ReLU in the place of the sigmoid. This and the two below are of
// Shazeer, "GLU Variants Improve Transformer", 2020.
func ReGLU(x trace.Value, axis int) trace.Value {
	defer trace.Naming("reglu", x)
	return gated("reglu", x, axis, ReLU)
}

// GeGLU is [GLU] with GELU in the place of the sigmoid.
func GeGLU(x trace.Value, axis int) trace.Value {
	defer trace.Naming("geglu", x)
	return gated("geglu", x, axis, GELU)
}

// SwiGLU is [GLU] with SiLU in the place of the sigmoid.
func SwiGLU(x trace.Value, axis int) trace.Value {
	defer trace.Naming("swiglu", x)
	return gated("swiglu", x, axis, SiLU)
}

func gated(name string, x trace.Value, axis int, gate func(trace.Value) trace.Value) trace.Value {
	axis = axisOf(name, x, axis)
	if x.Dim(axis)%2 != 0 {
		refuse(name, []trace.Value{x}, "axis %d has the odd length %d: it has no two halves", axis, x.Dim(axis))
	}
	halves := Split(x, 2, axis)
	return Mul(halves[0], gate(halves[1]))
}
