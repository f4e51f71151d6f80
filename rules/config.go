package rules

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Config has the options that the rules of LRP share. The zero Config stabilizes with
// 1e-6 and takes all parameters as they are.
type Config struct {
	// Stabilizer makes the divisor from an output; nil means Stabilizer{Epsilon: 1e-6}.
	Stabilizer Denominator
	// ZeroBias counts the biases of a site as 0, and ZeroWeight its weights. The site
	// says which operand is which.
	ZeroBias, ZeroWeight bool
}

// checked fills in the default stabilizer and checks a given one.
func (c Config) checked() Config {
	switch s := c.Stabilizer.(type) {
	case nil:
		c.Stabilizer = Stabilizer{Epsilon: defaultEpsilon}
	case Stabilizer:
		s.check()
		s.Axes = append([]int(nil), s.Axes...)
		c.Stabilizer = s
	}
	return c
}

// print prints a rule: its own parameters, the stabilizer, and which parameters count as
// zero.
func (c Config) print(name string, parameters ...any) string {
	return c.printZero(name, append(parameters, fmt.Sprintf("stabilizer=%v", c.Stabilizer))...)
}

// printZero is print without the stabilizer.
func (c Config) printZero(name string, parameters ...any) string {
	parts := make([]string, len(parameters))
	for i, p := range parameters {
		parts[i] = fmt.Sprint(p)
	}
	switch {
	case c.ZeroWeight && c.ZeroBias:
		parts = append(parts, "zero=weight+bias")
	case c.ZeroWeight:
		parts = append(parts, "zero=weight")
	case c.ZeroBias:
		parts = append(parts, "zero=bias")
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

// parameters modifies data, weights and biases, but sets to zero those that count as
// zero.
func (c Config) parameters(data, weight, bias Modifier) Modifiers {
	if c.ZeroWeight {
		weight = Zero
	}
	if c.ZeroBias {
		bias = Zero
	}
	return Modifiers{Data: data, Weight: weight, Bias: bias}
}

// changes reports whether the site has operands that count as zero.
func (c Config) changes(s *Site) bool {
	return c.ZeroWeight && has(s, weightRole) || c.ZeroBias && has(s, biasRole)
}

// Modifier maps an operand to one of the same type, as fn.Positive does.
type Modifier func(x trace.Value) trace.Value

// Modifiers say how to change the operands of a site, by role. A nil Modifier leaves them
// as they are. Operands that are not floats stay, too.
type Modifiers struct{ Data, Weight, Bias Modifier }

// Zero is the modifier that returns zeros.
func Zero(x trace.Value) trace.Value { return fn.ZerosLike(x) }

// ones is the modifier that returns ones.
func ones(x trace.Value) trace.Value { return fn.OnesLike(x) }
