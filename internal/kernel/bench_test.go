package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// reportRate reports how many floating point operations a second were done, at flops an
// iteration.
func reportRate(b *testing.B, flops float64) {
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkGemm(b *testing.B) {
	b.Run("f32", benchmarkGemm[float32])
	b.Run("f64", benchmarkGemm[float64])
}

func benchmarkGemm[T Float](b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{16, 128, 256, 512, 1024, 2048} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x, y, z := normals[T](r, n*n), normals[T](r, n*n), make([]T, n*n)
			for b.Loop() {
				Gemm(n, n, n, x, n, 1, y, n, 1, z, n, false)
			}
			reportRate(b, 2*float64(n*n*n))
		})
	}
}

// BenchmarkGemv is dense layers at batch 1, forward and towards the input: one of VGG,
// and one that fits the second-level cache.
func BenchmarkGemv(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1000, 4096}, {64, 512}} {
		m, k := size[0], size[1]
		w, x, y := normals[float32](r, m*k), normals[float32](r, k), make([]float32, k)
		b.Run(fmt.Sprintf("rows/%dx%d", m, k), func(b *testing.B) {
			for b.Loop() {
				Gemm(m, 1, k, w, k, 1, x, 1, 1, y[:m], 1, false)
			}
			reportRate(b, 2*float64(m*k))
		})
		b.Run(fmt.Sprintf("columns/%dx%d", m, k), func(b *testing.B) {
			for b.Loop() {
				Gemm(k, 1, m, w, 1, k, x, 1, 1, y, 1, false)
			}
			reportRate(b, 2*float64(m*k))
		})
	}
}

// square is a two-dimensional convolution that keeps the size of a square image at stride
// 1.
func square(batch, groups, in, out, side, kernel, stride int) Conv {
	o := (side-1)/stride + 1
	return Conv{Batch: batch, Groups: groups, CIn: in, COut: out,
		In: [3]int{1, side, side}, Kernel: [3]int{1, kernel, kernel}, Out: [3]int{1, o, o},
		Stride: [3]int{1, stride, stride}, Pad: [3]int{0, kernel / 2, kernel / 2}, Dilation: [3]int{1, 1, 1}}
}

// BenchmarkConv is layers of VGG and ResNet, batch 1, and some more.
func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		conv Conv
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

// halves are the windows of a pooling by two.
func halves(n int) []Window {
	w := make([]Window, n/2)
	for i := range w {
		w[i] = Window{Start: 2 * i, Count: 2, Step: 1}
	}
	return w
}

// BenchmarkMemory runs the kernels that do little but read and write, on a megabyte or
// so.
func BenchmarkMemory(b *testing.B) {
	const rows, cols = 512, 768
	r := rand.New(rand.NewPCG(1, 2))
	x, y, z := normals[float32](r, rows*cols), normals[float32](r, rows*cols), make([]float32, rows*cols)
	index, cond, wide := make([]int64, rows*cols), make([]bool, rows*cols), make([]float64, rows*cols)
	words := make([]uint64, rows*cols)
	for i := range index {
		index[i], cond[i] = int64(r.IntN(rows)), r.IntN(2) == 0
	}
	for _, k := range []struct {
		name string
		run  func()
	}{
		{"add", func() { Add(z, x, y) }},
		{"max", func() { Maximum(z, x, y) }},
		{"clamp", func() { Clamp(z, x, 0, 1) }},
		{"unary", func() { Unary(z, x, func(v float32) float32 { return v * v }) }},
		{"less", func() { Less(cond, x, y) }},
		{"within", func() { Within(cond, x, 0, 1) }},
		{"and", func() { And(cond, cond, cond) }},
		{"select", func() { Select(z, cond, x, y) }},
		{"keep", func() { Keep(z, cond, x) }},
		{"indicator", func() { Indicator(z, cond) }},
		{"widen", func() { Cast(wide, x) }},
		{"narrow", func() { Cast(z, wide) }},
		{"normalize", func() { Normalize(z, x, 1, 2, 3) }},
		{"standardize", func() { Standardize(z, x, x, y, 1, 2) }},
		{"moments", func() { Moments(x) }},
		{"expSum", func() { ExpSum(z, x, 1) }},
		{"fill", func() { Fill(z, 1) }},
		{"sumRows", func() { Sum(z[:rows], x, rows, cols, 1) }},
		{"sumCols", func() { Sum(z[:cols], x, 1, rows, cols) }},
		{"maxRows", func() { Max(z[:rows], x, rows, cols, 1) }},
		{"maxCols", func() { Max(z[:cols], x, 1, rows, cols) }},
		{"argmaxRows", func() { ArgMax(index[:rows], x, rows, cols, 1) }},
		{"argmaxCols", func() { ArgMax(index[:cols], x, 1, rows, cols) }},
		{"cumsum", func() { CumSum(z, x, rows, cols, 1, false) }},
		{"transpose", func() { Permute(z, x, []int{rows, cols}, []int{1, 0}) }},
		{"permute0213", func() { Permute(z, x, []int{16, 32, 64, 12}, []int{0, 2, 1, 3}) }},
		{"permute0231", func() { Permute(z, x, []int{4, 6, 128, 128}, []int{0, 2, 3, 1}) }},
		{"broadcastRow", func() { Broadcast(z, x, []int{rows, cols}, []int{0, 1}) }},
		{"broadcastCol", func() { Broadcast(z, x, []int{rows, cols}, []int{1, 0}) }},
		{"broadcastNCHW", func() { Broadcast(z, x, []int{8, 64, 768}, []int{0, 1, 0}) }},
		{"takeAlong", func() { TakeAlong(z, x, index, 1, rows, rows, cols) }},
		{"random", func() { RandomBits(words, 1, 2, 0) }},
		{"normals", func() { Normals(z, words) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/(rows*cols), "ns/element")
			b.ReportAllocs()
		})
	}
}

// BenchmarkParallel is two blocks of so many microseconds each, one call after another.
func BenchmarkParallel(b *testing.B) {
	for _, us := range []int{10, 50, 200} {
		b.Run(fmt.Sprint(us, "us"), func(b *testing.B) {
			for b.Loop() {
				Parallel(2, 1, func(_, _ int) {
					for begin := time.Now(); time.Since(begin) < time.Duration(us)*time.Microsecond; {
					}
				})
			}
		})
	}
}

// BenchmarkFunction is the functions over arrays that fit the first-level cache, on the
// caller.
func BenchmarkFunction(b *testing.B) {
	b.Run("f32", benchmarkFunction[float32])
	b.Run("f64", benchmarkFunction[float64])
}

func benchmarkFunction[T Float](b *testing.B) {
	const n = 1024
	x, y := normals[T](rand.New(rand.NewPCG(1, 2)), n), make([]T, n)
	for i := range x {
		x[i] = max(x[i], -x[i])
	}
	for name, f := range map[string]func(dst, src []T){"sqrt": Sqrt[T], "exp": Exp[T], "log": Log[T], "tanh": Tanh[T], "sigmoid": Sigmoid[T],
		"expm1": Expm1[T], "silu": SiLU[T], "erf": Erf[T], "normalCDF": NormalCDF[T], "gelu": GELU[T], "geluTanh": GELUTanh[T],
		"log1p": Log1p[T], "hardSwish": HardSwish[T], "logSigmoid": LogSigmoid[T], "elu": func(dst, src []T) { ExpBelow(dst, src, 1, 1, 1) }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f(y, x)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/element")
		})
	}
}
