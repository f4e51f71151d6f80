package digits_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// linearSites are the layers of the network whose outputs are divisors in rules.
var linearSites = []string{"features.0", "features.2", "classifier.0", "classifier.2"}

// outputs returns the outputs of the linear layers, all in one list.
func outputs(t *testing.T, d trace.DType, x trace.Value, compiled bool) []float64 {
	t.Helper()
	net, _ := fixture(t, d)
	f := transforms.WithTaps(net.Apply, linearSites...)
	if compiled {
		f = transforms.Jit(f)
	}
	seen := f(transforms.TapArg[trace.Value]{X: fn.Cast(x, d)})
	var z []float64
	for _, path := range linearSites {
		z = append(z, seen.Values[path].Float64s()...)
	}
	return z
}

// inputs are the embedded images whose linear layers have no output within 100 times the
// stabilizer, 1e-6, of zero. A rounding error could decide the sign of such an output.
func inputs(t *testing.T) []trace.Value {
	t.Helper()
	var clear []trace.Value
	for digit := range 10 {
		img, err := digits.Image(digit)
		if err != nil {
			t.Fatal(err)
		}
		x, err := digits.Input(img, trace.Float64)
		if err != nil {
			t.Fatal(err)
		}
		nearest := math.Inf(1)
		for _, z := range outputs(t, trace.Float64, x, false) {
			nearest = math.Min(nearest, math.Abs(z))
		}
		if nearest > 100*1e-6 {
			clear = append(clear, x)
		}
	}
	if len(clear) < 5 {
		t.Fatalf("only %d of 10 images keep clear of zero", len(clear))
	}
	return clear
}

// In float32 no output of a compiled layer changes its sign, which is also the sign of
// the stabilizer.
func TestFloat32KeepsTheSignsOfTheStabilizer(t *testing.T) {
	for _, compiled := range []bool{false, true} {
		flips, all := 0, 0
		for _, x := range inputs(t) {
			want := outputs(t, trace.Float64, x, false)
			for i, z := range outputs(t, trace.Float32, x, compiled) {
				all++
				if math.Signbit(z) != math.Signbit(want[i]) {
					flips++
				}
			}
		}
		if flips > 0 {
			t.Errorf("compiled %v: the sign of %d of %d outputs differs from that in float64", compiled, flips, all)
		}
	}
}

// apart returns the distance of two lists relative to the length of the second, both in
// the Euclidean norm.
func apart(got, want []float64) float64 {
	d, n := 0.0, 0.0
	for i := range want {
		d += (got[i] - want[i]) * (got[i] - want[i])
		n += want[i] * want[i]
	}
	return math.Sqrt(d / n)
}

// Compiled relevance in float32 is at most four times as far from float64 as eager
// float32. Values and plain gradients stay within 1e-5 of eager ones.
func TestFloat32Compiled(t *testing.T) {
	wide, _ := fixture(t, trace.Float64)
	narrow, _ := fixture(t, trace.Float32)
	explain := func(c transforms.Composite, net digits.Net) func(trace.Value) trace.Value {
		return transforms.Pull(transforms.WithRules(c, net.Apply), attribute.Top)
	}
	for _, name := range rules.Names() {
		c, err := rules.Named(name, fn.Scalar(-1), fn.Scalar(1), rules.Preset{})
		if err != nil {
			t.Fatal(err)
		}
		compiled := transforms.Jit(explain(c, narrow))
		var exact, eager, fast []float64
		for _, x := range inputs(t) {
			exact = append(exact, explain(c, wide)(x).Float64s()...)
			eager = append(eager, explain(c, narrow)(fn.Cast(x, trace.Float32)).Float64s()...)
			fast = append(fast, compiled(fn.Cast(x, trace.Float32)).Float64s()...)
		}
		own, got := apart(eager, exact), apart(fast, exact)
		t.Logf("%-26s eager %.2g, compiled %.2g", name, own, got)
		if !(got <= 4*own) {
			t.Errorf("%s: compiled is off by %v, eager by %v", name, got, own)
		}
	}
	for name, f := range map[string]func(trace.Value) trace.Value{"value": narrow.Apply, "gradient": transforms.Pull(narrow.Apply, attribute.Class(3))} {
		for _, x := range inputs(t) {
			x = fn.Cast(x, trace.Float32)
			if d := apart(transforms.Jit(f)(x).Float64s(), f(x).Float64s()); !(d <= 1e-5) {
				t.Errorf("%s: compiled is off by %v", name, d)
			}
		}
	}
}

// Every compiled explanation carries a NaN pixel to the same places as the eager one.
func TestNaNIsCarried(t *testing.T) {
	net, x := fixture(t, trace.Float32)
	pixels := trace.Data[float32](x)
	pixels[27] = float32(math.NaN())
	x = trace.New(pixels, x.Shape()...)
	for _, name := range rules.Names() {
		c, err := rules.Named(name, fn.Scalar(-1), fn.Scalar(1), rules.Preset{})
		if err != nil {
			t.Fatal(err)
		}
		explain := transforms.Pull(transforms.WithRules(c, net.Apply), attribute.Class(3))
		eager, compiled, nans := explain(x).Float64s(), transforms.Jit(explain)(x).Float64s(), 0
		for i, v := range eager {
			if math.IsNaN(v) {
				nans++
			}
			if math.IsNaN(v) != math.IsNaN(compiled[i]) {
				t.Errorf("%s: at %d eager is %v, compiled %v", name, i, v, compiled[i])
			}
		}
		t.Logf("%s: %d of %d are NaN", name, nans, len(eager))
	}
}
