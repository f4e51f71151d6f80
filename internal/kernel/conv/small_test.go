package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// smallConvs have planes and channels on both sides of what a vector, a tile and a chunk
// hold, and all kinds of padding.
func smallConvs(r *rand.Rand) []Geometry {
	convs := []Geometry{
		square(1, 1, 1, 16, 8, 3, 1), square(1, 1, 16, 32, 8, 3, 1), square(3, 1, 9, 17, 7, 3, 1), square(2, 3, 6, 3, 13, 5, 1),
		square(2, 1, 70, 5, 4, 3, 1), square(1, 40, 40, 40, 9, 3, 1), square(1, 1, 2, 3, 22, 3, 1), square(2, 1, 1, 2, 3, 19, 1),
	}
	for range 300 {
		s := randomConv(r)
		s.Stride = [3]int{1, 1, 1}
		s.In[0], s.Kernel[0], s.Pad[0], s.Dilation[0] = 1, 1, 0, 1
		for a := range 3 {
			s.Out[a] = max(0, s.In[a]+s.Pad[a]+r.IntN(3)-(s.Kernel[a]-1)*s.Dilation[a])
		}
		s.Out[0] = 1
		convs = append(convs, s)
	}
	return convs
}

func TestSmall(t *testing.T) {
	kerneltest.EachFloat(t, testSmall[float32], testSmall[float64])
}

func testSmall[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	tested := 0
	for _, s := range smallConvs(r) {
		nx, nw, ny := s.sizes()
		x, w, ct := kerneltest.Normals[T](r, nx), kerneltest.Normals[T](r, nw), kerneltest.Normals[T](r, ny)
		wantY, wantX := make([]float64, ny), make([]float64, nx)
		plainTerms(s, func(i, j, k int) {
			wantY[k] += float64(x[i]) * float64(w[j])
			wantX[i] += float64(ct[k]) * float64(w[j])
		})
		tol := 4 * kerneltest.Eps[T]()
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			if g := NewSmall[T](s, false); g != nil {
				y := kerneltest.Garbage[T](ny)
				g.Run(y, x, w)
				kerneltest.WantClose(t, kerneltest.Float64s(y), wantY, tol*math.Sqrt(float64(s.taps()+1)))
				tested++
			}
			if g := NewSmall[T](s, true); g != nil {
				dx := kerneltest.Garbage[T](nx)
				g.Run(dx, ct, w)
				kerneltest.WantClose(t, kerneltest.Float64s(dx), wantX, tol*math.Sqrt(float64(s.COut*array.Volume(s.Kernel[:])+1)))
				tested++
			}
		})
	}
	if cpu.InUse() != cpu.Plain && tested < 200 {
		t.Errorf("only %d convolutions are small", tested)
	}
}

func TestSmallSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	s := square(33, 1, 16, 32, 8, 3, 1)
	g := NewSmall[float32](s, false)
	if g == nil {
		t.Skip("there are no vector instructions")
	}
	nx, nw, ny := s.sizes()
	x, w := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw)
	kerneltest.OnCores(t, func() []float32 {
		y := kerneltest.Garbage[float32](ny)
		g.Run(y, x, w)
		return y
	})
}

// TestSmallIsSmall: what has strides, three axes, large planes or much work is none.
func TestSmallIsSmall(t *testing.T) {
	far := square(1, 1, 2, 2, 8, 2, 1)
	far.In[1], far.Dilation[1] = 1<<20, 1<<20-8
	for name, s := range map[string]Geometry{
		"strided": square(1, 1, 2, 2, 8, 3, 2), "three axes": volumes([3]int{1, 1, 1}), "a large plane": square(1, 1, 1, 1, 40, 3, 1),
		"far apart": far, "many channels": square(1, 1, 256, 256, 8, 3, 1), "a product": square(1, 1, 2, 2, 8, 1, 1), "no channels": square(1, 1, 0, 2, 8, 3, 1),
	} {
		for _, input := range []bool{false, true} {
			if NewSmall[float32](s, input) != nil {
				t.Errorf("%s: there is a small form", name)
			}
		}
	}
}

// TestSmallNotFinite: padding is zeros, so that an infinite weight over it makes a
// NaN.
func TestSmallNotFinite(t *testing.T) {
	s := square(1, 1, 1, 2, 5, 3, 1)
	g := NewSmall[float64](s, false)
	if g == nil {
		t.Skip("there are no vector instructions")
	}
	x, w, y := make([]float64, 25), make([]float64, 18), make([]float64, 50)
	elementwise.Fill(x, 1)
	w[0] = math.Inf(1) // reads one up and left
	g.Run(y, x, w)
	for p, v := range y[:25] {
		if edge := p < 5 || p%5 == 0; edge != (v != v) || !edge && !math.IsInf(v, 1) {
			t.Errorf("position %d: got %v", p, v)
		}
	}
}

