package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestPackConv(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		s := randomConv(r)
		nx, _, ny := s.sizes()
		if ny == 0 {
			continue
		}
		x, y, group := kerneltest.Normals[float64](r, nx), kerneltest.Normals[float64](r, ny), r.IntN(s.Groups)
		positions, window, m := s.positions(), array.Volume(s.Kernel[:]), s.COut/s.Groups
		element := func(q, tap int) float64 {
			i, ok := plainInput(s, q%positions, tap%window)
			if !ok {
				return 0
			}
			return x[(q/positions*s.CIn+group*(s.CIn/s.Groups)+tap/window)*array.Volume(s.In[:])+i]
		}
		gather := im2col[float64]{x, s, group}
		kerneltest.WantPacked(t, windows[float64]{gather}.Pack, s.Batch*positions, s.taps(), element)
		kerneltest.WantPacked(t, tapLines[float64]{gather}.Pack, s.taps(), s.Batch*positions, func(i, k int) float64 { return element(k, i) })
		kerneltest.WantPacked(t, outputs[float64]{y[group*m*positions:], s}.Pack, m, s.Batch*positions, func(o, q int) float64 {
			return y[(q/positions*s.COut+group*m+o)*positions+q%positions]
		})
	}
}

func TestReadLine(t *testing.T) {
	kerneltest.EachFloat(t, testReadLine[float32], testReadLine[float64])
}

// testReadLine has lines past two vectors, read from before them to past them.
func testReadLine[T array.Float](t *testing.T) {
	for _, step := range []int{1, 2, 3} {
		for length := 0; length <= 40; length++ {
			line := kerneltest.Counting[T](length)
			for first := -5; first <= 3; first++ {
				n := (length-first)/step + 3
				got := kerneltest.Garbage[T](max(0, n))
				readLine(got, line, first, step)
				for j, v := range got {
					want := T(0)
					if at := first + j*step; at >= 0 && at < length {
						want = line[at]
					}
					if v != want {
						t.Fatalf("%d elements by %d from %d: element %d is %v, want %v", length, step, first, j, v, want)
					}
				}
			}
		}
	}
}

// TestOutputsRows: rows of outputs are in place within an image, and else a copy.
func TestOutputsRows(t *testing.T) {
	s := square(3, 2, 2, 6, 3, 1, 1) // 9 positions of 3 channels in each of 2 groups
	y := kerneltest.Counting[float32](3 * 6 * 9)
	for group := range 2 {
		o := outputs[float32]{y[group*27:], s}
		for k0 := range 27 {
			for k1 := k0 + 1; k1 <= 27; k1++ {
				for _, lines := range [][2]int{{0, 3}, {1, 3}, {2, 3}} {
					buf := kerneltest.Garbage[float32](3 * (27 + gemm.RowGap))
					v := o.Rows(buf, lines[0], lines[1], k0, k1, 1)
					what := fmt.Sprintf("group %d: channels %v, positions %d to %d", group, lines, k0, k1)
					if copied := buf[0] == buf[0]; copied != (k0/9 != (k1-1)/9) {
						t.Fatalf("%s: the copy was made: %v", what, copied)
					}
					for i := range lines[1] - lines[0] {
						for k := range k1 - k0 {
							q := k0 + k
							if got, want := v.Data[i*v.Line+k*v.Step], y[(q/9*6+group*3+lines[0]+i)*9+q%9]; got != want {
								t.Fatalf("%s: %d, %d: got %v, want %v", what, i, k, got, want)
							}
						}
					}
				}
			}
		}
	}
}
