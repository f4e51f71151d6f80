package transforms_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type pairOf struct {
	X Value
	M params
}

type params struct {
	W    Value
	B    []Value
	Name string
}

func affine(p pairOf) Value {
	return fn.Tanh(fn.Add(fn.MatMul(p.X, p.M.W), p.M.B[0]))
}

// Shared paths name leaves or subtrees; every other leaf is mapped.
func TestVmapShares(t *testing.T) {
	r := seeded(50)
	w, b, x := draw(r, 4, 3, 2), draw(r, 4, 2), draw(r, 4, 3)
	at := func(i int, shared ...string) pairOf {
		pick := func(v Value, path string) Value {
			for _, s := range shared {
				if strings.HasPrefix(path, s) {
					return fn.Index(v, 0)
				}
			}
			return fn.Index(v, i)
		}
		return pairOf{pick(x, ".X"), params{pick(w, ".M.W"), []Value{pick(b, ".M.B[0]")}, "m"}}
	}
	for _, shared := range [][]string{nil, {".M"}, {".X"}, {".M.W"}, {".M.B"}, {".M.B[0]"}, {".M.B[0]", ".X"}} {
		whole := pairOf{x, params{w, []Value{b}, "m"}}
		one := at(0, shared...)
		for _, s := range shared {
			switch s {
			case ".M":
				whole.M = one.M
			case ".X":
				whole.X = one.X
			case ".M.W":
				whole.M.W = one.M.W
			default:
				whole.M.B = one.M.B
			}
		}
		rows := make([]Value, 4)
		for i := range rows {
			rows[i] = affine(at(i, shared...))
		}
		got := transforms.Vmap(affine, transforms.VmapConfig{Shared: shared})(whole)
		want(t, strings.Join(shared, " "), got, fn.Stack(0, rows...))
	}
}

// The cotangent of a value that the cases share is the sum of their cotangents.
func TestVmapSumsSharedCotangents(t *testing.T) {
	r := seeded(51)
	x, m, ct := draw(r, 4, 3), params{W: draw(r, 3, 2), B: []Value{draw(r, 2)}}, draw(r, 4, 2)
	_, pull := transforms.VJP(transforms.Vmap(affine, transforms.VmapConfig{Shared: []string{".M"}}))(pairOf{x, m})
	got := pull(ct)
	var w, b Value
	for i := range 4 {
		_, one := transforms.VJP(affine)(pairOf{fn.Index(x, i), m})
		c := one(fn.Index(ct, i))
		want(t, "mapped", fn.Index(got.X, i), c.X)
		if i == 0 {
			w, b = c.M.W, c.M.B[0]
		} else {
			w, b = fn.Add(w, c.M.W), fn.Add(b, c.M.B[0])
		}
	}
	want(t, "weights", got.M.W, w)
	want(t, "bias", got.M.B[0], b)
}

// Vmap commutes with Grad, VJP, JVP, Jit and itself, for every kind of call.
func TestVmapCommutes(t *testing.T) {
	r := seeded(52)
	w := draw(r, 3, 3)
	x, v, ct := draw(r, 4, 3), draw(r, 4, 3), draw(r, 4, 3)
	for _, k := range kindsOfCalls() {
		t.Run(k.name, func(t *testing.T) {
			f := k.wrap(func(x Value) Value { return fn.Mul(fn.Tanh(fn.MatMul(x, w)), x) })
			vf := transforms.Vmap(f)
			rows := make([]Value, 4)
			for i := range rows {
				rows[i] = f(fn.Index(x, i))
			}
			want(t, "rows", vf(x), fn.Stack(0, rows...))
			want(t, "Jit", transforms.Jit(vf)(x), transforms.Vmap(transforms.Jit(f))(x))
			type two struct{ X, V Value }
			want(t, "JVP", slope(vf, x, v), transforms.Vmap(func(p two) Value { return slope(f, p.X, p.V) })(two{x, v}))
			want(t, "VJP", pulled(vf, x, ct), transforms.Vmap(func(p two) Value { return pulled(f, p.X, p.V) })(two{x, ct}))
			g := transforms.Grad(sumOf(f))
			want(t, "Grad", transforms.Grad(sumOf(vf))(x), transforms.Vmap(g)(x))
			h := transforms.Grad(sumOf(g))
			want(t, "Grad of Grad", transforms.Grad(sumOf(transforms.Grad(sumOf(vf))))(x), transforms.Vmap(h)(x))
			grid := fn.Reshape(fn.Stack(0, x, v), 2, 4, 3)
			want(t, "Vmap", transforms.Vmap(vf)(grid), fn.Stack(0, vf(x), vf(v)))
			want(t, "Vmap of Vmap of Grad", transforms.Vmap(transforms.Vmap(g))(grid), fn.Stack(0, transforms.Vmap(g)(x), transforms.Vmap(g)(v)))
		})
	}
}

