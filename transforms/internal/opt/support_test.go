package opt_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// On a hidden convolution, in front of a ReLU, the rules take the passes that their formulas need for inputs that are not negative: with
// the forward pass of the network, 1 + 1 modified ones for Gamma and ZPlus, 2 + 2 for AlphaBeta.
func TestPassesOfRules(t *testing.T) {
	for _, test := range []struct {
		name             string
		composite        transforms.Composite
		forward, towards int // modified, of a hidden convolution
		first            [2]int
	}{
		{"gamma", rules.LayerMap(rules.On(trace.Convolution, rules.Gamma(0.25))), 1, 1, [2]int{2, 2}},
		{"zplus", rules.LayerMap(rules.On(trace.Convolution, rules.ZPlus())), 1, 1, [2]int{2, 2}},
		{"alphabeta", rules.LayerMap(rules.On(trace.Convolution, rules.AlphaBeta(2, 1))), 2, 2, [2]int{4, 4}},
		{"epsilon", rules.LayerMap(rules.On(trace.Convolution, rules.Epsilon(1e-6))), 0, 1, [2]int{0, 1}},
	} {
		for kind, net := range map[string]stack{"small": small(trace.Float32), "tall": tall(trace.Float32)} {
			t.Run(test.name+"/"+kind, func(t *testing.T) {
				c := rules.Mixed(test.composite, rules.LayerMap(rules.On(trace.Activation, rules.Pass()), rules.On(trace.LinearKind, rules.Epsilon(1e-6))))
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

func TestSupport(t *testing.T) {
	relu := fn.ReLU
	zero := fn.Scalar(0)
	pool := func(x Value) Value { return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 2}}) }
	for name, test := range map[string]struct {
		f    func(x, u Value) Value
		gone string // an operation that is not left
		left string // one that is
	}{
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
	} {
		t.Run(name, func(t *testing.T) {
			q := checkSupport(t, test.f)
			if count(q, test.gone) != 0 || count(q, test.left) == 0 {
				t.Errorf("want no %s and some %s\n%s", test.gone, test.left, q)
			}
		})
	}
}

// What is not zero on the whole of the other side stays.
func TestSupportIsNotOverstated(t *testing.T) {
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
		"a wider relation": func(x, u Value) Value { return fn.Mask(fn.LessEqual(x, zero), fn.Mul(fn.Exp(relu(x)), u)) },
	} {
		t.Run(name, func(t *testing.T) {
			if q := checkSupport(t, f); count(q, "mask") == 0 {
				t.Errorf("the mask is gone\n%s", q)
			}
		})
	}
}

// checkSupport compares a program with its optimised form on data with many zeros and ties.
func checkSupport(t *testing.T, f func(x, u Value) Value) *trace.Program {
	t.Helper()
	x, u := image(trace.Float64, 1), fn.Flip(image(trace.Float64, 1), 2)
	x = fn.Mul(fn.Round(fn.Mul(x, fn.Scalar(3))), fn.Scalar(0.5))
	p := opt.Inline(trace.Record(func(in []Value) []Value {
		return []Value{f(in[0], in[1])}
	}, trace.TypesOfValues([]Value{x, u})))
	if x.Size() != 192 {
		t.Fatalf("x has %d elements", x.Size())
	}
	q := optimized(t, p)
	if err := near(q.Apply(x, u)[0], p.Apply(x, u)[0], 1e-14); err != nil {
		t.Errorf("%v\n%s\n%s", err, p, q)
	}
	return q
}
