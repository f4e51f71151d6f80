package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// GradCAMConfig has the options of [GradCAM] and [GradCAMPlusPlus]. The zero value gives
// the map as it is in the papers, at the positions of the layer.
type GradCAMConfig struct {
	// Upsample says how to bring the map to the positions of the input. By default it
	// stays at those of the layer.
	Upsample Upsampling
	// Signed keeps negative values of the map: the evidence against the target.
	Signed bool
}

// GradCAM is the map of the layer at a path, as features.28 (see [transforms.Plan]). It
// weighs each channel of the layer's output a[n k p...] by its mean gradient:
//
//	R[n,p] = (Σ_k w[n,k] a[n,k,p])⁺,   w[n,k] = mean_p g[n,k,p],   g = ∂<t, f(x)>/∂a,   t = target(f(x)).
//
// The result is [n p...], or [n s...] for x[n c s...] if it is upsampled. The usual layer
// is the last convolution, or the pooling after it. If f comes from transforms.WithRules,
// g is the relevance at the layer.
//
// GradCAM panics with a *trace.Error if no layer has the path, or if its output has no
// spatial axes.
//
// Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
// Localization", ICCV 2017.
func GradCAM(f func(x Value) Value, layer string, target Target, c GradCAMConfig) func(x Value) Value {
	return c.channelMap("GradCAM", f, layer, target, func(_, g Value) Value { return overPlaces(fn.Mean, g) })
}

// GradCAMPlusPlus is [GradCAM] with channel weights that count each position by how much
// it alone would explain the target:
//
//	w[n,k] = Σ_p α[n,k,p] g[n,k,p]⁺,   α = g² / (2 g² + g³ Σ_q a[n,k,q]),
//
// This suits several objects of a class in one image. Where g or the denominator is 0, α
// is 0. This is the form for the score e^f(x), whose derivatives are powers of g. The
// factor e^f(x) is the same for all positions and channels, and is left out.
//
// Chattopadhyay et al., "Grad-CAM++: Improved Visual Explanations for Deep Convolutional
// Networks", WACV 2018.
func GradCAMPlusPlus(f func(x Value) Value, layer string, target Target, c GradCAMConfig) func(x Value) Value {
	return c.channelMap("GradCAMPlusPlus", f, layer, target, func(a, g Value) Value {
		square := fn.Square(g)
		all := fn.BroadcastIn(overPlaces(fn.Sum, a), a.Shape(), 0, 1)
		below := fn.Add(fn.Mul(square, fn.Scalar(2)), fn.Mul(fn.Mul(square, g), all))
		zero := fn.Equal(below, fn.Scalar(0))
		alpha := fn.Mask(fn.Not(zero), fn.Div(square, fn.Where(zero, fn.Scalar(1), below)))
		return overPlaces(fn.Sum, fn.Mul(alpha, fn.ReLU(g)))
	})
}

// overPlaces reduces a[n k p...] to [n k].
func overPlaces(reduce func(x Value, axes ...int) Value, a Value) Value {
	return reduce(a, otherAxes(a)[1:]...)
}

// channelMap adds up the channels of a layer with weights [n k]. The function weigh
// computes them from the layer's output and the gradient there.
func (c GradCAMConfig) channelMap(name string, f func(x Value) Value, layer string, target Target, weigh func(a, g Value) Value) func(x Value) Value {
	if c.Upsample > Linear {
		panic(trace.Errorf("attribute.%s: there is no upsampling %d: use NoUpsampling, Nearest or Linear", name, c.Upsample))
	}
	return func(x Value) Value {
		a, g := atLayer(name, f, layer, target, x)
		r := fn.Sum(fn.Mul(a, fn.BroadcastIn(weigh(a, g), a.Shape(), 0, 1)), 1)
		if !c.Signed {
			r = fn.ReLU(r)
		}
		return c.Upsample.to(name, x, r)
	}
}

// atLayer returns the output of a layer and the gradient of <target(f(x)), f(x)> there.
// It does not differentiate anything below the layer.
func atLayer(name string, f func(x Value) Value, layer string, target Target, x Value) (a, g Value) {
	tapped := transforms.WithTaps(f, layer)
	p := trace.Record(func(in []Value) []Value {
		return []Value{tapped(transforms.TapArg[Value]{X: in[0]}).Values[layer]}
	}, []trace.Type{x.Type()})
	t := p.Types[p.Out[0]]
	if t.Rank() < 3 || t.Shape[0] != x.Dim(0) || !t.DType.IsFloat() {
		panic(trace.Errorf("attribute.%s: the output of %q is %v, which has no places: want a layer with the output [n k p...] for the input %v, as a convolution",
			name, layer, t, x.Type()))
	}
	y, pull := transforms.VJP(func(tap Value) transforms.TapResult[Value] {
		return tapped(transforms.TapArg[Value]{X: x, Taps: map[string]Value{layer: tap}})
	})(fn.FillAs(x, t, 0))
	return y.Values[layer], pull(transforms.TapResult[Value]{Y: target(y.Y)})
}
