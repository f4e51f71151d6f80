package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var batchAxis = transforms.VmapConfig{Name: "batch"}

// standardized is x by mean and deviation of the cases, as batch normalization has it.
func standardized(x Value) Value {
	mean := transforms.Pmean("batch", x)
	d := fn.Sub(x, mean)
	return fn.Div(d, fn.Sqrt(fn.Add(transforms.Pmean("batch", fn.Square(d)), fn.Scalar(0.1))))
}

// standardizedRows is standardized for all cases, without a named axis.
func standardizedRows(x Value) Value {
	d := fn.Sub(x, fn.Mean(x, 0))
	return fn.Div(d, fn.Sqrt(fn.Add(fn.Mean(fn.Square(d), 0), fn.Scalar(0.1))))
}

// A function of all cases by collectives has the values and derivatives, to any order, of
// the function of the whole array, inside of every kind of call.
func TestCollectivesInCalls(t *testing.T) {
	r := seeded(60)
	x, v := draw(r, 4, 3), draw(r, 4, 3)
	for _, k := range kindsOfCalls() {
		t.Run(k.name, func(t *testing.T) {
			mapped := transforms.Vmap(k.wrap(standardized), batchAxis)
			want(t, "values", mapped(x), standardizedRows(x))
			cubed := func(f func(Value) Value) func(Value) Value {
				return func(x Value) Value { return fn.SumAll(fn.Pow(f(x), fn.Scalar(3))) }
			}
			want(t, "Grad around", transforms.Grad(cubed(mapped))(x), transforms.Grad(cubed(standardizedRows))(x))
			want(t, "JVP around", slope(mapped, x, v), slope(standardizedRows, x, v))
			want(t, "HVP around", transforms.HVP(cubed(mapped))(x, v), transforms.HVP(cubed(standardizedRows))(x, v))
			inside := transforms.Vmap(transforms.Grad(cubed(k.wrap(standardized))), batchAxis)
			want(t, "Grad inside", inside(x), transforms.Grad(cubed(standardizedRows))(x))
			want(t, "Jit", transforms.Jit(inside)(x), inside(x))
			want(t, "Jit inside", transforms.Vmap(transforms.Jit(k.wrap(standardized)), batchAxis)(x), standardizedRows(x))
			type two struct{ X, V Value }
			push := func(p two) Value { return slope(k.wrap(standardized), p.X, p.V) }
			want(t, "JVP inside", transforms.Vmap(push, batchAxis)(two{x, v}), slope(standardizedRows, x, v))
			second := transforms.Vmap(transforms.Grad(sumOf(transforms.Grad(cubed(k.wrap(standardized))))), batchAxis)
			want(t, "Grad of Grad inside", second(x), transforms.Grad(sumOf(transforms.Grad(cubed(standardizedRows))))(x))
			grid := fn.Stack(0, x, v)
			want(t, "under another Vmap", transforms.Vmap(mapped)(grid), fn.Stack(0, standardizedRows(x), standardizedRows(v)))
			around := transforms.Vmap(transforms.Vmap(k.wrap(standardized)), batchAxis)
			flipped := fn.Transpose(grid, 1, 0, 2)
			want(t, "around another Vmap", around(flipped), fn.Transpose(fn.Stack(0, standardizedRows(x), standardizedRows(v)), 1, 0, 2))
		})
	}
}

