package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// check is a case that can be verified.
type check struct {
	id      string
	leftOut bool
	verify  func() error
}

// read determines the kind of a case and reads it. Fields that the kind does not have are
// errors.
func (s *suite) read(raw json.RawMessage) (check, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return check{}, err
	}
	var c check
	if err := json.Unmarshal(fields["id"], &c.id); err != nil {
		return check{}, errors.New("it has no id")
	}
	if marked(fields["artifact"]) || marked(fields["skip"]) {
		c.leftOut = true
		return c, nil
	}
	var err error
	if c.verify, err = s.verifier(raw, fields); err != nil {
		err = fmt.Errorf("%s: %w", c.id, err)
	}
	return c, err
}

// verifier recognizes a case by a field that only its kind has, and reads it.
func (s *suite) verifier(raw json.RawMessage, fields map[string]json.RawMessage) (func() error, error) {
	has := func(name string) bool { _, ok := fields[name]; return ok }
	switch {
	case has("convention"):
		return reader(raw, s.graphAttribution)
	case has("attention_nodes"):
		return reader(raw, s.attention)
	case has("corrupted"):
		return reader(raw, s.patching)
	case has("source"):
		return reader(raw, s.colorMap)
	case has("function"):
		return reader(raw, s.drawing)
	case has("loss"):
		return reader(raw, s.adversarial)
	case has("output_name"):
		return reader(raw, s.imported)
	case has("rtol"):
		return reader(raw, s.trained)
	case has("model"):
		bare := !has("composite")
		return reader(raw, func(c attributionCase) error { c.bareRules = bare; return s.attribution(c) })
	case has("tree"):
		return reader(raw, s.autodiff)
	case has("clip"):
		return reader(raw, s.stabilize)
	}
	return nil, errors.New("a case of its kind is not supported")
}

// marked reports whether a case has a mark: true, or a text that says why.
func marked(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "false", `""`:
		return false
	}
	return true
}

// reader decodes a case for the function that verifies it.
func reader[C any](raw json.RawMessage, verify func(C) error) (func() error, error) {
	var c C
	if err := decode(raw, &c); err != nil {
		return nil, err
	}
	return func() error { return verify(c) }, nil
}

// extras returns the checks of a suite beside its cases.
func (s *suite) extras() []check {
	var out []check
	if s.doc.PNG != nil {
		for i, name := range s.doc.PNG.Files {
			out = append(out, check{id: name, verify: func() error { return s.picture(i, name) }})
		}
	}
	if s.doc.Weights != "" {
		out = append(out, check{id: s.doc.Weights, verify: s.weights})
	}
	return out
}

// picture compares one input with its image: x = byte / 120 - 1.
func (s *suite) picture(i int, name string) error {
	path, err := s.beside(name)
	if err != nil {
		return err
	}
	x, err := s.tensor("input")
	if err != nil {
		return err
	}
	if x.Rank() == 0 || i >= x.Dim(0) {
		return fmt.Errorf("there is no input %d in %v", i, x.Type())
	}
	x = fn.Squeeze(fn.Index(x, i), 0)
	if x.Rank() != 2 {
		return fmt.Errorf("input %d is %v, not one plane", i, x.Type())
	}
	img, err := heatmap.ReadSized(path, x.Dim(1), x.Dim(0))
	if err != nil {
		return err
	}
	grey, shape := heatmap.Gray(img)
	for j, v := range grey {
		grey[j] = v*255/120 - 1
	}
	return compare("image", trace.New(grey, shape...), x, tolerance64)
}

// weights compares a file of weights with the tensors of the suite.
func (s *suite) weights() error {
	f, err := s.readTensors(s.doc.Weights)
	if err != nil {
		return err
	}
	if len(f.Names()) == 0 {
		return errors.New("it has no tensors")
	}
	return s.sameTensors(f)
}

func (s *suite) sameTensors(f *safetensors.File) error {
	for _, name := range f.Names() {
		v, err := f.Value(name)
		if err != nil {
			return err
		}
		if err := s.expect(name, v, name, 0); err != nil {
			return err
		}
	}
	return nil
}
