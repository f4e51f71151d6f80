package pool

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/layout"
)

// squarePool is a pooling of square images with square windows, that divides by their
// size.
func squarePool(planes, side, window, stride, pad int) *Geometry {
	s := &Geometry{Planes: planes, In: [3]int{1, side, side}, Windows: [3][]Window{{{0, 1, 1}}}, Divisor: [3][]float64{{1}}}
	s.Out[0] = 1
	for a := 1; a < 3; a++ {
		for from := -pad; from+window <= side+pad; from += stride {
			low := max(from, 0)
			s.Windows[a] = append(s.Windows[a], Window{low, min(from+window, side) - low, 1})
			s.Divisor[a] = append(s.Divisor[a], float64(window))
		}
		s.Out[a] = len(s.Windows[a])
	}
	return s
}

// BenchmarkPool is poolings of VGG, ResNet and Inception, batch 1.
func BenchmarkPool(b *testing.B) {
	for _, c := range []struct {
		name string
		s    *Geometry
	}{
		{"vgg1_2x2s2", squarePool(64, 224, 2, 2, 0)},
		{"vgg4_2x2s2", squarePool(512, 28, 2, 2, 0)},
		{"vgg5_2x2s2", squarePool(512, 14, 2, 2, 0)},
		{"resnet_3x3s2", squarePool(64, 112, 3, 2, 1)},
		{"inception_3x3s1", squarePool(192, 35, 3, 1, 1)},
		{"global_7x7", squarePool(512, 7, 7, 7, 0)},
		{"quarters_4x4s4", squarePool(64, 112, 4, 4, 0)},
		{"digits_2x2s2", squarePool(32, 8, 2, 2, 0)},
	} {
		x := kerneltest.Normals[float32](rand.New(rand.NewPCG(1, 2)), c.s.Planes*array.Volume(c.s.In[:]))
		dx := make([]float32, len(x))
		y := make([]float32, c.s.Planes*array.Volume(c.s.Out[:]))
		index := make([]int32, len(y))
		Max(y, index, x, c.s)
		for _, way := range []struct {
			name string
			run  func()
		}{
			{"max", func() { Max(y, index, x, c.s) }},
			{"avg", func() { Avg(y, x, c.s) }},
			{"avgInput", func() { AvgInput(dx, y, c.s) }},
			{"maxInput", func() {
				layout.AddAlong(dx, y, index, c.s.Planes, array.Volume(c.s.In[:]), array.Volume(c.s.Out[:]), 1)
			}},
		} {
			b.Run(fmt.Sprint(c.name, "/", way.name), func(b *testing.B) {
				for b.Loop() {
					way.run()
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(x)+2*len(y)), "ns/element")
			})
		}
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
