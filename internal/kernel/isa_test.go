package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTiles(t *testing.T) { eachFloat(t, testTiles[float32], testTiles[float64]) }

// testTiles has every tile that a micro kernel may be asked for, with its neighbours of
// the next size.
func testTiles[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for m := 2; m <= 15; m++ {
		for n := 2; n <= 34; n++ {
			for k := 1; k <= 3; k++ {
				a, b := wholes[T](r, m*(k+1)), wholes[T](r, k*(n+2))
				c := wholes[T](r, m*(n+3))
				want := slices.Clone(c)
				Gemm(m, n, k, a, k+1, 1, b, n+2, 1, c, n+3, k == 2)
				plainGemm(m, n, k, a, k+1, 1, b, n+2, 1, want, n+3, k == 2)
				if !slices.Equal(c, want) {
					t.Fatalf("%d %d %d: got %v, want %v", m, n, k, c, want)
				}
			}
		}
	}
}

func TestMatVec(t *testing.T) { eachFloat(t, testMatVec[float32], testMatVec[float64]) }

// testMatVec has every number of rows and columns from 1 past two vector widths, both
// ways.
func testMatVec[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for n := 1; n <= 140; n++ {
		m := 1 + r.IntN(40)
		a, x := wholes[T](r, (m+1)*(n+1)), wholes[T](r, n)
		for _, s := range [][4]int{{m, n, n + 1, 1}, {m, n, 1, m}, {n, m, 1, n + 1}, {n, m, m + 1, 1}} {
			x, y := append(slices.Clone(x), wholes[T](r, m)...), wholes[T](r, s[0])
			want := slices.Clone(y)
			Gemm(s[0], 1, s[1], a, s[2], s[3], x, 1, 1, y, 1, n%2 == 1)
			plainGemm(s[0], 1, s[1], a, s[2], s[3], x, 1, 1, want, 1, n%2 == 1)
			if !slices.Equal(y, want) {
				t.Fatalf("%v: got %v, want %v", s, y, want)
			}
		}
	}
}

// TestVectorsAgree: the vector instructions differ in width only, so the products have
// the same bits with either set.
func TestVectorsAgree(t *testing.T) {
	if isa() < avx512 {
		t.Log("there are no two sets of vector instructions to compare")
		return
	}
	r := rand.New(rand.NewPCG(19, 20))
	const m, n, k = 45, 77, 600
	a, b := normals[float32](r, m*k), normals[float32](r, k*n)
	var first []float32
	eachISA(t, func(t *testing.T) {
		c := garbage[float32](m * n)
		Gemm(m, n, k, a, k, 1, b, n, 1, c, n, false)
		if isa() == avx2 {
			first = c
		} else if isa() == avx512 {
			sameBits(t, c, first, fmt.Sprint(isa(), " against avx2"))
		}
	})
}

func TestRowsAtATime(t *testing.T) { eachFloat(t, testRowsAtATime[float32], testRowsAtATime[float64]) }

// testRowsAtATime: a row has the same bits by itself and among others.
func testRowsAtATime[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(49, 50))
	for _, k := range []int{3, 8, 17, 64, 100, 131, 700} {
		const m = 71
		a, x, got := normals[T](r, m*(k+3)), normals[T](r, k), garbage[T](m)
		want := make([]T, m)
		for i := range want {
			want[i] = dot(a[i*(k+3):][:k], x)
		}
		Gemm(m, 1, k, a, k+3, 1, x, 1, 1, got, 1, false)
		sameBits(t, got, want, fmt.Sprint(k))
	}
}
