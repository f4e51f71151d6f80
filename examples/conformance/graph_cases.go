package main

import (
	"fmt"

	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// graphCase is an attribution of a network to some of its nodes and inputs.
type graphCase struct {
	ID, Model, Method, Source string
	Note                      string
	Convention                string
	TimesInput                *bool `json:"times_input"`
	Rules                     []nodeRule
	Inputs                    map[string]string
	WRT                       []string          `json:"wrt"`
	WRTValues                 map[string]string `json:"wrt_values"`
	AttrOutput                *outputRelevance  `json:"attr_output"`
	GradOutput                string            `json:"grad_output"`
	Output                    string
	Attribution               map[string]string
	Modified                  map[string]string `json:"modified_gradient"`
	PerToken                  map[string]string `json:"per_token"`
	Intermediate              map[string]string
	LayerSums                 map[string][]float64 `json:"layer_sums"`
	NodeSums                  map[string]float64   `json:"node_sums"`
	RelevanceSum              map[string]float64   `json:"relevance_sum"`
	V                         map[string]string
	GradGrad                  map[string]string
}

// nodeRule is the rule of a node.
type nodeRule struct {
	Node, Rule string
	Args       nodeRuleArgs
}

type nodeRuleArgs struct {
	Epsilon         *epsilonArg
	BiasEpsilon     *epsilonArg `json:"bias_epsilon"`
	Stabilizer      *epsilonArg
	InputStabilizer *epsilonArg `json:"input_stabilizer"`
	Gamma           float64
	Form            string
}

// epsilonArg is a stabilizer, whose sign may be that of what it is added to.
type epsilonArg struct {
	Epsilon float64
	Signed  bool
}

func (e *epsilonArg) stabilizer() rules.Stabilizer {
	if e == nil {
		return rules.Stabilizer{}
	}
	return rules.Stabilizer{Epsilon: e.Epsilon, Unsigned: !e.Signed}
}

// composite assigns the rules of a case to the nodes.
func (c graphCase) composite(g *graph) (transforms.Composite, error) {
	kinds := map[string]string{}
	for _, nd := range g.Nodes {
		kinds[nd.ID] = nd.Kind
	}
	var entries []rules.NameEntry
	for _, r := range c.Rules {
		rule, err := r.rule(kinds[r.Node], c.Convention)
		if err != nil {
			return nil, fmt.Errorf("node %q: %w", r.Node, err)
		}
		entries = append(entries, rules.At(r.Node, rule))
	}
	return rules.NameMap(entries...), nil
}

func (r nodeRule) rule(kind, convention string) (rules.Rule, error) {
	by := r.Args.Epsilon.stabilizer()
	gradient := convention == "gradient"
	switch {
	case r.Rule == "Epsilon" && kind == "LayerNorm":
		return rules.RootEpsilon(by), nil
	case r.Rule == "Epsilon":
		return rules.EpsilonWith(0, rules.Config{Stabilizer: by}), nil
	case r.Rule == "EpsilonBiasApart":
		return rules.EpsilonBiasApart(by, r.Args.BiasEpsilon.stabilizer()), nil
	case r.Rule == "MatMulUniform":
		return rules.UniformEpsilonWith(rules.UniformEpsilonConfig{Stabilizer: by, After: r.Args.Form == "2(y+e)"}), nil
	case r.Rule == "Uniform" && gradient:
		return rules.UniformGradient(), nil
	case r.Rule == "Uniform":
		return rules.Uniform(), nil
	case r.Rule == "Identity" && gradient:
		return rules.AsGradient(rules.Pass(), by), nil
	case r.Rule == "Identity":
		return rules.Pass(), nil
	case r.Rule == "SoftmaxTaylor":
		return rules.SoftmaxTaylor(), nil
	case r.Rule == "MeanEpsilon":
		return rules.MeanEpsilon(by), nil
	case r.Rule == "LayerNormSteps":
		return rules.LayerNormSteps(), nil
	case r.Rule == "NormConstant":
		return rules.RootConstant(), nil
	case r.Rule == "Stop":
		return rules.Stop(), nil
	case r.Rule == "Gamma":
		rule := rules.GammaWith(r.Args.Gamma, rules.Config{Stabilizer: r.Args.Stabilizer.stabilizer()})
		if gradient {
			return rules.AsGradient(rule, r.Args.InputStabilizer.stabilizer()), nil
		}
		return rule, nil
	}
	return nil, fmt.Errorf("rule %q is not supported", r.Rule)
}

// explanation is what a graph case is about: the network as a function of the explained
// values, under its rules.
type explanation struct {
	graphCase
	*graph
	x, given  values
	composite transforms.Composite
	target    func(y trace.Value) trace.Value
}

func (s *suite) explanation(c graphCase) (e explanation, err error) {
	e = explanation{graphCase: c}
	if e.graph, err = s.graphOf(c.Model); err != nil {
		return e, err
	}
	if e.x, err = s.tensorsAs(c.Inputs, trace.Float64); err != nil {
		return e, err
	}
	if e.given, err = s.tensorsAs(c.WRTValues, trace.Float64); err != nil {
		return e, err
	}
	if e.composite, err = c.composite(e.graph); err != nil {
		return e, err
	}
	e.target, err = s.target(attributionCase{AttrOutput: c.AttrOutput, GradOutput: c.GradOutput}, trace.Float64)
	return e, err
}

// shifted are the explained values, and a shift of every node after them.
type shifted struct{ Given, Shifts values }

// modified is what arrives at the explained values and at the shifted nodes: relevance,
// or a modified gradient.
func (e explanation) modified(p shifted) shifted {
	f := func(p shifted) trace.Value { return e.graph.values(e.x, p.Given, p.Shifts)[e.graph.Output] }
	return transforms.Pull(transforms.WithRules(e.composite, f), e.target)(p)
}

// relevance is what arrives, as relevance, given the values that it arrives at.
func (e explanation) relevance(arrived, at trace.Value) trace.Value {
	if e.Convention != "gradient" {
		return arrived
	}
	real := fn.IsFinite(at) // of a masked score, whose gradient is 0
	return fn.Mul(arrived, fn.Where(real, at, fn.ZerosLike(at)))
}

// attribution is what a case says of the explained values.
func (e explanation) attribution(given values) values {
	out := values{}
	for name, r := range e.modified(shifted{Given: given}).Given {
		if e.TimesInput == nil || *e.TimesInput {
			r = e.relevance(r, given[name])
		}
		out[name] = r
	}
	return out
}

// graphAttribution verifies a case.
func (s *suite) graphAttribution(c graphCase) error {
	e, err := s.explanation(c)
	if err != nil {
		return err
	}
	all := e.graph.values(e.x, e.given, nil)
	if err := s.expect("output", all[e.graph.Output], c.Output, tolerance64); err != nil {
		return err
	}
	got := compile(s, e.attribution)(e.given)
	if err := s.expectAll("attribution", got, c.Attribution, tolerance64); err != nil {
		return err
	}
	if err := s.preset(e, got); err != nil {
		return err
	}
	if err := s.graphParts(e, all, got); err != nil {
		return err
	}
	if len(c.GradGrad) == 0 {
		return nil
	}
	v, err := s.tensorsAs(c.V, trace.Float64)
	if err != nil {
		return err
	}
	gradient := transforms.Pull(e.attribution, func(values) values { return v })
	return s.expectAll("gradgrad", compile(s, gradient)(e.given), c.GradGrad, tolerance64)
}

// preset compares a case that is named for a method alone with the preset of that name,
// which goes by the kinds of the nodes.
func (s *suite) preset(e explanation, want values) error {
	if e.ID != e.Model+"/"+e.Method || !slices.Contains(rules.Names(), e.Method) {
		return nil
	}
	var err error
	if e.composite, err = rules.Named(e.Method, trace.Value{}, trace.Value{}, rules.Preset{}); err != nil {
		return err
	}
	e.composite = rules.Strict(e.composite)
	got, tol := compile(s, e.attribution)(e.given), tolerance64
	if e.stabilizesProductsMore() {
		tol = presetTolerance
	}
	for _, name := range sortedKeys(want) {
		if err := compare("preset of "+name, got[name], want[name], tol); err != nil {
			return err
		}
	}
	return nil
}

// presetTolerance is for products whose stabilizer is one hundred times as large in the
// reference.
const presetTolerance = 1e-4

// stabilizesProductsMore reports whether a product of matrices has a larger stabilizer than
// in the preset.
func (e explanation) stabilizesProductsMore() bool {
	products := map[string]bool{}
	for _, nd := range e.Nodes {
		products[nd.ID] = nd.Kind == "MatMul"
	}
	return slices.ContainsFunc(e.Rules, func(r nodeRule) bool {
		return products[r.Node] && r.Args.Epsilon != nil && r.Args.Epsilon.Epsilon > 1e-8
	})
}

// graphParts verifies what a case says of tokens and nodes.
func (s *suite) graphParts(e explanation, all, attribution values) error {
	tokens := values{}
	for name := range e.PerToken {
		tokens[name] = fn.Sum(attribution[name], -1)
	}
	if err := s.expectAll("relevance of tokens", tokens, e.PerToken, tolerance64); err != nil {
		return err
	}
	shifts := values{}
	for name, is := range e.data(e.WRT) {
		if _, given := e.given[name]; is && !given {
			shifts[name] = fn.ZerosLike(all[name])
		}
	}
	arrived := compile(s, e.modified)(shifted{e.given, shifts})
	if len(e.Modified) > 0 {
		if err := s.expectAll("modified gradient", arrived.Given, e.Modified, tolerance64); err != nil {
			return err
		}
	}
	relevance := values{}
	for name, r := range arrived.Given {
		relevance[name] = e.relevance(r, e.given[name])
	}
	for name, r := range arrived.Shifts {
		relevance[name] = e.relevance(r, all[name])
	}
	for _, name := range sortedKeys(e.Intermediate) {
		if err := s.expect("relevance of "+name, relevance[name], e.Intermediate[name], tolerance64); err != nil {
			return err
		}
	}
	return e.sums(relevance, attribution)
}

// sums compares sums of relevance, of samples and of all.
func (e explanation) sums(relevance, attribution values) error {
	for _, name := range sortedKeys(e.LayerSums) {
		r := relevance[name]
		if r.IsAbsent() || r.Rank() == 0 {
			return fmt.Errorf("no relevance arrives at %q", name)
		}
		rows := r
		for rows.Rank() > 1 {
			rows = fn.Sum(rows, -1)
		}
		if err := compareFloats("sums of "+name, rows.Float64s(), e.LayerSums[name], sumTolerance(e.LayerSums[name], r)); err != nil {
			return err
		}
	}
	ends := values{"output": relevance[e.graph.Output]}
	for name, r := range attribution {
		ends[name] = r
	}
	if err := compareSums("sum at node", relevance, e.NodeSums); err != nil {
		return err
	}
	return compareSums("sum at the end", ends, e.RelevanceSum)
}

// compareSums compares the sums of values.
func compareSums(what string, of values, want map[string]float64) error {
	for _, name := range sortedKeys(want) {
		if of[name].IsAbsent() {
			return fmt.Errorf("%s %s: nothing arrives there", what, name)
		}
		sum := []float64{want[name]}
		if err := compareFloats(what+" "+name, []float64{fn.SumAll(of[name]).Float64()}, sum, sumTolerance(sum, of[name])); err != nil {
			return err
		}
	}
	return nil
}

// sumTolerance is the tolerance of a sum, which may be nearly 0, relative to it: 1e-9 of
// the terms.
func sumTolerance(want []float64, terms trace.Value) float64 {
	if terms.IsAbsent() {
		return tolerance64
	}
	size := fn.SumAll(fn.Abs(terms)).Float64()
	return tolerance64 * max(1, size/max(magnitude(want), 1e-300))
}
