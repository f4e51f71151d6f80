package fn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

var specialFunctions = map[string]func(x trace.Value) trace.Value{
	"Erfc": fn.Erfc, "ErfInv": fn.ErfInv, "NormalCDF": fn.NormalCDF, "LogNormalCDF": fn.LogNormalCDF, "NormalQuantile": fn.NormalQuantile, "Logit": fn.Logit,
	"LogGamma": fn.LogGamma, "Digamma": fn.Digamma, "Polygamma1": polygammaOf(1), "Polygamma2": polygammaOf(2), "Polygamma5": polygammaOf(5),
	"I0": fn.I0, "I1": fn.I1, "I0e": fn.I0e, "I1e": fn.I1e, "Sinc": fn.Sinc, "Cbrt": fn.Cbrt, "Exp2": fn.Exp2, "Log2": fn.Log2, "Log10": fn.Log10, "Entropy": fn.Entropy,
}

func polygammaOf(n int) func(x trace.Value) trace.Value {
	return func(x trace.Value) trace.Value { return fn.Polygamma(n, x) }
}

var specialOfTwo = map[string]func(a, b trace.Value) trace.Value{
	"Atan2": fn.Atan2, "Hypot": fn.Hypot, "LogAddExp": fn.LogAddExp, "XLogY": fn.XLogY, "XLog1pY": fn.XLog1pY, "LogBeta": fn.LogBeta,
	"GammaInc": fn.GammaInc, "GammaIncC": fn.GammaIncC,
}

// accuracy is how near values and slopes are to the exact ones, relative to them or, if
// they are less than 1, to 1 where the function crosses 0.
var accuracy = map[string]float64{"Polygamma5": 3e-14, "GammaInc": 1e-13, "GammaIncC": 1e-13, "I0": 1e-13, "I1": 1e-13}

