package main

import (
	"encoding/json"
	"errors"

	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// stabilizerCase tests the stabilizer alone: y = st(input), and the gradient of Σ c·y.
type stabilizerCase struct {
	ID    string
	Input string
	C     string
	Y     string
	VJP   string
	stabilizerArgs
}

// stabilizerArgs are the parameters of a stabilizer.
type stabilizerArgs struct {
	Epsilon   float64
	Clip      bool
	NormScale bool `json:"norm_scale"`
	Dim       ints
}

func (a stabilizerArgs) stabilizer() rules.Stabilizer {
	return rules.Stabilizer{Epsilon: a.Epsilon, Clip: a.Clip, NormScale: a.NormScale, Axes: a.Dim}
}

// stabilize verifies one stabilizer.
func (s *suite) stabilize(c stabilizerCase) error {
	z, err := s.tensor(c.Input)
	if err != nil {
		return err
	}
	ct, err := s.tensor(c.C)
	if err != nil {
		return err
	}
	apply := c.stabilizer().Apply
	if err := s.expect("y", apply(z), c.Y, tolerance64); err != nil {
		return err
	}
	return s.expect("vjp", transforms.Pull(apply, func(trace.Value) trace.Value { return ct })(z), c.VJP, tolerance64)
}

// readStabilizer reads a stabilizer, or a plain number, which is its epsilon. If absent,
// it is 1e-6.
func readStabilizer(raw json.RawMessage) (rules.Stabilizer, error) {
	if len(raw) == 0 {
		return rules.Stabilizer{Epsilon: 1e-6}, nil
	}
	var epsilon *float64
	if json.Unmarshal(raw, &epsilon) == nil {
		if epsilon == nil {
			return rules.Stabilizer{}, errors.New("a stabilizer is null")
		}
		return rules.Stabilizer{Epsilon: *epsilon}, nil
	}
	var a stabilizerArgs
	err := decode(raw, &a)
	return a.stabilizer(), err
}
