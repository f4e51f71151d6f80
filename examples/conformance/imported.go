package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// importedCase is an ONNX file with inputs, and its output in float32 and in float64.
type importedCase struct {
	ID, File    string
	Inputs      map[string]string
	OutputName  string `json:"output_name"`
	Output      string
	OutputF64   string `json:"output_f64"`
	OtherBatch  *batch `json:"other_batch"`
	OtherLength *batch `json:"other_length"`
	Modules     map[string]moduleNodes
	DType       string
	Model       string // of the suite beside it with the same network

	// These are not compared.
	Opset         any
	ExportOptions any `json:"export_options"`
	Operators     any
	NodeCount     any `json:"node_count"`
	Operations    any
	Initializers  any
}

// moduleNodes are the nodes that a module became, and the tensor that is its output.
type moduleNodes struct {
	Nodes  []string
	Output string
}

// batch is another input and its output.
type batch struct {
	Inputs map[string]string
	Output string
}

// imported verifies outputs in both precisions. If the folder of composites lies beside
// the suite's, it also verifies the relevance that the presets give the network.
func (s *suite) imported(c importedCase) error {
	if c.DType == "F64" && c.OutputF64 == "" {
		c.OutputF64 = c.Output
	}
	if c.Output == "" || c.OutputF64 == "" {
		return errors.New("it has nothing to compare with")
	}
	path, err := s.beside(c.File)
	if err != nil {
		return err
	}
	m, err := onnx.Load(path)
	if err != nil {
		return err
	}
	d, tol := trace.Float32, tolerance32
	if c.DType == "F64" {
		d, tol = trace.Float64, tolerance64
		c.Output = c.OutputF64
	}
	if err := s.importedOutput(m, c.Inputs, c.OutputName, c.Output, d, tol); err != nil {
		return err
	}
	for what, other := range map[string]*batch{"another batch": c.OtherBatch, "another length": c.OtherLength} {
		if other == nil {
			continue
		}
		if err := s.importedOutput(m, other.Inputs, c.OutputName, other.Output, d, tolerance32); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	wide := m.Cast(trace.Float64)
	tol64, err := s.toleranceOf(c)
	if err != nil {
		return err
	}
	if err := s.importedOutput(wide, c.Inputs, c.OutputName, c.OutputF64, trace.Float64, tol64); err != nil {
		return fmt.Errorf("in float64: %w", err)
	}
	if c.Model != "" && c.DType == "F64" {
		return s.transformer(wide, c)
	}
	name, _, _ := strings.Cut(c.ID, "/")
	return s.presets(wide, c.OutputName, name)
}

// transformer compares the modified gradients that presets give an imported transformer
// with those of the suite beside it. In the file, positions are constants that are added,
// which leave all relevance to the tokens, so the forms that pass on relevance differ.
func (s *suite) transformer(m onnx.Model, c importedCase) error {
	from, err := readSuite(filepath.Join(s.dir, c.Model+".json"))
	if err != nil {
		return err
	}
	from.compiled = s.compiled
	compared := 0
	for _, raw := range from.doc.Cases {
		var known graphCase
		if json.Unmarshal(raw, &known) != nil || known.Convention != "gradient" || known.ID != known.Model+"/"+known.Method {
			continue
		}
		if !slices.Contains(rules.Names(), known.Method) {
			continue
		}
		if err := from.transformerOf(m, c, known); err != nil {
			return fmt.Errorf("%s: %w", known.ID, err)
		}
		compared++
	}
	if compared < 2 {
		return fmt.Errorf("%d attributions of %s to compare with", compared, c.Model)
	}
	return nil
}

// transformerOf verifies one method on an imported network.
func (s *suite) transformerOf(m onnx.Model, c importedCase, known graphCase) error {
	composite, err := rules.Named(known.Method, trace.Value{}, trace.Value{}, rules.Preset{})
	if err != nil {
		return err
	}
	inputs, err := s.tensorsAs(known.Inputs, trace.Float64)
	if err != nil {
		return err
	}
	target, err := s.target(attributionCase{AttrOutput: known.AttrOutput, GradOutput: known.GradOutput}, trace.Float64)
	if err != nil {
		return err
	}
	for _, name := range known.WRT {
		input := name
		if _, ok := inputs[name]; !ok {
			input = "input_ids"
		}
		f := func(x trace.Value) trace.Value {
			all := maps.Clone(inputs)
			all[input] = x
			return m.Apply(all)[c.OutputName]
		}
		explain := func(x trace.Value) trace.Value {
			explained := transforms.WithRules(rules.Strict(composite), f)
			if input == name {
				return fn.Mul(x, transforms.Pull(explained, target)(x))
			}
			path := c.Modules[name].Nodes[0]
			_, g := transforms.Relevances(explained, target, path)(x)
			y := transforms.WithTaps(f, path)(transforms.TapArg[trace.Value]{X: x}).Values
			return fn.Mul(y[path], g[path])
		}
		if err := s.expect("attribution of "+name, compile(s, explain)(inputs[input]), known.Attribution[name], tolerance64); err != nil {
			return err
		}
	}
	return nil
}

// toleranceFolded is for networks into whose weights the exporter has merged batch norms,
// in float32; the expected values were computed without that.
const toleranceFolded = 1e-6

// toleranceOf returns the tolerance of a case in float64. A network has batch norms if
// there is a case of it that keeps them, NAME/unfolded.
func (s *suite) toleranceOf(c importedCase) (float64, error) {
	name, variant, _ := strings.Cut(c.ID, "/")
	if variant == "unfolded" || c.DType == "F64" {
		return tolerance64, nil
	}
	for _, raw := range s.doc.Cases {
		var other importedCase
		if err := decode(raw, &other); err != nil {
			return 0, err
		}
		switch other.ID {
		case name + "/unfolded":
			return toleranceFolded, nil
		case name + "/float64":
			return toleranceConstants, nil
		}
	}
	return tolerance64, nil
}

// toleranceConstants is for files in float32 of which the suite has one in float64, too.
// The exporter rounded their constants, as the root of the size of a head, while the
// reference is of the exact ones. With the rounded root the rebuilt network gives what the
// file does, to 1e-12, and the file in float64 is compared to 1e-9.
const toleranceConstants = 2e-8

// function returns a model's output as a function of all inputs.
func function(m onnx.Model, output string) func(x values) trace.Value {
	return func(x values) trace.Value { return m.Apply(x)[output] }
}

func (s *suite) importedOutput(m onnx.Model, inputs map[string]string, name, key string, d trace.DType, tol float64) error {
	x, err := s.tensorsAs(inputs, d)
	if err != nil {
		return err
	}
	return s.expect("output", compile(s, function(m, name))(x), key, tol)
}

// presets compares the relevance that presets give an imported network with what they
// give the network of the same name in the folder of composites. The weights of the files
// were rounded to float32, those of the folder were not.
func (s *suite) presets(m onnx.Model, output, name string) error {
	path := filepath.Join(s.dir, "..", "composites", name+".json")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	from, err := readSuite(path)
	if err != nil {
		return err
	}
	for _, raw := range from.doc.Cases {
		if known, err := from.read(raw); err != nil || known.leftOut {
			continue
		}
		var c attributionCase
		if err := decode(raw, &c); err != nil {
			return err
		}
		if c.Composite == nil || c.ID != c.Composite.Name || !slices.Contains(rules.Names(), c.ID) {
			continue
		}
		if err := from.presetOf(m, output, c, s.compiled); err != nil {
			return fmt.Errorf("%s of %s: %w", c.ID, path, err)
		}
	}
	return nil
}

// presetOf verifies one preset on an imported network. Batch norms that the file has kept
// are merged, as in the case.
func (s *suite) presetOf(m onnx.Model, output string, c attributionCase, compiled bool) error {
	x, err := s.tensorsAs(c.Inputs, trace.Float64)
	if err != nil {
		return err
	}
	model := rules.Canonize(function(m, output), rules.MergeBatchNorm())
	var order []string
	for _, row := range transforms.Plan(rules.EpsilonPlus(), model, x).Rows {
		order = append(order, row.Site.Path)
	}
	r := ruleReader{suite: s, dtype: trace.Float64, sums: true}
	composite, err := r.composite(*c.Composite, order)
	if err != nil {
		return err
	}
	target, err := s.target(c, trace.Float64)
	if err != nil {
		return err
	}
	explain := transforms.Pull(transforms.WithRules(composite, model), target)
	s.compiled = compiled
	return s.expectAll("attribution", compile(s, explain)(x), c.Attribution, tolerance32)
}

// element returns one element of a value.
func element(v trace.Value, index []int) (trace.Value, error) {
	if len(index) != v.Rank() {
		return v, fmt.Errorf("index %v does not fit %v", index, v.Type())
	}
	for i, at := range index {
		if at < 0 || at >= v.Shape()[0] {
			return v, fmt.Errorf("index %d of axis %d is out of range", at, i)
		}
		v = fn.Index(v, at)
	}
	return v, nil
}