// Results that do not depend on mapped values are repeated.
func TestVmapRepeatsUnmappedResults(t *testing.T) {
	x, w := draw(seeded(53), 4, 3), vector(1, 2)
	type out struct{ Y, W, C Value }
	got := transforms.Vmap(func(x Value) out { return out{fn.SumAll(x), fn.Mul(w, w), trace.Scalar(int64(7))} })(x)
	want(t, "mapped", got.Y, fn.Sum(x, 1))
	want(t, "captured", got.W, trace.New([]float64{1, 4, 1, 4, 1, 4, 1, 4}, 4, 2))
	sameBits(t, "constant", got.C, trace.New([]int64{7, 7, 7, 7}))
	same := transforms.Vmap(func(p [2]Value) Value { return p[1] }, transforms.VmapConfig{Shared: []string{"[1]"}})([2]Value{x, w})
	want(t, "shared argument", same, trace.New([]float64{1, 2, 1, 2, 1, 2, 1, 2}, 4, 2))
}

func TestVmapOfNoCases(t *testing.T) {
	none := trace.New([]float64{}, 0, 3)
	f := func(x Value) Value { return fn.Tanh(fn.MatMul(x, trace.New([]float64{1, 2, 3, 4, 5, 6}, 3, 2))) }
	want(t, "value", transforms.Vmap(f)(none), trace.New([]float64{}, 0, 2))
	want(t, "gradient", transforms.Vmap(transforms.Grad(sumOf(f)))(none), none)
	want(t, "shared gradient", transforms.Grad(func(w Value) Value {
		return fn.SumAll(transforms.Vmap(func(x Value) Value { return fn.Mul(x, w) })(none))
	})(vector(1, 2, 3)), vector(0, 0, 0))
}

func TestVmapOfScan(t *testing.T) {
	r := seeded(54)
	type in struct{ C, Rows, W Value }
	f := func(p in) Value {
		c, ys := transforms.Scan(func(c, row Value) (Value, Value) {
			c = fn.Tanh(fn.Add(fn.Mul(c, p.W), row))
			return c, fn.Sin(c)
		})(p.C, p.Rows)
		return fn.Add(c, fn.Sum(ys, 0))
	}
	c, rows, w := draw(r, 4, 3), draw(r, 4, 5, 3), draw(r, 4, 3)
	for _, shared := range [][]string{nil, {".C"}, {".Rows"}, {".W"}, {".C", ".W"}, {".C", ".Rows"}} {
		whole := in{c, rows, w}
		one := func(i int) in { return in{fn.Index(c, i), fn.Index(rows, i), fn.Index(w, i)} }
		for _, s := range shared {
			inner := one
			switch s {
			case ".C":
				whole.C = fn.Index(c, 0)
				one = func(i int) in { p := inner(i); p.C = whole.C; return p }
			case ".Rows":
				whole.Rows = fn.Index(rows, 0)
				one = func(i int) in { p := inner(i); p.Rows = whole.Rows; return p }
			case ".W":
				whole.W = fn.Index(w, 0)
				one = func(i int) in { p := inner(i); p.W = whole.W; return p }
			}
		}
		var ys, gs []Value
		for i := range 4 {
			ys = append(ys, f(one(i)))
			gs = append(gs, fn.Sum(transforms.Grad(func(p in) Value { return fn.SumAll(f(p)) })(one(i)).Rows, 0))
		}
		config := transforms.VmapConfig{Shared: shared}
		what := strings.Join(shared, " ")
		want(t, what, transforms.Vmap(f, config)(whole), fn.Stack(0, ys...))
		g := transforms.Vmap(func(p in) Value {
			return fn.Sum(transforms.Grad(func(p in) Value { return fn.SumAll(f(p)) })(p).Rows, 0)
		}, config)
		want(t, what+": gradient", g(whole), fn.Stack(0, gs...))
	}
}

func TestVmapErrors(t *testing.T) {
	type two struct{ A, B Value }
	f := func(p two) Value { return fn.Add(p.A, p.B) }
	for want, use := range map[string]func(){
		"Vmap: there are 2 cases at .A and 3 at .B":          func() { transforms.Vmap(f)(two{vector(1, 2), vector(1, 2, 3)}) },
		"Vmap: .B is f64[], which has no axis 0 to map over": func() { transforms.Vmap(f)(two{vector(1, 2), trace.Scalar(1.0)}) },
		"Vmap: the argument has no leaf to map over": func() {
			transforms.Vmap(f, transforms.VmapConfig{Shared: []string{".A", ".B"}})(two{vector(1), vector(1)})
		},
		`no leaf of the argument is at or below the shared path ".C"`: func() { transforms.Vmap(f, transforms.VmapConfig{Shared: []string{".C"}})(two{vector(1), vector(1)}) },
		"add(f64[2], f64[3])": func() { transforms.Vmap(f)(two{draw(seeded(1), 4, 2), draw(seeded(1), 4, 3)}) },
	} {
		if got := message(t, use); !containsAll(got, "vmap_test.go:", want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	// A path is no prefix of a longer name.
	type long struct{ W, Weight Value }
	got := transforms.Vmap(func(p long) Value { return fn.Mul(p.W, p.Weight) }, transforms.VmapConfig{Shared: []string{".W"}})(long{trace.Scalar(3.0), vector(1, 2)})
	want(t, "path", got, vector(3, 6))
}
