package rules_test

import (
	"maps"
	"regexp"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// named is a rule that says its name and passes relevance on.
type named string

func (n named) String() string { return string(n) }

func (n named) Relevance(_ *rules.Site, in, _, r []Value) []Value {
	return []Value{fn.Mul(in[0], fn.SumAll(r[0]))}
}

// layer is a named layer of a kind around f.
func layer(path string, kind trace.Kind, f func(x Value) Value) func(x Value) Value {
	g := transforms.Named(transforms.Layer{Kind: kind, Path: path}, func(x Value, _ []Value) Value { return f(x) })
	return func(x Value) Value { return g(x, nil) }
}

func dense(w Value) func(x Value) Value {
	return func(x Value) Value { return fn.Linear(x, w, Value{}) }
}

// square is a matrix for layers that keep the shape of their input.
var square = trace.New([]float64{1, 2, 3, 4, 5, 6, 7, 8, 10}, 3, 3)

// plan returns the rule and the reason for each site that has a rule, by path.
func plan(c rules.Composite, f func(Value) Value) map[string]string {
	out := map[string]string{}
	for _, row := range transforms.Plan(c, f, trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)).Rows {
		if row.Rule != nil {
			out[row.Site.Path] = row.Rule.String() + ": " + row.Reason
		}
	}
	return out
}

func planIs(t *testing.T, c rules.Composite, f func(Value) Value, want map[string]string) {
	t.Helper()
	if got := plan(c, f); !maps.Equal(got, want) {
		t.Errorf("%v: got %q, want %q", c, got, want)
	}
}

// tower has three layers: dense "a", ReLU, and dense "b", which is called twice. A bare
// product follows.
func tower(x Value) Value {
	b := layer("b", trace.KindDense, dense(square))
	x = fn.ReLU(layer("a", trace.KindDense, dense(square))(x))
	return fn.Linear(b(b(x)), square, Value{})
}

func TestLayerMap(t *testing.T) {
	planIs(t, rules.LayerMap(rules.On(trace.KindReLU, named("R")), rules.On(trace.KindLinear, named("L")), rules.On(trace.KindDense, named("never"))), tower,
		map[string]string{
			"a": "L: layer map linear", "relu#0": "R: layer map activation.relu", "b:0": "L: layer map linear", "b:1": "L: layer map linear",
			"dot#0": "L: layer map linear"})
	planIs(t, rules.LayerMap(rules.On(trace.KindReLU, nil), rules.On(trace.KindActivation, named("A"))), tower, map[string]string{})
	planIs(t, rules.LayerMap(), tower, map[string]string{})
}

func TestNameMap(t *testing.T) {
	c := rules.NameMap(rules.At("b:1", named("second")), rules.At("b", named("B")), rules.At("dot#0", named("dot")))
	planIs(t, c, tower, map[string]string{"b:0": "B: name b", "b:1": "second: name b:1", "dot#0": "dot: name dot#0"})
	planIs(t, rules.NameMap(rules.At("b/dot#0", named("inside"))), tower,
		map[string]string{"b:0/dot#0": "inside: name b/dot#0", "b:1/dot#0": "inside: name b/dot#0"})
	planIs(t, rules.NameMap(rules.At("b:0", nil), rules.At("b", named("B"))), tower, map[string]string{"b:1": "B: name b"})
}

func TestNameMapRefusesNamesThatNoSiteHas(t *testing.T) {
	x := drawn("x", 2, 3)
	mustFail(t, func() { transforms.WithRules(rules.NameMap(rules.At("dat#0", named("R"))), tower)(x) },
		"composites_test.go:", `no site has the path "dat#0"`, "the nearest are dot#0")
	mustFail(t, func() {
		plan(rules.NameMap(rules.At("a", named("R"))), func(x Value) Value { return fn.Add(x, fn.Scalar(1)) })
	}, "there are no sites")
	optional := rules.NameMap(rules.NameEntry{Name: "c", Rule: named("C"), Optional: true}, rules.At("a", named("A")))
	planIs(t, optional, tower, map[string]string{"a": "A: name a"})
}

func TestRegexpAndFunc(t *testing.T) {
	planIs(t, rules.Regexp(regexp.MustCompile(`^[ab](:0)?$`), named("R")), tower,
		map[string]string{"a": "R: path ^[ab](:0)?$", "b:0": "R: path ^[ab](:0)?$"})
	wide := func(s *rules.Site) rules.Rule {
		if s.Layer && s.Outputs[0].Shape[1] == 3 && s.Path != "a" {
			return named("W")
		}
		return nil
	}
	planIs(t, rules.Func("wide", wide), tower, map[string]string{"b:0": "W: wide", "b:1": "W: wide"})
}

// forked has two layers that the input reaches first, and one downstream of both.
func forked(x Value) Value {
	left := layer("left", trace.KindDense, dense(square))(fn.Tanh(x))
	right := layer("right", trace.KindConvStandard, fn.Exp)(x)
	return layer("behind", trace.KindDense, dense(square))(fn.Add(left, right))
}

