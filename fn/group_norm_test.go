package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Each group of channels of an image is a row of a layer normalization without parameters.
func TestGroupNormRules(t *testing.T) {
	x, scale, bias := waves(1, 2, 6, 3), waves(2, 6), waves(3, 6)
	for _, groups := range []int{1, 2, 3, 6} {
		ones := make([]float64, 18/groups)
		for i := range ones {
			ones[i] = 1
		}
		want := plainLayerNorm(x.Float64s(), ones, make([]float64, len(ones)), 0.1)
		for i := range want {
			c := i / 3 % 6
			want[i] = want[i]*scale.Float64s()[c] + bias.Float64s()[c]
		}
		op := groupNorm{groups, 0.1, false}
		wantClose(t, "value", GroupNorm(x, groups, scale, bias, 0.1).Float64s(), want, 1e-14)
		slopesHold(t, op, x, scale, bias)
		batchHolds(t, op, x, scale, bias)
		if groups == 6 {
			wantClose(t, "instances", InstanceNorm(x, scale, bias, 0.1).Float64s(), want, 1e-14)
		}
	}
	plain := GroupNorm(x, 2, trace.Value{}, trace.Value{}, 0.1)
	wantClose(t, "without parameters", plain.Float64s(), GroupNorm(x, 2, OnesLike(scale), ZerosLike(bias), 0.1).Float64s(), 0)
	batchHolds(t, groupNorm{4, 0.1, true}, waves(4, 2, 4), waves(5, 4), waves(6, 4))
}

func TestNormalizationsHonourWant(t *testing.T) {
	x, v := waves(1, 2, 4, 3), waves(2, 4)
	for _, c := range []struct {
		op trace.Op
		in []trace.Value
	}{{groupNorm{2, 0.1, false}, []trace.Value{x, v, v}}, {rmsNorm{0.1, 1}, []trace.Value{x, waves(3, 3)}}} {
		for choice := range 1 << len(c.in) {
			want := make([]bool, len(c.in))
			for i := range want {
				want[i] = choice>>i&1 == 1
			}
			for i, ct := range c.op.VJP(c.in, nil, []trace.Value{waves(4, 2, 4, 3)}, want) {
				if ct.IsAbsent() == want[i] {
					t.Errorf("%s: wanted %v: cotangent %d is %v", c.op.Name(), want, i, ct)
				}
			}
		}
	}
}

func TestRMSNormRules(t *testing.T) {
	for _, axes := range []int{1, 2, 3} {
		x := waves(1, 2, 3, 4)
		scale := waves(2, x.Shape()[3-axes:]...)
		n, want := scale.Size(), make([]float64, x.Size())
		for i, v := range x.Float64s() {
			square := 0.0
			for _, u := range x.Float64s()[i/n*n : i/n*n+n] {
				square += u * u / float64(n)
			}
			want[i] = v / math.Sqrt(square+0.1) * scale.Float64s()[i%n]
		}
		wantClose(t, "value", RMSNorm(x, scale, 0.1, axes).Float64s(), want, 1e-14)
		slopesHold(t, rmsNorm{0.1, axes}, x, scale)
		batchHolds(t, rmsNorm{0.1, axes}, x, scale)
	}
	wantElems(t, RMSNorm(f32(3, 4), trace.Value{}, 0, 1), "f32[2]", float64(float32(3/math.Sqrt(12.5))), float64(float32(4/math.Sqrt(12.5))))
	wantElems(t, RMSNorm(trace.New([]float32{}, 2, 0), trace.Value{}, 0, 1), "f32[2 0]")
}