// BenchmarkSmall is the layers of a network for images of 8×8, with the geometry
// worked out before and on each call.
func BenchmarkSmall(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, s := range map[string]Geometry{"1_16": square(1, 1, 1, 16, 8, 3, 1), "16_32": square(1, 1, 16, 32, 8, 3, 1)} {
		nx, nw, ny := s.sizes()
		x, w, y := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		forward, input := NewSmall[float32](s, false), NewSmall[float32](s, true)
		if forward == nil {
			b.Skip("there are no vector instructions")
		}
		for way, run := range map[string]func(){
			"forward": func() { forward.Run(y, x, w) }, "forward/anew": func() { Forward(y, x, w, s) },
			"input": func() { input.Run(x, y, w) }, "input/anew": func() { Input(x, y, w, s) },
		} {
			b.Run(name+"/"+way, func(b *testing.B) {
				for b.Loop() {
					run()
				}
				kerneltest.ReportRate(b, 2*float64(ny)*float64(s.taps()))
			})
		}
	}
}

// TestSmallLimits has shapes on both sides of what is small: planes of a block's
// columns, products worth sharing out, and lines of taps that are further apart than all
// lines.
func TestSmallLimits(t *testing.T) {
	kerneltest.EachFloat(t, testSmallLimits[float32], testSmallLimits[float64])
}

func testSmallLimits[T array.Float](t *testing.T) {
	plane := func(length int) Geometry { return linear(1, 1, 1, length, 3, length) }
	cols := gemm.SizesOf[T]().Cols
	tall := changed(square(1, 1, 2, 2, 5, 2, 1), func(s *Geometry) { s.In[1], s.Dilation[1], s.Pad[1], s.Pad[2] = 11, 5, 0, 0 })
	wide := changed(square(1, 1, 2, 2, 4, 3, 1), func(s *Geometry) { s.Dilation[2], s.Pad[2] = 50, 50 })
	for _, c := range []struct {
		name           string
		conv           Geometry
		forward, input bool
	}{
		{"a block", plane(cols), true, true},
		{"more than a block", plane(cols + 1), false, false},
		{"a small source", linear(1, 1, 1, cols+2, 3, cols), true, false},
		{"2¹⁹ products", linear(1, 64, 64, 32, 4, 32), true, true},
		{"more products", linear(1, 64, 65, 32, 4, 32), false, false},
		{"2¹⁹ to a group", linear(3, 192, 192, 32, 4, 32), true, true},
		{"lines as far apart as there are", tall, true, true},
		{"lines further apart", changed(tall, func(s *Geometry) { s.Out[1]-- }), false, true},
		{"columns far apart", wide, true, true},
		{"a window", changed(tall, func(s *Geometry) { s.Kernel[0], s.In[0] = 2, 2 }), false, false},
		{"padded before", changed(tall, func(s *Geometry) { s.Pad[0] = 1 }), false, false},
		{"no window", changed(tall, func(s *Geometry) { s.Kernel[2] = 0 }), false, false},
		{"no plane", changed(tall, func(s *Geometry) { s.In[2] = 0 }), false, false},
	} {
		vectors := cpu.InUse() != cpu.Plain
		if got := NewSmall[T](c.conv, false) != nil; got != (c.forward && vectors) {
			t.Errorf("%s: forward: %v", c.name, got)
		}
		if got := NewSmall[T](c.conv, true) != nil; got != (c.input && vectors) {
			t.Errorf("%s: towards the input: %v", c.name, got)
		}
	}
}

// TestSmallBatches: there may be any number of images, none included, and each has
// the bits that it has by itself.
func TestSmallBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(47, 48))
	s := square(1, 2, 6, 8, 6, 3, 1)
	kerneltest.EachSet(func() {
		for _, input := range []bool{false, true} {
			g := NewSmall[float32](s, input)
			if g == nil {
				continue
			}
			nx, nw, ny := s.sizes()
			if input {
				nx, ny = ny, nx
			}
			const images = 5
			x, w := kerneltest.Normals[float32](r, images*nx), kerneltest.Normals[float32](r, nw)
			g.Run(nil, nil, w)
			all, one := kerneltest.Garbage[float32](images*ny), kerneltest.Garbage[float32](ny)
			g.Run(all, x, w)
			for i := range images {
				g.Run(one, x[i*nx:(i+1)*nx], w)
				kerneltest.SameBits(t, all[i*ny:(i+1)*ny], one, fmt.Sprint(cpu.InUse(), ": image ", i))
			}
		}
	})
}