// Each collective is the loop over the cases, mapped or not, and its result is shared.
func TestCollectives(t *testing.T) {
	x, n := trace.New([]float64{3, 1, 2, 5, 5, 4}, 3, 2), trace.New([]int64{4, -1, 7})
	type in struct{ X, N, W Value }
	type out struct{ Sum, Mean, Max, Min, Ints, Shared, SharedMax, Constant, Index, Size Value }
	f := func(p in) out {
		return out{
			transforms.Psum("i", p.X), transforms.Pmean("i", p.X), transforms.Pmax("i", p.X), transforms.Pmin("i", p.X),
			transforms.Psum("i", p.N), transforms.Psum("i", p.W), transforms.Pmax("i", p.W),
			fn.Mul(transforms.Psum("i", fn.Scalar(1)), p.N), transforms.AxisIndex("i"), transforms.AxisSize("i"),
		}
	}
	c := transforms.VmapConfig{Name: "i", Shared: []string{".W"}}
	got := transforms.Vmap(f, c)(in{x, n, trace.Scalar(2.0)})
	for _, e := range []struct {
		got  Value
		want string
	}{
		{got.Sum, "f64[3 2] [[10 10] [10 10] [10 10]]"},
		{fn.Index(got.Mean, 1), fmt.Sprintf("f64[2] [%v %v]", 10.0/3, 10.0/3)},
		{fn.Index(got.Max, 0), "f64[2] [5 5]"},
		{fn.Index(got.Min, 2), "f64[2] [2 1]"},
		{got.Ints, "i64[3] [10 10 10]"},
		{got.Shared, "f64[3] [6 6 6]"},
		{got.SharedMax, "f64[3] [2 2 2]"},
		{got.Constant, "i64[3] [12 -3 21]"},
		{got.Index, "i64[3] [0 1 2]"},
		{got.Size, "i64[3] [3 3 3]"},
	} {
		if g := fmt.Sprint(e.got); g != e.want {
			t.Errorf("got %s, want %s", g, e.want)
		}
	}
	one := transforms.Vmap(func(x Value) Value { return transforms.Psum("i", fn.SumAll(x)) }, transforms.VmapConfig{Name: "i", Out: []transforms.Axis{transforms.Shared}})(x)
	if g := fmt.Sprint(one); g != "f64[] 20" {
		t.Errorf("a shared sum is %s", g)
	}
}

// The slope of a largest value is shared by the cases that have it.
func TestCollectiveExtremeSlopes(t *testing.T) {
	x, v := trace.New([]float64{1, 4, 4, 2}), trace.New([]float64{1, 2, 3, 4})
	c := transforms.VmapConfig{Name: "i"}
	for name, f := range map[string][2]func(Value) Value{
		"max": {transforms.Vmap(func(x Value) Value { return transforms.Pmax("i", x) }, c), func(x Value) Value { return fn.Expand(fn.Max(x, 0), 0, 4) }},
		"min": {transforms.Vmap(func(x Value) Value { return transforms.Pmin("i", x) }, c), func(x Value) Value { return fn.Expand(fn.Min(x, 0), 0, 4) }},
	} {
		want(t, name, pulled(f[0], x, v), pulled(f[1], x, v))
		want(t, name, slope(f[0], x, v), slope(f[1], x, v))
		single := func(x Value) Value { return transforms.Pmax("i", x) }
		if name == "min" {
			single = func(x Value) Value { return transforms.Pmin("i", x) }
		}
		type two struct{ X, V Value }
		inside := func(of func(f func(Value) Value, x, v Value) Value) Value {
			return transforms.Vmap(func(p two) Value { return of(single, p.X, p.V) }, c)(two{x, v})
		}
		want(t, name+" inside", inside(pulled), pulled(f[1], x, v))
		want(t, name+" inside", inside(slope), slope(f[1], x, v))
	}
}

// Names tell axes apart, also where one hides another, and where a value is about an outer
// axis of the same name.
func TestNestedNames(t *testing.T) {
	x := trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	i, j := transforms.VmapConfig{Name: "i"}, transforms.VmapConfig{Name: "j"}
	check := func(what string, got Value, want string) {
		t.Helper()
		if g := fmt.Sprint(got); g != want {
			t.Errorf("%s: %s, want %s", what, g, want)
		}
	}
	nested := func(f func(Value) Value, outer, inner transforms.VmapConfig) Value {
		return transforms.Vmap(transforms.Vmap(f, inner), outer)(x)
	}
	check("outer", nested(func(x Value) Value { return transforms.Psum("i", x) }, i, j), "f64[2 3] [[5 7 9] [5 7 9]]")
	check("inner", nested(func(x Value) Value { return transforms.Psum("j", x) }, i, j), "f64[2 3] [[6 6 6] [15 15 15]]")
	check("both", nested(func(x Value) Value { return transforms.Psum("i", transforms.Psum("j", x)) }, i, j), "f64[2 3] [[21 21 21] [21 21 21]]")
	check("hidden", nested(func(x Value) Value { return transforms.Psum("i", x) }, i, i), "f64[2 3] [[6 6 6] [15 15 15]]")
	check("numbers", nested(func(x Value) Value {
		return fn.Add(fn.Mul(transforms.AxisIndex("i"), trace.Scalar(int64(10))), transforms.AxisIndex("j"))
	}, i, j), "i64[2 3] [[0 1 2] [10 11 12]]")
	about := transforms.Vmap(func(row Value) Value {
		outer := transforms.AxisIndex("i")
		return transforms.Vmap(func(x Value) Value {
			return fn.Add(fn.Mul(outer, trace.Scalar(int64(10))), transforms.AxisIndex("i"))
		}, i)(row)
	}, i)(x)
	check("outer of the same name", about, "i64[2 3] [[0 1 2] [10 11 12]]")
}

