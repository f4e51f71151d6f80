package conv

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// convWay is one way to compute a convolution or one of its adjoints: dst from the two
// operands. It reports whether it did, and is given only what it takes.
type convWay[T array.Float] struct {
	name  string
	takes func(s Geometry) bool
	run   func(dst, a, b []T, s Geometry) bool
}

// always makes a way of what computes every convolution that it takes.
func always[T array.Float](run func(dst, a, b []T, s Geometry)) func(dst, a, b []T, s Geometry) bool {
	return func(dst, a, b []T, s Geometry) bool {
		run(dst, a, b, s)
		return true
	}
}

func anyConv(Geometry) bool { return true }

func oneToAGroup(s Geometry) bool { return s.CIn == s.Groups }

// smallWay is the way of a [Small], if there is one.
func smallWay[T array.Float](input bool) func(dst, src, w []T, s Geometry) bool {
	return func(dst, src, w []T, s Geometry) bool {
		g := NewSmall[T](s, input)
		if g != nil {
			g.Run(dst, src, w)
		}
		return g != nil
	}
}

// forwardWays, inputWays and weightsWays are all ways there are, in the order of the
// operands of [Forward], [Input] and [Weights].
func forwardWays[T array.Float]() []convWay[T] {
	return []convWay[T]{
		{"pointwise", Geometry.pointwise, always(pointwiseForward[T])},
		{"lines", anyConv, forwardByLines[T]},
		{"implicit", anyConv, forwardImplicit[T]},
		{"depthwise", oneToAGroup, always(depthwiseForward[T])},
		{"product", anyConv, always(func(y, x, w []T, s Geometry) {
			gemm.EachBlock[T](s.Batch*s.Groups, s.COut/s.Groups, s.positions(), s.taps(), forwardProduct[T]{y, x, w, s})
		})},
		{"small", anyConv, smallWay[T](false)},
	}
}

func inputWays[T array.Float]() []convWay[T] {
	return []convWay[T]{
		{"pointwise", Geometry.pointwise, always(pointwiseInput[T])},
		{"lines", anyConv, inputByLines[T]},
		{"implicit", anyConv, inputImplicit[T]},
		{"depthwise", oneToAGroup, always(depthwiseInput[T])},
		{"product", anyConv, always(inputByProduct[T])},
		{"small", anyConv, smallWay[T](true)},
	}
}

func weightsWays[T array.Float]() []convWay[T] {
	return []convWay[T]{
		{"pointwise", Geometry.pointwise, always(pointwiseWeights[T])},
		{"columns", anyConv, weightsByColumns[T]},
		{"lines", anyConv, weightsByLines[T]},
		{"dots", anyConv, weightsByDots[T]},
		{"splits", anyConv, weightsBySplits[T]},
		{"transposed", anyConv, weightsDirect[T]},
		{"depthwise", oneToAGroup, always(depthwiseWeights[T])},
		{"product", anyConv, always(func(dw, x, dy []T, s Geometry) {
			gemm.EachBlock[T](s.Groups, s.COut/s.Groups, s.taps(), s.Batch*s.positions(), weightsProduct[T]{dw, x, dy, s})
		})},
	}
}

// exactConv is a convolution of small whole numbers. Its sums are exact in any order, so
// that every way must give these very results.
type exactConv struct {
	conv                Geometry
	x, w, ct, y, dx, dw []float64
}

func newExactConv(r *rand.Rand, s Geometry) exactConv {
	nx, nw, ny := s.sizes()
	c := exactConv{s, kerneltest.Wholes[float64](r, nx), kerneltest.Wholes[float64](r, nw), kerneltest.Wholes[float64](r, ny),
		make([]float64, ny), make([]float64, nx), make([]float64, nw)}
	plainTerms(s, func(i, j, k int) {
		c.y[k] += c.x[i] * c.w[j]
		c.dx[i] += c.ct[k] * c.w[j]
		c.dw[j] += c.ct[k] * c.x[i]
	})
	return c
}

// floats converts to T what is exact in it.
func floats[T array.Float](x []float64) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

