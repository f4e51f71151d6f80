package transforms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// journal notes what effects see.
type journal struct{ lines []string }

func (j *journal) note(name string, x Value) {
	transforms.Callback(func(x Value) { j.lines = append(j.lines, fmt.Sprintf("%s %v", name, x.Float64s())) }, x)
}

// taken returns the lines and begins anew.
func (j *journal) taken() string {
	out := strings.Join(j.lines, "; ")
	j.lines = nil
	return out
}

// effectCases are functions of a number with effects, and what these see at 2.
var effectCases = []struct {
	name string
	f    func(j *journal) Func
	want string
}{
	{"in a row", func(j *journal) Func {
		return func(x Value) Value {
			j.note("x", x)
			y := fn.Square(x)
			j.note("y", y)
			j.note("x", x)
			return fn.Mul(y, x)
		}
	}, "x [2]; y [4]; x [2]"},
	{"equal ones", func(j *journal) Func {
		return func(x Value) Value {
			j.note("x", fn.Neg(x))
			j.note("x", fn.Neg(x))
			return fn.Square(x)
		}
	}, "x [-2]; x [-2]"},
	{"of what nothing else needs", func(j *journal) Func {
		return func(x Value) Value {
			j.note("exp", fn.Exp(fn.Sub(x, num(2))))
			return fn.Square(x)
		}
	}, "exp [1]"},
	{"in a layer", func(j *journal) Func {
		return func(x Value) Value {
			y := transforms.Named(transforms.Layer{Kind: "block"}, func(x, w Value) Value {
				j.note("in", x)
				return fn.Mul(x, w)
			})(x, num(3))
			j.note("out", y)
			return fn.Square(y)
		}
	}, "in [2]; out [6]"},
	{"of a captured value in a layer", func(j *journal) Func {
		return func(x Value) Value {
			return transforms.Named(transforms.Layer{Kind: "block"}, func(y, w Value) Value {
				j.note("y", y)
				j.note("x", x)
				j.note("y", y)
				return fn.Mul(fn.Mul(y, w), x)
			})(fn.Neg(x), num(3))
		}
	}, "y [-2]; x [2]; y [-2]"},
	{"in a checkpoint", func(j *journal) Func {
		return transforms.Checkpoint(func(x Value) Value {
			y := fn.Exp(fn.Sub(x, num(2)))
			j.note("y", y)
			return fn.Mul(y, x)
		})
	}, "y [1]"},
	{"in a checkpoint that keeps", func(j *journal) Func {
		return transforms.Checkpoint(func(x Value) Value {
			y := fn.Mul(x, x)
			j.note("y", y)
			return fn.Exp(fn.Mul(y, y))
		}, transforms.CheckpointConfig{Kinds: []trace.Kind{trace.KindProduct}})
	}, "y [4]"},
	{"in layers in layers", func(j *journal) Func {
		layer := transforms.Layer{Kind: "block"}
		return func(x Value) Value {
			return transforms.Checkpoint(func(y Value) Value {
				j.note("a", x)
				z := transforms.Named(layer, func(_, _ struct{}) Value {
					j.note("b", x)
					return fn.Square(x)
				})(struct{}{}, struct{}{})
				j.note("c", z)
				return fn.Mul(y, z)
			})(fn.Neg(x))
		}
	}, "a [2]; b [2]; c [4]"},
	{"in a branch", func(j *journal) Func {
		return func(x Value) Value {
			return transforms.Cond(fn.Greater(x, num(0)), func(x Value) Value {
				j.note("positive", x)
				return fn.Square(x)
			}, func(x Value) Value {
				j.note("negative", x)
				return fn.Neg(x)
			})(x)
		}
	}, "positive [2]"},
	{"in a branch without results", func(j *journal) Func {
		return func(x Value) Value {
			y := fn.Square(x)
			transforms.Cond0(fn.Greater(y, num(3)), func() struct{} {
				j.note("large", x)
				j.note("large", y)
				return struct{}{}
			}, func() struct{} { return struct{}{} })
			j.note("after", x)
			return fn.Mul(y, x)
		}
	}, "large [2]; large [4]; after [2]"},
	{"in a loop", func(j *journal) Func {
		return func(x Value) Value {
			return transforms.For(3, func(i, c Value) Value {
				j.note("i", i)
				j.note("c", c)
				return fn.Mul(c, x)
			})(x)
		}
	}, "i [0]; c [2]; i [1]; c [4]; i [2]; c [8]"},
	{"in a loop that nothing needs", func(j *journal) Func {
		return func(x Value) Value {
			transforms.For(2, func(_, c Value) Value {
				j.note("c", c)
				return fn.Mul(c, x)
			})(x)
			return fn.Square(x)
		}
	}, "c [2]; c [4]"},
	{"of a carry that nothing else needs", func(j *journal) Func {
		return func(x Value) Value {
			type carry struct{ A, B Value }
			return transforms.For(2, func(_ Value, c carry) carry {
				j.note("b", c.B)
				return carry{fn.Mul(c.A, x), fn.Add(c.B, x)}
			})(carry{x, x}).A
		}
	}, "b [2]; b [4]"},
	{"in an unrolled loop in reverse", func(j *journal) Func {
		return func(x Value) Value {
			y, _ := transforms.Scan(func(c, i Value) (Value, struct{}) {
				j.note("i", i)
				return fn.Mul(c, fn.Add(x, i)), struct{}{}
			}, transforms.ScanConfig{Reverse: true, Unroll: 2})(x, vector(0, 1, 2))
			return y
		}
	}, "i [2]; i [1]; i [0]"},
	{"in a branch in a loop", func(j *journal) Func {
		return func(x Value) Value {
			return transforms.For(3, func(i, c Value) Value {
				return transforms.Cond(fn.Equal(i, trace.Scalar(int64(1))), func(c Value) Value {
					j.note("x", x)
					j.note("c", c)
					return fn.Mul(c, x)
				}, func(c Value) Value { return fn.Square(c) })(c)
			})(x)
		}
	}, "x [2]; c [4]"},
	{"in a custom derivative", func(j *journal) Func {
		f := func(x Value) Value {
			j.note("f", x)
			return fn.Square(x)
		}
		return transforms.CustomVJP(f, func(x Value) (Value, Value) { return f(x), x }, func(x, ct Value) Value { return fn.Mul(ct, fn.Mul(x, num(2))) })
	}, "f [2]"},
	{"in a compiled function", func(j *journal) Func {
		inner := transforms.Jit(func(x Value) Value {
			j.note("x", x)
			return fn.Square(x)
		})
		return func(x Value) Value { return inner(fn.Neg(x)) }
	}, "x [-2]"},
	{"of a derivative", func(j *journal) Func {
		return func(x Value) Value {
			y, pull := transforms.VJP(func(x Value) Value {
				j.note("x", x)
				return fn.Exp(fn.Sub(x, num(2)))
			})(x)
			g := pull(num(2))
			j.note("g", g)
			return fn.Mul(y, g)
		}
	}, "x [2]; g [2]"},
}