// The sums of squares are taken over channels that exist, and divided by the full size.
func TestLocalResponseNormAgainstLoops(t *testing.T) {
	x := waves(1, 2, 5, 3)
	for size := 1; size <= 12; size++ {
		for _, beta := range []float64{0.75, 1.5} {
			want := make([]float64, x.Size())
			for i, v := range x.Float64s() {
				c, sum := i/3%5, 0.0
				for j := c - (size-1)/2; j <= c+size/2; j++ {
					if j >= 0 && j < 5 {
						u := x.Float64s()[i+(j-c)*3]
						sum += u * u
					}
				}
				want[i] = v / math.Pow(2+0.5/float64(size)*sum, beta)
			}
			wantClose(t, "value", LocalResponseNorm(x, size, 0.5, beta, 2).Float64s(), want, 1e-14)
			slopesHold(t, responseNorm{size, 0.5, beta, 2}, x)
		}
	}
	batchHolds(t, responseNorm{3, 0.5, 0.75, 2}, x)
	batchHolds(t, responseNorm{1 << 60, 0.5, 0.75, 2}, waves(2, 2, 3))
	wantElems(t, LocalResponseNorm(trace.New([]float32{}, 2, 0, 3), 3, 1, 1, 1), "f32[2 0 3]")
}

func TestGroupNormErrors(t *testing.T) {
	x := trace.New(make([]float32, 12), 2, 6)
	for want, f := range map[string]func(){
		"group_norm(f32[2 6], absent, absent): 6 channels are not 4 groups of equal size":                                  func() { GroupNorm(x, 4, trace.Value{}, trace.Value{}, 0) },
		"group_norm(f32[2 6], absent, absent): 6 channels are not 0 groups of equal size":                                  func() { GroupNorm(x, 0, trace.Value{}, trace.Value{}, 0) },
		"group_norm(f32[2 6], f32[2], absent): the scale is f32[2], want f32[6]: one element for each channel of f32[2 6]": func() { GroupNorm(x, 2, f32(1, 2), trace.Value{}, 0) },
		"instance_norm(f32[2 6], absent, absent): eps -1 is not at least 0":                                                func() { InstanceNorm(x, trace.Value{}, trace.Value{}, -1) },
		"rms_norm(f32[2 6], f32[2]): the scale is f32[2], want f32[6]: the last 1 axes of f32[2 6]":                        func() { RMSNorm(x, f32(1, 2), 0, 1) },
		"local_response_norm(f32[2 6]): 0 neighboring channels: want at least 1":                                           func() { LocalResponseNorm(x, 0, 1, 1, 1) },
		"local_response_norm(f32[2 6]): NaN is not a finite number":                                                        func() { LocalResponseNorm(x, 1, 1, nan, 1) },
		"local_response_norm(f32[2]): f32[2] has no channels: want x[n c ...]":                                             func() { LocalResponseNorm(f32(1, 2), 1, 1, 1, 1) },
		"local_response_norm(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64":                               func() { LocalResponseNorm(i32(1), 1, 1, 1, 1) },
	} {
		wantError(t, want, f)
	}
}

// A composite meets each of them as a normalization.
func TestNormalizationsAreNorms(t *testing.T) {
	for want, op := range map[trace.Kind]trace.Op{
		trace.KindGroupNorm: groupNorm{2, 0.1, false}, trace.KindInstanceNorm: groupNorm{2, 0.1, true}, trace.KindRMSNorm: rmsNorm{0.1, 1}, trace.KindResponseNorm: responseNorm{5, 1e-4, 0.75, 1},
	} {
		if got := op.(trace.Kinded).Kind(); got != want || !got.Is(trace.KindNorm) {
			t.Errorf("%s has the kind %s, want %s", op.Name(), got, want)
		}
	}
}

// A scale so large that it overflows when divided by the deviation still gives the bias
// where x is the mean.
func TestGroupNormOfHugeScales(t *testing.T) {
	x := trace.New([]float64{1, 1, 3, 5}, 1, 2, 2)
	huge := trace.New([]float64{1e308, 1}, 2)
	got := InstanceNorm(x, huge, trace.New([]float64{2, 0}, 2), 1e-5)
	want := InstanceNorm(x, trace.New([]float64{1, 1}, 2), trace.New([]float64{2, 0}, 2), 1e-5)
	if got.String() != want.String() {
		t.Errorf("got %v, want %v", got, want)
	}
}