// wantWritten runs a kernel on an output that stands between other elements, which it
// must leave alone, and wants it to be overwritten in full. It reports whether the kernel
// did anything.
func wantWritten[T array.Float](t *testing.T, what string, want []float64, run func(dst []T) bool) bool {
	t.Helper()
	all := kerneltest.Garbage[T](len(want) + 2*kerneltest.Fence)
	dst := all[kerneltest.Fence : kerneltest.Fence+len(want)]
	if !run(dst) {
		return false
	}
	for i, v := range dst {
		if float64(v) != want[i] {
			t.Fatalf("%s: element %d of %d: got %v, want %v", what, i, len(want), v, want[i])
		}
	}
	for i, v := range all {
		if (i < kerneltest.Fence || i >= kerneltest.Fence+len(want)) && v == v {
			t.Fatalf("%s: element %d beside an output of %d was written", what, i-kerneltest.Fence, len(want))
		}
	}
	return true
}

// linear is a convolution of lines, all axes but the last being of size 1.
func linear(groups, in, out, length, kernel, result int) Geometry {
	ones := [3]int{1, 1, 1}
	return Geometry{Batch: 1, Groups: groups, CIn: in, COut: out, In: [3]int{1, 1, length}, Kernel: [3]int{1, 1, kernel},
		Out: [3]int{1, 1, result}, Stride: ones, Dilation: ones}
}

// changed returns a convolution after a change of its geometry.
func changed(s Geometry, change func(s *Geometry)) Geometry {
	change(&s)
	return s
}

// waysConvs lead past vectors, tiles, blocks and parts of each way.
func waysConvs() []Geometry {
	lines := square(2, 1, 1, 13, 64, 3, 1) // of whole vectors of either type, and enough of them
	lines.In[1], lines.Out[1], lines.Kernel[1] = 8, 8, 2
	few := changed(square(1, 1, 3, 17, 77, 3, 1), func(s *Geometry) { s.In[1], s.Out[1] = 3, 3 })
	return []Geometry{
		square(1, 1, 1, 1, 1, 1, 1), // one of all
		square(1, 1, 1, 1, 1, 3, 1),
		square(2, 2, 4, 6, 6, 1, 1), // pointwise
		square(1, 1, 5, 3, 17, 1, 1),
		square(2, 3, 3, 9, 7, 3, 1), // one input channel to a group
		square(2, 3, 3, 3, 7, 3, 2),
		square(2, 5, 5, 20, 5, 3, 1),
		lines,
		changed(lines, func(s *Geometry) { s.Groups, s.CIn, s.COut, s.Batch = 2, 4, 28, 1 }),
		changed(lines, func(s *Geometry) { s.In[2], s.Stride[2], s.Batch = 127, 2, 1 }),
		few, // few input channels, and lines that end in a part of a vector
		changed(few, func(s *Geometry) { s.In[1], s.Out[1], s.Dilation[1] = 4, 4, 2 }),
		changed(few, func(s *Geometry) { s.In[1], s.Out[1], s.CIn, s.COut = 5, 5, 1, 20 }),
		changed(few, func(s *Geometry) { s.Batch, s.Groups, s.CIn, s.COut, s.Kernel[1] = 2, 2, 4, 32, 1 }),
		changed(few, func(s *Geometry) { s.Pad, s.Kernel[0], s.Out[0] = [3]int{1, 0, 3}, 2, 2 }),
		changed(few, func(s *Geometry) { s.In[2], s.Out[2], s.Pad[2] = 150, 150, -2 }),
		linear(1, 1, 2, 6500, 2, 6400), // parts of a sum of lines
		changed(square(1, 1, 1, 1, 96, 1, 1), func(s *Geometry) { s.In[1], s.Out[1], s.Kernel[2] = 70, 70, 2 }), // parts within a plane
		linear(1, 1, 4, 2100, 2, 2090), // parts of gathered positions
		linear(1, 2, 2, 2200, 1, 2190), // dots of more than fit at a time
		linear(1, 1, 1, 3200, 2, 3150), // lines that are too long
		square(2, 1, 2, 97, 3, 2, 1),   // columns of few positions
		square(1, 1, 19, 100, 2, 2, 1), //
		linear(1, 19, 14, 17, 1, 17),   // columns past whole vectors, along rows
		linear(1, 19, 14, 33, 3, 33),   //
		changed(linear(1, 3, 14, 34, 3, 17), func(s *Geometry) { s.Stride[2] = 2 }), //
		square(1, 1, 29, 15, 5, 3, 2), // columns past whole vectors, along taps
		square(1, 1, 15, 29, 5, 2, 2),
		linear(1, 2, 2, 262, 259, 4),   // a kernel larger than a block of rows
		square(1, 1, 34, 13, 3, 3, 1),  // more steps than there are in a block
		square(1, 1, 300, 5, 2, 1, 2),  //
		square(1, 1, 4, 300, 2, 2, 1),  // more rows than there are in a block
		square(3, 1, 2, 5, 12, 4, 3),   // strides past a class
		square(1, 2, 26, 8, 7, 3, 4),   //
		square(1, 1, 14, 14, 11, 2, 3), // a class without taps
		changed(square(1, 1, 14, 14, 11, 2, 2), func(s *Geometry) { s.Kernel[1], s.Pad[1] = 1, 0 }), // lines without taps
		changed(square(1, 1, 5, 3, 11, 2, 2), func(s *Geometry) { s.Kernel[1], s.Pad[1] = 1, 0 }),
		changed(square(2, 1, 3, 13, 5, 3, 1), func(s *Geometry) { s.Pad = [3]int{0, 7, 6}; s.Out = [3]int{1, 17, 16} }),
		changed(square(2, 1, 3, 5, 9, 3, 2), func(s *Geometry) { s.Pad = [3]int{0, -2, -3}; s.Out = [3]int{1, 3, 2} }),
		changed(square(1, 1, 3, 14, 9, 3, 1), func(s *Geometry) { s.Dilation = [3]int{1, 3, 4}; s.Out[2] = 3 }),
		changed(square(1, 2, 4, 6, 9, 3, 2), func(s *Geometry) { s.Dilation = [3]int{1, 2, 4} }),
		changed(volumes([3]int{1, 2, 1}), func(s *Geometry) { s.CIn, s.COut, s.In[1], s.Out[1] = 3, 4, 6, 2 }),
	}
}