// Effects happen once, in order, with the primal values: when a function is computed,
// compiled, differentiated in any way and to any order, and with rules.
func TestEffectsUnderTransforms(t *testing.T) {
	x, v := trace.Scalar(2.0), trace.Scalar(1.0)
	jet := func(f Func) Func { return func(x Value) Value { _, t := transforms.JVP(f)(x, v); return t } }
	for _, c := range effectCases {
		t.Run(c.name, func(t *testing.T) {
			var j journal
			f := c.f(&j)
			want, g, h := f(x), Value{}, Value{}
			if got := j.taken(); got != c.want {
				t.Fatalf("f: %s, want %s", got, c.want)
			}
			check := func(what string, g Func) Value {
				t.Helper()
				y := g(x)
				if got := j.taken(); got != c.want {
					t.Errorf("%s: %s, want %s", what, got, c.want)
				}
				compiled, err := transforms.Compile(g, x)
				if err != nil {
					t.Fatal(err)
				}
				if got := j.taken(); got != "" {
					t.Errorf("%s: compiling has the effects %s", what, got)
				}
				for range 2 {
					z, err := compiled.Call(context.Background(), x)
					if err != nil {
						t.Fatal(err)
					}
					if got := j.taken(); got != c.want {
						t.Errorf("%s, compiled: %s, want %s\n%v", what, got, c.want, compiled.Program())
					}
					if d := z.Float64() - y.Float64(); !(max(d, -d) <= 1e-12*max(1, y.Float64())) {
						t.Errorf("%s, compiled: %v, want %v", what, z, y)
					}
				}
				return y
			}
			if y := check("value", f); bits(y) != bits(want) {
				t.Errorf("value: %v, want %v", y, want)
			}
			g = check("Grad", transforms.Grad(f))
			h = check("JVP", jet(f))
			if d := g.Float64() - h.Float64(); !(max(d, -d) <= 1e-10) {
				t.Errorf("Grad gives %v, JVP %v", g, h)
			}
			check("Grad of Grad", transforms.Grad(transforms.Grad(f)))
			check("JVP of Grad", jet(transforms.Grad(f)))
			check("Grad of JVP", transforms.Grad(jet(f)))
			check("Checkpoint", transforms.Grad(transforms.Checkpoint(f)))
			ruled := transforms.WithRules(composite{"all", func(*Site) transforms.Rule { return bent{0} }}, f)
			check("WithRules", ruled)
			if y := check("Grad of WithRules", transforms.Grad(ruled)); !(max(y.Float64()-g.Float64(), g.Float64()-y.Float64()) <= 1e-10) {
				t.Errorf("Grad of WithRules: %v, want %v", y, g)
			}
			check("JVP of Grad of WithRules", jet(transforms.Grad(ruled)))
		})
	}
}

