package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
)

// ruleReader makes rules and composites from JSON, for a network of one float dtype.
type ruleReader struct {
	*suite
	dtype   trace.DType
	classes []string // PyTorch's classes of the network's modules
	// sums reports whether presets share relevance among the operands of additions. In a
	// network that is rebuilt from JSON those that do are layers instead.
	sums bool
}

// ruleArgs are the arguments of every rule.
type ruleArgs struct {
	Epsilon, Stabilizer json.RawMessage
	Low, High           json.RawMessage
	Gamma, Alpha, Beta  *float64
	BetaSmooth          *float64  `json:"beta_smooth"`
	ZeroParams          paramList `json:"zero_params"`
}

// paramList names parameters: null, one name or a list.
type paramList []string

func (p *paramList) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil && one != "" {
		*p = paramList{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(p))
}

// config returns the options for parameters and outputs that rules share.
func (a ruleArgs) config() (rules.Config, error) {
	for _, name := range a.ZeroParams {
		if name != "bias" && name != "weight" {
			return rules.Config{}, fmt.Errorf("zero_params %q is not supported", name)
		}
	}
	st, err := readStabilizer(a.Stabilizer)
	return rules.Config{
		Stabilizer: st,
		ZeroBias:   slices.Contains(a.ZeroParams, "bias"),
		ZeroWeight: slices.Contains(a.ZeroParams, "weight"),
	}, err
}

func orDefault(v *float64, otherwise float64) float64 {
	if v == nil {
		return otherwise
	}
	return *v
}

// rule returns a rule by its name. Missing arguments have Zennit's defaults.
func (r ruleReader) rule(n named) (rules.Rule, error) {
	var a ruleArgs
	if err := decode(n.Args, &a); err != nil {
		return nil, err
	}
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	switch n.Rule {
	case "Epsilon":
		c.Stabilizer, err = readStabilizer(a.Epsilon)
		return rules.EpsilonWith(0, c), err
	case "Gamma":
		return rules.GammaWith(orDefault(a.Gamma, 0.25), c), nil
	case "ZPlus":
		return rules.ZPlusWith(c), nil
	case "AlphaBeta":
		return rules.AlphaBetaWith(orDefault(a.Alpha, 2), orDefault(a.Beta, 1), c), nil
	case "ZBox":
		return r.zBox(a, c)
	case "WSquare":
		return rules.WSquareWith(c), nil
	case "Flat":
		return rules.FlatWith(c), nil
	}
	return withoutParameters(n.Rule, a, c)
}

// withoutParameters returns the rules of layers that have no parameters.
func withoutParameters(name string, a ruleArgs, c rules.Config) (rules.Rule, error) {
	switch name {
	case "Norm":
		return rules.NormWith(c.Stabilizer), nil
	case "Pass":
		return rules.Pass(), nil
	case "ReLUDeconvNet":
		return rules.ReLUDeconvNet(), nil
	case "ReLUGuidedBackprop":
		return rules.ReLUGuidedBackprop(), nil
	case "ReLUBetaSmooth":
		return rules.ReLUBetaSmooth(orDefault(a.BetaSmooth, 10)), nil
	}
	return nil, fmt.Errorf("rule %q is not supported", name)
}

func (r ruleReader) zBox(a ruleArgs, c rules.Config) (rules.Rule, error) {
	low, err := r.bound(a.Low)
	if err != nil {
		return nil, fmt.Errorf("low: %w", err)
	}
	high, err := r.bound(a.High)
	if err != nil {
		return nil, fmt.Errorf("high: %w", err)
	}
	return rules.ZBoxWith(low, high, c), nil
}

// bound returns a side of a box: a number or {"tensor": key}.
func (r ruleReader) bound(raw json.RawMessage) (trace.Value, error) {
	var number *float64
	if json.Unmarshal(raw, &number) == nil && number != nil {
		return fn.Scalar(*number), nil
	}
	var t struct{ Tensor string }
	if err := decode(raw, &t); err != nil {
		return trace.Value{}, err
	}
	v, err := r.tensor(t.Tensor)
	if err != nil {
		return v, err
	}
	return castFloat(v, r.dtype), nil
}
