package transforms_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

// TestMain seeds the random programs with the same seed in every run. Use -rapid.seed and
// -rapid.checks for other programs and for more.
func TestMain(m *testing.M) {
	flag.Parse()
	defaults := map[string]string{"rapid.seed": "1", "rapid.checks": "40", "rapid.nofailfile": "true"}
	if testing.Short() {
		defaults["rapid.checks"] = "60" // rapid takes a fifth of it
	}
	flag.Visit(func(f *flag.Flag) { delete(defaults, f.Name) })
	for name, value := range defaults {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	debug.SetGCPercent(400) // the tests allocate much and keep little
	os.Exit(m.Run())
}

// bent is a rule for every kind of site: the true cotangents times a smooth function of
// the operand. It is linear in the relevance.
type bent struct{ by float64 }

func (b bent) String() string { return fmt.Sprintf("bent(%g)", b.by) }

func (b bent) Relevance(s *Site, in, _, r []Value) []Value {
	cts := truth{}.Relevance(s, in, nil, r)
	for i, x := range dataOf(s, in) {
		cts[i] = fn.Mul(cts[i], fn.Add(num(1), fn.Mul(num(b.by), fn.Tanh(x))))
	}
	return cts
}

// program is a random function of a [2 3] with a random composite, at random points.
type program struct {
	f, ruled Func
	rules    composite
	x, v, ct Value
}

func drawProgram(t *rapid.T) program {
	p := program{f: lawtest.Smooth([]int{2, 3}).Draw(t, "program").Apply1}
	r := seeded(rapid.Uint64().Draw(t, "points"))
	p.x, p.v, p.ct = fn.Tanh(draw(r, 2, 3)), fn.Tanh(draw(r, 2, 3)), fn.Tanh(draw(r, 2, 3))
	kinds := rapid.SliceOfNDistinct(rapid.SampledFrom([]trace.Kind{trace.KindActivation, trace.KindProduct, trace.KindSoftmax, trace.KindDense, trace.KindAdd, "block", "custom_vjp"}),
		1, 4, rapid.ID[trace.Kind]).Draw(t, "kinds")
	p.rules = composite{fmt.Sprint(kinds), func(s *Site) transforms.Rule {
		for _, k := range kinds {
			if s.Kind.Is(k) && !s.Derived {
				return bent{0.5}
			}
		}
		return nil
	}}
	p.ruled = transforms.WithRules(p.rules, p.f)
	return p
}

func (p program) gradient(f Func) Func { return transforms.Grad(squared(f)) }

// closeTo fails the check unless both agree within tol of the largest magnitude. If that
// is 0, it takes a thousandth instead.
func closeTo(t *rapid.T, what string, got, want Value, tol float64) {
	t.Helper()
	if !got.Type().Equal(want.Type()) {
		t.Fatalf("%s: got a %v, want a %v", what, got.Type(), want.Type())
	}
	g, w, scale := got.Float64s(), want.Float64s(), 1e-3
	for _, y := range w {
		scale = max(scale, math.Abs(y))
	}
	for i := range w {
		if !(math.Abs(g[i]-w[i]) <= tol*scale) {
			t.Fatalf("%s: got %v, want %v: apart by %g of %g", what, got, want, math.Abs(g[i]-w[i]), scale)
		}
	}
}

func bits(x Value) string { return fmt.Sprintf("%v %x", x.Type(), x.Float64s()) }

func equalBits(t *rapid.T, what string, got, want Value) {
	t.Helper()
	if bits(got) != bits(want) {
		t.Fatalf("%s: got %v, want the bits of %v", what, got, want)
	}
}

// Rules change only derivatives. An empty composite changes nothing under any transform.
func TestLawOfTransparency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		equalBits(t, "value", p.ruled(p.x), p.f(p.x))
		empty := transforms.WithRules(nothing, p.f)
		equalBits(t, "empty: gradient", p.gradient(empty)(p.x), p.gradient(p.f)(p.x))
		equalBits(t, "empty: tangent", slope(empty, p.x, p.v), slope(p.f, p.x, p.v))
		equalBits(t, "empty: second order", pulled(p.gradient(empty), p.x, p.v), pulled(p.gradient(p.f), p.x, p.v))
		rows := fn.Stack(0, p.x, p.v, p.ct)
		equalBits(t, "empty: batch", transforms.Vmap(p.gradient(empty))(rows), transforms.Vmap(p.gradient(p.f))(rows))
		equalBits(t, "batch", transforms.Vmap(p.ruled)(rows), transforms.Vmap(p.f)(rows))
	})
}