// What a collective does to values that the mapped function captured is part of the
// function, and they have derivatives.
func TestCollectiveOfCaptured(t *testing.T) {
	x := vector(1, 2, 3)
	f := func(w Value) Value {
		return fn.SumAll(transforms.Vmap(func(x Value) Value {
			return fn.Mul(x, transforms.Psum("batch", fn.Square(w)))
		}, batchAxis)(x))
	}
	want(t, "slope", transforms.Grad(f)(trace.Scalar(5.0)), trace.Scalar(3.0*6*10))
	step := func(w Value) Value { // the loop runs over concrete values
		return transforms.Vmap(func(x Value) Value {
			c, _ := transforms.Scan(func(c, row Value) (Value, Value) {
				return fn.Add(c, fn.Mul(row, fn.Cast(transforms.AxisIndex("batch"), trace.Float64))), row
			})(trace.Scalar(0.0), vector(1, 10))
			return fn.Mul(c, w)
		}, batchAxis)(x)
	}
	want(t, "loop", step(trace.Scalar(1.0)), vector(0, 11, 22))
	want(t, "choice", transforms.Vmap(func(x Value) Value {
		even := fn.Equal(fn.Rem(transforms.AxisIndex("batch"), trace.Scalar(int64(2))), trace.Scalar(int64(0)))
		return transforms.Cond(even, func(x Value) Value { return transforms.Psum("batch", x) }, fn.Neg)(x)
	}, batchAxis)(x), vector(6, -2, 6))
}

// The pullback of a custom derivative, and a rule, may use the axis.
func TestCollectivesThatAreTracedLate(t *testing.T) {
	double := transforms.CustomVJP(
		func(x Value) Value { return fn.Mul(x, fn.Scalar(2)) },
		func(x Value) (Value, Value) { return fn.Mul(x, fn.Scalar(2)), fn.Add(x, transforms.Psum("batch", x)) },
		func(res, ct Value) Value { return fn.Mul(res, transforms.Pmean("batch", ct)) })
	x, ct := vector(1, 2, 3), vector(3, 4, 8)
	res, mean := vector(7, 8, 9), trace.Scalar(5.0)
	want(t, "around", pulled(transforms.Vmap(double, batchAxis), x, ct), fn.Mul(res, mean))
	type two struct{ X, V Value }
	inside := func(p two) Value { return pulled(double, p.X, p.V) }
	want(t, "inside", transforms.Vmap(inside, batchAxis)(two{x, ct}), fn.Mul(res, mean))
	want(t, "forward", slope(transforms.Vmap(double, batchAxis), x, ct), fn.Expand(fn.Mean(fn.Mul(res, ct), 0), 0, 3))

	layer := func(x Value) Value {
		return transforms.Named(transforms.Layer{Kind: "block"}, func(x Value, _ []Value) Value { return standardized(x) })(x, nil)
	}
	ruled := transforms.WithRules(everywhere{}, layer)
	y := draw(seeded(61), 3, 2)
	want(t, "ruled values", transforms.Vmap(ruled, batchAxis)(y), standardizedRows(y))
	if got := pulled(transforms.Vmap(ruled, batchAxis), y, y); !strings.Contains(fmt.Sprint(got), "[3 2]") {
		t.Errorf("the relevance is %v", got)
	}
	want(t, "relevance", pulled(transforms.Vmap(ruled, batchAxis), y, y), fn.Mul(standardizedRows(y), y))
	pull := func(p two) Value { return pulled(ruled, p.X, p.V) }
	want(t, "relevance inside", transforms.Vmap(pull, batchAxis)(two{y, y}), fn.Mul(standardizedRows(y), y))
}

// everywhere gives every layer a rule: the output, computed again, times the relevance.
type everywhere struct{}

func (everywhere) String() string { return "everywhere" }

func (everywhere) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	out := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if s.Layer {
			out[i].Rule = again{}
		}
	}
	return out, nil
}

