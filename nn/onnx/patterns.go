package onnx

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// pattern is an operation that exporters write in several nodes.
type pattern struct {
	form form
	// make returns the node that takes the place of a group, without outputs; nil if the
	// group is something else after all. By default it has the name of the group's last
	// node.
	make func(r *recognizer, m match) *node
}

// What patterns have in common.
const (
	gaussian = "Add(1, Erf((Div(x, 1.41421356) | Mul(x, 0.70710678))))"
	cubed    = "(Pow(x, 3) | Mul(x, Square(x)))"
	bent     = "Add(1, Tanh(Mul(0.79788456, Add(x, Mul(0.044715, " + cubed + ")))))"
	variance = "Add(Mean(Square(d:Sub(x, Mean(x)))), #e)"
	centered = "(Div(d:Sub(x, Mean(x)), Sqrt(" + variance + ")) | Mul(d:Sub(x, Mean(x)), (Reciprocal(Sqrt(" + variance + ")) | Div(1, Sqrt(" + variance + ")))))"
	meanSq   = "Sqrt(Add(Mean(Square(x)), #e))"
	unit     = "(Div(x, " + meanSq + ") | Mul(x, (Reciprocal(" + meanSq + ") | Div(1, " + meanSq + "))))"
	lifted   = "Clip06(Add(x, 3))"
	product  = "MatMul(q, k)"
	scaling  = "(Div(" + product + ", $s) | Mul(" + product + ", $s) | " + product + ")"
)

// patterns are tried in order, so a pattern comes before those that it contains.
var patterns = []pattern{
	{parse("(ReduceSum(x) | ReduceSum(x, $a))"), stackedSum},
	{parse("(Mul(0.5, Mul(x, " + gaussian + ")) | Mul(Mul(0.5, x), " + gaussian + ") | Mul(x, Mul(0.5, " + gaussian + ")))"), becomes("Gelu", nil)},
	{parse("(Mul(0.5, Mul(x, " + bent + ")) | Mul(Mul(0.5, x), " + bent + ") | Mul(x, Mul(0.5, " + bent + ")))"),
		becomes("Gelu", map[string]*attribute{"approximate": {text: "tanh"}})},
	{parse("(Div(Mul(x, " + lifted + "), 6) | Mul(x, Div(" + lifted + ", 6)) | Mul(Mul(x, " + lifted + "), 0.16666667) | Mul(x, Mul(" + lifted + ", 0.16666667)) | Mul(x, HardSigmoid6(x)))"),
		becomes("HardSwish", nil)},
	{parse("(Div(" + lifted + ", 6) | Mul(" + lifted + ", 0.16666667))"),
		becomes("HardSigmoid", map[string]*attribute{"alpha": {real: 1. / 6}, "beta": {real: 0.5}})},
	{parse("Mul(x, Sigmoid((x | Mul(x, 1))))"), becomes("Swish", nil)},
	{parse("Mul(x, Tanh(Softplus(x)))"), becomes("Mish", nil)},
	{parse("Add(Mul(" + centered + ", $w), $b)"), normalizes("LayerNormalization", "$w", "$b")},
	{parse("Mul(" + centered + ", $w)"), normalizes("LayerNormalization", "$w")},
	{parse(centered), normalizes("LayerNormalization")},
	{parse("Mul(" + unit + ", $w)"), normalizes("RMSNormalization", "$w")},
	{parse("Add(Mul(c, $s), $b)"), batchNormOf},
	{parse("Add(MatMul(x, $w), $b)"), denseOf},
	{parse("Add(Gemm(x, $w), $b)"), biasOf},
	{parse("Add(Conv(x, $w), $b)"), biasOf},
	{parse("MatMul(SoftmaxLast((Add(" + scaling + ", m) | Where(m, " + scaling + ", f) | Where(m, f, " + scaling + ") | " + scaling + ")), v)"), attentionOf},
}

// becomes makes a node of one operand, x.
func becomes(op string, attrs map[string]*attribute) func(r *recognizer, m match) *node {
	return func(r *recognizer, m match) *node {
		return &node{op: op, version: newestOpset, operator: operators[op], in: []string{m.values["x"]}, attrs: attrs}
	}
}

// normalizes makes a normalization over the last axes. A scale and a bias must be vectors
// of these axes; without a scale it is 1. Axes that are counted from the front may turn
// out not to be the last ones; then the nodes of the group run.
func normalizes(op string, affine ...string) func(r *recognizer, m match) *node {
	return func(r *recognizer, m match) *node {
		in := []string{m.values["x"]}
		for _, name := range affine {
			v, ok := r.preparation.graph.consts[m.values[name]]
			if !ok || v.Rank() > len(m.axes) {
				return nil
			}
			in = append(in, m.values[name])
		}
		whole := operators[op]
		if len(affine) == 0 {
			whole = operator{run: plainLayerNorm}
		}
		run := func(c *call) []trace.Value {
			if lastAxes(m.axes, c.arg(0).Rank()) {
				return whole.run(c)
			}
			return []trace.Value{c.spelled(c.in)}
		}
		return &node{
			op: op, version: newestOpset, operator: operator{run: run, weights: true}, in: in, inside: r.group(m),
			attrs: map[string]*attribute{"axis": {integer: int64(-len(m.axes))}, "epsilon": {real: float32(m.numbers["#e"])}},
		}
	}
}

// lastAxes reports whether axes are the last ones of an array of some rank.
func lastAxes(axes []int, rank int) bool {
	sorted := slices.Sorted(slices.Values(axesOf(axes, rank)))
	for i, a := range sorted {
		if a != rank-len(axes)+i {
			return false
		}
	}
	return true
}

