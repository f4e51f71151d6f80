package attribute_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestGradients(t *testing.T) {
	x := trace.New([]float64{1, -2, 3, 4, -5, 6}, 1, 2, 3)
	square := fn.Square(x) // the gradient of cubes
	lawtest.Close(t, attribute.Gradient(cubes, attribute.Ones)(x), square, 1e-15)
	lawtest.Close(t, attribute.Gradient(cubes, attribute.Output)(x), fn.Mul(square, cubes(x)), 1e-15)
	lawtest.Close(t, attribute.InputXGradient(cubes, attribute.Ones)(x), fn.Mul(square, x), 1e-15)
	fourth := fn.Square(square)
	lawtest.Close(t, attribute.Sensitivity(cubes, attribute.Ones, attribute.SensitivityConfig{})(x), fourth, 1e-15)
	summed := attribute.Sensitivity(cubes, attribute.Ones, attribute.SensitivityConfig{SumChannels: true})(x)
	lawtest.Close(t, summed, trace.New([]float64{1 + 256, 16 + 625, 81 + 1296}, 1, 3), 1e-15)
	wantError(t, func() {
		attribute.Sensitivity(cubes, attribute.Ones, attribute.SensitivityConfig{SumChannels: true})(trace.New([]float64{1, 2}))
	}, "attribute.Sensitivity: SumChannels of an input f64[2], which has no axis 1: want x[n c ...]")
}
