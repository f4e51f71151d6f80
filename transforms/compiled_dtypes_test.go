package transforms_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var dtypes = []trace.DType{
	trace.Bool, trace.Uint8, trace.Int8, trace.Int32, trace.Int64, trace.BFloat16, trace.Float16, trace.Float32, trace.Float64,
}

// values returns different numbers in each row, in a dtype.
func values(d trace.DType, shape ...int) Value {
	x := numbered(trace.Int64, shape...)
	if d == trace.Bool {
		return fn.Equal(fn.Rem(fn.Mul(x, x), fn.FullLike(x, 7)), fn.FullLike(x, 2))
	}
	return fn.Cast(x, d)
}

// either is an operation of two arrays of any dtype.
func either(a, b Value) Value {
	if a.DType() == trace.Bool {
		return fn.Not(fn.And(a, b))
	}
	return fn.Sub(b, a)
}

// A compiled loop copies rows, carries and results of every dtype; only float64 had a
// test.
func TestFaultC10CompiledLoopsOfEveryDType(t *testing.T) {
	for _, d := range dtypes {
		for _, shape := range [][]int{{}, {3}, {2, 3}} {
			for _, steps := range []int{0, 1, 4, 5} {
				type carry struct{ A, B Value }
				f := func(p struct {
					C    carry
					Rows Value
				}) []Value {
					c, ys := transforms.Scan(func(c carry, row Value) (carry, []Value) {
						next := either(c.A, row)
						return carry{c.B, next}, []Value{row, next, fn.Cast(next, trace.Float32), fn.Cast(next, trace.Bool)}
					})(p.C, p.Rows)
					return append(ys, c.A, c.B)
				}
				p := struct {
					C    carry
					Rows Value
				}{carry{values(d, shape...), either(values(d, shape...), values(d, shape...))}, values(d, append([]int{steps}, shape...)...)}
				got, e := transforms.Jit(f)(p), f(p)
				for i := range e {
					sameBits(t, fmt.Sprintf("%v%v, %d steps, result %d", d, shape, steps, i), got[i], e[i])
				}
			}
		}
	}
}

// The gradient of a loop runs from the last row to the first, in both float dtypes.
func TestFaultC10CompiledGradientsOfLoops(t *testing.T) {
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		f := func(p [2]Value) Value {
			c, ys := transforms.Scan(func(c, row Value) (Value, Value) {
				c = fn.Tanh(fn.Add(c, row))
				return c, fn.Mul(c, row)
			})(p[0], p[1])
			return fn.Add(fn.SumAll(c), fn.SumAll(ys))
		}
		p := [2]Value{fn.Mul(values(d, 3), num(0.1)), fn.Mul(values(d, 5, 3), num(0.1))}
		got, e := transforms.Jit(transforms.Grad(f))(p), transforms.Grad(f)(p)
		for i := range e {
			within(t, fmt.Sprint(d, " ", i), got[i], e[i], 1e-5)
		}
	}
}

// A compiled choice stores the results of its branches in every dtype and shape, also in
// a loop.
func TestFaultC10CompiledChoicesOfEveryDType(t *testing.T) {
	for _, d := range dtypes {
		for _, shape := range [][]int{{}, {3}, {0, 2}, {2, 3}} {
			f := func(p struct{ Which, X, Y Value }) []Value {
				return transforms.Cond(p.Which,
					func(x [2]Value) []Value { return []Value{either(x[0], x[1]), x[0], fn.Cast(x[1], trace.Int32)} },
					func(x [2]Value) []Value { return []Value{x[1], either(x[1], x[0]), fn.Cast(x[0], trace.Int32)} },
				)([2]Value{p.X, p.Y})
			}
			looped := func(p struct{ Which, X, Y Value }) []Value {
				c, ys := transforms.Scan(func(c, which Value) (Value, []Value) {
					out := f(struct{ Which, X, Y Value }{which, c, p.Y})
					return out[0], out
				})(p.X, fn.Stack(0, p.Which, fn.Not(p.Which), p.Which))
				return append(ys, c)
			}
			for name, f := range map[string]func(p struct{ Which, X, Y Value }) []Value{"choice": f, "in a loop": looped} {
				j := transforms.Jit(f)
				for _, which := range []bool{true, false, true} {
					p := struct{ Which, X, Y Value }{trace.Scalar(which), values(d, shape...), either(values(d, shape...), values(d, shape...))}
					got, e := j(p), f(p)
					for i := range e {
						sameBits(t, fmt.Sprintf("%s, %v%v, %v, result %d", name, d, shape, which, i), got[i], e[i])
					}
				}
			}
		}
	}
}
