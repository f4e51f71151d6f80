package gemm

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestPackStrided(t *testing.T) {
	x := kerneltest.Counting[float64](7 * 11 * 3)
	for _, s := range [][2]int{{11, 1}, {1, 7}, {3, 21}, {33, 3}, {0, 1}, {1, 0}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			kerneltest.WantPacked(t, Strided[float64]{x, s[0], s[1]}.Pack, 7, 11, func(i, k int) float64 { return x[i*s[0]+k*s[1]] })
		})
	}
}
