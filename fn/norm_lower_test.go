package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// normOperands are x[2 3 2] and four parameters for three channels.
func normOperands(variance ...float64) []trace.Value {
	return []trace.Value{waves(1, 2, 3, 2), f64(0.5, -1, 2), f64(variance...), f64(2, 0.5, -1), f64(0.25, 0, -3)}
}

// lowered is batchNorm.Lower where all operands but x are constant, except for those in
// changing.
func lowered(in []trace.Value, eps float64, changing ...int) []trace.Value {
	constant := append([]trace.Value{{}}, in[1:]...)
	for _, i := range changing {
		constant[i] = trace.Value{}
	}
	return batchNorm{eps, 1}.Lower(in, constant)
}

func TestBatchNormLowersToAFactor(t *testing.T) {
	in := normOperands(1, 4, 0.25)
	for _, eps := range []float64{0, 1e-3, 2} {
		got := lowered(in, eps)
		if len(got) != 1 || !got[0].Type().Equal(in[0].Type()) {
			t.Fatalf("eps %v: got %v", eps, got)
		}
		wantClose(t, "merged", got[0].Float64s(), trace.Bind1(batchNorm{eps, 1}, in...).Float64s(), 1e-14)
	}
	p := trace.Record(func(x []trace.Value) []trace.Value {
		return lowered(append([]trace.Value{x[0]}, in[1:]...), 1e-3)
	}, []trace.Type{in[0].Type()})
	onData := map[string]int{}
	for _, e := range p.Eqns {
		for _, o := range e.Out {
			if p.Types[o].Equal(in[0].Type()) {
				onData[e.Op.Name()]++
			}
		}
	}
	if onData["mul"] != 1 || onData["add"] != 1 || onData["sub"] != 0 || onData["div"] != 0 {
		t.Errorf("of the data it computes %v, want a product and a sum\n%v", onData, p)
	}
}

// A normalization is not lowered if a parameter changes, or if a factor or summand is
// infinite.
func TestWhatBatchNormDoesNotLower(t *testing.T) {
	for i := 1; i <= 4; i++ {
		if got := lowered(normOperands(1, 4, 0.25), 1e-3, i); got != nil {
			t.Errorf("operand %d changes, and yet it is %v", i, got)
		}
	}
	with := func(i int, v trace.Value) []trace.Value {
		in := normOperands(1, 4, 0.25)
		in[i] = v
		return in
	}
	tests := []struct {
		name string
		in   []trace.Value
		eps  float64
		want bool
	}{
		{"a variance of 0", normOperands(1, 0, 1), 0, false},
		{"a variance of 0 and some eps", normOperands(1, 0, 1), 0.1, true},
		{"an infinite mean", with(1, f64(0, inf, 0)), 0.1, false},
		{"an infinite mean below", with(1, f64(0, -inf, 0)), 0.1, false},
		{"an infinite bias", with(4, f64(0, -inf, 0)), 0.1, false},
		{"an infinite scale", with(3, f64(inf, 1, 1)), 0.1, false},
		{"a mean that is nearly too large", with(1, f64(0, 1e308, 0)), 0, false},
		{"a large mean", with(1, f64(0, 1e280, 0)), 0, true},
		{"a bias that may cancel", with(4, f64(0, -1e308, 0)), 0, false},
		{"a NaN", with(4, f64(0, nan, 0)), 0.1, true},
		{"a negative variance", normOperands(1, -4, 1), 0.1, true},
	}
	for _, test := range tests {
		got := lowered(test.in, test.eps)
		if (got != nil) != test.want {
			t.Errorf("%s: lowered %v, want %v", test.name, got != nil, test.want)
		}
		if got != nil {
			wantClose(t, test.name, got[0].Float64s(), trace.Bind1(batchNorm{test.eps, 1}, test.in...).Float64s(), 1e-14)
		}
	}
	big := with(1, f64(0, 1e308, 0))
	big[3] = f64(1, 1e3, 1)
	if got := lowered(big, 0); got != nil {
		t.Errorf("the product of mean and factor overflows, and yet it is %v", got)
	}
}

func TestAnyHuge(t *testing.T) {
	for _, c := range []struct {
		x    trace.Value
		want bool
	}{{f64(1, inf), true}, {f64(-inf, 0), true}, {f64(1, nan), false}, {f64(1e300), true}, {f64(1e288), false}, {f32(1e38), true}, {f32(1e28), false}, {f32(1, inf32), true}, {f64(), false}} {
		if got := anyHuge(c.x); got != c.want {
			t.Errorf("%v has a huge element: %v, want %v", c.x, got, c.want)
		}
	}
}
