package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func (s Geometry) sizes() (x, w, y int) {
	return s.Batch * s.CIn * array.Volume(s.In[:]), s.COut * s.taps(), s.Batch * s.COut * s.positions()
}

// plainTerms calls f with the flat positions in x, w and y of every product of the
// convolution.
func plainTerms(s Geometry, f func(x, w, y int)) {
	ci, co := s.CIn/s.Groups, s.COut/s.Groups
	if s.Batch*s.COut*ci == 0 {
		return // the planes may be huge
	}
	inputs, taps, outputs := array.Volume(s.In[:]), array.Volume(s.Kernel[:]), s.positions()
	for p := range outputs {
		for k := range taps {
			i, ok := plainInput(s, p, k)
			if !ok {
				continue
			}
			for n := range s.Batch {
				for o := range s.COut {
					for c := range ci {
						f((n*s.CIn+o/co*ci+c)*inputs+i, (o*ci+c)*taps+k, (n*s.COut+o)*outputs+p)
					}
				}
			}
		}
	}
}

// plainInput is the position in its plane that output position p reads for kernel
// position k.
func plainInput(s Geometry, p, k int) (int, bool) {
	at, stride := 0, 1
	for a := 2; a >= 0; a-- {
		i := p%s.Out[a]*s.Stride[a] + k%s.Kernel[a]*s.Dilation[a] - s.Pad[a]
		if i < 0 || i >= s.In[a] {
			return 0, false
		}
		at, stride = at+i*stride, stride*s.In[a]
		p, k = p/s.Out[a], k/s.Kernel[a]
	}
	return at, true
}

// randomConv draws a geometry; low ranks have leading axes of size 1.
func randomConv(r *rand.Rand) Geometry {
	s := Geometry{Batch: 1 + r.IntN(3), Groups: 1 + r.IntN(3)}
	s.CIn, s.COut = s.Groups*(1+r.IntN(4)), s.Groups*(1+r.IntN(6))
	rank := 1 + r.IntN(3)
	for a := range 3 {
		s.In[a], s.Kernel[a], s.Stride[a], s.Dilation[a], s.Out[a] = 1, 1, 1, 1, 1
		if a < 3-rank {
			continue
		}
		s.In[a], s.Kernel[a] = 1+r.IntN(9), 1+r.IntN(4)
		s.Stride[a], s.Dilation[a] = 1+r.IntN(3), 1+r.IntN(2)
		s.Pad[a] = r.IntN(4) - 1
		high := r.IntN(4) - 1
		room := s.In[a] + s.Pad[a] + high - (s.Kernel[a]-1)*s.Dilation[a] - 1
		s.Out[a] = 0
		if room >= 0 {
			s.Out[a] = room/s.Stride[a] + 1
		}
	}
	return s
}

func TestConv(t *testing.T) {
	kerneltest.EachFloat(t, testConv[float32], testConv[float64])
}

func testConv[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range kerneltest.AtMost(400, 60) {
		runConv[T](t, r, fmt.Sprint(i), randomConv(r))
	}
}

func runConv[T array.Float](t *testing.T, r *rand.Rand, name string, s Geometry) {
	t.Run(fmt.Sprintf("%s/%+v", name, s), func(t *testing.T) { checkConv[T](t, r, s) })
}

