package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// square is a two-dimensional convolution that keeps the size of a square image at stride
// 1.
func square(batch, groups, in, out, side, kernel, stride int) Geometry {
	o := (side-1)/stride + 1
	return Geometry{Batch: batch, Groups: groups, CIn: in, COut: out,
		In: [3]int{1, side, side}, Kernel: [3]int{1, kernel, kernel}, Out: [3]int{1, o, o},
		Stride: [3]int{1, stride, stride}, Pad: [3]int{0, kernel / 2, kernel / 2}, Dilation: [3]int{1, 1, 1}}
}

// BenchmarkConv is layers of VGG and ResNet, batch 1, and some more.
func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		conv Geometry
	}{
		{"vgg1_1", square(1, 1, 3, 64, 224, 3, 1)},
		{"vgg1_2", square(1, 1, 64, 64, 224, 3, 1)},
		{"vgg2_2", square(1, 1, 128, 128, 112, 3, 1)},
		{"vgg3_2", square(1, 1, 256, 256, 56, 3, 1)},
		{"vgg4_2", square(1, 1, 512, 512, 28, 3, 1)},
		{"vgg5_x", square(1, 1, 512, 512, 14, 3, 1)},
		{"r50_stem7x7", square(1, 1, 3, 64, 224, 7, 2)},
		{"r50_1x1_64_256", square(1, 1, 64, 256, 56, 1, 1)},
		{"r50_1x1_1024_256", square(1, 1, 1024, 256, 14, 1, 1)},
		{"r50_1x1s2_1024_2048", square(1, 1, 1024, 2048, 14, 1, 2)},
		{"r18_3x3s2_64_128", square(1, 1, 64, 128, 56, 3, 2)},
		{"r18_3x3_512_7", square(1, 1, 512, 512, 7, 3, 1)},
		{"depthwise_144_56", square(1, 144, 144, 144, 56, 3, 1)},
		{"digits_16_32_b32", square(32, 1, 16, 32, 8, 3, 1)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkConv(b, c.conv) })
	}
}

func benchmarkConv(b *testing.B, s Geometry) {
	r := rand.New(rand.NewPCG(1, 2))
	nx, nw, ny := s.sizes()
	x, w, y := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
	flops := 2 * float64(ny) * float64(s.taps())
	for _, way := range []struct {
		name string
		run  func()
	}{
		{"forward", func() { Forward(y, x, w, s) }},
		{"input", func() { Input(x, y, w, s) }},
		{"weights", func() { Weights(w, x, y, s) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			for b.Loop() {
				way.run()
			}
			kerneltest.ReportRate(b, flops)
		})
	}
}
