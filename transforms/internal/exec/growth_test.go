package exec_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
)

// growing has programs of about n equations, of every form that once took quadratic time.
func growing() map[string]func(x Value, n int) Value {
	number := func(i int) Value { return fn.Scalar(1 + float64(i)/1e6) }
	chain := func(x Value, n int) Value {
		for range n {
			x = fn.Sin(x)
		}
		return x
	}
	return map[string]func(x Value, n int) Value{
		"chain": chain,
		"gradient of a chain": func(x Value, n int) Value {
			return transforms.Pull(func(x Value) Value { return chain(x, n/3) }, fn.OnesLike)(x)
		},
		"wide": func(x Value, n int) Value {
			all := make([]Value, n/2)
			for i := range all {
				all[i] = fn.Sin(x)
			}
			for len(all) > 1 {
				for i := range len(all) / 2 {
					all[i] = fn.Add(all[i], all[len(all)-1-i])
				}
				all = all[:(len(all)+1)/2]
			}
			return all[0]
		},
		"distinct constants": func(x Value, n int) Value {
			acc := x
			for i := range n / 3 {
				acc = fn.Add(fn.Mul(acc, x), number(i))
			}
			return acc
		},
		"one value read by all": func(x Value, n int) Value {
			y, acc := fn.Sin(x), x
			for range n {
				acc = fn.Add(acc, y)
			}
			return acc
		},
		"spreads": func(x Value, n int) Value {
			acc := x
			for range n / 4 {
				acc = fn.Sin(fn.Add(acc, fn.BroadcastTo(fn.SumAll(acc), x.Shape()...)))
			}
			return acc
		},
		"arrays that all live": func(x Value, n int) Value {
			var all []Value
			y := x
			for range n / 2 {
				y = fn.CumSum(y, 0)
				all = append(all, y)
			}
			for i := range all {
				y = fn.CumSum(fn.Mul(y, all[len(all)-1-i]), 0)
			}
			return y
		},
		"arrays that one fusion reads": func(x Value, n int) Value {
			var all []Value
			for range n / 2 {
				all = append(all, fn.CumSum(x, 0))
			}
			y := x
			for _, v := range all {
				y = fn.Add(y, v)
			}
			return y
		},
		"aliases": func(x Value, n int) Value {
			for range n / 2 {
				x = fn.Reshape(fn.Reshape(x, 4, 4), 16)
			}
			return fn.Sin(x)
		},
		"guards": func(x Value, n int) Value {
			for i := range n / 3 {
				x = fn.Mask(fn.Greater(x, number(i)), x)
			}
			return x
		},
		"indexings": func(x Value, n int) Value {
			sum := fn.Index(x, 0)
			for i := range n / 3 {
				sum = fn.Add(sum, fn.Index(x, i%16))
			}
			return sum
		},
	}
}

// The planner looked at all equations of a fusion for each use of each of them, and at
// all tiles, arrays and buffers for each new one.
func TestFaultA3PlanningIsLinear(t *testing.T) {
	x := matrix("x", 16)
	for name, f := range growing() {
		t.Run(name, func(t *testing.T) {
			work := func(n int) int {
				p := trace.Record(func(in []Value) []Value { return []Value{f(in[0], n)} }, []trace.Type{x.Type()})
				return exec.New(p).Visits()
			}
			const n = 8000
			one, two := work(n), work(2*n)
			if ratio := float64(two) / float64(one); !(ratio <= 2.3) {
				t.Errorf("planning looked at %d things for %d equations and at %d for twice as many, %.2f times", one, n, two, ratio)
			}
		})
	}
}

// The largest divisor that fits was found by counting down from the length of the axis.
func TestFaultC8DivisorsOfLongAxes(t *testing.T) {
	for n := 1; n < 130; n++ {
		for bytes := 1; bytes < 6; bytes++ {
			for _, fit := range []int{1, 7, 24, 64, 200, 1000} {
				want := 1
				for m := 1; m <= n; m++ {
					if n%m == 0 && m*bytes <= fit {
						want = m
					}
				}
				if got := exec.Fitting(n, bytes, fit); got != want {
					t.Fatalf("%d of %d rows of %d bytes fit %d, want %d", got, n, bytes, fit, want)
				}
			}
		}
	}
	f := func(n int) func(x Value) []Value {
		return func(x Value) []Value { return []Value{fn.CumSum(fn.Tanh(fn.Expand(x, 0, n)), 0)} }
	}
	for _, n := range []int{1 << 33, 1<<33 - 9, 1<<40 - 87} { // the last two are primes
		if visits := exec.New(recordAt(f(n), matrix("x"))).Visits(); visits > 1<<21 {
			t.Errorf("planning for an axis of length %d looked at %d things", n, visits)
		}
	}
}
