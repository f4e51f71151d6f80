package trace_test

import "github.com/pullback-go/pullback/trace"

// The lines of this file are in testdata/program.golden.

func residual(x Value) Value {
	w := vector(1, 2, 3, 4)
	y := trace.Bind1(add{}, x, w)
	return trace.Bind1(add{},
		trace.Bind1(scale{0.5}, y),
		x)
}

func branches(inner *trace.Program, x, s Value) []Value {
	y := trace.Bind1(call{inner}, x)
	parts := trace.Bind(halves{}, y)
	trace.Newest(parts).Follow(&inner.Eqns[0], true, func() {
		parts[1] = trace.Bind1(scale{-1}, parts[1])
	})
	bias := trace.Scalar(2.5)
	return []Value{trace.Bind1(add{}, parts[0], parts[1]), trace.Bind1(add{}, s, bias), x}
}
