package opt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// On a hidden convolution after a ReLU, the rules need only the passes that their
// formulas have for inputs that are not negative. With the forward pass of the network,
// these are 1 + 1 modified passes for Gamma and ZPlus, and 2 + 2 for AlphaBeta.
func TestPassesOfRules(t *testing.T) {
	for _, test := range []struct {
		name             string
		composite        transforms.Composite
		forward, towards int // modified, of a hidden convolution
		first            [2]int
	}{
		{"gamma", rules.LayerMap(rules.On(trace.KindConv, rules.Gamma(0.25))), 1, 1, [2]int{2, 2}},
		{"zplus", rules.LayerMap(rules.On(trace.KindConv, rules.ZPlus())), 1, 1, [2]int{2, 2}},
		{"alphabeta", rules.LayerMap(rules.On(trace.KindConv, rules.AlphaBeta(2, 1))), 2, 2, [2]int{4, 4}},
		{"epsilon", rules.LayerMap(rules.On(trace.KindConv, rules.Epsilon(1e-6))), 0, 1, [2]int{0, 1}},
	} {
		for kind, net := range map[string]stack{"small": small(trace.Float32), "tall": tall(trace.Float32)} {
			t.Run(test.name+"/"+kind, func(t *testing.T) {
				c := rules.Mixed(test.composite, rules.LayerMap(rules.On(trace.KindActivation, rules.Pass()), rules.On(trace.KindLinear, rules.Epsilon(1e-6))))
				x := image(trace.Float32, 2)
				p := record(relevance(c, net.apply), x)
				q := optimized(t, p)
				hidden := len(net.convs) - 1
				if got, want := count(q, "conv"), len(net.convs)+hidden*test.forward+test.first[0]; got != want {
					t.Errorf("%d forward convolutions, want %d\n%s", got, want, q)
				}
				if got, want := count(q, "conv_input"), hidden*test.towards+test.first[1]; got != want {
					t.Errorf("%d convolutions towards an input, want %d\n%s", got, want, q)
				}
				if err := near(q.Apply(x)[0], p.Apply(x)[0], 1e-5); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// supportCase is a function of x and u, in which the sign of x says where a product with
// u is zero.
type supportCase struct {
	f    func(x, u Value) Value
	gone string // an operation that is removed if a derivative made everything, x is no NaN and u is finite
	left string // an operation that stays
}

func supportCases() map[string]supportCase {
	relu := fn.ReLU
	zero := fn.Scalar(0)
	pool := func(x Value) Value { return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 2}}) }
	return map[string]supportCase{
		"other side":    {func(x, u Value) Value { return fn.Mask(fn.Less(x, zero), fn.Mul(relu(x), u)) }, "mask", "zeros"},
		"same side":     {func(x, u Value) Value { return fn.Mask(fn.Greater(x, zero), fn.Mul(relu(x), u)) }, "mask", "mul"},
		"turned round":  {func(x, u Value) Value { return fn.Mask(fn.Less(zero, x), fn.Mul(u, relu(x))) }, "mask", "mul"},
		"not the other": {func(x, u Value) Value { return fn.Mask(fn.Not(fn.LessEqual(x, zero)), fn.Mul(u, relu(x))) }, "mask", "mul"},
		"negative part": {func(x, u Value) Value { return fn.Mask(fn.Greater(x, zero), fn.Div(fn.Negative(x), u)) }, "mask", "zeros"},
		"through a shape": {func(x, u Value) Value {
			y := fn.Mul(fn.Reshape(relu(x), 192), fn.Reshape(u, 192))
			return fn.Mask(fn.Less(fn.Reshape(x, 192), zero), y)
		}, "mask", "zeros"},
		"through a sum": {func(x, u Value) Value {
			y := fn.Add(fn.Mul(relu(x), u), fn.Neg(relu(x)))
			return fn.Where(fn.Greater(x, zero), y, fn.ZerosLike(x))
		}, "where", "add"},
		"derivative": {func(x, u Value) Value { return transforms.Pull(relu, func(y Value) Value { return fn.Mul(y, u) })(x) }, "mask", "mul"},
		"of a maximum": {func(x, u Value) Value {
			y := relu(x)
			return fn.Mask(fn.Less(x, zero), transforms.Pull(pool, func(m Value) Value { return fn.Mul(m, pool(u)) })(y))
		}, "mask", "zeros"},
		"kept by equality": {func(x, u Value) Value { return fn.Mask(fn.GreaterEqual(x, zero), fn.Mul(relu(x), u)) }, "mask", "mul"},
	}
}

func TestSignCases(t *testing.T) {
	for name, test := range supportCases() {
		t.Run(name, func(t *testing.T) {
			q := checkSupport(t, derived(withFinite(test.f)))
			if count(q, test.gone) != 0 || count(q, test.left) == 0 {
				t.Errorf("want no %s and some %s\n%s", test.gone, test.left, q)
			}
		})
	}
}

// If the user wrote it, or u may be infinite, a guard stays (fault B1: it was removed,
// and 0·∞ came through as NaN). A value that is zero or NaN is removed if a derivative
// made it, and stays if the user wrote it.
func TestFaultB1GuardsStay(t *testing.T) {
	for name, test := range supportCases() {
		t.Run(name, func(t *testing.T) {
			written, made := withAny(test.f), derived(withAny(test.f))
			for _, p := range []*trace.Program{written, made, derived(withFinite(test.f))} {
				keepsSpecialValues(t, p, p == written)
			}
			guard := test.gone
			if name == "derivative" || test.left != "zeros" { // its mask guards a value that may be NaN
				if q := optimized(t, made); count(q, guard) == 0 {
					t.Errorf("the %s is gone though it guards 0·∞\n%s", guard, q)
				}
			}
			if q := optimized(t, written); count(q, "zeros") != 0 {
				t.Errorf("a value that may be NaN is zeros, though the user wrote it\n%s", q)
			}
		})
	}
}

// keepsSpecialValues compares a program with its optimized form on special values: in all
// bits except those of a NaN, or only where the program is finite.
func keepsSpecialValues(t *testing.T, p *trace.Program, bits bool) {
	t.Helper()
	q := optimized(t, p)
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var in []Value
		for _, typ := range p.TypesOf(p.In) {
			in = append(in, special(r, typ))
		}
		if err := agrees(q.Apply(in...)[0], p.Apply(in...)[0], bits); err != nil {
			t.Fatalf("%v\n%s\n%s", err, p, q)
		}
	}
}

// special draws an array of special values.
func special(r *rand.Rand, t trace.Type) Value {
	values := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -1, 2.5, -0.5, 5e-324, -5e-324, 1e300, -1e300}
	x := make([]float64, t.Size())
	for i := range x {
		x[i] = values[r.IntN(len(values))]
	}
	return fn.Cast(trace.New(x, t.Shape...), t.DType)
}

