package rules

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// inside applies a rule to the operations of a kind inside of a layer, and returns what the
// layer then passes on of r. A layer without one keeps its plain derivative there.
func inside(s *Site, kind trace.Kind, rule Rule, in, r []trace.Value) []trace.Value {
	only := Func(fmt.Sprintf("%v inside", rule), func(t *Site) Rule {
		if !t.Layer && t.Kind.Is(kind) {
			return rule
		}
		return nil
	})
	_, pull := transforms.VJP(transforms.WithRules(only, ofData(s, in)))(floatData(s, in))
	return spread(s, pull(r[0]))
}
