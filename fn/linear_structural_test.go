package fn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// site is an op on concrete operands.
type site struct {
	op trace.Op
	in tree
}

// sitesOf returns the ops that f and its first two VJPs apply at x.
func sitesOf(f func(tree) tree, x tree) []site {
	r := rand.New(rand.NewPCG(40, 40))
	var sites []site
	for range 3 {
		p := trace.Record(f, trace.TypesOfValues(x))
		env := p.Env(x)
		for i := range p.Eqns {
			sites = append(sites, site{p.Eqns[i].Op, env.Get(p.Eqns[i].In)})
			env.Step(&p.Eqns[i])
		}
		ct := randomLike(r, env.Get(p.Out))
		f, x = gradient(f, len(x)), append(append(tree(nil), x...), ct...)
	}
	return sites
}

// gradient is the function (x..., ct...) ↦ pullback of f at x, applied to ct. It makes a
// VJP a function that has laws of its own.
func gradient(f func(tree) tree, n int) func(tree) tree {
	return func(in tree) tree {
		_, pull := transforms.VJP(f)(in[:n:n])
		return onlyFloats(pull(in[n:]))
	}
}

// eachSite calls f once for each op in the structural laws of this package. Ops differ if
// they print differently.
func eachSite(t *testing.T, f func(t *testing.T, s site)) {
	seen := map[string]bool{}
	for _, law := range append(structuralLaws(), convLaws()...) {
		for _, s := range sitesOf(func(x tree) tree { return tree{law.f(x)} }, law.in) {
			name := fmt.Sprint(trace.Describe(s.op), trace.TypesOfValues(s.in))
			if !seen[name] && len(s.in) > 0 {
				seen[name] = true
				t.Run(s.op.Name(), func(t *testing.T) { f(t, s) })
			}
		}
	}
}

// eachChoice calls f with every non-empty choice of float operands.
func eachChoice(in tree, f func(marked []bool)) {
	for choice := 1; choice < 1<<len(in); choice++ {
		marked, fits := make([]bool, len(in)), true
		for i, v := range in {
			marked[i] = choice>>i&1 == 1
			fits = fits && (!marked[i] || v.DType().IsFloat())
		}
		if fits {
			f(marked)
		}
	}
}

// replaced returns in with other values of the same types where marked.
func replaced(in tree, marked []bool, by func(v trace.Value) trace.Value) tree {
	out := slices.Clone(in)
	for i, v := range in {
		if marked[i] {
			out[i] = by(v)
		}
	}
	return out
}

// An op is linear where it says so, and there its VJP looks only at types.
func TestLinearInIsTrue(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 41))
	eachSite(t, func(t *testing.T, s site) {
		op, ok := s.op.(trace.Linear)
		if !ok {
			return
		}
		eachChoice(s.in, func(marked []bool) {
			if !op.LinearIn(marked) {
				return
			}
			fresh := func(v trace.Value) trace.Value { return normalOf(r, v.Type()) }
			a, b := replaced(s.in, marked, fresh), replaced(s.in, marked, fresh)
			both := slices.Clone(s.in)
			for i := range both {
				if marked[i] {
					both[i] = fn.Sub(a[i], fn.Mul(fn.Scalar(3), b[i]))
				}
			}
			y := trace.Bind(op, a...)
			nearAll(t, "linear", trace.Bind(op, both...), moved(y, trace.Bind(op, b...), -3), 1e-12)

			ct := randomLike(r, y)
			unknown := replaced(s.in, marked, func(v trace.Value) trace.Value { return trace.Unknown(v.Type()) })
			got, want := op.VJP(unknown, y, ct, marked), op.VJP(s.in, y, ct, marked)
			for i := range marked {
				if marked[i] {
					near(t, "VJP at unknown operands", got[i].Float64s(), want[i].Float64s(), 0)
				}
			}
		})
	})
}

// An op does not compute a cotangent that is not wanted.
func TestWantIsHonoured(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		y := trace.Bind(s.op, s.in...)
		eachChoice(s.in, func(want []bool) {
			p := trace.Record(func(in []trace.Value) []trace.Value {
				out := s.op.VJP(in[:len(s.in)], in[len(s.in):len(s.in)+len(y)], in[len(s.in)+len(y):], want)
				if len(out) != len(want) {
					t.Fatalf("%d cotangents for %d operands", len(out), len(want))
				}
				return slices.DeleteFunc(slices.Clone(out), trace.Value.IsAbsent)
			}, trace.TypesOfValues(slices.Concat(s.in, y, y)))
			all := 0
			for _, w := range want {
				if w {
					all++
				}
			}
			if len(p.Out) > all {
				for _, e := range p.Eqns {
					if used := slices.Contains(e.Out, p.Out[len(p.Out)-1]); used {
						t.Errorf("%v wanted of %s, yet computed:\n%v", want, trace.Describe(s.op), p)
					}
				}
			}
		})
	})
}

// Operands without a derivative are batched too.
func TestBatchRulesOfOtherTypes(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 42))
	for name, f := range map[string]func(x trace.Value) trace.Value{
		"any":    func(x trace.Value) trace.Value { return fn.Any(fn.Greater(x, fn.Scalar(2)), 0) },
		"all":    func(x trace.Value) trace.Value { return fn.All(fn.Greater(x, fn.Scalar(-3)), 0, 2) },
		"argmax": func(x trace.Value) trace.Value { return fn.ArgMax(x, 1) },
		"argmin": func(x trace.Value) trace.Value { return fn.ArgMin(x, -1) },
		"moved":  func(x trace.Value) trace.Value { return fn.Flip(fn.Transpose(fn.Greater(x, fn.Scalar(0)), 2, 0, 1), 1) },
		"sum":    func(x trace.Value) trace.Value { return fn.Sum(fn.Cast(x, trace.Int32), 0, 2) },
		"max":    func(x trace.Value) trace.Value { return fn.Max(fn.Cast(x, trace.Int64), 1) },
		"dot":    func(x trace.Value) trace.Value { return fn.MatMul(fn.Cast(x, trace.Int32), i32(4, 2)) },
	} {
		t.Run(name, func(t *testing.T) {
			x := whole(r, trace.Float64, 5, 2, 3, 4)
			got := transforms.Vmap(f)(x)
			for i := range 5 {
				near(t, "row", fn.Index(got, i).Float64s(), f(fn.Index(x, i)).Float64s(), 0)
			}
		})
	}
}

func i32(shape ...int) trace.Value {
	return fn.Add(fn.Iota(trace.TypeOf(trace.Int32, shape...), 0), fn.Scalar(1))
}

// A composite recognizes a batched op by its kind.
func TestBatchKeepsKinds(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		k, ok := s.op.(trace.Kinded)
		if !ok || k.Kind().Is(trace.KindShaping) {
			return
		}
		types := trace.TypesOfValues(s.in)
		batched := make([]bool, len(types))
		for i := range types {
			types[i], batched[i] = trace.TypeOf(types[i].DType, append([]int{2}, types[i].Shape...)...), true
		}
		p := trace.Record(func(in []trace.Value) []trace.Value { return s.op.Batch(2, in, batched) }, types)
		for _, e := range p.Eqns {
			if other, ok := e.Op.(trace.Kinded); ok && other.Kind() == k.Kind() {
				return
			}
		}
		t.Errorf("%s is lost:\n%v", k.Kind(), p)
	})
}
