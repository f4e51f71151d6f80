package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// checkPack holds an operand to element(line, step), at every width, from the middle of
// its lines and steps.
func checkPack(t *testing.T, o operand[float64], lines, steps int, element func(i, k int) float64) {
	t.Helper()
	for _, width := range []int{1, 2, 3, 4, 8} {
		for _, lo := range []int{0, lines / 3} {
			for _, k0 := range []int{0, steps / 3} {
				got := garbage[float64](panelLen(lines-lo, width, steps-k0))
				o.pack(got, width, lo, lines, k0, steps)
				for at, v := range got {
					panel, k, i := at/(width*(steps-k0)), at/width%(steps-k0), at%width
					want := 0.0
					if i += lo + panel*width; i < lines {
						want = element(i, k0+k)
					}
					if v != want {
						t.Fatalf("width %d from line %d, step %d: line %d, step %d is %v, want %v", width, lo, k0, i, k0+k, v, want)
					}
				}
			}
		}
	}
}

func TestPackStrided(t *testing.T) {
	x := counting[float64](7 * 11 * 3)
	for _, s := range [][2]int{{11, 1}, {1, 7}, {3, 21}, {33, 3}, {0, 1}, {1, 0}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			checkPack(t, strided[float64]{x, s[0], s[1]}, 7, 11, func(i, k int) float64 { return x[i*s[0]+k*s[1]] })
		})
	}
}

func TestPackConv(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		s := randomConv(r)
		nx, _, ny := s.sizes()
		if ny == 0 {
			continue
		}
		x, y, group := normals[float64](r, nx), normals[float64](r, ny), r.IntN(s.Groups)
		positions, window, m := s.positions(), volume(s.Kernel[:]), s.COut/s.Groups
		element := func(q, tap int) float64 {
			i, ok := plainInput(s, q%positions, tap%window)
			if !ok {
				return 0
			}
			return x[(q/positions*s.CIn+group*(s.CIn/s.Groups)+tap/window)*volume(s.In[:])+i]
		}
		gather := im2col[float64]{x, s, group}
		checkPack(t, windows[float64]{gather}, s.Batch*positions, s.taps(), element)
		checkPack(t, tapLines[float64]{gather}, s.taps(), s.Batch*positions, func(i, k int) float64 { return element(k, i) })
		checkPack(t, outputs[float64]{y[group*m*positions:], s}, m, s.Batch*positions, func(o, q int) float64 {
			return y[(q/positions*s.COut+group*m+o)*positions+q%positions]
		})
	}
}

func TestReadLine(t *testing.T) { eachFloat(t, testReadLine[float32], testReadLine[float64]) }

// testReadLine has lines past two vectors, read from before them to past them.
func testReadLine[T Float](t *testing.T) {
	for _, step := range []int{1, 2, 3} {
		for length := 0; length <= 40; length++ {
			line := counting[T](length)
			for first := -5; first <= 3; first++ {
				n := (length-first)/step + 3
				got := garbage[T](max(0, n))
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
