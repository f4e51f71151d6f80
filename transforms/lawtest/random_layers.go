package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// layerForms are products, convolutions, poolings and normalizations.
var layerForms = []form{
	{2, func(g *drawer) {
		x := g.operand(func(t trace.Type) bool { return numbers(t) && (t.Rank() == 1 || t.Rank() == 2) })
		t := g.typeOf(x)
		g.emit(callableOf("fn.Dot", fn.Dot), x, g.like(trace.TypeOf(t.DType, t.Shape[t.Rank()-1], g.pick(1, 2, 3))))
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(2, floats))
		t := g.typeOf(x)
		g.emit(callableOf("fn.MatMul", fn.MatMul), x, g.like(trace.TypeOf(t.DType, t.Shape[t.Rank()-1], g.pick(1, 2, 4))))
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(2, floats))
		t := g.typeOf(x)
		c := fn.DotConfig{ContractA: []int{1}, ContractB: []int{0}}
		y := trace.TypeOf(t.DType, t.Shape[1], 2)
		if g.chance(2) {
			c, y = fn.DotConfig{ContractA: []int{1}, ContractB: []int{1}, BatchA: []int{0}, BatchB: []int{0}}, trace.TypeOf(t.DType, t.Shape[0], t.Shape[1], 2)
		}
		g.emit(callableOf("fn.DotGeneral", fn.DotGeneral), x, g.like(y), c)
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, floats))
		t := g.typeOf(x)
		y := trace.TypeOf(t.DType, t.Shape[t.Rank()-1], 2)
		g.emit(callableOf("fn.Einsum", fn.Einsum), []string{"...i,ij->j...", "...i,ij->...i", "...i,ij->j"}[g.intn(3)], x, g.like(y))
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, floats))
		t := g.typeOf(x)
		o := g.pick(1, 2, 3)
		g.emit(callableOf("fn.Linear", fn.Linear), x, g.like(trace.TypeOf(t.DType, o, t.Shape[t.Rank()-1])), g.like(trace.TypeOf(t.DType, o)))
	}},
	{4, func(g *drawer) {
		x := g.image()
		c := fn.ConvConfig{Stride: g.spatial(x, 1, 2), Padding: g.spatial(x, 0, 1), Dilation: g.spatial(x, 1, 1, 1, 2)}
		o, channels := g.pick(1, 2, 4), g.typeOf(x).Shape[1]
		if channels > 0 && o%channels == 0 && g.chance(3) {
			c.Groups, channels = channels, 1
		}
		w := g.like(trace.TypeOf(g.typeOf(x).DType, append([]int{o, channels}, g.spatial(x, 1, 2, 3)...)...))
		g.emit(convCall, x, w, c)
	}},
	{2, func(g *drawer) {
		x := g.image()
		c := fn.ConvTransposeConfig{Stride: g.spatial(x, 1, 2), Padding: g.spatial(x, 0, 0, 1)}
		w := g.like(trace.TypeOf(g.typeOf(x).DType, append([]int{g.typeOf(x).Shape[1], g.pick(1, 2)}, g.spatial(x, 1, 2, 3)...)...))
		g.emit(convTransposeCall, x, w, c)
	}},
	{2, func(g *drawer) {
		x := g.image()
		c := fn.AvgPoolConfig{Kernel: g.spatial(x, 1, 2), Stride: g.spatial(x, 1, 2), CeilMode: g.chance(2), ExcludePadding: g.chance(2), Divisor: g.pick(0, 0, 3)}
		if g.chance(2) {
			c.Kernel, c.Padding = g.spatial(x, 2), g.spatial(x, 0, 1)
		}
		g.emit(avgPoolCall, x, c)
	}},
	{3, func(g *drawer) {
		x := g.image()
		c := fn.MaxPoolConfig{Kernel: g.spatial(x, 1, 2), Stride: g.spatial(x, 1, 2), Dilation: g.spatial(x, 1, 1, 2), CeilMode: g.chance(2)}
		if g.chance(2) {
			c.Kernel, c.Padding = g.spatial(x, 2), g.spatial(x, 0, 1)
		}
		g.emit(maxPoolCall, x, c)
	}},
	{1, func(g *drawer) {
		x := g.image()
		g.emit(callableOf("fn.AdaptiveAvgPool", fn.AdaptiveAvgPool), append([]any{x}, wide(g.spatial(x, 1))...)...)
	}},
	{1, func(g *drawer) {
		x := g.image()
		g.emit(callableOf("fn.AdaptiveMaxPool", fn.AdaptiveMaxPool), append([]any{x}, wide(g.spatial(x, 1))...)...)
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(2, floats))
		t := g.typeOf(x)
		c := trace.TypeOf(t.DType, t.Shape[1])
		g.emit(batchNormCall, x, g.like(c), g.like(c), g.like(c), g.like(c), []float64{1e-5, 0}[g.intn(2)])
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, floats))
		t := g.typeOf(x)
		last := trace.TypeOf(t.DType, t.Shape[t.Rank()-1])
		g.emit(layerNormCall, x, g.like(last), g.like(last), []float64{1e-5, 0}[g.intn(2)], 1)
	}},
	{1, func(g *drawer) {
		x := g.image()
		t := g.typeOf(x)
		places := append(append([]int{t.Shape[0]}, g.spatial(x, 1, 2)...), t.Rank()-2)
		c := fn.GridSampleConfig{Mode: fn.GridMode(g.pick(0, 0, 1, 2)), Padding: fn.GridPadding(g.intn(3)), AlignCorners: g.chance(2)}
		g.emit(callableOf("fn.GridSample", fn.GridSample), x, g.like(trace.TypeOf(t.DType, places...)), c)
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(2, floats))
		t := g.typeOf(x)
		c := trace.TypeOf(t.DType, t.Shape[1])
		g.emit(callableOf("fn.GroupNorm", fn.GroupNorm), x, g.pick(1, 1, 2, 3), g.like(c), g.like(c), []float64{1e-5, 0}[g.intn(2)])
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(2, floats))
		t := g.typeOf(x)
		c := trace.TypeOf(t.DType, t.Shape[1])
		g.emit(callableOf("fn.InstanceNorm", fn.InstanceNorm), x, g.like(c), g.like(c), []float64{1e-5, 0}[g.intn(2)])
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, floats))
		t := g.typeOf(x)
		g.emit(callableOf("fn.RMSNorm", fn.RMSNorm), x, g.like(trace.TypeOf(t.DType, t.Shape[t.Rank()-1])), []float64{1e-5, 0}[g.intn(2)], 1)
	}},
	with(1, "LocalResponseNorm", fn.LocalResponseNorm, ranked(2, floats), func(g *drawer, _ trace.Type) []any {
		return []any{g.pick(1, 2, 3, 5), 0.5, []float64{0.75, 1}[g.intn(2)], 1.0}
	}),
}

var (
	convCall          = callableOf("fn.Conv", fn.Conv)
	convTransposeCall = callableOf("fn.ConvTranspose", fn.ConvTranspose)
	avgPoolCall       = callableOf("fn.AvgPool", fn.AvgPool)
	maxPoolCall       = callableOf("fn.MaxPool", fn.MaxPool)
	batchNormCall     = callableOf("fn.BatchNorm", fn.BatchNorm)
	layerNormCall     = callableOf("fn.LayerNorm", fn.LayerNorm)
)

// image is an operand x[n c s...] with one to three spatial axes.
func (g *drawer) image() variable {
	if x, ok := g.find(func(t trace.Type) bool { return floats(t) && t.Rank() >= 3 && t.Rank() <= 5 }); ok {
		return x
	}
	return g.fresh(trace.TypeOf(g.float, [][]int{{1, 2, 5}, {2, 2, 4}, {1, 1, 3, 3}, {1, 2, 4, 4}}[g.intn(4)]...))
}

// spatial draws a number for each spatial axis of x.
func (g *drawer) spatial(x variable, from ...int) []int {
	out := make([]int, g.typeOf(x).Rank()-2)
	for i := range out {
		out[i] = g.pick(from...)
	}
	return out
}
