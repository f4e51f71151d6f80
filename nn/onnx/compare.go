package onnx

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var compareOperators = with(family(map[string]func(x trace.Value) trace.Value{
	"Not": fn.Not, "IsNaN": fn.IsNaN,
}), map[string]operator{
	"Equal": two(fn.Equal), "Less": two(fn.Less), "LessOrEqual": two(fn.LessEqual),
	"Greater": two(fn.Greater), "GreaterOrEqual": two(fn.GreaterEqual),
	"And": two(fn.And), "Or": two(fn.Or), "Xor": two(fn.Xor),
	"Where": one(func(c *call) trace.Value { return fn.Where(c.arg(0), c.arg(1), c.arg(2)) }),
	"IsInf": one(func(c *call) trace.Value {
		x := c.arg(0)
		zero := fn.Scalar(0)
		switch infinite := fn.IsInf(x); {
		case c.int("detect_negative", 1) == 0:
			return fn.And(infinite, fn.Greater(x, zero))
		case c.int("detect_positive", 1) == 0:
			return fn.And(infinite, fn.Less(x, zero))
		default:
			return infinite
		}
	}),
})

// two makes an operator of a function of two operands.
func two(f func(a, b trace.Value) trace.Value) operator {
	return one(func(c *call) trace.Value { return f(c.pair()) })
}