// group returns the nodes of a match in their order.
func (r *recognizer) group(m match) []*node {
	var group []*node
	for _, n := range r.graph.nodes {
		if slices.Contains(m.inside, n) {
			group = append(group, n)
		}
	}
	return group
}

// spelled runs the nodes that a node was recognized in, on other values of its operands.
func (c *call) spelled(values []trace.Value) trace.Value {
	s := c.scope.inner()
	for i, name := range c.node.in {
		s.values[name] = values[i]
	}
	for _, n := range c.inside {
		s.node(n)
	}
	return s.get(c.inside[len(c.inside)-1].out[0])
}

// stackedSum recognizes a sum of several values, stacked along a new axis, over that axis.
func stackedSum(r *recognizer, m match) *node {
	root := m.inside[0]
	axes := r.attributeOr(root, "axes", 1)
	if a := root.attrs["keepdims"]; len(axes) != 1 || a == nil || a.integer != 0 {
		return nil
	}
	stack := r.maker[m.values["x"]]
	if stack == nil || stack.op != "Concat" || r.gone[stack] || len(stack.in) < 2 || stack.attrs["axis"] == nil || int(stack.attrs["axis"].integer) != axes[0] {
		return nil
	}
	group := append(m.inside, stack)
	n := &node{op: "Sum", version: newestOpset, operator: operators["Sum"]}
	for _, name := range stack.in {
		part := r.maker[name]
		if part == nil || part.op != "Unsqueeze" || len(part.in) == 0 || r.gone[part] || !r.data[name] || !slices.Equal(r.attributeOr(part, "axes", 1), axes) {
			return nil
		}
		group = append(group, part)
		n.in = append(n.in, part.in[0])
	}
	if !r.closed(group) {
		return nil
	}
	for _, part := range group[1:] {
		r.drop(part)
	}
	return n
}

// attributeOr returns a list of numbers that is an attribute, or in newer opsets an
// operand.
func (r *recognizer) attributeOr(n *node, name string, operand int) []int {
	if a := n.attrs[name]; a != nil {
		return a.ints
	}
	if operand < len(n.in) {
		if v, ok := r.preparation.graph.consts[n.in[operand]]; ok && v.DType().IsInt() {
			return intsOf(v)
		}
	}
	return nil
}

// plainLayerNorm is a LayerNormalization without scale and bias.
func plainLayerNorm(c *call) []trace.Value {
	return []trace.Value{c.layer(trace.KindLayerNorm, noBias, func(in []trace.Value) trace.Value {
		return fn.LayerNorm(in[0], trace.Value{}, trace.Value{}, c.real("epsilon", 0), -c.int("axis", -1))
	})}
}

// batchNormOf recognizes a scale and a shift of each channel behind a convolution.
func batchNormOf(r *recognizer, m match) *node {
	before := r.maker[m.values["c"]]
	if before == nil || before.op != "Conv" && before.op != "ConvTranspose" || len(before.in) < 2 || r.gone[before] {
		return nil
	}
	w, ok := r.preparation.graph.consts[before.in[1]]
	if !ok {
		return nil
	}
	for _, name := range []string{"$s", "$b"} {
		v, ok := r.preparation.graph.consts[m.values[name]]
		if !ok || v.Size() < 2 {
			return nil
		}
		if _, ok := channels(v, w.Rank()); !ok {
			return nil
		}
	}
	run := func(c *call) []trace.Value {
		return []trace.Value{c.layer(trace.KindBatchNorm, 2, func(in []trace.Value) trace.Value {
			scale, _ := channels(in[1], in[0].Rank())
			bias, _ := channels(in[2], in[0].Rank())
			return fn.BatchNorm(in[0], fn.ZerosLike(bias), fn.OnesLike(bias), scale, bias, 0)
		})}
	}
	return &node{op: "BatchNormalization", operator: operator{run: run, weights: true}, in: []string{m.values["c"], m.values["$s"], m.values["$b"]}}
}

// denseOf recognizes a product with a weight and a bias.
func denseOf(r *recognizer, m match) *node {
	if w, ok := r.preparation.graph.consts[m.values["$w"]]; !ok || w.Rank() != 2 {
		return nil
	}
	n := *m.inside[1]
	n.in = []string{n.in[0], n.in[1], m.values["$b"]}
	return &n
}

// biasOf recognizes a bias behind a layer that has a place for it.
func biasOf(r *recognizer, m match) *node {
	n := *m.inside[1]
	b, ok := r.preparation.graph.consts[m.values["$b"]]
	w, known := r.preparation.graph.consts[m.values["$w"]]
	if !ok || !known {
		return nil
	}
	if n.op == "Gemm" && realOf(&n, "beta", 1) != 1 { // which would scale it
		return nil
	}
	if n.op == "Conv" {
		flat, ok := channels(b, w.Rank())
		if !ok || flat.Size() != w.Shape()[0] {
			return nil
		}
	}
	n.in = []string{n.in[0], n.in[1], m.values["$b"]}
	return &n
}

// attentionOf recognizes softmax(q k · scale + mask) v, or with the scores replaced where
// a mask says so. Its nodes stay sites of their own, inside of a layer of the kind
// attention.
func attentionOf(r *recognizer, m match) *node {
	q, k, v := m.values["q"], m.values["k"], m.values["v"]
	if !r.data[q] || !r.data[k] || !r.data[v] {
		return nil
	}
	in := []string{q, k, v}
	for _, name := range []string{"m", "f", "$s"} {
		if value, ok := m.values[name]; ok {
			in = append(in, value)
		}
	}
	run := func(c *call) []trace.Value { return []trace.Value{c.layer(kindAttention, noBias, c.spelled)} }
	return &node{name: m.inside[0].name + "/attention", op: "Attention", operator: operator{run: run}, in: in, inside: r.group(m)}
}
