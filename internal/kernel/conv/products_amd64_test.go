//go:build !purego

package conv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestAddProducts(t *testing.T) {
	kerneltest.EachVectorFloat(t, testAddProducts[float32], testAddProducts[float64])
}

// testAddProducts has every number of vectors, at distances of their own in both
// operands.
func testAddProducts[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	lanes := gemm.SizesOf[T]().Lanes()
	for vectors := 1; vectors <= productsAtOnce; vectors++ {
		for steps := 1; steps <= 4; steps++ {
			for _, apart := range [][4]int{{lanes, 20 * lanes, 3, 50}, {4 * lanes, lanes, 0, lanes}, {5, 7, 11, 0}} {
				aVector, aStep, xVector, xStep := apart[0], apart[1], apart[2], apart[3]
				a := kerneltest.Wholes[T](r, (vectors-1)*aVector+(steps-1)*aStep+lanes)
				x := kerneltest.Wholes[T](r, (vectors-1)*xVector+(steps-1)*xStep+lanes)
				sums, check := kerneltest.Fenced(vectors*lanes, T(77))
				copy(sums, kerneltest.Wholes[T](r, len(sums)))
				want := slices.Clone(sums)
				for i := range want {
					v, l := i/lanes, i%lanes
					for s := range steps {
						want[i] += a[v*aVector+s*aStep+l] * x[v*xVector+s*xStep+l]
					}
				}
				addProducts(sums, a, aVector, aStep, x, xVector, xStep, steps, vectors)
				kerneltest.WantEqual(t, sums, want)
				check(t, fmt.Sprint(vectors, steps, apart))
			}
		}
	}
}
