package main

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Compiled relevance of a full-size network, which computes most convolutions by tiles,
// is at most four times as far from float64 as eager float32. This holds for most of
// several images, because a pooling may choose another of two nearly equal values. In all
// images but the first, one half is a thousand times darker than the other.
func TestCompiledRelevance(t *testing.T) {
	if testing.Short() {
		t.Skip("long: explains a ResNet-18 in float64")
	}
	model, wide := resnet18.build(), nn.Cast(drawn(vision.ResNet18()), trace.Float64).Apply
	images := make([]input, 3)
	for i := range images {
		images[i] = resnet18.input(1)
		x := random.Normal(random.Key(int64(i)), trace.Float32, 1, 3, 224, 224)
		if i > 0 {
			light := fn.Less(fn.Iota(x.Type(), 3), fn.Scalar(100))
			x = fn.Where(light, x, fn.Mul(x, fn.Scalar(1e-3)))
		}
		images[i].X = x
	}
	for _, w := range []work{epsilonGammaBox, epsilonPlus, alpha2Beta1} {
		f := func(in input) trace.Value { return w.of(model, in) }
		compiled, err := transforms.Compile(f, images[0])
		if err != nil {
			t.Fatal(err)
		}
		var own, got []float64
		for _, in := range images {
			y, err := compiled.Call(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			exact := w.of(wide, input{X: fn.Cast(in.X, trace.Float64), Target: fn.Cast(in.Target, trace.Float64)})
			own, got = append(own, farOff(f(in), exact)), append(got, farOff(y, exact))
		}
		slices.Sort(own)
		slices.Sort(got)
		t.Logf("%-22s eager %.2g, compiled %.2g", w.name, own, got)
		if !(got[1] <= 4*own[1]) {
			t.Errorf("%s: compiled is off by %v, eager by %v", w.name, got, own)
		}
	}
}

// farOff returns the distance of two values relative to the length of the second, both in
// the Euclidean norm.
func farOff(got, want trace.Value) float64 {
	d, n := 0.0, 0.0
	exact := want.Float64s()
	for i, v := range got.Float64s() {
		d += (v - exact[i]) * (v - exact[i])
		n += exact[i] * exact[i]
	}
	return math.Sqrt(d / n)
}