type again struct{}

func (again) String() string { return "again" }

func (again) Relevance(s *transforms.Site, in, _, r []Value) []Value {
	return []Value{fn.Mul(s.Apply(in)[0], r[0])}
}

func TestCollectiveErrors(t *testing.T) {
	x := vector(1, 2)
	sum := func(x Value) Value { return transforms.Psum("bacth", x) }
	inBatch := func(f func(Value) Value) func() {
		return func() { transforms.Vmap(f, batchAxis)(x) }
	}
	for _, e := range []struct {
		call func()
		want string
	}{
		{func() { sum(x) }, `collective_test.go:`},
		{func() { sum(x) }, `psum: there is no axis "bacth" to go over: no axis has a name here; set VmapConfig.Name`},
		{func() { transforms.Jit(sum)(x) }, `there is no axis "bacth"`},
		{func() { transforms.Jit(transforms.Vmap(sum))(x) }, `there is no axis "bacth"`},
		{func() { must(transforms.Compile(sum, x)) }, `collective_test.go:`},
		{func() { must(transforms.Compile(sum, x)) }, `there is no axis "bacth"`},
		{func() { transforms.Grad(sumOf(sum))(x) }, `there is no axis "bacth"`},
		{inBatch(sum), `collective_test.go:`},
		{inBatch(sum), `psum: there is no axis "bacth" to go over: the axes with a name here are ["batch"]`},
		{inBatch(transforms.Checkpoint(sum)), `psum: there is no axis "bacth" to go over: the axes with a name here are ["batch"]`},
		{func() { transforms.AxisIndex("batch") }, `axis_index: there is no axis "batch"`},
		{func() { transforms.AxisSize("batch") }, `axis_size: there is no axis "batch"`},
		{inBatch(func(x Value) Value {
			if transforms.AxisIndex("batch").Float64() > 0 {
				return fn.Neg(x)
			}
			return x
		}), `use the result inside of its function only, where it is traced`},
		{inBatch(func(x Value) Value { return transforms.Psum("batch", fn.Greater(x, x)) }), "psum(bool[]): want numbers, not bool"},
		{inBatch(func(x Value) Value { return transforms.Pmean("batch", fn.Cast(x, trace.Int32)) }), "pmean(i32[]): a mean is one of floats, not of i32"},
		{func() { transforms.Psum("batch", Value{}) }, ""},
		{func() { transforms.Vmap(sum, batchAxis, batchAxis) }, `Vmap: VmapConfig.Name is given twice, as "batch" and as "batch"`},
		{func() { transforms.Vmap(sum, transforms.VmapConfig{Name: "batch", Chunk: 2}) }, `Vmap: VmapConfig.Chunk or Budget for the axis "batch"`},
	} {
		err := trace.Try(e.call)
		if e.want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), e.want) {
			t.Errorf("the error is %v, want %s", err, e.want)
		}
	}
}

func must[T any](_ T, err error) {
	if e, ok := trace.AsError(err); ok {
		panic(e)
	}
}

// Data-parallel training: each case has the gradient of its own loss, and all take the
// step of the mean.
func ExamplePmean() {
	step := func(w, x trace.Value) trace.Value {
		g := transforms.Grad(func(w trace.Value) trace.Value { return fn.Square(fn.Sub(fn.Mul(w, x), fn.Scalar(1))) })(w)
		return fn.Sub(w, fn.Mul(transforms.Pmean("batch", g), fn.Scalar(0.1)))
	}
	mapped := transforms.VmapN(step, transforms.VmapConfig{
		Name: "batch", In: []transforms.Axis{transforms.Shared, 0}, Out: []transforms.Axis{transforms.Shared},
	})
	fmt.Println(mapped(trace.Scalar(0.0), trace.New([]float64{1, 2, 3})))
	// Output: f64[] 0.4
}

// A softmax over the cases.
func ExamplePsum() {
	softmax := func(x trace.Value) trace.Value {
		e := fn.Exp(fn.Sub(x, transforms.Pmax("cases", x)))
		return fn.Div(e, transforms.Psum("cases", e))
	}
	y := transforms.Vmap(softmax, transforms.VmapConfig{Name: "cases"})(trace.New([]float64{0, 0, 0, 0}))
	fmt.Println(y)
	// Output: f64[4] [0.25 0.25 0.25 0.25]
}