// specialConvs take each path of the kernels, past the blocks and with empty axes.
func specialConvs() map[string]Geometry {
	ones := [3]int{1, 1, 1}
	convs := map[string]Geometry{
		"pointwise":          square(2, 2, 6, 10, 5, 1, 1),
		"pointwise, strided": square(2, 1, 3, 5, 5, 1, 2),
		"depthwise":          square(2, 5, 5, 5, 6, 3, 1),
		"depthwise by 3":     square(3, 2, 2, 6, 7, 3, 2),
		"one group, one in":  square(2, 1, 1, 5, 6, 3, 1),
		"many channels":      square(1, 1, 90, 70, 5, 3, 1),
		"many positions":     square(1, 1, 2, 4, 30, 3, 1),
		"many rows":          square(1, 1, 3, 530, 3, 3, 1),
		"no batch":           square(0, 1, 2, 4, 5, 3, 1),
		"no input channels":  square(2, 1, 0, 4, 5, 3, 1),
		"no output channels": square(2, 1, 3, 0, 5, 3, 1),
	}
	large := square(1, 1, 2, 3, 20, 17, 1) // a kernel larger than a row block
	convs["large kernel"] = large
	convs["few of many reached"] = Geometry{Batch: 1, Groups: 1, CIn: 2, COut: 14, In: [3]int{1, 1, 1100}, Kernel: [3]int{1, 1, 1100}, Out: ones,
		Stride: ones, Dilation: ones}
	convs["no channels, many positions"] = Geometry{Batch: 1, Groups: 1, CIn: 2, In: [3]int{1, 1, 9}, Kernel: ones, Out: [3]int{1, 1 << 20, 1 << 20},
		Stride: ones, Dilation: ones}
	empty := square(2, 1, 2, 5, 4, 3, 1)
	empty.Out[1] = 0
	convs["no output"] = empty
	noIn := square(2, 1, 2, 5, 4, 3, 1)
	noIn.In[2] = 0
	convs["no input"] = noIn
	noKernel := square(2, 1, 2, 5, 4, 3, 1)
	noKernel.Kernel[1] = 0
	convs["no kernel"] = noKernel
	convs["no kernel, depthwise"] = Geometry{Batch: 1, Groups: 2, CIn: 2, COut: 2, In: [3]int{1, 2, 3},
		Kernel: [3]int{1, 0, 2}, Out: [3]int{1, 2, 3}, Stride: ones, Dilation: ones}
	return convs
}

func TestConvSpecial(t *testing.T) { kerneltest.EachISA(t, testConvSpecial) }

func testConvSpecial(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, s := range specialConvs() {
		runConv[float32](t, r, name, s)
		runConv[float64](t, r, name, s)
	}
}

func checkConv[T array.Float](t *testing.T, r *rand.Rand, s Geometry) {
	nx, nw, ny := s.sizes()
	x, w, ct := kerneltest.Normals[T](r, nx), kerneltest.Normals[T](r, nw), kerneltest.Normals[T](r, ny)
	y, dx, dw := kerneltest.Garbage[T](ny), kerneltest.Garbage[T](nx), kerneltest.Garbage[T](nw)
	wantY, wantX, wantW := make([]float64, ny), make([]float64, nx), make([]float64, nw)
	plainTerms(s, func(i, j, k int) {
		wantY[k] += float64(x[i]) * float64(w[j])
		wantX[i] += float64(ct[k]) * float64(w[j])
		wantW[j] += float64(ct[k]) * float64(x[i])
	})
	Forward(y, x, w, s)
	Input(dx, ct, w, s)
	Weights(dw, x, ct, s)
	tol := 4 * kerneltest.Eps[T]()
	kerneltest.WantClose(t, kerneltest.Float64s(y), wantY, tol*math.Sqrt(float64(s.taps()+1)))
	kerneltest.WantClose(t, kerneltest.Float64s(dx), wantX, tol*math.Sqrt(float64(s.COut*array.Volume(s.Kernel[:])+1)))
	kerneltest.WantClose(t, kerneltest.Float64s(dw), wantW, tol*math.Sqrt(float64(s.Batch*s.positions()+1)))
}

// TestConvAdjoint holds the three to <conv(x, w), ct> = <x, input(ct, w)> = <w,
// weights(x, ct)>.
func TestConvAdjoint(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		s := randomConv(r)
		nx, nw, ny := s.sizes()
		x, w, ct := kerneltest.Normals[float64](r, nx), kerneltest.Normals[float64](r, nw), kerneltest.Normals[float64](r, ny)
		y, dx, dw := kerneltest.Garbage[float64](ny), kerneltest.Garbage[float64](nx), kerneltest.Garbage[float64](nw)
		Forward(y, x, w, s)
		Input(dx, ct, w, s)
		Weights(dw, x, ct, s)
		want := kerneltest.Dot(ct, y)
		for name, got := range map[string]float64{"input": kerneltest.Dot(x, dx), "weights": kerneltest.Dot(w, dw)} {
			if !(math.Abs(got-want) <= 1e-10) {
				t.Errorf("%+v: %s: got %v, want %v", s, name, got, want)
			}
		}
	}
}

func TestConvSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, s := range []Geometry{square(2, 2, 24, 36, 20, 3, 1), square(1, 1, 3, 70, 40, 5, 2), square(2, 9, 9, 18, 40, 3, 1), square(1, 1, 90, 60, 20, 1, 1)} {
		nx, nw, ny := s.sizes()
		x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		kerneltest.OnCores(t, func() []float32 {
			all := kerneltest.Garbage[float32](nx + nw + ny)
			Forward(all[:ny], x, w, s)
			Input(all[ny:ny+nx], ct, w, s)
			Weights(all[ny+nx:], x, ct, s)
			return all
		})
	}
}

