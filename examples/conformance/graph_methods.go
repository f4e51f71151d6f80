package main

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// attentionCase is rollout, or the relevance of attention to a target.
type attentionCase struct {
	ID, Model, Method, Source string
	Note                      string
	Inputs                    map[string]string
	Nodes                     []string `json:"attention_nodes"`
	Attention                 []string
	AttrOutput                *outputRelevance `json:"attr_output"`
	GradOutput                string           `json:"grad_output"`
	Gradient                  []string         `json:"attention_gradient"`
	LayerMean                 []string         `json:"layer_mean"`
	After                     []string         `json:"relevance_after"`
	FirstRow                  string           `json:"first_row"`
}

// attention verifies what follows from attention weights.
func (s *suite) attention(c attentionCase) error {
	g, err := s.graphOf(c.Model)
	if err != nil {
		return err
	}
	x, err := s.tensorsAs(c.Inputs, trace.Float64)
	if err != nil {
		return err
	}
	f := func(x values) trace.Value { return g.asFunction(x)[g.Output] }
	after := attribute.Rollout(f, c.Nodes...)
	if c.Method == "chefer" {
		target, err := s.target(attributionCase{AttrOutput: c.AttrOutput, GradOutput: c.GradOutput}, trace.Float64)
		if err != nil {
			return err
		}
		after = attribute.AttentionRelevance(f, target, c.Nodes...)
		_, gradients := transforms.Relevances(f, target, c.Nodes...)(x)
		if err := s.expectList("gradient", at(gradients, c.Nodes), c.Gradient); err != nil {
			return err
		}
	} else if c.Method != "rollout" {
		return fmt.Errorf("method %q is not supported", c.Method)
	}
	weights := transforms.WithTaps(f, c.Nodes...)(transforms.TapArg[values]{X: x}).Values
	if err := s.expectList("attention", at(weights, c.Nodes), c.Attention); err != nil {
		return err
	}
	got := compile(s, after)(x)
	if err := s.expectList("relevance", got, c.After); err != nil {
		return err
	}
	return s.expect("first row", along(got[len(got)-1], 1, 0), c.FirstRow, tolerance64)
}

// asFunction computes all nodes; all inputs of floats or integers are arguments.
func (g *graph) asFunction(x values) values { return g.values(nil, x, nil) }

func at(of values, names []string) (out []trace.Value) {
	for _, name := range names {
		out = append(out, of[name])
	}
	return out
}

func (s *suite) expectList(what string, got []trace.Value, keys []string) error {
	if len(got) != len(keys) {
		return fmt.Errorf("%s: there are %d, want %d", what, len(got), len(keys))
	}
	for i, v := range got {
		if err := s.expect(fmt.Sprintf("%s %d", what, i), v, keys[i], tolerance64); err != nil {
			return err
		}
	}
	return nil
}

// patchingCase compares a clean and a corrupted input.
type patchingCase struct {
	ID, Model, Method, Source string
	Note                      string
	Clean, Corrupted, Metric  string
	MetricClean               float64 `json:"metric_clean"`
	MetricCorrupted           float64 `json:"metric_corrupted"`
	Attribution               map[string]string
	AttributionSum            map[string]float64   `json:"attribution_sum"`
	Patched                   map[string]float64   `json:"patched_metric"`
	ByPosition                map[string][]float64 `json:"patched_metric_by_position"`
}

// patching verifies estimates and effects of replaced values.
func (s *suite) patching(c patchingCase) error {
	g, err := s.graphOf(c.Model)
	if err != nil {
		return err
	}
	t, err := s.tensorsAs(map[string]string{"clean": c.Clean, "corrupted": c.Corrupted, "metric": c.Metric}, trace.Float64)
	if err != nil {
		return err
	}
	if len(g.Inputs) != 1 {
		return fmt.Errorf("patching of %d inputs is not supported", len(g.Inputs))
	}
	f := func(x trace.Value) trace.Value { return g.asFunction(values{g.Inputs[0].Name: x})[g.Output] }
	metric := func(y trace.Value) float64 { return fn.SumAll(fn.Mul(t["metric"], y)).Float64() }
	got := []float64{metric(f(t["clean"])), metric(f(t["corrupted"]))}
	if err := compareFloats("metric", got, []float64{c.MetricClean, c.MetricCorrupted}, tolerance64); err != nil {
		return err
	}
	nodes := sortedKeys(c.Attribution)
	attributed := attribute.AttributionPatching(f, attribute.Vector(t["metric"]), nodes...)(t["clean"], t["corrupted"])
	if err := s.expectAll("attribution", attributed, c.Attribution, tolerance64); err != nil {
		return err
	}
	if err := compareSums("attribution of", attributed, c.AttributionSum); err != nil {
		return err
	}
	clean := transforms.WithTaps(f, nodes...)(transforms.TapArg[trace.Value]{X: t["clean"]}).Values
	corrupted := transforms.WithTaps(f, nodes...)(transforms.TapArg[trace.Value]{X: t["corrupted"]}).Values
	patched := func(node string, v trace.Value) float64 {
		return metric(compile(s, transforms.WithValues(f, values{node: v}))(t["corrupted"]))
	}
	for _, node := range sortedKeys(c.Patched) {
		if err := compareFloats("patched "+node, []float64{patched(node, clean[node])}, []float64{c.Patched[node]}, tolerance64); err != nil {
			return err
		}
	}
	for _, node := range sortedKeys(c.ByPosition) {
		var got []float64
		for i := range c.ByPosition[node] {
			got = append(got, patched(node, atPosition(i, clean[node], corrupted[node])))
		}
		if err := compareFloats("by position "+node, got, c.ByPosition[node], tolerance64); err != nil {
			return err
		}
	}
	return nil
}

// atPosition is one value at position i of axis 1, and another elsewhere.
func atPosition(i int, there, elsewhere trace.Value) trace.Value {
	is := fn.Equal(fn.Iota(trace.TypeOf(trace.Int64, slices.Clone(there.Shape())...), 1), fn.Scalar(float64(i)))
	return fn.Where(is, there, elsewhere)
}
