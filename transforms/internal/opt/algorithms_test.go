package opt_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// wide is a convolution with enough channels and positions to have a faster algorithm on
// a machine with vector instructions.
func wide(seed string) (x, w Value) {
	x = lawtest.Between(-1, 1).Value(lawtest.Rand(seed), trace.TypeOf(trace.Float32, 1, 32, 30, 29))
	w = lawtest.Between(-0.1, 0.1).Value(lawtest.Rand(seed+".w"), trace.TypeOf(trace.Float32, 33, 32, 3, 3))
	return x, w
}

func same3(x, w Value) Value { return fn.Conv(x, w, fn.ConvConfig{Padding: []int{1, 1}}) }

// selected returns the program of f with algorithms selected, and its print.
func selected(f func(Value) Value, x Value) (*trace.Program, string) {
	p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()})
	p = opt.SelectAlgorithms(p)
	return p, p.Listing()
}

func hasForm(w Value, x Value) bool {
	_, text := selected(func(x Value) Value { return same3(x, w) }, x)
	return strings.Contains(text, "by F(")
}

// The gradient of a network that pools divides by nothing: the index of a maximum needs
// no relative accuracy.
func TestAlgorithmsOfAGradient(t *testing.T) {
	x, w := wide("prepare gradient")
	f := func(x Value) Value {
		return fn.SumAll(fn.Square(fn.MaxPool(fn.ReLU(same3(x, w)), fn.MaxPoolConfig{Kernel: []int{2, 2}})))
	}
	q, _ := opt.Optimize(record(transforms.Grad(f), x), opt.Options{})
	if got := strings.Count(q.Listing(), "by F(4×4, 3×3)"); hasForm(w, x) && got != 2 {
		t.Errorf("%d convolutions by large tiles, want the one forward and the one back\n%s", got, q)
	}
}

func TestAlgorithmsGoByWhatFollows(t *testing.T) {
	x, w := wide("prepare")
	available := hasForm(w, x) // not without vector instructions
	one := fn.Scalar(1)
	const large, small = "by F(4×4, 3×3)", "by F(2×2, 3×3)"
	for _, c := range []struct {
		name string
		f    func(z Value) Value
		want string
	}{
		{"the result", func(z Value) Value { return z }, large},
		{"a bias and an activation", func(z Value) Value { return fn.ReLU(fn.Add(z, one)) }, large},
		{"a smooth activation", fn.GELU, large},
		{"a mask", func(z Value) Value { return fn.Mul(z, fn.Cast(fn.Greater(z, fn.Scalar(0)), z.DType())) }, small},
		{"a pooling", func(z Value) Value { return fn.MaxPool(z, fn.MaxPoolConfig{Kernel: []int{2, 2}}) }, large},
		{"a numerator", func(z Value) Value { return fn.Div(z, fn.Scalar(3)) }, large},
		{"a denominator", func(z Value) Value { return fn.Div(one, z) }, small},
		{"a denominator after a sum", func(z Value) Value { return fn.Div(one, fn.Add(fn.Abs(z), one)) }, small},
		{"a denominator after a shape", func(z Value) Value { return fn.Div(one, fn.Reshape(z, z.Size())) }, small},
		{"a logarithm", func(z Value) Value { return fn.Log(fn.ReLU(z)) }, small},
		{"a sign", fn.Sign, small},
		{"a factor of a quotient", func(z Value) Value { return fn.Mul(z, fn.Div(one, fn.Tanh(z))) }, small},
		{"a product and then a denominator", func(z Value) Value {
			return fn.Div(one, fn.Conv(z, fn.Full(trace.TypeOf(trace.Float32, 2, 33, 1, 1), 1), fn.ConvConfig{}))
		}, large},
		{"a denominator and a product", func(z Value) Value {
			y := fn.Conv(z, fn.Full(trace.TypeOf(trace.Float32, 2, 33, 1, 1), 1), fn.ConvConfig{})
			return fn.Add(fn.Div(one, y), fn.SumAll(fn.Div(one, z)))
		}, small},
	} {
		_, text := selected(func(x Value) Value { return c.f(same3(x, w)) }, x)
		if got := strings.Contains(text, c.want); got != available {
			t.Errorf("%s: no convolution %s\n%s", c.name, c.want, text)
		}
	}
}

