package transforms_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// canonizer is a canonizer made of a function.
type canonizer func(sites []*Site) ([]transforms.Replacement, error)

func (canonizer) String() string { return "canonizer" }

func (c canonizer) Canonize(sites []*Site) ([]transforms.Replacement, error) { return c(sites) }

// cubed computes each tanh as the cube of its operand, or as a layer of that name.
var cubed = canonizer(func(sites []*Site) (out []transforms.Replacement, err error) {
	for _, s := range sites {
		if s.Kind == "activation.tanh" && !s.Layer {
			out = append(out, transforms.Replacement{Site: s, Of: []*Site{s}, Compute: func(in ...[]Value) []Value {
				x := in[0][0]
				return []Value{fn.Mul(x, fn.Square(x))}
			}})
		}
	}
	return out, nil
})

func cube(x Value) Value { return fn.Mul(x, fn.Square(x)) }

// A replacement reaches the bodies of all calls, loops and choices. Derivatives are those
// of the replacement.
func TestRewriteInside(t *testing.T) {
	x := vector(0.3, -0.7, 1.2)
	for name, around := range map[string]func(f Func) Func{
		"bare":       func(f Func) Func { return f },
		"layer":      func(f Func) Func { return layer("block", "block", f) },
		"layers":     func(f Func) Func { return layer("block", "outer", layer("block", "inner", f)) },
		"checkpoint": func(f Func) Func { return transforms.Checkpoint(f) },
		"cond": func(f Func) Func {
			return func(x Value) Value { return transforms.Cond(yes(x), f, fn.Neg)(x) }
		},
		"scan": func(f Func) Func {
			return func(x Value) Value {
				_, ys := transforms.Scan(func(c, x Value) (Value, Value) { return fn.Add(c, x), f(x) })(num(0), x)
				return ys
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			model := func(g Func) Func {
				return around(func(x Value) Value { return fn.Sin(g(fn.Mul(x, num(2)))) })
			}
			got, wanted := transforms.Rewrite(cubed, model(fn.Tanh)), model(cube)
			want(t, "value", got(x), wanted(x))
			gradient := func(f Func) Func { return transforms.Pull(f, fn.Cos) }
			want(t, "gradient", gradient(got)(x), gradient(wanted)(x))
			want(t, "compiled", transforms.Jit(gradient(got))(x), gradient(wanted)(x))
		})
	}
}

// layer turns a function into a layer without weights.
func layer(kind trace.Kind, path string, f Func) Func {
	g := transforms.Named(Layer{Kind: kind, Path: path}, func(x Value, _ struct{}) Value { return f(x) })
	return func(x Value) Value { return g(x, struct{}{}) }
}

// Values captured inside of a layer become its operands, and the layer stays one site.
func TestRewriteCaptures(t *testing.T) {
	w := vector(2, 3, 5)
	scaled := canonizer(func(sites []*Site) (out []transforms.Replacement, err error) {
		for _, s := range sites {
			if s.Kind == "activation.tanh" {
				out = append(out, transforms.Replacement{Site: s, Of: []*Site{s}, Compute: func(in ...[]Value) []Value {
					return []Value{fn.Mul(in[0][0], w)}
				}})
			}
		}
		return out, nil
	})
	x := vector(0.3, -0.7, 1.2)
	f := transforms.Rewrite(scaled, layer("block", "block", fn.Tanh))
	want(t, "value", f(x), fn.Mul(x, w))
	rows := transforms.Plan(composite{name: "none", choose: func(*Site) transforms.Rule { return nil }}, f, x).Rows
	if len(rows) == 0 || rows[0].Site.Path != "block" || len(rows[0].Site.Operands) != 2 || rows[0].Site.Operands[0].Role != transforms.RoleWeight {
		t.Errorf("got %v", rows)
	}
}

