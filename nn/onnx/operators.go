package onnx

import (
	"maps"

	"github.com/pullback-go/pullback/trace"
)

// operators has the operators of the standard domain, by name. Each family has a file.
var operators = func() map[string]operator {
	all := map[string]operator{}
	for _, family := range []map[string]operator{
		elementwiseOperators, activationOperators, compareOperators, matrixOperators, convOperators, poolOperators,
		normOperators, reduceOperators, shapeOperators, indexOperators, scatterOperators, makeOperators, controlOperators,
		recurrentOperators, imageOperators, lossOperators, transformerOperators,
	} {
		maps.Copy(all, family)
	}
	return all
}()

// refusals say why an operator is not supported, where there is a reason.
var refusals = map[string]string{
	"Unique": "how many results it has depends on the elements of its operand, so their shape is not known when a function is traced",
	"NonMaxSuppression": "how many boxes it keeps depends on their scores, so the shape is not known when a function is traced; " +
		"explain the boxes and scores before it",
	"RandomNormal":      randomRefusal,
	"RandomNormalLike":  randomRefusal,
	"RandomUniform":     randomRefusal,
	"RandomUniformLike": randomRefusal,
	"Bernoulli":         randomRefusal,
	"Multinomial":       randomRefusal,
	"QuantizeLinear":    quantizeRefusal, "QLinearConv": quantizeRefusal, "QLinearMatMul": quantizeRefusal, "ConvInteger": quantizeRefusal,
	"MatMulInteger": quantizeRefusal, "DynamicQuantizeLinear": quantizeRefusal,
}

const (
	randomRefusal   = "it draws random numbers, and a model is a pure function; give the numbers as an input instead"
	quantizeRefusal = "it computes with rounded integers, whose derivative is 0 everywhere; export the model before it was quantized"
)

// family makes operators of functions of one operand.
func family(functions map[string]func(x trace.Value) trace.Value) map[string]operator {
	out := map[string]operator{}
	for name, f := range functions {
		out[name] = one(func(c *call) trace.Value { return f(c.arg(0)) })
	}
	return out
}

// with adds operators to a family.
func with(family, more map[string]operator) map[string]operator {
	maps.Copy(family, more)
	return family
}