// The derivative of a modified gradient is its true derivative. The programs with it are
// valid.
func TestLawOfDischarge(t *testing.T) {
	acted := 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		g := p.gradient(p.ruled)
		if bits(g(p.x)) != bits(p.gradient(p.f)(p.x)) {
			acted++
		}
		difference := lawtest.FiniteDifference(g, p.x, p.v)
		closeTo(t, "JVP of the modified gradient", slope(g, p.x, p.v), difference, 1e-5)
		second := pulled(g, p.x, p.ct)
		closeTo(t, "VJP of the modified gradient", dot(second, p.v), dot(p.ct, difference), 1e-5)
		closeTo(t, "in a Checkpoint", slope(p.gradient(transforms.Checkpoint(p.ruled)), p.x, p.v), difference, 1e-5)
		third := func(x Value) Value { return pulled(g, x, p.ct) }
		closeTo(t, "third order", slope(third, p.x, p.v), lawtest.FiniteDifference(third, p.x, p.v), 1e-4)
		record := trace.Record(func(in []Value) []Value { return []Value{third(in[0])} }, []trace.Type{p.x.Type()})
		if err := record.Check(); err != nil {
			t.Fatalf("the program of the second derivative: %v\n%v", err, record)
		}
	})
	if acted == 0 {
		t.Error("no program had a rule that acts")
	}
}

// Pullbacks are linear, and dual to pushes, also through rules and at second order.
func TestLawOfDuality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		for what, f := range map[string]Func{"f": p.f, "ruled": p.ruled, "modified gradient": p.gradient(p.ruled)} {
			a, b := pulled(f, p.x, p.v), pulled(f, p.x, p.ct)
			sum := pulled(f, p.x, fn.Add(fn.Mul(p.v, num(1.75)), fn.Mul(p.ct, num(-0.5))))
			closeTo(t, what+": linearity", sum, fn.Add(fn.Mul(a, num(1.75)), fn.Mul(b, num(-0.5))), 1e-11)
			closeTo(t, what+": duality", dot(p.ct, slope(f, p.x, p.v)), dot(b, p.v), 1e-11)
		}
	})
}

// Vmap is f row by row, with rules inside, at every order, and commutes with the other
// transforms.
func TestLawOfBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		rows := fn.Stack(0, p.x, p.v, p.ct)
		for what, f := range map[string]Func{
			"f": p.f, "ruled": p.ruled, "modified gradient": p.gradient(p.ruled),
			"second order": func(x Value) Value { return pulled(p.gradient(p.ruled), x, p.ct) },
			"tangent":      func(x Value) Value { return slope(p.gradient(p.ruled), x, p.ct) },
		} {
			closeTo(t, what, transforms.Vmap(f)(rows), fn.Stack(0, f(p.x), f(p.v), f(p.ct)), 1e-11)
		}
		batch := transforms.Vmap(p.ruled)
		closeTo(t, "gradient of the batch", p.gradient(batch)(rows), transforms.Vmap(p.gradient(p.ruled))(rows), 1e-11)
		closeTo(t, "tangent of the batch", slope(batch, rows, fn.Sin(rows)), fn.Stack(0, slope(p.ruled, p.x, fn.Sin(p.x)),
			slope(p.ruled, p.v, fn.Sin(p.v)), slope(p.ruled, p.ct, fn.Sin(p.ct))), 1e-11)
		twice := transforms.Vmap(transforms.Vmap(p.gradient(p.ruled)))
		closeTo(t, "batch of batches", twice(fn.ExpandDims(rows, 0)), fn.ExpandDims(transforms.Vmap(p.gradient(p.ruled))(rows), 0), 1e-11)
	})
}

// Jit and Checkpoint change nothing under any transform.
func TestLawOfCompilation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		second := func(f Func) Func { return func(x Value) Value { return pulled(p.gradient(f), x, p.ct) } }
		rows := fn.Stack(0, p.x, p.v)
		for what, of := range map[string]func(Func) Func{"value": plainly, "gradient": p.gradient, "second order": second} {
			f := of(p.ruled)
			want := f(p.x)
			closeTo(t, what+": Jit", transforms.Jit(f)(p.x), want, 1e-12)
			closeTo(t, what+": of Jit", of(transforms.Jit(p.ruled))(p.x), want, 1e-12)
			closeTo(t, what+": of Checkpoint", of(transforms.Checkpoint(p.ruled))(p.x), want, 1e-12)
			closeTo(t, what+": Checkpoint", transforms.Checkpoint(f)(p.x), want, 1e-12)
			closeTo(t, what+": Jit of Vmap", transforms.Jit(transforms.Vmap(f))(rows), transforms.Vmap(f)(rows), 1e-12)
			closeTo(t, what+": Vmap of Checkpoint", transforms.Vmap(of(transforms.Checkpoint(p.ruled)))(rows), transforms.Vmap(f)(rows), 1e-12)
		}
	})
}

