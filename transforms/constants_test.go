package transforms_test

import (
	"context"
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Each distinct number in a fused loop had a tile of its own, of 32 KB.
func TestFaultA4NumbersShareTiles(t *testing.T) {
	horner := func(n int, number func(i int) float64) Func {
		return func(x Value) Value {
			acc := fn.ZerosLike(x)
			for i := range n {
				acc = fn.Add(fn.Mul(acc, x), num(number(i)))
			}
			return acc
		}
	}
	multiples := func(n int) Func {
		return func(x Value) Value {
			y, acc := fn.Sin(x), x
			for i := range n {
				acc = fn.Add(acc, fn.Mul(num(float64(i)), y))
			}
			return acc
		}
	}
	rows := func(n int) Func { // a number for each row, repeated along it
		return func(x Value) Value {
			acc := x
			for i := range n {
				acc = fn.Mul(acc, fn.BroadcastTo(fn.Sin(fn.Index(x, i)), x.Shape()...))
			}
			return acc
		}
	}
	memory := func(f Func, size int) int {
		x := fn.Mul(fn.Iota(trace.TypeOf(trace.Float64, size), 0), num(0.9/float64(size)))
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
	alike, distinct := func(int) float64 { return 0.25 }, func(i int) float64 { return math.Sqrt(float64(i + 2)) }
	for _, size := range []int{4096, 9000} { // one tile, and three
		array := 8 * size
		same := memory(horner(200, alike), size)
		for _, n := range []int{10, 200} {
			if got := memory(horner(n, distinct), size); got > same+4*8*4096 {
				t.Errorf("f64[%d], %d distinct numbers: %d bytes, with one number %d", size, n, got, same)
			}
			if got := memory(multiples(n), size); got > 8*max(array, 8*4096) {
				t.Errorf("f64[%d], %d multiples: %d bytes, an array has %d", size, n, got, array)
			}
		}
		if few, many := memory(rows(10), size), memory(rows(100), size); many > few+100*1000 {
			t.Errorf("f64[%d], 100 repeated values: %d bytes, with 10 %d", size, many, few)
		}
	}
}