// drawnConv draws a small convolution with more padding, strides and dilation than a
// network has.
func drawnConv(r *rand.Rand) Geometry {
	for {
		s := Geometry{Batch: 1 + r.IntN(2), Groups: 1 + r.IntN(3)}
		s.CIn = s.Groups * []int{1, 2, 3, 5, 13}[r.IntN(5)]
		s.COut = s.Groups * []int{1, 2, 3, 4, 7, 12, 13, 16, 31}[r.IntN(9)]
		work, reads := s.Batch*s.COut*s.CIn/s.Groups, true
		for a, most := range [3]int{2, 6, 75} {
			s.In[a], s.Kernel[a] = 1+r.IntN(most), 1+r.IntN(2+a)
			s.Stride[a], s.Dilation[a] = 1+r.IntN(6)/3, 1+r.IntN(6)/4
			s.Pad[a] = r.IntN(s.Kernel[a]+3) - 1
			room := s.In[a] + 2*s.Pad[a] - (s.Kernel[a]-1)*s.Dilation[a]
			s.Out[a] = max(1, room/s.Stride[a]+r.IntN(3)-1)
			work, reads = work*s.Out[a]*s.Kernel[a], reads && room > 0
		}
		if work < 30_000 && (reads || r.IntN(20) == 0) {
			return s
		}
	}
}