// TestConvNotFinite: padding is zeros, whichever path reads it, so that an infinite
// weight over it makes a NaN, and where the weight meets ones an infinity.
func TestConvNotFinite(t *testing.T) {
	for name, s := range map[string]Geometry{"product": square(1, 1, 1, 4, 5, 3, 1), "depthwise": square(1, 2, 2, 2, 5, 3, 1)} {
		nx, nw, ny := s.sizes()
		x, w, y := make([]float64, nx), make([]float64, nw), make([]float64, ny)
		elementwise.Fill(x, 1)
		w[0] = math.Inf(1) // reads one up and left
		Forward(y, x, w, s)
		for p, v := range y[:25] {
			if edge := p < 5 || p%5 == 0; edge != (v != v) || !edge && !math.IsInf(v, 1) {
				t.Errorf("%s: position %d: got %v", name, p, v)
			}
		}
	}
}

// strideOf makes a convolution of random geometry one of some stride along the last two
// axes, over as much of x as that needs.
func strideOf(r *rand.Rand, stride int) Geometry {
	s := randomConv(r)
	for a := 1; a < 3; a++ {
		s.Out[a], s.Stride[a] = 1, stride
		if a == 2 && stride < 1000 {
			s.Out[a] = 1 + r.IntN(3)
		}
		reach := (s.Out[a]-1)*stride + (s.Kernel[a]-1)*s.Dilation[a] + 1
		s.In[a] = max(1, reach-s.Pad[a]-r.IntN(4)+r.IntN(4))
	}
	return s
}

// TestFaultC2: the gradient towards the input took time and memory for every element of
// the stride, though almost none is reached by a tap. So a stride of a million in both
// directions took the machine down.
func TestFaultC2(t *testing.T) { kerneltest.EachFloat(t, testFaultC2[float32], testFaultC2[float64]) }

func testFaultC2[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	for _, stride := range []int{2, 3, 4, 5, 7, 10, 33, 100, 10_000, 1_000_000, 1 << 40} {
		for i := range 12 {
			s := strideOf(r, stride)
			if i%2 == 0 { // enough channels for what gathers
				s.CIn, s.COut = 13*s.Groups, 14*s.Groups
			}
			runConv[T](t, r, fmt.Sprint(stride, "/", i), s)
		}
	}
}

// TestConvSparse: the windows cover more than 2²² elements and 16 times of what there is,
// or are of more than 2²⁴ taps and positions, of which 2048 count, and 16 times of what
// there is with the weights.
func TestConvSparse(t *testing.T) {
	for _, c := range []struct {
		in, out, length, kernel, result, stride, dilation int
		want                                              bool
	}{
		{1, 1, 1, 1, 2, 1<<22 - 1, 1, false},
		{1, 1, 1, 1, 2, 1 << 22, 1, true},
		{1, 1, 1, 2, 1, 1, 1<<22 - 1, false},
		{1, 1, 1, 2, 1, 1, 1 << 22, true},
		{3, 5, 1, 1, 2, 838_859, 1, false},
		{3, 5, 1, 1, 2, 838_860, 1, true},
		{5, 3, 1, 1, 2, 838_859, 1, false},
		{5, 3, 1, 1, 2, 838_860, 1, true},
		{1, 1, 1 << 19, 2, 1, 1, 1<<23 + 16 - 1<<19, false},
		{1, 1, 1 << 19, 2, 1, 1, 1<<23 + 17 - 1<<19, true},
		{1, 1, 100, 8192, 2048, 1, 1, false},
		{1, 1, 100, 8193, 2048, 1, 1, true},
		{1, 1, 100, 8192, 4096, 1, 1, false},
		{1, 128, 100, 8193, 2048, 1, 1, false},
	} {
		s := linear(1, c.in, c.out, c.length, c.kernel, c.result)
		s.Stride[2], s.Dilation[2] = c.stride, c.dilation
		for _, axis := range []int{2, 1, 0} { // along any axis
			s.In[2], s.In[axis], s.Kernel[2], s.Kernel[axis], s.Out[2], s.Out[axis] = s.In[axis], s.In[2], s.Kernel[axis], s.Kernel[2], s.Out[axis], s.Out[2]
			s.Stride[2], s.Stride[axis], s.Dilation[2], s.Dilation[axis] = s.Stride[axis], s.Stride[2], s.Dilation[axis], s.Dilation[2]
			if got := s.sparse(); got != c.want {
				t.Errorf("%+v: got %v, want %v", s, got, c.want)
			}
		}
	}
}