// Values and slopes are those of 60 digits.
func TestSpecialFunctions(t *testing.T) {
	text, err := os.ReadFile("testdata/special.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases struct {
		One []struct {
			F               string
			X, Want, Slopes []any
		}
		Two []struct {
			F                    string
			A, B, Want, ByA, ByB []any
		}
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	numbers := func(list []any) []float64 {
		out := make([]float64, len(list))
		for i, x := range list {
			out[i] = jsonNumber(t, x)
		}
		return out
	}
	compare := func(name, what string, x any, got, want float64) {
		t.Helper()
		tol := max(accuracy[name], 1e-14)
		if name == "Digamma" || name == "LogGamma" || strings.HasPrefix(name, "Log") || name == "Logit" || name == "Entropy" {
			tol *= max(1, 1/math.Abs(want)) // they cross 0
		}
		if what != "value" {
			tol *= 10
		}
		size := math.Abs(want)
		if at, ok := x.(float64); ok && at < 0 && strings.HasPrefix(name, "Polygamma") {
			size = max(size, 1e4) // a sum of large terms of both signs
		}
		if !(math.Abs(got-want) <= tol*size) && got != want {
			t.Errorf("%s, %s at %v: got %v, want %v, apart by %.2g", name, what, x, got, want, math.Abs(got-want)/math.Abs(want))
		}
	}
	for _, c := range cases.One {
		f := specialFunctions[c.F]
		x := trace.New(numbers(c.X))
		y, slopes := f(x).Float64s(), transforms.Vmap(transforms.Grad(f))(x).Float64s()
		for i, want := range numbers(c.Want) {
			compare(c.F, "value", c.X[i], y[i], want)
			if c.Slopes[i] != nil {
				compare(c.F, "slope", c.X[i], slopes[i], jsonNumber(t, c.Slopes[i]))
			}
		}
		narrow := f(fn.Cast(x, trace.Float32))
		wide := fn.Cast(f(fn.Cast(fn.Cast(x, trace.Float32), trace.Float64)), trace.Float32)
		if fmt.Sprint(narrow) != fmt.Sprint(wide) && c.F != "Logit" && c.F != "Entropy" && c.F != "NormalCDF" {
			t.Errorf("%s in f32: got %v, want %v", c.F, narrow, wide)
		}
	}
	for _, c := range cases.Two {
		f := specialOfTwo[c.F]
		a, b := trace.New(numbers(c.A)), trace.New(numbers(c.B))
		y := f(a, b).Float64s()
		byB := transforms.VmapN(func(a, b trace.Value) trace.Value {
			return transforms.Grad(func(b trace.Value) trace.Value { return f(a, b) })(b)
		})(a, b).Float64s()
		var byA []float64
		if !strings.HasPrefix(c.F, "GammaInc") {
			byA = transforms.VmapN(func(a, b trace.Value) trace.Value {
				return transforms.Grad(func(a trace.Value) trace.Value { return f(a, b) })(a)
			})(a, b).Float64s()
		}
		for i, want := range numbers(c.Want) {
			compare(c.F, "value", c.A[i], y[i], want)
			compare(c.F, "slope by b", c.A[i], byB[i], jsonNumber(t, c.ByB[i]))
			if byA != nil {
				compare(c.F, "slope by a", c.A[i], byA[i], jsonNumber(t, c.ByA[i]))
			}
		}
	}
}

func TestSpecialFunctionsAtTheEnds(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	zero := math.Copysign(0, -1)
	for _, tt := range []struct {
		name string
		got  trace.Value
		want []float64
	}{
		{"erfc", fn.Erfc(trace.New([]float64{-inf, 0, inf, nan})), []float64{2, 1, 0, nan}},
		{"erf_inv", fn.ErfInv(trace.New([]float64{-1, 1, 2, nan})), []float64{-inf, inf, nan, nan}},
		{"normal_quantile", fn.NormalQuantile(trace.New([]float64{0, 1, -0.1, 1.5, nan})), []float64{-inf, inf, nan, nan, nan}},
		{"log_normal_cdf", fn.LogNormalCDF(trace.New([]float64{-inf, inf, nan})), []float64{-inf, 0, nan}},
		{"log_gamma", fn.LogGamma(trace.New([]float64{0, -1, inf, -inf, nan})), []float64{inf, inf, inf, -inf, nan}},
		{"digamma", fn.Digamma(trace.New([]float64{0, -3, inf, -inf, nan})), []float64{nan, nan, inf, nan, nan}},
		{"polygamma", fn.Polygamma(1, trace.New([]float64{0, -3, inf, nan})), []float64{nan, nan, 0, nan}},
		{"i0", fn.I0(trace.New([]float64{-inf, inf, nan})), []float64{inf, inf, nan}},
		{"i1", fn.I1(trace.New([]float64{-inf, inf, nan})), []float64{-inf, inf, nan}},
		{"i0e", fn.I0e(trace.New([]float64{-inf, inf, nan})), []float64{0, 0, nan}},
		{"sinc", fn.Sinc(trace.New([]float64{-inf, inf, nan, 1})), []float64{0, 0, nan, 3.8981718325193755e-17}},
		{"cbrt", fn.Cbrt(trace.New([]float64{-inf, 0, 8, nan})), []float64{-inf, 0, 2, nan}},
		{"atan2", fn.Atan2(trace.New([]float64{0, 0, zero, inf, nan}), trace.New([]float64{0, -1, -1, -inf, 0})), []float64{0, math.Pi, -math.Pi, 3 * math.Pi / 4, nan}},
		{"hypot", fn.Hypot(trace.New([]float64{3e200, inf, 0}), trace.New([]float64{4e200, nan, 0})), []float64{4.9999999999999995e200, inf, 0}},
		{"log_add_exp", fn.LogAddExp(trace.New([]float64{-inf, inf, -inf, nan}), trace.New([]float64{-inf, -inf, 2, 0})), []float64{-inf, inf, 2, nan}},
		{"xlogy", fn.XLogY(trace.New([]float64{0, 0, 0, 0, 1}), trace.New([]float64{0, inf, nan, -1, 0})), []float64{0, 0, nan, 0, -inf}},
		{"xlog1py", fn.XLog1pY(trace.New([]float64{0, 0, 0}), trace.New([]float64{-1, inf, -2})), []float64{0, 0, 0}},
		{"entropy", fn.Entropy(trace.New([]float64{0, -1, nan, 1})), []float64{0, -inf, nan, 0}},
		{"gamma_inc", fn.GammaInc(trace.New([]float64{1, 1, 0, 1, nan}), trace.New([]float64{0, inf, 1, -1, 1})), []float64{0, 1, nan, nan, nan}},
		{"gamma_inc_c", fn.GammaIncC(trace.New([]float64{1, 1}), trace.New([]float64{0, inf})), []float64{1, 0}},
		{"copy_sign", fn.CopySign(trace.New([]float64{1, -2, 3}), trace.New([]float64{zero, inf, -1})), []float64{-1, 2, -3}},
		{"floor_div", fn.FloorDiv(trace.New([]float64{7, -7, 7, 1, 0, 6.3}), trace.New([]float64{2, 2, -2, 0, 0, 2.1})), []float64{3, -4, -4, inf, nan, 2}},
		{"nan_to_num", fn.NanToNum(trace.New([]float64{nan, inf, -inf, 2}), 7), []float64{7, math.MaxFloat64, -math.MaxFloat64, 2}},
		{"clamp_to", fn.ClampTo(trace.New([]float64{-1, 0.5, 9, nan}), trace.New([]float64{0, 0, 0, 0}), trace.New([]float64{1, 1, 1, 1})), []float64{0, 0.5, 1, nan}},
	} {
		for i, got := range tt.got.Float64s() {
			if got != tt.want[i] && !(math.IsNaN(got) && math.IsNaN(tt.want[i])) && !(math.Abs(got-tt.want[i]) < 1e-15) {
				t.Errorf("%s: element %d is %v, want %v", tt.name, i, got, tt.want[i])
			}
		}
	}
	if s := fn.SignBit(trace.New([]float64{zero, 0, -1, inf, math.Copysign(nan, -1)})); s.String() != "bool[5] [true false true false false]" {
		t.Errorf("sign bits %v", s)
	}
}

func TestIntegersAndBits(t *testing.T) {
	a, b := trace.New([]int32{12, -7, 5, math.MinInt32}), trace.New([]int32{10, 2, -3, 1})
	for got, want := range map[trace.Value]string{
		fn.BitAnd(a, b):                       "i32[4] [8 0 5 0]",
		fn.BitOr(a, b):                        "i32[4] [14 -5 -3 -2147483647]",
		fn.BitXor(a, b):                       "i32[4] [6 -5 -8 -2147483647]",
		fn.BitNot(a):                          "i32[4] [-13 6 -6 2147483647]",
		fn.ShiftLeft(a, fn.Scalar(2)):         "i32[4] [48 -28 20 0]",
		fn.ShiftLeft(a, fn.Scalar(32)):        "i32[4] [0 0 0 0]",
		fn.ShiftLeft(a, fn.Scalar(-1)):        "i32[4] [0 0 0 0]",
		fn.ShiftRight(a, fn.Scalar(1)):        "i32[4] [6 -4 2 -1073741824]",
		fn.ShiftRight(a, fn.Scalar(99)):       "i32[4] [0 -1 0 -1]",
		fn.PopCount(a):                        "i32[4] [2 30 2 1]",
		fn.PopCount(trace.Scalar(int64(-1))):  "i64[] 64",
		fn.FloorDiv(a, b):                     "i32[4] [1 -4 -2 -2147483648]",
		fn.Scale(a, 2):                        "i32[4] [24 -14 10 0]",
		fn.Shift(b, -1):                       "i32[4] [9 1 -4 0]",
		fn.Arange(trace.Int64, 2, 9, 3):       "i64[3] [2 5 8]",
		fn.Arange(trace.Float64, 1, 0, -0.25): "f64[4] [1 0.75 0.5 0.25]",
		fn.Arange(trace.Float32, 3, 1, 1):     "f32[0] []",
		fn.Linspace(trace.Float64, -1, 2, 4):  "f64[4] [-1 0 1 2]",
		fn.Linspace(trace.Float64, 5, 2, 1):   "f64[1] [5]",
		fn.Linspace(trace.Float32, 0, 0.1, 3): "f32[3] [0 0.05 0.1]",
		fn.ZerosOf(trace.Bool, 2):             "bool[2] [false false]",
		fn.OnesOf(trace.Int32):                "i32[] 1",
		fn.IsClose(trace.New([]float64{1, 1, math.Inf(1), math.NaN()}), trace.New([]float64{1.1, 1 + 1e-9, math.Inf(1), math.NaN()}), 1e-5, 1e-8): "bool[4] [false true true false]",
		fn.AllClose(a, a, 0, 0): "bool[] true",
		fn.ArrayEqual(a, b):     "bool[] false",
		fn.ArrayEqual(a, fn.Slice(a, fn.SliceConfig{Stop: []int{2}})): "bool[] false",
		fn.GLU(trace.New([]float64{2, 3, 0, 0}), 0):                   "f64[2] [1 1.5]",
		fn.ReGLU(trace.New([]float64{2, 3, -1, 4}), 0):                "f64[2] [0 12]",
	} {
		if strings.ReplaceAll(got.String(), "-0 ", "0 ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

// All laws, to third derivatives.
func TestLawsOfSpecialFunctions(t *testing.T) {
	of := func(f func(x trace.Value) trace.Value, as func(x trace.Value) trace.Value) func(*testing.T) {
		return func(t *testing.T) {
			lawtest.Laws(t, func(x trace.Value) trace.Value { return f(as(x)) }, lawtest.Distinct(), 3)
		}
	}
	any := func(x trace.Value) trace.Value { return x }
	positive := func(x trace.Value) trace.Value { return fn.Shift(fn.Square(x), 0.3) }
	unit := func(x trace.Value) trace.Value { return fn.Scale(fn.Shift(fn.Tanh(fn.Scale(x, 0.3)), 1.1), 0.45) }
	for name, law := range map[string]func(*testing.T){
		"Erfc": of(fn.Erfc, any), "ErfInv": of(fn.ErfInv, unit), "LogNormalCDF": of(fn.LogNormalCDF, any), "NormalQuantile": of(fn.NormalQuantile, unit), "Logit": of(fn.Logit, unit),
		"LogGamma": of(fn.LogGamma, positive), "Digamma": of(fn.Digamma, positive), "NormalCDF": of(fn.NormalCDF, any), "I0": of(fn.I0, any), "I1": of(fn.I1, any),
		"I0e":       of(fn.I0e, positive),
		"Polygamma": of(func(x trace.Value) trace.Value { return fn.Polygamma(1, x) }, func(x trace.Value) trace.Value { return fn.Shift(positive(x), 1) }),
		"GLU": func(t *testing.T) {
			lawtest.Laws(t, func(x trace.Value) trace.Value { return fn.Add(fn.GLU(x, 0), fn.ReGLU(x, 0)) }, lawtest.Distinct(), 4, 3)
		},
		"GammaIncC": of(func(x trace.Value) trace.Value { return fn.GammaIncC(fn.Scalar(2), x) }, positive),
		"I1e":       of(fn.I1e, positive), "Sinc": of(fn.Sinc, any), "Cbrt": of(fn.Cbrt, positive), "Exp2": of(fn.Exp2, any),
		"Log2": of(fn.Log2, positive), "Log10": of(fn.Log10, positive), "Entropy": of(fn.Entropy, positive),
		"Scale": of(func(x trace.Value) trace.Value { return fn.Shift(fn.Scale(x, 3), -1) }, any),
		"SwiGLU": func(t *testing.T) {
			lawtest.Laws(t, func(x trace.Value) trace.Value { return fn.Add(fn.SwiGLU(x, 0), fn.GeGLU(x, 0)) }, lawtest.Distinct(), 4, 3)
		},
		"NanToNum": of(func(x trace.Value) trace.Value { return fn.NanToNum(x, 0) }, any),
	} {
		t.Run(name, law)
	}
	for name, f := range map[string]func(a, b trace.Value) trace.Value{
		"Atan2": fn.Atan2, "Hypot": fn.Hypot, "LogAddExp": fn.LogAddExp, "CopySign": fn.CopySign,
		"XLogY":    func(a, b trace.Value) trace.Value { return fn.XLogY(a, positive(b)) },
		"XLog1pY":  func(a, b trace.Value) trace.Value { return fn.XLog1pY(a, positive(b)) },
		"LogBeta":  func(a, b trace.Value) trace.Value { return fn.LogBeta(positive(a), positive(b)) },
		"GammaInc": func(a, b trace.Value) trace.Value { return fn.GammaInc(trace.Scalar(1.7), positive(fn.Add(a, b))) },
		"ClampTo":  func(a, b trace.Value) trace.Value { return fn.ClampTo(a, b, fn.Shift(b, 0.7)) },
	} {
		t.Run(name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{}, func(in []trace.Value) trace.Value { return f(in[0], in[1]) },
				lawtest.Input{Shape: []int{2, 3}, Sampler: lawtest.Distinct()}, lawtest.Input{Shape: []int{3}, Sampler: lawtest.Distinct()})
		})
	}
}

func TestSpecialFunctionErrors(t *testing.T) {
	x := trace.New([]float64{1, 2})
	for text, call := range map[string]func(){
		"gamma_inc has no derivative by its first operand": func() {
			transforms.Grad(func(a trace.Value) trace.Value { return fn.SumAll(fn.GammaInc(a, x)) })(x)
		},
		"polygamma(f64[2]): the order -1 is not from 0 to 150":                      func() { fn.Polygamma(-1, x) },
		"arange: f64 from 0 to 1 by 0: want finite numbers":                         func() { fn.Arange(trace.Float64, 0, 1, 0) },
		"linspace: 3 elements of i64: want a float dtype":                           func() { fn.Linspace(trace.Int64, 0, 1, 3) },
		"bit_and(f64[2], f64[2]): f64[2] is not an integer array":                   func() { fn.BitAnd(x, x) },
		"glu(f64[3]): axis 0 has the odd length 3":                                  func() { fn.GLU(trace.New([]float64{1, 2, 3}), 0) },
		"is_close(f64[2], f64[2]): the tolerances -1 and 0":                         func() { fn.IsClose(x, x, -1, 0) },
		"scale(i64[1]): 0.5 is not an i64":                                          func() { fn.Scale(trace.New([]int64{1}), 0.5) },
		"nan_to_num(i64[1]): i64[1] is not a float array: fn.Cast it to f32 or f64": func() { fn.NanToNum(trace.New([]int64{1}), 0) },
		"floor_div: integer division by zero: element 0":                            func() { fn.FloorDiv(trace.New([]int64{1}), trace.New([]int64{0})) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

func ExampleLogGamma() {
	x := trace.Scalar(5.0)
	fmt.Printf("%.6f %.6f\n", fn.Exp(fn.LogGamma(x)), transforms.Grad(fn.LogGamma)(x)) // 4!, and the digamma function
	// Output: 24.000000 1.506118
}

func ExampleAtan2() {
	fmt.Printf("%.4f\n", fn.Atan2(trace.New([]float64{1, -1}), trace.New([]float64{-1, -1})))
	// Output: [2.3562 -2.3562]
}

func ExampleShiftLeft() {
	one := trace.Scalar(int32(1))
	fmt.Println(fn.BitOr(fn.ShiftLeft(one, fn.Scalar(4)), one))
	// Output: i32[] 17
}

func ExampleLinspace() {
	fmt.Println(fn.Linspace(trace.Float64, 0, 1, 5), fn.Arange(trace.Int32, 0, 10, 4))
	// Output: f64[5] [0 0.25 0.5 0.75 1] i32[3] [0 4 8]
}

func ExampleAllClose() {
	a, b := trace.New([]float64{1, 2}), trace.New([]float64{1, 2.0000001})
	fmt.Println(fn.AllClose(a, b, 1e-5, 1e-8), fn.ArrayEqual(a, b))
	// Output: bool[] true bool[] false
}

func ExampleSwiGLU() {
	fmt.Printf("%.3f\n", fn.SwiGLU(trace.New([]float64{1, 2, 0, 3}), 0))
	// Output: [0.000 5.715]
}
