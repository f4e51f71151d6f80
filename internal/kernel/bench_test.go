package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// reportRate reports how many floating point operations a second were done, at flops an iteration.
func reportRate(b *testing.B, flops float64) {
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkGemm(b *testing.B) {
	b.Run("f32", benchmarkGemm[float32])
	b.Run("f64", benchmarkGemm[float64])
}

func benchmarkGemm[T Float](b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{16, 128, 512, 1024} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x, y, z := normals[T](r, n*n), normals[T](r, n*n), make([]T, n*n)
			for b.Loop() {
				Gemm(n, n, n, x, n, 1, y, n, 1, z, n, false)
			}
			reportRate(b, 2*float64(n*n*n))
		})
	}
}

// BenchmarkGemv is a dense layer of VGG at batch 1, forward and towards the input.
func BenchmarkGemv(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const m, k = 1000, 4096
	w, x, y := normals[float32](r, m*k), normals[float32](r, k), make([]float32, k)
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			Gemm(m, 1, k, w, k, 1, x, 1, 1, y, 1, false)
		}
		reportRate(b, 2*m*k)
	})
	b.Run("columns", func(b *testing.B) {
		for b.Loop() {
			Gemm(k, 1, m, w, 1, k, x, 1, 1, y, 1, false)
		}
		reportRate(b, 2*m*k)
	})
}

// square is a two-dimensional convolution that keeps the size of a square image at stride 1.
func square(batch, groups, in, out, side, kernel, stride int) Conv {
	o := (side-1)/stride + 1
	return Conv{Batch: batch, Groups: groups, CIn: in, COut: out,
		In: [3]int{1, side, side}, Kernel: [3]int{1, kernel, kernel}, Out: [3]int{1, o, o},
		Stride: [3]int{1, stride, stride}, Pad: [3]int{0, kernel / 2, kernel / 2}, Dilation: [3]int{1, 1, 1}}
}

func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		conv Conv
	}{
		{"vgg/3-64@224", square(1, 1, 3, 64, 224, 3, 1)},
		{"vgg/128-128@112", square(1, 1, 128, 128, 112, 3, 1)},
		{"vgg/512-512@14", square(1, 1, 512, 512, 14, 3, 1)},
		{"resnet/7x7s2", square(1, 1, 3, 64, 224, 7, 2)},
		{"resnet/1x1", square(1, 1, 256, 64, 56, 1, 1)},
		{"depthwise/144@56", square(1, 144, 144, 144, 56, 3, 1)},
		{"digits/8-16@8b32", square(32, 1, 8, 16, 8, 3, 1)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkConv(b, c.conv) })
	}
}

func benchmarkConv(b *testing.B, s Conv) {
	r := rand.New(rand.NewPCG(1, 2))
	nx, nw, ny := s.sizes()
	x, w, y := normals[float32](r, nx), normals[float32](r, nw), normals[float32](r, ny)
	flops := 2 * float64(ny) * float64(s.taps())
	for _, way := range []struct {
		name string
		run  func()
	}{
		{"forward", func() { ConvForward(y, x, w, s) }},
		{"input", func() { ConvInput(x, y, w, s) }},
		{"weights", func() { ConvWeights(w, x, y, s) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			for b.Loop() {
				way.run()
			}
			reportRate(b, flops)
		})
	}
}