func TestFirst(t *testing.T) {
	linear := rules.On(trace.KindLinear, named("L"))
	planIs(t, rules.FirstMap(linear), tower, map[string]string{"a": "L: first linear"})
	planIs(t, rules.FirstMap(linear), forked, map[string]string{"left": "L: first linear", "right": "L: first linear"})
	planIs(t, rules.FirstMap(rules.On(trace.KindDense, named("D"))), forked, map[string]string{"left": "D: first linear.dense"})
	planIs(t, rules.FirstMap(rules.On(trace.KindReLU, named("R")), rules.On(trace.KindDense, named("D"))), tower, map[string]string{"a": "D: first linear.dense"})
	planIs(t, rules.FirstExecuted(rules.LayerMap(linear)), forked, map[string]string{"left": "L: first executed linear"})
	planIs(t, rules.First(rules.NameMap(rules.At("b", named("B")))), tower, map[string]string{"b:0": "B: first name b"})
	planIs(t, rules.FirstExecuted(rules.LayerMap()), forked, map[string]string{})
}

// TestFirstOfNestedLayers checks that a layer and its inside do not count as upstream of
// each other, and that sites inside a layer of another kind count.
func TestFirstOfNestedLayers(t *testing.T) {
	block := layer("block", "block", func(x Value) Value {
		return layer("block.1", trace.KindDense, dense(square))(fn.ReLU(layer("block.0", trace.KindDense, dense(square))(x)))
	})
	f := func(x Value) Value { return layer("last", trace.KindDense, dense(square))(block(x)) }
	linear := rules.FirstMap(rules.On(trace.KindLinear, named("L")))
	planIs(t, linear, f, map[string]string{"block.0": "L: first linear"})
	planIs(t, rules.FirstMap(rules.On("block", named("B")), rules.On(trace.KindLinear, named("L"))), f, map[string]string{"block": "B: first block"})
	// one branch inside a layer is not downstream of another branch
	both := layer("both", "block", func(x Value) Value {
		return fn.Add(layer("both.0", trace.KindDense, dense(square))(x), layer("both.1", trace.KindDense, dense(square))(x))
	})
	planIs(t, linear, both, map[string]string{"both.0": "L: first linear", "both.1": "L: first linear"})
}

func TestFirstInOrder(t *testing.T) {
	linear := rules.LayerMap(rules.On(trace.KindLinear, named("L")))
	planIs(t, rules.FirstInOrder([]string{"head", "b", "a"}, linear), tower, map[string]string{"b:0": "L: first linear", "b:1": "L: first linear"})
	planIs(t, rules.FirstInOrder([]string{"head"}, rules.LayerMap()), tower, map[string]string{})
	mustFail(t, func() { plan(rules.FirstInOrder([]string{"head", "neck"}, linear), tower) }, "none of the 2 paths", "a, b:0")
}

func TestRanges(t *testing.T) {
	linear := rules.LayerMap(rules.On(trace.KindLinear, named("L")))
	planIs(t, rules.FirstN(2, linear), tower, map[string]string{"a": "L: first 2, linear", "b:0": "L: first 2, linear"})
	planIs(t, rules.LastN(1, linear), tower, map[string]string{"dot#0": "L: last 1, linear"})
	planIs(t, rules.Range(1, 3, linear), tower, map[string]string{"b:0": "L: from 1 to 3, linear", "b:1": "L: from 1 to 3, linear"})
	planIs(t, rules.FirstN(9, linear), tower, map[string]string{"a": "L: first 9, linear", "b:0": "L: first 9, linear",
		"b:1": "L: first 9, linear", "dot#0": "L: first 9, linear"})
	planIs(t, rules.Range(7, 9, linear), tower, map[string]string{})
	planIs(t, rules.LastN(0, linear), tower, map[string]string{})
}

// TestMixed checks that the first composite wins, that each composite sees all sites, and
// that an earlier one keeps its rule inside a layer.
func TestMixed(t *testing.T) {
	linear := rules.LayerMap(rules.On(trace.KindLinear, named("L")))
	first := rules.FirstMap(rules.On(trace.KindLinear, named("F")))
	planIs(t, rules.Mixed(rules.NameMap(rules.At("a", named("A"))), first, rules.NameMap(rules.At("b", named("B")))), tower,
		map[string]string{"a": "A: name a", "b:0": "B: name b", "b:1": "B: name b"}) // the first layer is used up
	planIs(t, rules.Mixed(first, linear), tower,
		map[string]string{"a": "F: first linear", "b:0": "L: layer map linear", "b:1": "L: layer map linear", "dot#0": "L: layer map linear"})
	inside := rules.NameMap(rules.At("a/dot#0", named("inside")))
	planIs(t, rules.Mixed(inside, rules.NameMap(rules.At("a", named("A")))), tower, map[string]string{"a/dot#0": "inside: name a/dot#0"})
	planIs(t, rules.Mixed(rules.NameMap(rules.At("a", named("A"))), inside), tower, map[string]string{"a": "A: name a"})
	planIs(t, rules.NameLayerMap([]rules.NameEntry{rules.At("a", named("A"))}, rules.On(trace.KindReLU, named("R"))), tower,
		map[string]string{"a": "A: name a", "relu#0": "R: layer map activation.relu"})
	planIs(t, rules.NameLayerMap(nil), tower, map[string]string{})
}

