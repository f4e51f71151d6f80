package transforms_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/transforms"
)

// Taps and masks may belong to a newer trace than the argument. At a known argument, the
// derivative with respect to a tap alone equals the one with respect to all.
func TestTapsNewerThanArgument(t *testing.T) {
	inner := layer("block", "block", func(x Value) Value { return fn.Sin(fn.Tanh(x)) })
	f := func(x Value) Value { return fn.Mul(fn.Exp(inner(fn.Mul(x, num(2)))), fn.FillAs(x, x.Type(), 3)) }
	x := vector(0.3, -0.7, 1.2)
	for _, path := range []string{"block", "block/tanh#0"} {
		_, both := transforms.Relevances(f, fn.Cos, path)(x)
		tapped := transforms.WithTaps(f, path)
		y, pull := transforms.VJP(func(tap Value) transforms.TapResult[Value] {
			return tapped(transforms.TapArg[Value]{X: x, Taps: map[string]Value{path: tap}})
		})(fn.ZerosLike(x))
		want(t, path, pull(transforms.TapResult[Value]{Y: fn.Cos(y.Y)}), both[path])
		mask := vector(1, 0, 2)
		masked := transforms.Vmap(func(m Value) Value {
			return transforms.WithMasks(f, map[string]Value{path: m})(x)
		})(fn.ExpandDims(mask, 0))
		want(t, path+" masked", fn.Index(masked, 0), f(x))
	}
}
