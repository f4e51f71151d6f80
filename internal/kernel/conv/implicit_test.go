package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// implicitConvs have as many channels as gathering asks for, or few, and lead past its
// blocks, chunks and lines.
func implicitConvs(r *rand.Rand) map[string]Geometry {
	convs := map[string]Geometry{
		"past a chunk":      square(2, 1, 40, 37, 6, 3, 1),
		"past a block":      square(1, 1, 13, 15, 27, 3, 1),
		"strided":           square(1, 1, 15, 14, 47, 3, 2),
		"strided by 3":      square(2, 1, 14, 17, 17, 2, 3),
		"pointwise strided": square(2, 1, 31, 300, 13, 1, 2),
		"narrow":            square(1, 1, 70, 100, 7, 3, 1),
		"narrow pointwise":  square(2, 1, 45, 70, 7, 1, 1),
		"crowded":           square(1, 1, 512, 31, 3, 1, 2),
		"in parts":          square(3, 2, 4, 10, 28, 3, 1),
		"few rows":          square(2, 1, 5, 7, 40, 3, 1),
		"few strided":       square(1, 1, 3, 20, 47, 7, 2),
		"few strided by 3":  square(2, 2, 4, 10, 23, 5, 3),
		"one row":           square(1, 3, 6, 3, 71, 3, 1),
		"large kernel":      square(1, 1, 13, 14, 4, 19, 1),
		"a line":            along(1100, 3, 1),
		"a strided line":    along(1100, 3, 2),
		"in planes":         volumes([3]int{1, 1, 1}),
		"strided in planes": volumes([3]int{1, 2, 2}),
		"strided planes":    volumes([3]int{2, 1, 2}),
	}
	for i := range kerneltest.AtMost(10, 3) {
		s := randomConv(r)
		s.CIn, s.COut = s.Groups*(13+r.IntN(9)), s.Groups*(13+r.IntN(16))
		convs[fmt.Sprint(i)] = s
	}
	return convs
}

// along is a convolution of lines of so many elements.
func along(length, kernel, stride int) Geometry {
	return Geometry{Batch: 1, Groups: 1, CIn: 13, COut: 14, In: [3]int{1, 1, length}, Kernel: [3]int{1, 1, kernel},
		Out: [3]int{1, 1, (length-1)/stride + 1}, Stride: [3]int{1, 1, stride}, Pad: [3]int{0, 0, kernel / 2}, Dilation: [3]int{1, 1, 1}}
}

// volumes is a convolution of cuboids.
func volumes(stride [3]int) Geometry {
	s := Geometry{Batch: 1, Groups: 1, CIn: 14, COut: 13, In: [3]int{2, 13, 23}, Kernel: [3]int{2, 3, 3}, Stride: stride,
		Pad: [3]int{1, 1, 1}, Dilation: [3]int{1, 2, 1}}
	for a := range 3 {
		s.Out[a] = (s.In[a]+s.Pad[a]-(s.Kernel[a]-1)*s.Dilation[a]-1)/stride[a] + 1
	}
	return s
}

func TestImplicit(t *testing.T) {
	kerneltest.EachFloat(t, testImplicit[float32], testImplicit[float64])
}

func testImplicit[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	for name, s := range implicitConvs(r) {
		t.Run(fmt.Sprintf("%s/%+v", name, s), func(t *testing.T) {
			checkConv[T](t, r, s)
		})
	}
}

func TestImplicitSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, s := range implicitConvs(r) {
		nx, nw, ny := s.sizes()
		x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		kerneltest.OnCores(t, func() []float32 {
			all := kerneltest.Garbage[float32](nx + ny + nw)
			Forward(all[:ny], x, w, s)
			Input(all[ny:ny+nx], ct, w, s)
			Weights(all[ny+nx:], x, ct, s)
			return all
		})
	}
}
