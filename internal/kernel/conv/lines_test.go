package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// longConv draws a convolution of few input channels and long lines, every other one with
// lines that are whole vectors and more output channels.
func longConv(r *rand.Rand) Geometry {
	s := Geometry{Batch: 1 + r.IntN(2), Groups: 1 + r.IntN(2)}
	s.CIn, s.COut = s.Groups*(1+r.IntN(4)), s.Groups*(1+r.IntN(7))
	s.In = [3]int{1 + r.IntN(2), 1 + r.IntN(5), 32 + r.IntN(120)}
	for a, most := range [3]int{2, 3, 7} {
		s.Kernel[a], s.Stride[a], s.Dilation[a], s.Pad[a] = 1+r.IntN(most), 1+r.IntN(4)/3, 1+r.IntN(2), r.IntN(5)-1
		room := s.In[a] + s.Pad[a] + r.IntN(4) - 1 - (s.Kernel[a]-1)*s.Dilation[a] - 1
		s.Out[a] = max(1, room/s.Stride[a]+1)
	}
	if r.IntN(2) == 0 {
		s.COut = s.Groups * (13 + r.IntN(40))
		s.Out[2] = max(1, s.Out[2]/16) * 16
	}
	return s
}

func TestLines(t *testing.T) {
	kerneltest.EachFloat(t, testLines[float32], testLines[float64])
}

func testLines[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(63, 64))
	for i := range kerneltest.AtMost(150, 10) {
		runConv[T](t, r, fmt.Sprint(i), longConv(r))
	}
}

func TestLinesSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(65, 66))
	for _, s := range []Geometry{square(1, 1, 3, 16, 112, 3, 1), square(2, 2, 4, 10, 128, 5, 2), longConv(r), longConv(r)} {
		nx, nw, ny := s.sizes()
		x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		kerneltest.OnCores(t, func() []float32 {
			all := kerneltest.Garbage[float32](nx + nw)
			Input(all[:nx], ct, w, s)
			Weights(all[nx:], x, ct, s)
			return all
		})
	}
}
