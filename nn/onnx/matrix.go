package onnx

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var matrixOperators = map[string]operator{
	"Gemm":   one(gemm).layered(),
	"MatMul": one(matMul).layered(),
	"Einsum": one(einsum),
}

// productKind is the kind of a product: dense if one side is a weight.
func (c *call) productKind() trace.Kind {
	if c.both() {
		return trace.KindMatrixProduct
	}
	return trace.KindDense
}

// matMul is NumPy's matrix product. A third operand is a bias, which recognition adds.
func matMul(c *call) trace.Value {
	c.arg(1)
	return c.layer(c.productKind(), 2, func(in []trace.Value) trace.Value {
		y := fn.MatMul(in[0], in[1])
		if len(in) > 2 && !in[2].IsAbsent() {
			y = fn.Add(y, in[2])
		}
		return y
	})
}

// gemm is α A'B' + β C, where A' and B' are transposed if the node says so.
func gemm(c *call) trace.Value {
	c.arg(1)
	alpha, beta := c.real("alpha", 1), c.real("beta", 1)
	transA, transB := c.int("transA", 0) != 0, c.int("transB", 0) != 0
	return c.layer(c.productKind(), 2, func(in []trace.Value) trace.Value {
		a, b := in[0], in[1]
		if transA {
			a = fn.Transpose(a, 1, 0)
		}
		if len(in) > 2 && !in[2].IsAbsent() && in[2].Rank() == 1 && transB && alpha == 1 && beta == 1 && b.Rank() == 2 && in[2].Shape()[0] == b.Shape()[0] {
			return fn.Linear(a, b, in[2])
		}
		var y trace.Value
		if transB {
			y = fn.Linear(a, b, trace.Value{})
		} else {
			y = fn.MatMul(a, b)
		}
		if alpha != 1 {
			y = fn.Mul(y, fn.Scalar(alpha))
		}
		if len(in) < 3 || in[2].IsAbsent() {
			return y
		}
		bias := in[2]
		if beta != 1 {
			bias = fn.Mul(bias, fn.Scalar(beta))
		}
		return fn.Add(y, bias)
	})
}

func einsum(c *call) trace.Value {
	equation := c.text("equation", "")
	data := 0
	for i := range c.in {
		if c.isData(i) {
			data++
		}
	}
	kind := trace.KindDense
	if data > 1 {
		kind = trace.KindMatrixProduct
	}
	c.arg(0)
	return c.layer(kind, noBias, func(in []trace.Value) trace.Value { return fn.Einsum(equation, in...) })
}