// agrees reports where got differs from want: in its bits, any NaN being equal to NaN, or
// else as a number where want is finite.
func agrees(got, want Value, bits bool) error {
	a, b := got.Float64s(), want.Float64s()
	for i := range b {
		same := math.Float64bits(a[i]) == math.Float64bits(b[i]) || a[i] != a[i] && b[i] != b[i]
		if !bits {
			same = same || a[i] == b[i] || b[i] != b[i] || math.IsInf(b[i], 0)
		}
		if !same {
			return fmt.Errorf("element %d: got %v, want %v", i, a[i], b[i])
		}
	}
	return nil
}

// A value that is not zero on the whole of the other side stays.
func TestSignCasesIsNotOverstated(t *testing.T) {
	relu, zero := fn.ReLU, fn.Scalar(0)
	pool := func(x Value) Value { return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 2}}) }
	for name, f := range map[string]func(x, u Value) Value{
		"another root":    func(x, u Value) Value { return fn.Mask(fn.Less(u, zero), fn.Mul(relu(x), u)) },
		"not the product": func(x, u Value) Value { return fn.Mask(fn.Greater(x, zero), u) },
		"one summand":     func(x, u Value) Value { return fn.Mask(fn.Less(x, zero), fn.Add(relu(x), u)) },
		"moved":           func(x, u Value) Value { return fn.Mask(fn.Less(x, zero), fn.Flip(relu(x), 3)) },
		"another order": func(x, u Value) Value {
			return fn.Mask(fn.Less(x, zero), fn.Reshape(fn.Transpose(relu(x), 0, 1, 3, 2), x.Shape()...))
		},
		"a sum of maxima": func(x, u Value) Value {
			return fn.Mask(fn.Less(x, zero), transforms.Pull(pool, func(m Value) Value { return pool(u) })(x))
		},
		"divided": func(x, u Value) Value { return fn.Mask(fn.Less(x, zero), fn.Div(u, fn.Add(relu(x), fn.Scalar(1)))) },
		"other pool": func(x, u Value) Value {
			return fn.Mask(fn.Less(x, zero), transforms.Pull(pool, func(m Value) Value { return fn.Mul(m, m) })(fn.Mul(u, u)))
		},
		"other places": func(x, u Value) Value { // fault C12: a scatter to positions that no pooling found
			places := fn.Cast(fn.IotaLike(x, trace.TypeOf(trace.Float64, x.Size()), 0), trace.Int64)
			y := fn.AddAlong(fn.Reshape(fn.Mul(relu(x), u), x.Size()), fn.Sub(fn.Scalar(float64(x.Size()-1)), places), 0, x.Size())
			return fn.Mask(fn.Less(x, zero), fn.Reshape(y, x.Shape()...))
		},
		"a wider relation": func(x, u Value) Value { return fn.Mask(fn.LessEqual(x, zero), fn.Mul(fn.Exp(relu(x)), u)) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range []*trace.Program{withFinite(f), derived(withFinite(f)), derived(withAny(f))} {
				if q := checkSupport(t, p); count(q, "mask") == 0 {
					t.Errorf("the mask is gone\n%s", q)
				}
				keepsSpecialValues(t, p, false)
			}
			keepsSpecialValues(t, withAny(f), true)
		})
	}
}