// With Direct nothing is replaced, not in bodies either, and the results have the bits of
// the function itself.
func TestDirect(t *testing.T) {
	x, w := wide("direct")
	plusMinus := func(x Value) Value {
		return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(x, minus(w)))
	}
	loop := func(x Value) Value {
		c, _ := transforms.Scan(func(c, _ Value) (Value, Value) {
			return fn.Tanh(same3(c, fn.Slice(w, fn.SliceConfig{Stop: []int{32, 32, 3, 3}}))), c
		})(x, fn.Zeros(trace.TypeOf(trace.Float32, 2)))
		return c
	}
	for name, f := range map[string]func(Value) Value{"convolutions": plusMinus, "in a loop": loop} {
		direct, err := transforms.Compile(f, x, transforms.JitConfig{Direct: true})
		if err != nil {
			t.Fatal(err)
		}
		fast, err := transforms.Compile(f, x)
		if err != nil {
			t.Fatal(err)
		}
		if text := direct.Program(); strings.Contains(text, " by F(") || strings.Contains(text, "conv_difference") {
			t.Errorf("%s: not direct\n%s", name, text)
		}
		if text := fast.Program(); hasForm(w, x) && !strings.Contains(text, " by F(") {
			t.Errorf("%s: no other algorithm without being asked for direct\n%s", name, text)
		}
		got, err := direct.Call(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		if bits([]Value{got}) != bits([]Value{f(x)}) {
			t.Errorf("%s: other bits than the function itself", name)
		}
	}
}

// The denominator in a loop may come from a convolution in another loop, or outside.
func TestAlgorithmsInLoops(t *testing.T) {
	x, w := wide("prepare loops")
	rows := fn.ExpandDims(x, 0)
	each := func(f func(x Value) Value, xs Value) Value {
		_, ys := transforms.Scan(func(c, x Value) (Value, Value) { return c, f(x) })(trace.Scalar(0.0), xs)
		return ys
	}
	conv := func(x Value) Value { return same3(x, w) }
	reciprocal := func(z Value) Value { return fn.Div(fn.Scalar(1), fn.Add(fn.Square(z), fn.Scalar(1))) }
	const large, small = "by F(4×4, 3×3)", "by F(2×2, 3×3)"
	for _, c := range []struct {
		name string
		f    func(xs Value) Value
		want string
	}{
		{"no division", func(xs Value) Value { return fn.Tanh(each(conv, xs)) }, large},
		{"a division in the loop", func(xs Value) Value { return each(func(x Value) Value { return reciprocal(conv(x)) }, xs) }, small},
		{"a division in another loop", func(xs Value) Value { return each(reciprocal, each(conv, xs)) }, small},
		{"a division in a loop after", func(xs Value) Value { return each(reciprocal, fn.ExpandDims(conv(fn.Reshape(xs, x.Shape()...)), 0)) }, small},
	} {
		compiled, err := transforms.Compile(c.f, rows)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(compiled.Program(), c.want); got != hasForm(w, x) {
			t.Errorf("%s: no convolution %s\n%s", c.name, c.want, compiled.Program())
		}
	}
}

// Forward passes and gradients of convolutions with other algorithms agree with the
// direct ones, relative to the largest magnitude.
func TestAlgorithmsKeepValues(t *testing.T) {
	x, w := wide("prepared values")
	b := lawtest.Between(-1, 1).Value(lawtest.Rand("prepared bias"), trace.TypeOf(trace.Float32, 33, 1, 1))
	f := func(x Value) Value { return fn.ReLU(fn.Add(same3(x, w), b)) }
	gradient := transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Square(f(x))) })
	for name, f := range map[string]func(Value) Value{"forward": f, "gradient": gradient} {
		got, want := transforms.Jit(f)(x), f(x)
		t.Run(name, func(t *testing.T) { lawtest.Close(t, got, want, 1e-5) })
	}
}