// Under Vmap an effect sees all cases at once.
func TestEffectsUnderVmap(t *testing.T) {
	for _, c := range []struct {
		name, want string
		f          func(j *journal, x, shared Value) Value
	}{
		{"value", "x [1 2 3]; s [5]; y [5 10 15]", func(j *journal, x, s Value) Value {
			j.note("x", x)
			j.note("s", s)
			y := fn.Mul(x, s)
			j.note("y", y)
			return y
		}},
		{"gradient", "x [1 2 3]", func(j *journal, x, s Value) Value {
			return transforms.Grad(func(x Value) Value {
				j.note("x", x)
				return fn.Mul(fn.Square(x), s)
			})(x)
		}},
		{"branches", "then [1 2 3]; else [1 2 3]", func(j *journal, x, s Value) Value {
			return transforms.Cond(fn.Greater(x, num(1.5)), func(x Value) Value {
				j.note("then", x)
				return fn.Square(x)
			}, func(x Value) Value {
				j.note("else", x)
				return x
			})(x)
		}},
		{"loop", "c [1 2 3]; c [5 10 15]", func(j *journal, x, s Value) Value {
			return transforms.For(2, func(_, c Value) Value {
				j.note("c", c)
				return fn.Mul(c, s)
			})(x)
		}},
		{"while", "c [1 2 3]; c [2 4 3]; c [4 4 3]", func(j *journal, x, s Value) Value {
			return transforms.While(func(c Value) Value { return fn.Less(c, num(3)) }, func(c Value) Value {
				j.note("c", transforms.StopGradient(c))
				return fn.Mul(c, num(2))
			})(x)
		}},
	} {
		var j journal
		mapped := transforms.Vmap(func(in []Value) Value { return c.f(&j, in[0], in[1]) }, transforms.VmapConfig{Shared: []string{"[1]"}})
		args := []Value{vector(1, 2, 3), trace.Scalar(5.0)}
		if c.name == "while" || c.name == "branches" { // the order of branches is not said
			mapped(args)
			got := strings.Split(j.taken(), "; ")
			want := strings.Split(c.want, "; ")
			if c.name == "while" {
				want = got[:len(got):len(got)]
				if len(got) != 2 {
					t.Errorf("%s: %q", c.name, got)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
			continue
		}
		mapped(args)
		if got := j.taken(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		transforms.Jit(mapped)(args)
		if got := j.taken(); got != c.want {
			t.Errorf("%s, compiled: %s, want %s", c.name, got, c.want)
		}
	}
}

func jitted(f Func) Func { return transforms.Jit(f) }

// An effect on a captured value belongs to each step of a loop, in the order in which it
// was written; if the value is not traced, it happens while the step is traced.
func TestEffectsOnCapturedValuesInLoops(t *testing.T) {
	var j journal
	f := func(x Value) Value {
		return transforms.For(2, func(i, c Value) Value {
			j.note("c", c)
			j.note("x", x)
			j.note("i", i)
			return fn.Mul(c, x)
		})(x)
	}
	x := trace.Scalar(2.0)
	f(x)
	if got, want := j.taken(), "x [2]; c [2]; i [0]; c [4]; i [1]"; got != want {
		t.Errorf("eager: %s, want %s", got, want)
	}
	want := "c [2]; x [2]; i [0]; c [4]; x [2]; i [1]"
	for name, g := range map[string]Func{"Jit": transforms.Jit(f), "Grad": transforms.Grad(f), "Jit of Grad of Grad": transforms.Jit(transforms.Grad(transforms.Grad(f)))} {
		g(x)
		if got := j.taken(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// The values that a callback keeps do not change when a plan uses their memory again.
func TestCallbackKeepsValues(t *testing.T) {
	var kept []Value
	f := transforms.Jit(func(x Value) Value {
		for range 5 {
			x = fn.CumSum(fn.Add(x, num(1)), 0)
			transforms.Callback(func(x Value) { kept = append(kept, x) }, x)
		}
		return x
	})
	f(vector(1, 2))
	first := fmt.Sprint(kept)
	f(vector(7, 8))
	if got := fmt.Sprint(kept[:5]); got != first {
		t.Errorf("kept %s, and later %s", first, got)
	}
	if kept[0].Float64s()[1] != 5 {
		t.Errorf("got %v", kept[0])
	}
}

// A panic of a callback and an error of an operation in it pass through.
func TestCallbackThatFails(t *testing.T) {
	for name, run := range map[string]func(Func) Func{
		"eager": func(f Func) Func { return f }, "Jit": jitted, "Grad": transforms.Grad[Value],
	} {
		f := func(x Value) Value {
			transforms.Callback(func(x Value) { fn.Add(x, vector(1, 2)); fn.Add(vector(1, 2, 3), vector(1, 2)) }, x)
			return x
		}
		err := trace.Try(func() { run(f)(num(1)) })
		if err == nil || !strings.Contains(err.Error(), "callback_test.go:") || !strings.Contains(err.Error(), "add(") {
			t.Errorf("%s: %v", name, err)
		}
		g := func(x Value) Value {
			transforms.Callback(func(Value) { panic("mine") }, x)
			return x
		}
		func() {
			defer func() {
				if r := recover(); r != "mine" {
					t.Errorf("%s: panic %v", name, r)
				}
			}()
			run(g)(num(1))
		}()
	}
	late := trace.Try(func() { // an effect on what cannot be computed while a branch is traced
		transforms.Jit(func(x Value) Value {
			transforms.Callback(func(Value) {}, fn.Div(trace.Scalar(int64(1)), trace.Scalar(int64(0))))
			return x
		})(num(1))
	})
	if late == nil || !strings.Contains(late.Error(), "div") {
		t.Errorf("an effect of what failed: %v", late)
	}
}

// A printed value does not keep a bias from belonging to its layer.
func TestEffectsBetweenOperationsOfASite(t *testing.T) {
	w, b := trace.New([]float64{1, -2, 3, 4, 5, 6}, 3, 2), vector(0.5, -1)
	var j journal
	plain := func(x Value) Value { return fn.ReLU(fn.Add(fn.MatMul(x, w), b)) }
	noted := func(x Value) Value {
		z := fn.MatMul(x, w)
		j.note("z", z)
		return fn.ReLU(fn.Add(z, b))
	}
	x := vector(1, 2, 3)
	rules := composite{"all", func(s *Site) transforms.Rule {
		if len(s.Operands) == 3 {
			return bent{0.5}
		}
		return nil
	}}
	for name, run := range map[string]func(Func) Func{"eager": func(f Func) Func { return f }, "compiled": jitted} {
		want := run(transforms.Pull(transforms.WithRules(rules, plain), fn.OnesLike))(x)
		got := run(transforms.Pull(transforms.WithRules(rules, noted), fn.OnesLike))(x)
		if bits(got) != bits(want) || bits(got) == bits(transforms.Pull(plain, fn.OnesLike)(x)) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if got := j.taken(); got != "z [22 24]" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestPureCallback(t *testing.T) {
	calls := 0
	type pair struct{ A, B Value }
	f := transforms.PureCallback(func(p pair) Value {
		calls++
		return fn.MatMul(p.A, p.B)
	}, trace.Unknown(trace.TypeOf(trace.Float64, 2)))
	p := pair{vector(1, 2), trace.New([]float64{1, 2, 3, 4}, 2, 2)}
	if got := f(p); bits(got) != bits(vector(7, 10)) || calls != 1 {
		t.Errorf("got %v in %d calls", got, calls)
	}
	if got := transforms.Jit(f)(p); bits(got) != bits(vector(7, 10)) || calls != 2 {
		t.Errorf("compiled: got %v in %d calls", got, calls)
	}
	mapped := transforms.Vmap(f, transforms.VmapConfig{Shared: []string{".B"}})
	batch := pair{trace.New([]float64{1, 2, 0, 1, 1, 0}, 3, 2), p.B}
	calls = 0
	for _, g := range []func(pair) Value{mapped, transforms.Jit(mapped)} {
		if got := g(batch); bits(got) != bits(trace.New([]float64{7, 10, 3, 4, 1, 2}, 3, 2)) || calls != 3 {
			t.Errorf("mapped: got %v in %d calls", got, calls)
		}
		calls = 0
	}
	transforms.Jit(func(p pair) Value { f(p); return p.A })(p)
	if calls != 0 {
		t.Errorf("%d calls for what nothing needs", calls)
	}
	sum := func(p pair) Value { return fn.SumAll(f(p)) }
	for _, g := range []func(pair) pair{transforms.Grad(sum), transforms.Jit(transforms.Grad(sum)), func(p pair) pair { _, t := transforms.JVP(f)(p, p); return pair{t, t} }} {
		if err := trace.Try(func() { g(p) }); err == nil || !strings.Contains(err.Error(), "PureCallback has no derivative") || !strings.Contains(err.Error(), "callback_test.go") {
			t.Errorf("a derivative: %v", err)
		}
	}
	square := transforms.PureCallback(fn.Square, num(0))
	ruled := transforms.CustomVJP(square, func(x Value) (Value, Value) { return square(x), x }, func(x, ct Value) Value { return fn.Mul(ct, fn.Mul(x, num(2))) })
	if got := transforms.Jit(transforms.Grad(ruled))(trace.Scalar(3.0)); got.Float64() != 6 {
		t.Errorf("a custom derivative gives %v", got)
	}
}

func TestPureCallbackOfOtherTypes(t *testing.T) {
	two := trace.TypeOf(trace.Float64, 2)
	for _, c := range []struct {
		f    func(Value) []Value
		want string
	}{
		{func(x Value) []Value { return nil }, "the result of PureCallback's function has nothing at [0], where like is f64[2]"},
		{func(x Value) []Value { return []Value{x, x} }, "the result of PureCallback's function has a leaf at [1]"},
		{func(x Value) []Value { return []Value{fn.Sum(x, 0)} }, "the result of PureCallback's function at [0] is f64[], want f64[2]"},
		{func(x Value) []Value { return []Value{trace.Unknown(two)} }, "returned a value that is known by type alone"},
	} {
		err := trace.Try(func() { transforms.PureCallback(c.f, []Value{trace.Unknown(two)})(vector(1, 2)) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
