//go:build !purego

package conv

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestInterleaveAndEven(t *testing.T) {
	kerneltest.EachVectorFloat(t, testInterleaveAndEven[float32], testInterleaveAndEven[float64])
}

// testInterleaveAndEven: the last vector may go past what is asked for, but not past dst.
func testInterleaveAndEven[T array.Float](t *testing.T) {
	two, one := 64/array.SizeOf[T](), 32/array.SizeOf[T]()
	for room := 0; room <= 9*two; room++ {
		if room == 2*two+2 {
			room = 8*two - 1
		}
		evens, odds := make([]T, room+two), make([]T, room+two)
		for j := range evens {
			evens[j], odds[j] = T(2*j), T(2*j+1)
		}
		for _, n := range []int{0, 1, two - 1, two, two + 1, 2 * two, room} {
			if n > room {
				continue
			}
			dst, check := kerneltest.Fenced(room, T(-1))
			done := interleave(dst, n, evens, odds)
			if want := min(array.CeilDiv(n, two), room/two) * one; done != want {
				t.Fatalf("%d of %d: got %d, want %d", n, room, done, want)
			}
			for i, v := range dst {
				want := T(-1)
				if i < 2*done {
					want = T(i)
				}
				if v != want {
					t.Fatalf("%d of %d: element %d: got %v, want %v", n, room, i, v, want)
				}
			}
			check(t, "interleave")
		}
		for _, n := range []int{0, 1, one - 1, one, one + 1, 2 * one, room / 2, room} {
			src := kerneltest.Counting[T](room)
			dst, check := kerneltest.Fenced(n, T(-1))
			done := even(dst, src)
			if want := min(n/one, room/two) * one; done != want {
				t.Fatalf("%d evens of %d: got %d, want %d", n, room, done, want)
			}
			for j, v := range dst {
				want := T(-1)
				if j < done {
					want = src[2*j]
				}
				if v != want {
					t.Fatalf("%d evens of %d: element %d: got %v, want %v", n, room, j, v, want)
				}
			}
			check(t, "even")
		}
	}
}
