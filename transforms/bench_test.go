package transforms_test

import (
	"context"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// chain is a function of 2n small operations.
func chain(n int) Func {
	return func(x Value) Value {
		for range n {
			x = fn.Mul(fn.Tanh(x), num(0.9))
		}
		return fn.SumAll(x)
	}
}

// What recording costs for each operation.
func BenchmarkTrace(b *testing.B) {
	f, types := chain(100), []trace.Type{trace.TypeOf(trace.Float64, 4)}
	var p *trace.Program
	b.ReportAllocs()
	for b.Loop() {
		p = trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, types)
	}
	perOperation(b, len(p.Eqns))
}

// Tracing a gradient: the forward equations are walked twice and their derivatives
// recorded.
func BenchmarkTraceGrad(b *testing.B) {
	g, types := transforms.Grad(chain(100)), []trace.Type{trace.TypeOf(trace.Float64, 4)}
	var p *trace.Program
	b.ReportAllocs()
	for b.Loop() {
		p = trace.Record(func(in []Value) []Value { return []Value{g(in[0])} }, types)
	}
	perOperation(b, len(p.Eqns))
}

func perOperation(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/equation")
}

// An eager gradient of small operations is all overhead.
func BenchmarkGrad(b *testing.B) {
	g, x := transforms.Grad(chain(100)), vector(1, 2, 3, 4)
	b.ReportAllocs()
	for b.Loop() {
		g(x)
	}
}

// The cost of a call of a compiled function, beside its operations.
func BenchmarkJitCall(b *testing.B) {
	x := vector(1, 2, 3, 4)
	for name, n := range map[string]int{"1": 1, "100": 100} {
		b.Run(name, func(b *testing.B) {
			f := transforms.Jit(chain(n))
			f(x)
			b.ReportAllocs()
			for b.Loop() {
				f(x)
			}
		})
	}
}

// The same with a tree as argument, which has to be flattened and compared.
func BenchmarkJitCallTree(b *testing.B) {
	n := newNetwork(seeded(1))
	type in struct {
		Model network
		X     Value
	}
	f := transforms.Jit(func(p in) Value { return p.Model.bare(p.X) })
	p := in{n, draw(seeded(2), 5, 3)}
	f(p)
	b.ReportAllocs()
	for b.Loop() {
		f(p)
	}
}

func BenchmarkCompiledCall(b *testing.B) {
	x := vector(1, 2, 3, 4)
	c, err := transforms.Compile(chain(1), x)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Call(context.Background(), x); err != nil {
			b.Fatal(err)
		}
	}
}

// Compiling the second derivative of an explanation.
func BenchmarkCompileSecondOrder(b *testing.B) {
	n := newNetwork(seeded(3))
	ones := func(y Value) Value { return fn.OnesLike(y) }
	g := transforms.Grad(squared(transforms.Pull(transforms.WithRules(smooth, n.apply), ones)))
	x := draw(seeded(4), 5, 3)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := transforms.Compile(g, x); err != nil {
			b.Fatal(err)
		}
	}
}