// TestWays holds each way by itself, with each set of instructions, to the direct
// sum, to the bit. It runs in blocks for different numbers of cores, and every other time
// scratch holds NaN before.
func TestWays(t *testing.T) {
	r := rand.New(rand.NewPCG(101, 102))
	convs := waysConvs()
	for range kerneltest.AtMost(300, 8) {
		convs = append(convs, drawnConv(r))
	}
	taken := map[string]int{}
	for i, s := range convs {
		c := newExactConv(r, s)
		restore := scratch.Poison(i%2 == 0)
		kerneltest.WithCores(1+i/2%4, func() {
			kerneltest.EachSet(func() {
				// Plain Go takes longest, and is the same for both types.
				both := cpu.InUse() != cpu.Plain || !testing.Short()
				if both || i%2 == 0 {
					checkWays[float32](t, c, taken)
				}
				if both || i%2 == 1 {
					checkWays[float64](t, c, taken)
				}
			})
		})
		restore()
	}
	for _, what := range slices.Sorted(maps.Keys(taken)) {
		if n := taken[what]; n < 8 && cpu.Available() == cpu.AVX512 {
			t.Errorf("only %d were computed by %s", n, what)
		}
	}
}

func checkWays[T array.Float](t *testing.T, c exactConv, taken map[string]int) {
	t.Helper()
	x, w, ct := floats[T](c.x), floats[T](c.w), floats[T](c.ct)
	check := func(direction string, ways []convWay[T], want []float64, a, b []T) {
		t.Helper()
		for _, way := range ways {
			what := direction + "/" + way.name
			taken[what] += 0
			if !way.takes(c.conv) {
				continue
			}
			title := fmt.Sprintf("%v %T %s: %+v", cpu.InUse(), x, what, c.conv)
			if wantWritten(t, title, want, func(dst []T) bool { return way.run(dst, a, b, c.conv) }) {
				taken[what]++
			}
		}
	}
	check("forward", forwardWays[T](), c.y, x, w)
	check("input", inputWays[T](), c.dx, ct, w)
	check("weights", weightsWays[T](), c.dw, x, ct)
	if !slices.Equal(x, floats[T](c.x)) || !slices.Equal(w, floats[T](c.w)) || !slices.Equal(ct, floats[T](c.ct)) {
		t.Fatalf("%+v: an operand was written", c.conv)
	}
}

// chosen is the ways that a convolution goes forward, towards the input and towards the
// weights.
type chosen [3]string

// choices are shapes on both sides of what the ways ask for, with the ways that they
// go with each set of instructions.
func choices() []struct {
	conv                Geometry
	plain, avx2, avx512 chosen
} {
	lines := changed(square(1, 1, 3, 16, 64, 3, 1), func(s *Geometry) { s.In[1], s.Out[1] = 16, 16 })
	product, depthwise := chosen{"product", "product", "product"}, chosen{"depthwise", "depthwise", "depthwise"}
	pointwise, narrow := chosen{"pointwise", "pointwise", "pointwise"}, chosen{"implicit", "implicit", "pointwise"}
	parts, columns := chosen{"implicit", "implicit", "splits"}, chosen{"implicit", "implicit", "columns"}
	dots, transposed := chosen{"implicit", "implicit", "dots"}, chosen{"implicit", "implicit", "transposed"}
	fewTaps, linesOnly := chosen{"lines", "implicit", "lines"}, chosen{"implicit", "implicit", "lines"}
	far := changed(square(1, 1, 1, 2, 9, 2, 1), func(s *Geometry) { s.Stride[1], s.Out[1], s.Pad[2] = 1<<20, 6, 0 })
	return []struct {
		conv                Geometry
		plain, avx2, avx512 chosen
	}{
		{square(1, 1, 9, 11, 16, 1, 1), pointwise, pointwise, pointwise},
		{changed(square(2, 1, 9, 11, 5, 1, 1), func(s *Geometry) { s.In[1], s.Out[1] = 3, 3 }), pointwise, narrow, narrow},
		{changed(square(2, 1, 9, 11, 5, 1, 1), func(s *Geometry) { s.In[1], s.Out[1] = 1, 1 }), chosen{"product", "product", "pointwise"}, narrow, narrow},
		{square(1, 1, 9, 11, 16, 1, 2), product, parts, parts},
		{lines, product, fewTaps, chosen{"lines", "lines", "lines"}},
		{changed(lines, func(s *Geometry) { s.CIn = 4 }), product, fewTaps, fewTaps}, // too many rows towards the input
		{changed(lines, func(s *Geometry) { s.COut = 15 }), product, fewTaps, fewTaps},
		{changed(lines, func(s *Geometry) { s.COut = 12 }), product, linesOnly, linesOnly},
		{changed(lines, func(s *Geometry) { s.In[1], s.Out[1] = 15, 15 }), product, linesOnly, chosen{"implicit", "lines", "lines"}},
		{changed(lines, func(s *Geometry) { s.In[2], s.Out[2] = 79, 79 }), product, linesOnly, chosen{"implicit", "lines", "lines"}},
		{changed(lines, func(s *Geometry) { s.CIn, s.Kernel = 29, [3]int{1, 3, 3} }), product, transposed, transposed}, // 261 taps
		{square(2, 6, 6, 6, 11, 3, 1), depthwise, dots, dots},
		{square(2, 6, 6, 18, 11, 3, 1), depthwise, dots, dots},
		{square(2, 6, 6, 24, 11, 3, 1), product, parts, parts},
		{square(1, 1, 7, 3, 11, 3, 1), product, dots, dots},
		{square(1, 1, 7, 4, 11, 3, 1), product, parts, parts},
		{square(1, 1, 7, 95, 11, 3, 1), product, parts, parts},
		{square(1, 1, 7, 96, 11, 3, 1), product, columns, columns},
		{square(1, 1, 2, 96, 17, 2, 1), product, chosen{"implicit", "implicit", "splits"}, chosen{"implicit", "implicit", "splits"}}, // of 289 positions
		{square(1, 1, 2, 3, 9, 17, 1), product, chosen{"implicit", "implicit", "product"}, chosen{"implicit", "implicit", "product"}},
		{square(1, 2, 2, 4, 9, 17, 1), depthwise, chosen{"implicit", "implicit", "depthwise"}, chosen{"implicit", "implicit", "depthwise"}},
		{far, product, product, product}, // mostly padding: nothing is copied
		{linear(1, 2, 14, 1100, 1100, 1), product, chosen{"implicit", "product", "transposed"}, chosen{"implicit", "product", "transposed"}},
	}
}