func supportArguments() (x, u Value) {
	x, u = image(trace.Float64, 1), fn.Flip(image(trace.Float64, 1), 2)
	return fn.Mul(fn.Round(fn.Mul(x, fn.Scalar(3))), fn.Scalar(0.5)), u
}

// withAny returns the program of x and u.
func withAny(f func(x, u Value) Value) *trace.Program {
	x, u := supportArguments()
	return opt.Inline(trace.Record(func(in []Value) []Value {
		return []Value{f(in[0], in[1])}
	}, trace.TypesOfValues([]Value{x, u})))
}

// withFinite returns the program of x, with a number in place of NaN, and of a constant
// u.
func withFinite(f func(x, u Value) Value) *trace.Program {
	x, u := supportArguments()
	return recordWith(func(x Value, c []Value) Value {
		return f(fn.Cast(fn.Cast(x, trace.Int32), x.DType()), c[0])
	}, x, u)
}

// checkSupport compares a program with its optimized form on data with many zeros and
// ties.
func checkSupport(t *testing.T, p *trace.Program) *trace.Program {
	t.Helper()
	x, u := supportArguments()
	if x.Size() != 192 {
		t.Fatalf("x has %d elements", x.Size())
	}
	in := []Value{x, u}[:len(p.In)]
	q := optimized(t, p)
	if err := near(q.Apply(in...)[0], p.Apply(in...)[0], 1e-14); err != nil {
		t.Errorf("%v\n%s\n%s", err, p, q)
	}
	return q
}
