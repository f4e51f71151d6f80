package lawtest

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

func TestClose(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	vec := func(xs ...float64) Value { return trace.New(xs) }
	tests := []struct {
		name      string
		got, want Value
		tol       float64
		fault     string
	}{
		{"equal", vec(1, 2), vec(1, 2), 0, ""},
		{"relative to the largest", vec(0.01, 100), vec(0, 100), 1e-3, ""},
		{"just over", vec(0.2, 100), vec(0, 100), 1e-3, "at [0] got 0.2, want 0: apart by 0.002 of the largest magnitude 100, tolerance 0.001"},
		{"the worst is named", vec(3, 5, 2), vec(1, 1, 1), 0.1, "at [1] got 5, want 1"},
		{"nothing is close to zeros", vec(1e-300), vec(0), 1e-3, "at [0] got 1e-300, want 0"},
		{"NaN got", vec(1, nan), vec(1, 2), 1, "at [1] got NaN, want 2"},
		{"NaN wanted", vec(1, 2), vec(1, nan), 1, "at [1] got 2, want NaN"},
		{"NaN both", vec(nan), vec(nan), 1, "at [0] got NaN, want NaN"},
		{"NaN first and a difference", vec(nan, 9), vec(1, 1), 1, "got "},
		{"same infinity", vec(inf, -inf, 1), vec(inf, -inf, 1), 1e-9, ""},
		{"other infinity", vec(-inf), vec(inf), 1, "at [0] got -Inf, want +Inf"},
		{"infinity got", vec(inf, 1), vec(1, 1), 1, "at [0] got +Inf, want 1"},
		{"infinity is no scale", vec(inf, 5), vec(inf, 1), 0.1, "at [1] got 5, want 1"},
		{"other shape", trace.New(make([]float64, 2), 1, 2), vec(0, 0), 1, "got a f64[1 2], want a f64[2]"},
		{"other dtype", trace.New([]float32{1}), vec(1), 1, "got a f32[1], want a f64[1]"},
		{"integers are exact", trace.New([]int32{1000}), trace.New([]int32{1001}), 1, "at [0] got 1000, want 1001"},
		{"absent", Value{}, vec(1), 1, "got absent, want f64[1] [1]"},
		{"both absent", Value{}, Value{}, 0, ""},
		{"coordinates", trace.New([]float64{0, 0, 0, 0, 1, 0}, 2, 3), trace.New(make([]float64, 6), 2, 3), 0, "at [1 1] got 1"},
		{"empty", vec(), vec(), 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &recorder{}
			Close(r, tt.got, tt.want, tt.tol)
			switch {
			case tt.fault == "" && len(r.failures) > 0:
				t.Errorf("got %q", r.failures)
			case tt.fault != "" && (len(r.failures) != 1 || !strings.Contains(r.failures[0], tt.fault)):
				t.Errorf("got %q, want %q", r.failures, tt.fault)
			}
		})
	}
}

func TestFiniteDifference(t *testing.T) {
	x, v := Between(-1, 1).Value(Rand(t.Name()), trace.TypeOf(trace.Float64, 2, 3)), Normal().Value(Rand("v"), trace.TypeOf(trace.Float64, 2, 3))
	want := make([]float64, 6)
	for i, a := range x.Float64s() {
		want[i] = (math.Cos(a) + 3*a*a) * v.Float64s()[i]
	}
	got := FiniteDifference(func(x Value) Value { return fn.Add(fn.Sin(x), fn.Mul(x, fn.Mul(x, x))) }, x, v)
	Close(t, got, trace.New(want, 2, 3), 1e-10)
}

func TestSamplers(t *testing.T) {
	kinks := []float64{-1, 0, 0.5}
	for name, s := range map[string]Sampler{"AwayFrom": AwayFrom(kinks...), "Between": Between(-1, 1).AwayFrom(kinks...), "Normal": Normal(), "Distinct": Distinct()} {
		xs := s(Rand(name), 400)
		again := s(Rand(name), 400)
		lowest, highest := math.Inf(1), math.Inf(-1)
		for i, x := range xs {
			lowest, highest = min(lowest, x), max(highest, x)
			if again[i] != x {
				t.Fatalf("%s: one seed draws two samples", name)
			}
			if strings.HasPrefix(name, "A") || name == "Between" {
				for _, k := range kinks {
					if !(math.Abs(x-k) >= margin) {
						t.Errorf("%s: %v is %v from %v", name, x, math.Abs(x-k), k)
					}
				}
			}
		}
		if !(lowest < -0.9 && highest > 0.9) || name == "Between" && !(lowest >= -1 && highest <= 1) {
			t.Errorf("%s: from %v to %v", name, lowest, highest)
		}
	}
	distinct := Distinct()(Rand("d"), 50)
	for i := range distinct {
		for j := range i {
			if d := math.Abs(distinct[i] - distinct[j]); !(d >= margin) {
				t.Errorf("%v and %v are %v apart", distinct[i], distinct[j], d)
			}
		}
	}
}

func TestSamplersOfOtherDTypes(t *testing.T) {
	for _, tt := range []struct {
		d    trace.DType
		want map[float64]bool
	}{{trace.Int32, map[float64]bool{-1: true, 0: true, 1: true}}, {trace.Int64, map[float64]bool{-1: true, 0: true, 1: true}}, {trace.Bool, map[float64]bool{0: true, 1: true}}} {
		v := Between(-1, 2).Value(Rand("s"), trace.TypeOf(tt.d, 10, 10))
		met := map[float64]bool{}
		for _, x := range v.Float64s() {
			met[x] = true
			if !tt.want[x] {
				t.Errorf("%v: got %v", tt.d, x)
			}
		}
		if v.DType() != tt.d || len(met) != len(tt.want) {
			t.Errorf("%v: got only %v in %v", tt.d, met, v.Type())
		}
	}
}