// TestChoice: the exported functions give the bits of the way that a shape is meant
// for, and the ways that are asked before refuse it. Numbers are such that different
// orders of a sum round differently.
func TestChoice(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		t.Run("f32", testChoice[float32])
		if !testing.Short() {
			t.Run("f64", testChoice[float64])
		}
	})
}

func testChoice[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(103, 104))
	for _, c := range choices() {
		s, want := c.conv, [...]chosen{c.plain, c.avx2, c.avx512}[cpu.InUse()]
		nx, nw, ny := s.sizes()
		if cpu.InUse() == cpu.Plain && ny*s.taps() > 500_000 {
			continue // what is that large is about the ways of vectors
		}
		x, w, ct := kerneltest.Normals[T](r, nx), kerneltest.Normals[T](r, nw), kerneltest.Normals[T](r, ny)
		check := func(direction int, kernel func(dst, a, b []T, s Geometry), ways []convWay[T], n int, a, b []T) {
			t.Helper()
			i := slices.IndexFunc(ways, func(way convWay[T]) bool { return way.name == want[direction] })
			got, expected := kerneltest.Garbage[T](n), kerneltest.Garbage[T](n)
			kernel(got, a, b, s)
			for _, before := range ways[min(1, i):i] {
				if asked := !s.sparse() && !s.reachesFew() && before.name != "depthwise"; asked && before.run(expected, a, b, s) {
					t.Errorf("%+v: %s does not refuse it, want %s", s, before.name, want[direction])
				}
			}
			if !ways[i].run(expected, a, b, s) {
				t.Fatalf("%+v: %s refuses it", s, want[direction])
			}
			kerneltest.SameBits(t, got, expected, fmt.Sprintf("%+v: direction %d of 3, by %s", s, direction+1, want[direction]))
		}
		check(0, Forward[T], forwardWays[T](), ny, x, w)
		check(1, Input[T], inputWays[T](), nx, ct, w)
		check(2, Weights[T], weightsWays[T](), nw, x, ct)
	}
}