// Hessians are symmetric, and the three ways to them agree.
func TestLawOfTheHessian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		loss := squared(p.f)
		want := slope(transforms.Grad(loss), p.x, p.v)
		closeTo(t, "reverse over reverse", pulled(transforms.Grad(loss), p.x, p.v), want, 1e-10)
		closeTo(t, "reverse over forward", transforms.Grad(func(x Value) Value { return slope(loss, x, p.v) })(p.x), want, 1e-10)
		closeTo(t, "forward over forward", slope(func(x Value) Value { return slope(loss, x, p.v) }, p.x, p.ct), dot(want, p.ct), 1e-10)
		flat, build := transforms.Ravel(p.x)
		h := transforms.Hessian(func(x Value) Value { return loss(build(x)) })(flat)
		closeTo(t, "symmetry", fn.Transpose(h, 1, 0), h, 1e-10)
		closeTo(t, "rows", fn.MatMul(h, fn.Reshape(p.v, 6)), fn.Reshape(want, 6), 1e-10)
	})
}

// A gradient has the structure of its argument, whatever that is. Integers and booleans
// get zeros of their own types.
func TestLawOfStructure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTree(t, 3)
		leaves, structure := trace.Flatten(x)
		again, same := trace.Flatten(structure.Unflatten(leaves))
		if same.Key() != structure.Key() || len(again) != len(leaves) {
			t.Fatalf("flattened again: %v, want %v", same.Paths(), structure.Paths())
		}
		f := func(x any) Value {
			out := num(0)
			leaves, _ := trace.Flatten(x)
			for i, v := range leaves {
				if v.DType().IsFloat() {
					out = fn.Add(out, fn.Mul(fn.SumAll(fn.Mul(fn.Cast(v, trace.Float64), fn.Cast(v, trace.Float64))), num(float64(i+1))))
				}
			}
			return fn.Add(out, fn.Cast(num(0), trace.Float64))
		}
		if !anyFloat(leaves) {
			return // nothing to differentiate
		}
		for name, g := range map[string]func(any) any{"Grad": transforms.Grad(f), "Jit": transforms.Jit(transforms.Grad(f))} {
			cts, s := trace.Flatten(g(x))
			if s.Key() != structure.Key() {
				t.Fatalf("%s has the structure %s, want %s", name, s.Key(), structure.Key())
			}
			for i, v := range leaves {
				expected := fn.ZerosLike(v)
				if v.DType().IsFloat() {
					expected = fn.Mul(v, num(2*float64(i+1)))
				}
				equalBits(t, name+s.Path(i), cts[i], expected)
			}
		}
	})
}

func anyFloat(leaves []Value) bool {
	for _, v := range leaves {
		if v.DType().IsFloat() {
			return true
		}
	}
	return false
}

// drawTree draws nested slices, maps, structs and pointers of values of all dtypes. Some
// values are absent.
func drawTree(t *rapid.T, depth int) any {
	kinds := []string{"f64", "f32", "i64", "bool", "absent"}
	if depth > 0 {
		kinds = append(kinds, "slice", "map", "struct", "pointer", "slice", "struct")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "f64":
		return draw(seeded(rapid.Uint64Range(0, 99).Draw(t, "seed")), rapid.SliceOfN(rapid.IntRange(0, 3), 0, 2).Draw(t, "shape")...)
	case "f32":
		return trace.Scalar(float32(1.5))
	case "i64":
		return trace.New([]int64{3, 4})
	case "bool":
		return trace.Scalar(true)
	case "absent":
		return Value{}
	case "slice":
		out := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range out {
			out[i] = drawTree(t, depth-1)
		}
		return out
	case "map":
		out := map[string]any{}
		for _, k := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID[string]).Draw(t, "keys") {
			out[k] = drawTree(t, depth-1)
		}
		return out
	case "struct":
		return struct {
			A    any
			Name string
			B    any
		}{drawTree(t, depth-1), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name"), drawTree(t, depth-1)}
	}
	p := drawTree(t, depth-1)
	return &p
}