func TestOtherwise(t *testing.T) {
	f := func(x Value) Value { return layer("block", "block", tower)(fn.Reshape(fn.Tanh(x), 2, 3)) }
	c := rules.NameMap(rules.At("b", named("B")))
	planIs(t, rules.Otherwise(c, named("O")), f, map[string]string{
		"tanh#0": "O: otherwise", "a/dot#0": "O: otherwise", "block/relu#0": "O: otherwise", "b:0": "B: name b", "b:1": "B: name b",
		"block/dot#0": "O: otherwise"})
}

func TestStrict(t *testing.T) {
	c := rules.LayerMap(rules.On(trace.KindLinear, named("L")))
	mustFail(t, func() { plan(rules.Strict(c), func(x Value) Value { return fn.Softmax(tower(x), 1) }) },
		"Strict: no rule for relu#0 (activation.relu) at composites_test.go:", "nor for softmax#0 (softmax) at composites_test.go:", "Plain()")
	whole := rules.Strict(rules.Mixed(c, rules.LayerMap(rules.On(trace.KindReLU, rules.Plain()))))
	flat := func(x Value) Value { return fn.Reshape(tower(x), 6) } // operations that only move values need no rule
	planIs(t, whole, flat, map[string]string{"a": "L: layer map linear", "relu#0": "Plain(): layer map activation.relu",
		"b:0": "L: layer map linear", "b:1": "L: layer map linear", "dot#0": "L: layer map linear"})
}

// TestStrictLooksAtWhatCounts checks that Strict asks for no rule inside a layer that has
// one, nor for sites that a derivative made.
func TestStrictLooksAtWhatCounts(t *testing.T) {
	block := layer("block", "block", tower)
	gradient := transforms.Pull(block, fn.OnesLike)
	planIs(t, rules.Strict(rules.LayerMap(rules.On("block", named("B")))), gradient, map[string]string{"block": "B: layer map block"})
}

// TestDerivedKeepsWhatIsInsideOfWhat checks that a composite that looks at layers and the
// sites inside works on derived sites, too.
func TestDerivedKeepsWhatIsInsideOfWhat(t *testing.T) {
	c := rules.First(rules.LayerMap(rules.On(trace.KindLinear, named("L"))))
	planIs(t, rules.Derived(c), tower, map[string]string{"a": "L: first linear"})
	last := rules.LastN(1, rules.LayerMap(rules.On(trace.KindLinear, named("L"))))
	planIs(t, rules.Derived(last), layer("b", trace.KindDense, dense(square)), map[string]string{"b": "L: last 1, linear"})
}

// TestErrorsGoThrough checks that composites of composites report the errors of their
// parts.
func TestErrorsGoThrough(t *testing.T) {
	bad := rules.NameMap(rules.At("nowhere", named("R")))
	for _, c := range []rules.Composite{rules.First(bad), rules.Mixed(rules.LayerMap(), bad), rules.Otherwise(bad, named("R")), rules.Strict(bad), rules.Derived(bad)} {
		mustFail(t, func() { plan(c, tower) }, "Plan("+c.String()+")", `no site has the path "nowhere"`)
	}
}

func TestCompositesRefuseBadArguments(t *testing.T) {
	c := rules.LayerMap()
	for want, build := range map[string]func(){
		"rules.Mixed: composite 1 is nil":                               func() { rules.Mixed(c, nil) },
		"rules.First: composite 0 is nil":                               func() { rules.First(nil) },
		"rules.Strict: composite 0 is nil":                              func() { rules.Strict(nil) },
		"rules.Derived: composite 0 is nil":                             func() { rules.Derived(nil) },
		"rules.Otherwise: composite 0 is nil":                           func() { rules.Otherwise(nil, rules.Pass()) },
		"rules.Otherwise: the rule is nil":                              func() { rules.Otherwise(c, nil) },
		"rules.FirstN: n is -1":                                         func() { rules.FirstN(-1, c) },
		"rules.LastN: n is -2":                                          func() { rules.LastN(-2, c) },
		"rules.Range: from is -1":                                       func() { rules.Range(-1, 2, c) },
		"rules.Range: to is 1: give at least 2":                         func() { rules.Range(2, 1, c) },
		"rules.Regexp: an expression and a rule":                        func() { rules.Regexp(nil, rules.Pass()) },
		"rules.Func: a name and a function":                             func() { rules.Func("", func(*rules.Site) rules.Rule { return nil }) },
		`rules.Func: a name and a function are needed, got "f" and nil`: func() { rules.Func("f", nil) },
	} {
		mustFail(t, build, want, "composites_test.go:")
	}
}
