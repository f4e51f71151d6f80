package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// AttributionPatching estimates, for the outputs a of named sites of f, how a metric of a
// corrupted input would change if a were what it is for a clean one:
//
//	R_a = (a(clean) - a(corrupted)) · ∂<t, f>/∂a (corrupted),   t = target(f(corrupted)).
//
// One derivative serves all sites, where [transforms.WithValues] computes the change itself
// for each. R has the shape of a; its sum is the estimate for all of a, and the sum over
// features that of a token. Clean and corrupted have the same types. Sites are named by
// their path, see [transforms.Plan].
//
// Nanda, "Attribution Patching: Activation Patching at Industrial Scale", 2023; Syed et al.,
// "Attribution Patching Outperforms Automated Circuit Discovery", BlackboxNLP 2024.
func AttributionPatching[P any](f func(P) Value, target Target, paths ...string) func(clean, corrupted P) map[string]Value {
	return func(clean, corrupted P) map[string]Value {
		defer trace.Naming("attribute.AttributionPatching")
		tapped := transforms.WithTaps(f, paths...)
		to := tapped(transforms.TapArg[P]{X: clean}).Values
		from := tapped(transforms.TapArg[P]{X: corrupted}).Values
		_, slopes := transforms.Relevances(f, target, paths...)(corrupted)
		out := map[string]Value{}
		for _, path := range paths {
			if !to[path].Type().Equal(from[path].Type()) {
				panic(trace.Errorf("%s is %v for the clean input and %v for the corrupted one: give inputs of one type", trace.Excerpt(path), to[path].Type(), from[path].Type()))
			}
			out[path] = fn.Mul(fn.Sub(to[path], from[path]), slopes[path])
		}
		return out
	}
}