// TestConvReachesFew: there are more than 8 times as many coordinates of one remainder as
// outputs, and more than 2²⁰ products of these and the taps.
func TestConvReachesFew(t *testing.T) {
	for _, c := range []struct {
		in, stride, kernel, out int
		want                    bool
	}{
		{9, 1, 116_508, 1, false},
		{9, 1, 116_509, 1, true},
		{17, 2, 116_509, 1, true},
		{16, 2, 1 << 18, 1, false},
		{8, 1, 1 << 18, 1, false},
		{17, 1, 1 << 18, 2, true},
		{16, 1, 1 << 18, 2, false},
	} {
		s := linear(1, 1, 1, c.in, c.kernel, c.out)
		s.Stride[2] = c.stride
		if got := s.reachesFew(); got != c.want {
			t.Errorf("%+v: got %v, want %v", s, got, c.want)
		}
	}
	s := linear(1, 1, 1, 3, 116_509, 1) // 3×3 coordinates
	s.In[1] = 3
	if !s.reachesFew() {
		t.Errorf("%+v: want few of many", s)
	}
}

// TestConvKinds has shapes on both sides of what is pointwise, narrow and depthwise.
func TestConvKinds(t *testing.T) {
	point := square(2, 2, 4, 8, 5, 1, 1)
	for _, c := range []struct {
		name                         string
		conv                         Geometry
		pointwise, narrow, depthwise bool
	}{
		{"a product", point, true, false, false},
		{"of 23 positions", changed(point, func(s *Geometry) { s.In, s.Out = [3]int{1, 1, 23}, [3]int{1, 1, 23} }), true, true, false},
		{"of 24 positions", changed(point, func(s *Geometry) { s.In, s.Out = [3]int{2, 3, 4}, [3]int{2, 3, 4} }), true, false, false},
		{"with a window", changed(point, func(s *Geometry) { s.Kernel[0] = 2 }), false, false, false},
		{"strided", changed(point, func(s *Geometry) { s.Stride[1] = 2 }), false, false, false},
		{"padded", changed(point, func(s *Geometry) { s.Pad[2] = 1 }), false, false, false},
		{"padded behind", changed(point, func(s *Geometry) { s.Out[2] = 6 }), false, false, false},
		{"dilated", changed(point, func(s *Geometry) { s.Dilation[2] = 2 }), true, false, false},
		{"one to one", changed(point, func(s *Geometry) { s.CIn, s.COut = 2, 2 }), true, false, true},
		{"one to three", changed(point, func(s *Geometry) { s.CIn, s.COut = 2, 6 }), true, false, true},
		{"one to four", changed(point, func(s *Geometry) { s.CIn, s.COut = 2, 8 }), true, false, false},
		{"two to one", changed(point, func(s *Geometry) { s.CIn, s.COut = 4, 2 }), true, false, false},
	} {
		got := [...]bool{c.conv.pointwise(), c.conv.narrow(12), c.conv.depthwise()}
		if want := [...]bool{c.pointwise, c.narrow, c.depthwise}; got != want {
			t.Errorf("%s: %+v: got %v, want %v", c.name, c.conv, got, want)
		}
	}
}

