//go:build ignore

package onnx

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
		kind = trace.KindProduct
	}
	c.arg(0)
	return c.layer(kind, noBias, func(in []trace.Value) trace.Value { return fn.Einsum(equation, in...) })
}
