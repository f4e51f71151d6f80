//go:build !purego

package gemm

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestDotVectors(t *testing.T) {
	kerneltest.EachVectorFloat(t, testDotVectors[float32], testDotVectors[float64])
}

// testDotVectors has every length past several vectors: whole vectors are summed, and no
// element behind them is.
func testDotVectors[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	lanes := SizesOf[T]().Lanes()
	for n := 0; n <= 9*lanes+1; n++ {
		a, x := kerneltest.Wholes[T](r, n+3), kerneltest.Wholes[T](r, n)
		sum, done := dotVectors(a, x)
		want := T(0)
		for k := range n / lanes * lanes {
			want += a[k] * x[k]
		}
		if sum != want || done != n/lanes*lanes {
			t.Fatalf("of %d: got %v of %d, want %v of %d", n, sum, done, want, n/lanes*lanes)
		}
	}
}

func TestDotRows(t *testing.T) {
	kerneltest.EachVectorFloat(t, testDotRows[float32], testDotRows[float64])
}

// testDotRows: lines have the bits that they have by themselves, and lines that make no
// whole group are left to the caller.
func testDotRows[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	lanes, group := SizesOf[T]().Lanes(), 2*int(cpu.InUse())
	for lines := range 10 {
		for _, n := range []int{0, 1, lanes - 1, lanes, lanes + 1, 2*lanes + 3, 5 * lanes, 9*lanes - 1} {
			stride := n + 5
			a, x := kerneltest.Normals[T](r, lines*stride+1), kerneltest.Normals[T](r, n)
			sums, check := kerneltest.Fenced(lines, T(77))
			rows, done := dotRows(sums, a, stride, x)
			wantRows, wantDone := lines/group*group, n/lanes*lanes
			if wantRows == 0 || wantDone == 0 {
				wantRows, wantDone = 0, 0
			}
			if rows != wantRows || done != wantDone {
				t.Fatalf("%d lines of %d: got %d and %d, want %d and %d", lines, n, rows, done, wantRows, wantDone)
			}
			for i, v := range sums {
				want := T(77)
				if i < rows {
					want, _ = dotVectors(a[i*stride:][:n], x)
				}
				if v != want {
					t.Fatalf("line %d of %d, of %d elements: got %v, want %v", i, lines, n, v, want)
				}
			}
			check(t, "dotRows")
		}
	}
}

func TestAddSomeColumns(t *testing.T) {
	kerneltest.EachVectorFloat(t, testAddSomeColumns[float32], testAddSomeColumns[float64])
}

func testAddSomeColumns[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lanes := SizesOf[T]().Lanes()
	for columns := 1; columns <= columnsAtOnce; columns++ {
		for _, n := range []int{0, 1, lanes - 1, lanes, lanes + 1, 2*lanes + 3, 4 * lanes, 7*lanes - 1} {
			stride := n + 3
			a, x := kerneltest.Wholes[T](r, columns*stride), kerneltest.Wholes[T](r, columns)
			dst, check := kerneltest.Fenced(n, T(77))
			copy(dst, kerneltest.Wholes[T](r, n))
			want := slices.Clone(dst)
			whole := n / lanes * lanes
			for i := range whole {
				for c, v := range x {
					want[i] += a[i+c*stride] * v
				}
			}
			if done := addSomeColumns(dst, a, stride, x); done != whole {
				t.Fatalf("%d columns of %d: got %d, want %d", columns, n, done, whole)
			}
			kerneltest.WantEqual(t, dst, want)
			check(t, "addSomeColumns")
		}
	}
}
