package transforms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func sites[P, R any](f func(P) R, x P) []*Site {
	var out []*Site
	for _, row := range transforms.Plan(nothing, f, x).Rows {
		out = append(out, row.Site)
	}
	return out
}

// roles prints a site's path, kind and operands.
func roles(s *Site) string {
	parts := make([]string, len(s.Operands))
	for i, o := range s.Operands {
		parts[i] = o.Role.String()
	}
	return fmt.Sprintf("%s %s(%s)", s.Path, s.Kind, strings.Join(parts, " "))
}

func described(sites []*Site) []string {
	out := make([]string, len(sites))
	for i, s := range sites {
		out[i] = roles(s)
	}
	return out
}

// An operand that depends on the argument is data; any other is a weight. A linear
// operation takes the addition after it as its bias.
func TestRolesOfBareOperations(t *testing.T) {
	r := seeded(20)
	x, w, b := draw(r, 3), draw(r, 3, 4), draw(r, 4)
	type two struct{ X, W Value }
	for name, test := range map[string]struct {
		f    Func
		want []string
	}{
		"product with a weight": {func(x Value) Value { return fn.MatMul(x, w) }, []string{"dot#0 linear.dense(data weight)"}},
		"weight first":          {func(x Value) Value { return fn.MatMul(w, fn.Concat(0, x, num1(x))) }, []string{"slice#0 shape.slice(data)", "concat#0 shape.concat(data data)", "dot#0 linear.dense(weight data)"}},
		"bias":                  {func(x Value) Value { return fn.Add(fn.MatMul(x, w), b) }, []string{"dot#0 linear.dense(data weight bias)"}},
		"bias first":            {func(x Value) Value { return fn.Add(b, fn.MatMul(x, w)) }, []string{"dot#0 linear.dense(data weight bias)"}},
		"bias computed":         {func(x Value) Value { return fn.Add(fn.MatMul(x, w), fn.Mul(b, b)) }, []string{"dot#0 linear.dense(data weight bias)"}},
		"bias far away": {func(x Value) Value {
			z := fn.MatMul(x, w)
			y := fn.Tanh(x)
			return fn.Add(fn.Add(z, b), fn.SumAll(y))
		}, []string{"dot#0 linear.dense(data weight bias)", "tanh#0 activation.tanh(data)", "sum#0 reduce.sum(data)", "expand#0 shape.expand(data)", "add#0 sum.add(data data)"}},
		"two uses are no bias": {func(x Value) Value {
			z := fn.MatMul(x, w)
			return fn.Add(fn.Tanh(z), fn.Add(z, b))
		}, []string{"dot#0 linear.dense(data weight)", "tanh#0 activation.tanh(data)", "add#0 sum.add(data data)"}},
		"a result is a use": {func(x Value) Value {
			return fn.Add(fn.MatMul(x, w), fn.Tanh(fn.MatMul(x, w)))
		}, []string{"dot#0 linear.dense(data weight)", "dot#1 linear.dense(data weight)", "tanh#0 activation.tanh(data)", "add#0 sum.add(data data)"}},
		"a sum needs two data":      {func(x Value) Value { return fn.Add(fn.Tanh(x), fn.ZerosLike(x)) }, []string{"tanh#0 activation.tanh(data)"}},
		"a sum with itself has two": {func(x Value) Value { return fn.Add(x, x) }, []string{"add#0 sum.add(data data)"}},
		"product of two data":       {func(x Value) Value { return fn.MatMul(x, x) }, []string{"dot#0 product.matrix(data data)"}},
		"weights are not data":      {func(x Value) Value { return fn.Add(fn.SumAll(fn.Tanh(w)), fn.SumAll(x)) }, []string{"sum#0 reduce.sum(data)"}},
	} {
		if got := described(sites(test.f, x)); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	got := described(sites(func(p two) Value { return fn.MatMul(p.X, p.W) }, two{x, w}))
	if want := []string{"dot#0 product.matrix(data data)"}; !slices.Equal(got, want) {
		t.Errorf("weights in the argument: got %q, want %q", got, want)
	}
	got = described(sites(func(p two) Value { return dense("l", p.X, p.W, b) }, two{x, w}))[:1]
	if want := []string{"l linear.dense(data weight bias)"}; !slices.Equal(got, want) {
		t.Errorf("a layer declares its own: got %q, want %q", got, want)
	}
}

// num1 is the first element of a vector, as a vector.
func num1(x Value) Value { return fn.Slice(x, fn.SliceConfig{Start: []int{0}, Stop: []int{1}}) }

// Operations and layers give the same relevance, and so does every way to write the bias.
func TestBareAndLayersGiveTheSameRelevance(t *testing.T) {
	r := seeded(21)
	n := newNetwork(r)
	x, ct := draw(r, 5, 3), draw(r, 5, 2)
	swapped := func(x Value) Value {
		h := fn.Tanh(fn.Add(n.B1, fn.MatMul(x, n.W1)))
		return fn.Add(n.B2, fn.MatMul(h, n.W2))
	}
	grouped := func(x Value) Value { return asLayer(n.bare)(x) }
	for _, rule := range []transforms.Rule{lrp{0.5}, lrp{1e-3}, truth{}} {
		rules := both(on(trace.KindDense, rule), on(trace.KindActivation, pass{1}))
		explain := func(f Func) Func {
			return func(x Value) Value { return pulled(transforms.WithRules(rules, f), x, ct) }
		}
		for name, f := range map[string]Func{"operations": n.bare, "bias first": swapped, "in an unmatched layer": grouped} {
			want(t, fmt.Sprintf("%v: %s", rule, name), explain(f)(x), explain(n.apply)(x))
		}
		// Without biases, the total relevance of a linear layer shrinks by the factor
		// z²/(z²+ε).
		if l, ok := rule.(lrp); ok {
			h := fn.Tanh(fn.MatMul(x, n.W1))
			rel := pulled(transforms.WithRules(rules, func(h Value) Value { return dense("l", h, n.W2, fn.ZerosLike(n.B2)) }), h, ct)
			z := fn.MatMul(h, n.W2)
			zz := fn.Mul(z, z)
			want(t, "conservation", fn.SumAll(rel), fn.SumAll(fn.Div(fn.Mul(ct, zz), fn.Add(zz, num(l.eps)))))
		}
	}
}

// Each data operand gets its own relevance.
func TestEveryDataOperandHasItsRelevance(t *testing.T) {
	x, y := vector(1, 2), vector(3, 5)
	type two struct{ X, Y Value }
	shares := composite{"shares", func(s *Site) transforms.Rule {
		if s.Kind.Is(trace.KindAdd) {
			return share{}
		}
		return nil
	}}
	f := transforms.WithRules(shares, func(p two) Value { return fn.Add(p.X, p.Y) })
	_, pull := transforms.VJP(f)(two{x, y})
	ct := pull(vector(8, 70))
	want(t, "x", ct.X, vector(2, 20))
	want(t, "y", ct.Y, vector(6, 50))
}

// share gives the summands relevance in proportion.
type share struct{}

func (share) String() string { return "share" }

func (share) Relevance(_ *Site, in, out, r []Value) []Value {
	per := fn.Div(r[0], out[0])
	return []Value{fn.Mul(in[0], per), fn.Mul(in[1], per)}
}

// Layers have their own paths. A layer called twice is two sites. Operations in a layer
// have its path before theirs.
func TestPaths(t *testing.T) {
	r := seeded(22)
	w, b := draw(r, 3, 3), draw(r, 3)
	block := func(x Value) Value { return fn.Tanh(dense("block.linear", x, w, b)) }
	outer := Layer{Kind: "residual", Path: "block"}
	f := func(x Value) Value {
		x = transforms.Named(outer, func(x Value, _ []Value) Value { return fn.Add(x, fn.Sin(block(x))) })(x, nil)
		x = fn.Tanh(fn.MatMul(fn.Tanh(x), w))
		return dense("head", dense("head", x, w, b), w, b)
	}
	var paths []string
	all := sites(f, draw(r, 3))
	for _, s := range all {
		paths = append(paths, s.Path)
	}
	expected := []string{"block", "block.linear", "block.linear/dot#0", "block/tanh#0", "block/sin#0", "block/add#0",
		"tanh#0", "dot#0", "tanh#1", "head:0", "head:0/dot#0", "head:1", "head:1/dot#0"}
	if !slices.Equal(paths, expected) {
		t.Fatalf("got %q, want %q", paths, expected)
	}
	byPath := map[string]*Site{}
	for _, s := range all {
		byPath[s.Path] = s
	}
	for inner, outer := range map[string]string{"block.linear": "block", "block.linear/dot#0": "block", "block/tanh#0": "block"} {
		if !byPath[inner].Inside(byPath[outer]) {
			t.Errorf("%s is not inside %s", inner, outer)
		}
	}
	if byPath["tanh#0"].Inside(byPath["block"]) || byPath["head:1"].Inside(byPath["head:0"]) {
		t.Error("a site is inside of one that it only follows")
	}
}

// One of two calls of a layer can have a rule.
func TestCallsOfOneLayerAreSites(t *testing.T) {
	r := seeded(23)
	w, b, x := draw(r, 3, 3), draw(r, 3), draw(r, 3)
	f := func(x Value) Value { return dense("head", fn.Tanh(dense("head", x, w, b)), w, b) }
	second := composite{"second", func(s *Site) transforms.Rule {
		if s.Path == "head:1" {
			return lrp{0.5}
		}
		return nil
	}}
	h := fn.Tanh(dense("head", x, w, b))
	ct := draw(r, 3)
	upper := pulled(transforms.WithRules(on(trace.KindDense, lrp{0.5}), func(h Value) Value { return dense("head", h, w, b) }), h, ct)
	want(t, "relevance", pulled(transforms.WithRules(second, f), x, ct),
		pulled(func(x Value) Value { return fn.Tanh(dense("head", x, w, b)) }, x, upper))
}

// After says which sites lie between the argument and a site. first has the sites that
// come after no other.
func TestAfter(t *testing.T) {
	r := seeded(24)
	w, v := draw(r, 3, 3), draw(r, 3)
	times := func(x Value) Value { return fn.MatMul(x, w) }
	f := func(x Value) Value {
		left := times(x)          // dot#0
		right := times(fn.Sin(x)) // dot#1
		x = fn.Add(times(fn.Tanh(left)), right)
		x = transforms.Checkpoint(times)(x)
		x, _ = transforms.Scan(func(c, row Value) (Value, []Value) { return fn.Mul(times(c), row), nil })(x, draw(r, 2, 3))
		x = transforms.Cond(fn.Less(fn.SumAll(left), num(0)), times, func(x Value) Value { return times(times(x)) })(x)
		x = dense("layer", x, w, v)
		unrelated := times(v) // of weights alone: no site
		return fn.Add(fn.Tanh(x), unrelated)
	}
	after := map[string]string{
		"dot#0": "", "dot#1": "", "dot#2": "0", "dot#3": "012", // checkpoint
		"dot#4": "0123",                                       // loop
		"dot#5": "01234", "dot#6": "01234", "dot#7": "012346", // the two branches exclude each other
		"layer": "01234567", "layer/dot#0": "01234567",
	}
	all := sites(f, v)
	for _, s := range all {
		if !s.Kind.Is(trace.KindLinear) {
			continue
		}
		got := ""
		for _, o := range all {
			if strings.HasPrefix(o.Path, "dot#") && s.After(o) {
				got += o.Path[len("dot#"):]
			}
		}
		if want, ok := after[s.Path]; !ok || got != want {
			t.Errorf("%s comes after %q, want %q (known: %t)", s.Path, got, want, ok)
		}
		delete(after, s.Path)
	}
	if len(after) > 0 {
		t.Errorf("not found: %v", after)
	}
}

// A composite looks into checkpoints, loops and choices, once. It does not look into
// functions with a pullback of their own, or with a rule.
func TestWhereSitesAre(t *testing.T) {
	r := seeded(25)
	w := draw(r, 3, 3)
	f := func(x Value) Value { return fn.Tanh(fn.MatMul(x, w)) }
	count := func(f Func, kind trace.Kind) int {
		n := 0
		for _, s := range sites(f, draw(r, 3)) {
			if s.Kind.Is(kind) {
				n++
			}
		}
		return n
	}
	for name, test := range map[string]struct {
		f    Func
		dots int
	}{
		"checkpoint":    {transforms.Checkpoint(f), 1},
		"loop":          {scanRows(f), 1},
		"choice":        {func(x Value) Value { return transforms.Cond(yes(x), f, f)(x) }, 2},
		"layer":         {asLayer(f), 1},
		"jit":           {transforms.Jit(f), 1},
		"batch":         {vmapTwice(f), 1},
		"custom":        {asCustom(f), 0},
		"ruled":         {transforms.WithRules(on(trace.KindDense, truth{}), f), 0},
		"ruled outside": {transforms.WithRules(on("block", truth{}), asLayer(f)), 0},
		"deep":          {transforms.Checkpoint(scanRows(asLayer(transforms.Checkpoint(condFalse(f))))), 2},
		"custom inside": {transforms.Checkpoint(scanRows(asCustom(f))), 0},
	} {
		if got := count(test.f, trace.KindDense); got != test.dots {
			t.Errorf("%s: %d sites of the product, want %d", name, got, test.dots)
		}
	}
	if got := count(asCustom(f), "custom_vjp"); got != 1 {
		t.Errorf("a custom function is %d sites, want 1", got)
	}
	if got := count(transforms.WithRules(on(trace.KindDense, truth{}), asLayer(f)), "block"); got != 0 {
		t.Error("a layer that holds a rule is offered again")
	}
	if got := count(transforms.WithRules(on(trace.KindDense, truth{}), asLayer(f)), trace.KindActivation); got != 1 {
		t.Error("what is beside a rule in a layer is not offered")
	}
}

// Results are marked wherever they are made, and nothing else is marked.
func TestResults(t *testing.T) {
	r := seeded(26)
	w, b := draw(r, 3, 3), draw(r, 3)
	inner := func(x Value) Value { return fn.Tanh(fn.MatMul(fn.Sin(x), w)) }
	for name, test := range map[string]struct {
		f    Func
		want []string
	}{
		"plain":             {inner, []string{"tanh#0"}},
		"checkpoint at end": {transforms.Checkpoint(inner), []string{"tanh#0"}},
		"checkpoint before": {func(x Value) Value { return fn.ReLU(transforms.Checkpoint(inner)(x)) }, []string{"relu#0"}},
		"loop before":       {func(x Value) Value { return fn.ReLU(scanCarry(inner)(x)) }, []string{"relu#0"}},
		"loop at end":       {func(x Value) Value { return scanRows(inner)(x) }, []string{"mul#0"}},
		"loop at the very end": {func(x Value) Value {
			x, _ = transforms.Scan(func(c, _ Value) (Value, []Value) { return inner(c), nil })(x, b)
			return x
		}, []string{"tanh#0"}},
		"choice at end": {func(x Value) Value { return transforms.Cond(yes(x), inner, fn.ReLU)(x) }, []string{"tanh#0", "relu#0"}},
		"choice before": {func(x Value) Value { return fn.ReLU(transforms.Cond(yes(x), inner, fn.ReLU)(x)) }, []string{"relu#1"}},
		"layer":         {func(x Value) Value { return dense("l", inner(x), w, b) }, []string{"l"}},
		"with a bias":   {func(x Value) Value { return fn.Add(fn.MatMul(x, w), b) }, []string{"dot#0"}},
	} {
		var got []string
		for _, s := range sites(test.f, draw(r, 3)) {
			if s.Result {
				got = append(got, s.Path)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: results at %q, want %q", name, got, test.want)
		}
	}
}

// Linear means affine in the data.
func TestLinearSites(t *testing.T) {
	r := seeded(27)
	w, b := draw(r, 3, 3), draw(r, 3)
	linear := map[string]bool{}
	for _, s := range sites(func(x Value) Value {
		x = dense("affine", x, w, b)
		x = fn.Sub(num(1), fn.Mul(x, b))
		x = fn.Div(b, fn.Div(x, b))
		x = asLayer(scanCarry(func(x Value) Value { return fn.Add(fn.Mul(x, b), b) }))(x)
		x = transforms.Named(Layer{Kind: "k", Path: "square"}, func(x Value, _ []Value) Value { return fn.Mul(x, x) })(x, nil)
		return fn.Add(fn.ReLU(x), x)
	}, draw(r, 3)) {
		linear[s.Path] = s.Linear()
	}
	for path, want := range map[string]bool{"affine": true, "affine/dot#0": true, "mul#0": true, "block": true,
		"square": false, "square/mul#0": false, "relu#0": false, "add#0": true} {
		if got, ok := linear[path]; !ok || got != want {
			t.Errorf("%s: linear %t (found: %t), want %t; sites %v", path, got, ok, want, linear)
		}
	}
}

// Apply computes the site's operation on other operands, without any rule.
func TestApplyIsPlain(t *testing.T) {
	r := seeded(28)
	w, b, x, ct := draw(r, 3, 4), draw(r, 4), draw(r, 3), draw(r, 4)
	modified := composite{"modified", func(s *Site) transforms.Rule {
		if s.Layer {
			return reapply{}
		}
		return nil
	}}
	f := func(x Value) Value { return dense("l", x, w, b) }
	want(t, "cotangent by doubled weights, through Apply", pulled(transforms.WithRules(modified, f), x, ct),
		fn.MatMul(ct, fn.Transpose(fn.Mul(w, num(2)), 1, 0)))
	want(t, "in a checkpoint", pulled(transforms.Checkpoint(transforms.WithRules(modified, f)), x, ct),
		fn.MatMul(ct, fn.Transpose(fn.Mul(w, num(2)), 1, 0)))
}

// reapply is the gradient at doubled weights.
type reapply struct{}

func (reapply) String() string { return "reapply" }

func (reapply) Relevance(s *Site, in, _, r []Value) []Value {
	doubled := append([]Value{}, in...)
	for i, o := range s.Operands {
		if o.Role == transforms.RoleWeight {
			doubled[i] = fn.Mul(in[i], num(2))
		}
	}
	return truth{}.Relevance(s, doubled, nil, r)
}