// TestConvErrors has what a caller may get wrong of a geometry and of operands, in every
// kernel.
func TestConvErrors(t *testing.T) {
	s := square(2, 2, 4, 6, 3, 3, 1)
	nx, nw, ny := s.sizes()
	x, w, y := make([]float32, nx), make([]float32, nw), make([]float32, ny)
	factors, short := make([]float32, s.COut), make([]float32, 5)
	forward := func(change func(s *Geometry)) func() {
		return func() { Forward(y, x, w, changed(s, change)) }
	}
	small := NewSmall[float32](s, false)
	for _, c := range []struct {
		want string
		run  func()
	}{
		{"kernel: conv.Forward: y has 5 elements, want 108", func() { Forward(short, x, w, s) }},
		{"kernel: conv.Forward: x has 5 elements, want 72", func() { Forward(y, short, w, s) }},
		{"kernel: conv.Forward: w has 5 elements, want 108", func() { Forward(y, x, short, s) }},
		{"kernel: conv.Input: dx has 5 elements, want 72", func() { Input(short, y, w, s) }},
		{"kernel: conv.Input: dy has 5 elements, want 108", func() { Input(x, short, w, s) }},
		{"kernel: conv.Input: w has 5 elements, want 108", func() { Input(x, y, short, s) }},
		{"kernel: conv.Weights: dw has 5 elements, want 108", func() { Weights(short, x, y, s) }},
		{"kernel: conv.Weights: x has 5 elements, want 72", func() { Weights(w, short, y, s) }},
		{"kernel: conv.Weights: dy has 5 elements, want 108", func() { Weights(w, x, short, s) }},
		{"kernel: conv.Difference: y has 5 elements, want 108", func() { Difference(short, x, w, factors, y, y, 0, s) }},
		{"kernel: conv.Difference: x has 5 elements, want 72", func() { Difference(y, short, w, factors, y, y, 0, s) }},
		{"kernel: conv.Difference: w has 5 elements, want 108", func() { Difference(y, x, short, factors, y, y, 0, s) }},
		{"kernel: conv.Difference: s has 5 elements, want 6", func() { Difference(y, x, w, short, y, y, 0, s) }},
		{"kernel: conv.Difference: yv has 5 elements, want 108", func() { Difference(y, x, w, factors, short, y, 0, s) }},
		{"kernel: conv.Difference: yu has 5 elements, want 108", func() { Difference(y, x, w, factors, y, short, 0, s) }},
		{"kernel: conv.Small.Run: dst has 100 elements, want 54", func() { small.Run(y[:100], x, w) }},
		{"kernel: conv.Small.Run: src has 5 elements, want 72", func() { small.Run(y, short, w) }},
		{"kernel: conv.Small.Run: w has 5 elements, want 108", func() { small.Run(y, x, short) }},
		{"kernel: conv.Forward: 0 groups do not divide 4 and 6 channels", forward(func(s *Geometry) { s.Groups = 0 })},
		{"kernel: conv.Forward: 3 groups do not divide 4 and 6 channels", forward(func(s *Geometry) { s.Groups = 3 })},
		{"kernel: conv.Forward: 4 groups do not divide 4 and 6 channels", forward(func(s *Geometry) { s.Groups = 4 })},
		{"kernel: conv.Forward: stride [1 0 1] and dilation [1 1 1], want at least 1", forward(func(s *Geometry) { s.Stride[1] = 0 })},
		{"kernel: conv.Forward: stride [1 1 1] and dilation [0 1 1], want at least 1", forward(func(s *Geometry) { s.Dilation[0] = 0 })},
		{"kernel: conv.Forward: there are no arrays of the sizes [1 -1 3]", forward(func(s *Geometry) { s.In[1] = -1 })},
		{"kernel: conv.Forward: there are no arrays of the sizes [1 3 -2]", forward(func(s *Geometry) { s.Kernel[2] = -2 })},
		{"kernel: conv.Forward: there are no arrays of the sizes [-3 3 3]", forward(func(s *Geometry) { s.Out[0] = -3 })},
		{"kernel: conv.Forward: there are no arrays of the sizes [-2 6 9]", forward(func(s *Geometry) { s.Batch = -2 })},
		{"kernel: conv.Forward: the windows of axis 2 reach too far: 3 of 3 elements, stride 1, dilation 1, padding -2305843009213693952",
			forward(func(s *Geometry) { s.Pad[2] = -1 << 61 })},
		{"kernel: conv.Forward: the windows of axis 1 reach too far: 3 of 3 elements, stride 1, dilation 576460752303423488, padding 1",
			forward(func(s *Geometry) { s.Dilation[1] = 1 << 59 })},
		{"kernel: conv.Forward: the windows of axis 0 reach too far: 1 of 1 elements, stride 2305843009213693952, dilation 1, padding 0",
			forward(func(s *Geometry) { s.Stride[0] = 1 << 61 })},
		{"kernel: conv.Forward: the windows of axis 1 reach too far: 3 of 3 elements, stride 1, dilation 1, padding 1",
			forward(func(s *Geometry) { s.In[1] = 1 << 61 })},
	} {
		if strings.Contains(c.want, "conv.Small") && small == nil {
			continue
		}
		if got := fmt.Sprint(kerneltest.Caught(c.run)); got != c.want {
			t.Errorf("panicked with %q, want %q", got, c.want)
		}
	}
}