// Relevance through convolutions with other algorithms is at most four times as far from
// float64 as eager float32 is, even if one half of each image is a thousand times darker
// than the other. This holds for most of several images. For a single image either may
// choose another of two nearly equal values in a pooling.
func TestAlgorithmsKeepRelevance(t *testing.T) {
	network := func(d trace.DType) func(Value) Value {
		return newStack(d, []int{32, 40, 36}, []bool{false, false, true}).apply
	}
	var images []Value
	number := 7
	if testing.Short() {
		number = 3
	}
	for i := range number {
		x := lawtest.Between(-1, 1).Value(lawtest.Rand(fmt.Sprint("image", i)), trace.TypeOf(trace.Float64, 4, 2, 8, 12))
		light := fn.Less(fn.Iota(x.Type(), 3), fn.Scalar(5))
		images = append(images, fn.Where(light, x, fn.Mul(x, fn.Scalar(1e-3))))
	}
	narrow := func(x Value) Value { return fn.Cast(x, trace.Float32) }
	found := false
	for name, c := range presets() {
		compiled, err := transforms.Compile(relevance(c, network(trace.Float32)), narrow(images[0]))
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(compiled.Program(), "by F(")
		var own, got []float64
		for _, x := range images {
			y, err := compiled.Call(t.Context(), narrow(x))
			if err != nil {
				t.Fatal(err)
			}
			exact := relevance(c, network(trace.Float64))(x).Float64s()
			own = append(own, distance(relevance(c, network(trace.Float32))(narrow(x)).Float64s(), exact))
			got = append(got, distance(y.Float64s(), exact))
		}
		slices.Sort(own)
		slices.Sort(got)
		middle := len(images) / 2
		t.Logf("%-26s eager %.2g, compiled %.2g", name, own[middle], got[middle])
		if !(got[middle] <= 4*own[middle]) {
			t.Errorf("%s: compiled is off by %v, eager by %v", name, got[middle], own[middle])
		}
	}
	if x, w := wide("relevance"); found != hasForm(w, x) {
		t.Errorf("convolutions in another form: %v", found)
	}
}

// If a convolution's output is a denominator, its sign does not change, and with it that
// of the stabilizer, unless the output is within 100 times the stabilizer, 1e-6, of zero.
func TestAlgorithmsKeepSigns(t *testing.T) {
	x, w := wide("signs")
	wideX, wideW := fn.Cast(x, trace.Float64), fn.Cast(w, trace.Float64)
	f := func(x Value) Value { // of the sign of the convolution
		z := same3(x, w)
		return fn.Div(z, fn.Add(fn.Abs(z), fn.Scalar(1)))
	}
	exact := same3(wideX, wideW).Float64s()
	far := 0
	for i, z := range transforms.Jit(f)(x).Float64s() {
		if math.Abs(exact[i]) <= 100*1e-6 {
			continue
		}
		far++
		if math.Signbit(z) != math.Signbit(exact[i]) {
			t.Errorf("output %d is %v, with another sign %v", i, exact[i], z)
		}
	}
	if far < len(exact)*9/10 {
		t.Errorf("only %d of %d outputs keep clear of zero", far, len(exact))
	}
}

// distance returns the distance of two lists relative to the length of the second, both
// in the Euclidean norm.
func distance(got, want []float64) float64 {
	d, n := 0.0, 0.0
	for i := range want {
		d += (got[i] - want[i]) * (got[i] - want[i])
		n += want[i] * want[i]
	}
	return math.Sqrt(d / n)
}

// Kept counts modified weights once, and no weights that were given.
func TestKept(t *testing.T) {
	x, w := wide("kept")
	p := recordWith(func(x Value, in []Value) Value {
		y := same3(x, fn.Abs(in[0]))
		return fn.Add(fn.Add(y, same3(fn.Tanh(x), fn.Abs(in[0]))), same3(x, in[0]))
	}, x, w)
	q, _ := opt.Optimize(p, opt.Options{})
	if got, want := opt.Kept(q, p), 4*w.Size(); got != want {
		t.Errorf("%d bytes are kept, want %d of modified weights", got, want)
	}
	if got := opt.Kept(p, p); got != 0 {
		t.Errorf("%d bytes of a program as it is", got)
	}
}
