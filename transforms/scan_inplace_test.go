package transforms_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// numbered is 0, 1, ... as an array of a type.
func numbered(d trace.DType, shape ...int) Value {
	n := trace.TypeOf(trace.Float64, shape...).Size()
	x := fn.Add(fn.Iota(trace.TypeOf(trace.Float64, n), 0), num(1))
	return fn.Cast(fn.Reshape(x, shape...), d)
}

// increment adds to one element of an array.
func increment(c, by, i Value) Value { return fn.AddAt(c, by, i) }

// places has, for each of steps, an index into a vector of length n.
func places(steps, n int) Value {
	data := make([]int64, steps)
	for i := range data {
		data[i] = int64((7*i + 3) % n)
	}
	return trace.New(data)
}

// updating has loops that change some elements of a carried array in each step. They
// differ in what else happens to the carry.
func updating() map[string]func(c, ids Value) []Value {
	scan := func(step func(c, i Value) (Value, []Value)) func(c, ids Value) []Value {
		return func(c, ids Value) []Value {
			last, ys := transforms.Scan(step)(c, ids)
			return append(ys, last)
		}
	}
	one := func(c Value) Value { return fn.OnesLike(fn.Index(c, 0)) }
	return map[string]func(c, ids Value) []Value{
		"one element": scan(func(c, i Value) (Value, []Value) { return increment(c, one(c), i), nil }),
		"what was there": scan(func(c, i Value) (Value, []Value) {
			y := fn.Take(c, i, 0)
			return increment(c, fn.Mul(y, y), i), []Value{y}
		}),
		"what is there then": scan(func(c, i Value) (Value, []Value) {
			next := increment(c, one(c), i)
			return next, []Value{fn.Take(next, i, 0)}
		}),
		"twice": scan(func(c, i Value) (Value, []Value) {
			c = increment(c, fn.Take(c, i, 0), i)
			y := fn.Sum(c, 0)
			return increment(c, y, i), []Value{y}
		}),
		"along": scan(func(c, i Value) (Value, []Value) {
			at := fn.ExpandDims(i, 0)
			return fn.ScatterAlong(c, at, fn.TakeAlong(c, at, 0), 0, fn.ScatterAdd), nil
		}),
		"a span": scan(func(c, i Value) (Value, []Value) {
			y := fn.Slice(c, fn.SliceConfig{Start: []int{2}, Stop: []int{4}})
			return fn.AddAt(c, y, fn.Span(1, 3)), nil
		}),
		"the old carry is read after": scan(func(c, i Value) (Value, []Value) {
			next := increment(c, one(c), i)
			return next, []Value{fn.Sum(fn.Mul(c, next), 0), c}
		}),
		"two carries from one": func(c, ids Value) []Value {
			last, _ := transforms.Scan(func(c [2]Value, i Value) ([2]Value, []Value) {
				next := increment(c[0], one(c[0]), i)
				return [2]Value{next, next}, nil
			})([2]Value{c, c}, ids)
			return last[:]
		},
		"crossed": func(c, ids Value) []Value {
			last, _ := transforms.Scan(func(c [3]Value, i Value) ([3]Value, []Value) {
				return [3]Value{increment(c[1], one(c[0]), i), increment(c[0], one(c[0]), i), c[2]}, nil
			})([3]Value{c, fn.Add(c, c), fn.Mul(c, c)}, ids)
			return last[:]
		},
		"one moves and one stays": func(c, ids Value) []Value {
			last, _ := transforms.Scan(func(c [2]Value, i Value) ([2]Value, []Value) {
				return [2]Value{fn.Add(c[0], c[1]), increment(c[1], fn.Index(c[0], 1), i)}, nil
			})([2]Value{c, fn.Add(c, c)}, ids)
			return last[:]
		},
		"a loop in a loop": func(c, ids Value) []Value {
			last, _ := transforms.Scan(func(c, i Value) (Value, []Value) {
				c, _ = transforms.Scan(func(c, j Value) (Value, []Value) { return increment(c, fn.Take(c, i, 0), j), nil })(c, ids)
				return increment(c, one(c), i), nil
			})(c, fn.Slice(ids, fn.SliceConfig{Stop: []int{2}}))
			return []Value{last}
		},
	}
}

// Updates in place give the results of updates of copies: values, gradients and rows of a
// batch, for any number of steps, in every dtype of numbers. Arguments are left alone.
func TestFaultA7UpdatesInPlaceAreUpdates(t *testing.T) {
	for name, f := range updating() {
		for _, steps := range []int{0, 1, 2, 5} {
			for _, d := range []trace.DType{trace.Int32, trace.Int64, trace.Float32, trace.Float64} {
				what := fmt.Sprintf("%s, %d steps, %v", name, steps, d)
				c, ids := numbered(d, 4), places(steps, 4)
				g := func(c Value) []Value { return f(c, ids) }
				got, e := transforms.Jit(g)(c), g(c)
				for i := range e {
					within(t, fmt.Sprintf("%s: value %d", what, i), got[i], e[i], 1e-5)
				}
				sameBits(t, what+": the argument", c, numbered(d, 4))
				if d != trace.Float64 || steps > 2 {
					continue
				}
				sum := func(c Value) Value {
					total := num(0)
					for _, v := range g(c) {
						total = fn.Add(total, fn.SumAll(fn.Sin(fn.Mul(v, num(0.01)))))
					}
					return total
				}
				within(t, what+": gradient", transforms.Jit(transforms.Grad(sum))(c), transforms.Grad(sum)(c), 1e-12)
				rows := fn.Stack(0, c, fn.Neg(c))
				within(t, what+": map", transforms.Jit(transforms.Vmap(transforms.Grad(sum)))(rows), transforms.Vmap(transforms.Grad(sum))(rows), 1e-12)
			}
		}
	}
}

// A loop that changes one element of an array copied the array in each step. So did the
// gradient of a loop that reads one element.
func TestFaultA7LoopsChangeArraysInPlace(t *testing.T) {
	const n, steps = 10000, 50
	const array, little = 8 * n, 8 * n / 10
	x, ids := fn.Mul(numbered(trace.Float64, n), num(1e-4)), places(steps, n)
	memory := func(f Func) int {
		c, err := transforms.Compile(f, x)
		if err != nil {
			t.Fatal(err)
		}
		y, err := c.Call(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "value", y, f(x), 1e-12)
		return c.Memory()
	}
	for _, name := range []string{"one element", "what was there", "what is there then", "along", "a span"} {
		f := updating()[name]
		got := memory(func(x Value) Value { ys := f(x, ids); return ys[len(ys)-1] })
		if got > array+little {
			t.Errorf("%s: %d bytes, the array has %d", name, got, array)
		}
	}
	read := func(x Value) Value {
		c, _ := transforms.Scan(func(c, i Value) (Value, []Value) {
			y := fn.Take(x, i, 0)
			return fn.Add(c, fn.Mul(y, y)), nil
		})(trace.Scalar(0.0), ids)
		return c
	}
	if got := memory(transforms.Grad(read)); got > 2*array+little { // the initial zeros, and the result
		t.Errorf("the gradient of a loop that reads: %d bytes, the array has %d", got, array)
	}
}
