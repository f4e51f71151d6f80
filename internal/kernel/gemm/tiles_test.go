package gemm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestTiles(t *testing.T) { kerneltest.EachFloat(t, testTiles[float32], testTiles[float64]) }

// testTiles has every tile that a micro kernel may be asked for, with its neighbours of
// the next size.
func testTiles[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for m := 2; m <= 15; m++ {
		for n := 2; n <= 34; n++ {
			for k := 1; k <= 3; k++ {
				a, b := kerneltest.Wholes[T](r, m*(k+1)), kerneltest.Wholes[T](r, k*(n+2))
				c := kerneltest.Wholes[T](r, m*(n+3))
				want := slices.Clone(c)
				Mul(m, n, k, a, k+1, 1, b, n+2, 1, c, n+3, k == 2)
				kerneltest.PlainMul(m, n, k, a, k+1, 1, b, n+2, 1, want, n+3, k == 2)
				if !slices.Equal(c, want) {
					t.Fatalf("%d %d %d: got %v, want %v", m, n, k, c, want)
				}
			}
		}
	}
}

func TestMatVec(t *testing.T) { kerneltest.EachFloat(t, testMatVec[float32], testMatVec[float64]) }

// testMatVec has every number of rows and columns from 1 past two vector widths, both
// ways.
func testMatVec[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for n := 1; n <= 140; n++ {
		m := 1 + r.IntN(40)
		a, x := kerneltest.Wholes[T](r, (m+1)*(n+1)), kerneltest.Wholes[T](r, n)
		for _, s := range [][4]int{{m, n, n + 1, 1}, {m, n, 1, m}, {n, m, 1, n + 1}, {n, m, m + 1, 1}} {
			x, y := append(slices.Clone(x), kerneltest.Wholes[T](r, m)...), kerneltest.Wholes[T](r, s[0])
			want := slices.Clone(y)
			Mul(s[0], 1, s[1], a, s[2], s[3], x, 1, 1, y, 1, n%2 == 1)
			kerneltest.PlainMul(s[0], 1, s[1], a, s[2], s[3], x, 1, 1, want, 1, n%2 == 1)
			if !slices.Equal(y, want) {
				t.Fatalf("%v: got %v, want %v", s, y, want)
			}
		}
	}
}

// TestVectorsAgree: the vector instructions differ in width only, so the products have
// the same bits with either set.
func TestVectorsAgree(t *testing.T) {
	if cpu.InUse() < cpu.AVX512 {
		t.Log("there are no two sets of vector instructions to compare")
		return
	}
	r := rand.New(rand.NewPCG(19, 20))
	const m, n, k = 45, 77, 600
	a, b := kerneltest.Normals[float32](r, m*k), kerneltest.Normals[float32](r, k*n)
	var first []float32
	kerneltest.EachISA(t, func(t *testing.T) {
		c := kerneltest.Garbage[float32](m * n)
		Mul(m, n, k, a, k, 1, b, n, 1, c, n, false)
		if cpu.InUse() == cpu.AVX2 {
			first = c
		} else if cpu.InUse() == cpu.AVX512 {
			kerneltest.SameBits(t, c, first, fmt.Sprint(cpu.InUse(), " against avx2"))
		}
	})
}

func TestRowsAtATime(t *testing.T) {
	kerneltest.EachFloat(t, testRowsAtATime[float32], testRowsAtATime[float64])
}

// testRowsAtATime: a row has the same bits by itself and among others.
func testRowsAtATime[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(49, 50))
	for _, k := range []int{3, 8, 17, 64, 100, 131, 700} {
		const m = 71
		a, x, got := kerneltest.Normals[T](r, m*(k+3)), kerneltest.Normals[T](r, k), kerneltest.Garbage[T](m)
		want := make([]T, m)
		for i := range want {
			want[i] = dot(a[i*(k+3):][:k], x)
		}
		Mul(m, 1, k, a, k+3, 1, x, 1, 1, got, 1, false)
		kerneltest.SameBits(t, got, want, fmt.Sprint(k))
	}
}
