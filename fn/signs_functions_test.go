package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// The classes have short names here, in their order.
const (
	ni, n, nz, pz, p, pi, na = trace.NegInf, trace.Negative, trace.NegZero, trace.PosZero, trace.Positive, trace.PosInf, trace.NaN
	z                        = trace.Zero
)

// For each class of the argument, a function names the classes that may come out, and no
// others.
func TestSignsOfFunctionsAreTight(t *testing.T) {
	share := [7]trace.Sign{pz, pz | p, p, p, p, p, na}
	odd := [7]trace.Sign{n | nz, n | nz, nz, pz, p | pz, p | pz, na}
	gate := [7]trace.Sign{z, n | nz, nz, pz, p | pz, pi, na}
	tests := []struct {
		f    function
		want [7]trace.Sign // for -Inf, below 0, -0, +0, above 0, +Inf, NaN
	}{
		{relu{}, [7]trace.Sign{pz, pz, pz, pz, p, pi, na}},
		{relu6{}, [7]trace.Sign{pz, pz, pz, pz, p, p, na}},
		{abs{}, [7]trace.Sign{pi, p, pz, pz, p, pi, na}},
		{square{}, [7]trace.Sign{pi, pz | p | pi, pz, pz, pz | p | pi, pi, na}},
		{reciprocal{}, [7]trace.Sign{nz, n | ni, ni, pi, p | pi, pz, na}},
		{sqrt{}, [7]trace.Sign{na, na, nz, pz, p, pi, na}},
		{rsqrt{}, [7]trace.Sign{na, na, ni, pi, p | pi, pz, na}},
		{log{}, [7]trace.Sign{na, na, ni, ni, trace.Finite, pi, na}},
		{exp{}, [7]trace.Sign{pz, pz | p, p, p, p | pi, pi, na}},
		{sigmoid{}, share}, {hardSigmoid{}, share}, {cdf{}, share},
		{density{}, [7]trace.Sign{pz, pz | p, p, p, pz | p, pz, na}},
		{sign{}, [7]trace.Sign{n, n, nz, pz, p, p, na}},
		{tanh{}, odd}, {erf{}, odd}, {atan{}, odd}, {softsign{}, odd},
		{silu{}, gate}, {mish{}, gate}, {gelu{}, gate}, {geluTanh{}, gate},
		{leakyReLU{0.1}, [7]trace.Sign{ni, n | nz | ni, nz, pz, p, pi, na}},
		{leakyReLU{-0.1}, [7]trace.Sign{pi, p | pz | pi, pz, nz, p, pi, na}},
		{leakyReLU{0}, [7]trace.Sign{na, nz, nz, pz, p, pi, na}},
		{leakyReLU{inf}, [7]trace.Sign{ni, ni, na, na, p, pi, na}},
	}
	for _, test := range tests {
		op := unary[function]{test.f}
		for i, want := range test.want {
			if got := op.Signs([]trace.Sign{1 << i}); len(got) != 1 || got[0] != want {
				t.Errorf("%s of %v: got %v, want %v", trace.Describe(op), trace.Sign(1<<i), got, want)
			}
		}
		if got, want := op.Signs([]trace.Sign{ni | p})[0], test.want[0]|test.want[4]; got != want {
			t.Errorf("%s of two classes: got %v, want %v", trace.Describe(op), got, want)
		}
	}
	for _, f := range []function{cos{}, softplus{1, 20}, expm1{}, power{3}, hardTanh{-1, 1}} {
		if got := (unary[function]{f}).Signs([]trace.Sign{p}); got[0] != trace.AnySign {
			t.Errorf("of %s nothing is known, got %v", f.Name(), got)
		}
	}
}

func TestIdentitiesOfFunctions(t *testing.T) {
	tests := []struct {
		f    function
		x    trace.Sign
		want bool
	}{
		{relu{}, pz | p | pi | na, true}, {relu{}, nz | p, false}, {relu{}, n, false}, {relu{}, ni, false}, {relu{}, na, true},
		{abs{}, pz | p | pi | na, true}, {abs{}, nz, false}, {abs{}, n | p, false},
		{leakyReLU{0.1}, z | p | pi | na, true}, {leakyReLU{0.1}, n, false}, {leakyReLU{0.1}, ni | p, false},
		{leakyReLU{-0.1}, p | pi, true}, {leakyReLU{-0.1}, pz | p, false}, {leakyReLU{-0.1}, nz, false},
		{leakyReLU{0}, z | p, true}, {leakyReLU{inf}, z, false}, {leakyReLU{nan}, p, true}, {leakyReLU{nan}, pz, false},
		{relu6{}, pz, false}, {sqrt{}, pz, false}, {sign{}, pz, false},
	}
	for _, test := range tests {
		op, places, ok := (unary[function]{test.f}).SimplifySigns([]trace.Sign{test.x})
		if ok != test.want || op != nil || len(places) != 1 || places[0] != 0 {
			t.Errorf("%s of %v: got %v of %v, %v, want the identity %v", test.f.Name(), test.x, op, places, ok, test.want)
		}
	}
}

func TestSignBits(t *testing.T) {
	for i, want := range []bool{true, true, true, false, false, false, false} {
		if got := signBit(1 << i); got != want {
			t.Errorf("a number of %v may have its sign bit set: %v, want %v", trace.Sign(1<<i), got, want)
		}
	}
}