// Equations that only a replaced site needed are not computed any more.
func TestRewritePrunes(t *testing.T) {
	second := canonizer(func(sites []*Site) ([]transforms.Replacement, error) {
		return []transforms.Replacement{{Site: sites[1], Of: sites[:2], Compute: func(in ...[]Value) []Value {
			return []Value{fn.Cos(in[0][0])}
		}}}, nil
	})
	f := transforms.Rewrite(second, func(x Value) Value { return fn.Tanh(fn.ReLU(x)) })
	p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{trace.TypeOf(trace.Float64, 3)})
	if err := p.Check(); err != nil || len(p.Eqns) != 1 || p.Eqns[0].Op.Name() != "cos" {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestSource(t *testing.T) {
	var sites []*Site
	look := canonizer(func(s []*Site) ([]transforms.Replacement, error) { sites = s; return nil, nil })
	w := draw(seeded(1), 4, 3)
	transforms.Rewrite(look, func(x Value) Value {
		h := fn.ReLU(fn.Add(fn.Dot(x, w), vector(1, 2, 3)))
		return fn.Add(fn.Tanh(h), h)
	})(draw(seeded(2), 2, 4))
	names := func(s *Site) (out []string) {
		for i := range s.Operands {
			if from := s.Source(i); from != nil {
				out = append(out, from.Path)
			}
		}
		return out
	}
	for i, w := range []struct {
		path string
		from []string
		uses int
	}{{"dot#0", nil, 1}, {"relu#0", []string{"dot#0"}, 2}, {"tanh#0", []string{"relu#0"}, 1}, {"add#0", []string{"tanh#0", "relu#0"}, 1}} {
		s := sites[i]
		if s.Path != w.path || !slices.Equal(names(s), w.from) || s.Uses() != w.uses {
			t.Errorf("got %s of %v, used %d times, want %v", s.Path, names(s), s.Uses(), w)
		}
		if err := s.Program().Check(); err != nil || len(s.Program().In) != len(s.Operands) || s.LayerPath() != "" {
			t.Errorf("%v has the program %v (%v), path %q", s, s.Program(), err, s.LayerPath())
		}
	}
}

func TestLayerPath(t *testing.T) {
	tanh := layer("activation.tanh", "act", fn.Tanh)
	look := canonizer(func(s []*Site) ([]transforms.Replacement, error) {
		if s[0].Path != "act:0" || s[0].LayerPath() != "act" {
			t.Errorf("got %q, named %q", s[0].Path, s[0].LayerPath())
		}
		return nil, nil
	})
	transforms.Rewrite(look, func(x Value) Value { return tanh(tanh(x)) })(vector(1))
}

func TestRewriteErrors(t *testing.T) {
	twice := func(x Value) Value { return fn.Tanh(fn.ReLU(x)) }
	same := func(in ...[]Value) []Value { return in[0][:1] }
	for name, c := range map[string]struct {
		f     Func
		of    canonizer
		parts []string
	}{
		"its own": {twice, func([]*Site) ([]transforms.Replacement, error) { return nil, errors.New("no such layer") },
			[]string{"Rewrite(canonizer)", "no such layer"}},
		"twice": {twice, func(s []*Site) ([]transforms.Replacement, error) {
			r := transforms.Replacement{Site: s[0], Of: s[:1], Compute: same}
			return []transforms.Replacement{r, r}, nil
		}, []string{"relu#0", "replaced twice"}},
		"of nothing": {twice, func(s []*Site) ([]transforms.Replacement, error) {
			return []transforms.Replacement{{Site: s[0], Compute: same}}, nil
		}, []string{"relu#0", "names no site"}},
		"of what comes later": {twice, func(s []*Site) ([]transforms.Replacement, error) {
			return []transforms.Replacement{{Site: s[0], Of: s[1:2], Compute: same}}, nil
		}, []string{"relu#0", "tanh#0", "not before it"}},
		"of another body": {layer("block", "block", twice), func(s []*Site) ([]transforms.Replacement, error) {
			return []transforms.Replacement{{Site: s[1], Of: s[:1], Compute: same}}, nil
		}, []string{"block/relu#0", "same body"}},
		"types": {twice, func(s []*Site) ([]transforms.Replacement, error) {
			return []transforms.Replacement{{Site: s[0], Of: s[:1], Compute: func(in ...[]Value) []Value { return []Value{fn.SumAll(in[0][0])} }}}, nil
		}, []string{"rewrite_test.go", "relu#0", "f64[3]", "f64[]", "same types"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := message(t, func() { transforms.Rewrite(c.of, c.f)(vector(1, 2, 3)) })
			for _, part := range c.parts {
				if !strings.Contains(got, part) {
					t.Errorf("got %q, want %q in it", got, part)
				}
			}
		})
	}
}

// A replacement inside of a call, loop or choice may capture values, traced ones too.
// They become operands, and are differentiated through.
func TestRewriteCapturesInBodies(t *testing.T) {
	type in struct{ X, W Value }
	scaled := func(w Value) canonizer {
		return func(sites []*Site) (out []transforms.Replacement, err error) {
			for _, s := range sites {
				if s.Kind == "activation.tanh" {
					out = append(out, transforms.Replacement{Site: s, Of: []*Site{s}, Compute: func(in ...[]Value) []Value {
						return []Value{fn.Mul(fn.Sin(in[0][0]), fn.SumAll(w))}
					}})
				}
			}
			return out, nil
		}
	}
	p := in{vector(0.3, -0.7, 1.2), vector(2, 0.5)}
	for name, around := range map[string]func(f Func) Func{
		"layer":      func(f Func) Func { return layer("block", "block", f) },
		"checkpoint": func(f Func) Func { return transforms.Checkpoint(f) },
		"cond":       func(f Func) Func { return func(x Value) Value { return transforms.Cond(yes(x), f, fn.Neg)(x) } },
		"scan": func(f Func) Func {
			return func(x Value) Value {
				_, ys := transforms.Scan(func(c, x Value) (Value, Value) { return fn.Add(c, x), f(fn.Add(x, c)) })(num(0), x)
				return ys
			}
		},
	} {
		got := func(p in) Value { return fn.SumAll(transforms.Rewrite(scaled(p.W), around(fn.Tanh))(p.X)) }
		wanted := func(p in) Value {
			return fn.SumAll(around(func(x Value) Value { return fn.Mul(fn.Sin(x), fn.SumAll(p.W)) })(p.X))
		}
		want(t, name, got(p), wanted(p))
		for _, g := range []in{transforms.Grad(got)(p), transforms.Jit(transforms.Grad(got))(p)} {
			w := transforms.Grad(wanted)(p)
			lawtest.Close(t, g.X, w.X, 1e-14)
			lawtest.Close(t, g.W, w.W, 1e-14)
		}
	}
}
