package transforms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// TapArg is the argument of a function with taps: the argument of f, and a value for each
// tapped site that stands for a change of its output. Only the derivative sees that
// change; values do not depend on it.
type TapArg[P any] struct {
	X    P
	Taps map[string]Value
}

// TapResult is the result of a function with taps: the result of f, and the outputs of
// the tapped sites.
type TapResult[R any] struct {
	Y      R
	Values map[string]Value
}

// WithTaps returns f with taps on the outputs of sites, by path (see [Plan]). The
// cotangent of a tap is the cotangent that arrives at the output of its site; under
// rules, that is the relevance there. Taps left absent are ignored. WithTaps works around
// and inside of [WithRules]. It panics with a *trace.Error for a path that no site has,
// listing the paths there are, and for a site inside of a loop.
func WithTaps[P, R any](f func(P) R, paths ...string) func(TapArg[P]) TapResult[R] {
	return func(in TapArg[P]) TapResult[R] {
		r := record(f, in.X)
		values := map[string]Value{}
		out := editOutputs("WithTaps", r, paths, func(path string, y Value) Value {
			values[path] = y
			if tap := in.Taps[path]; !tap.IsAbsent() {
				y = trace.Bind1(tapOp{}, y, tap)
			}
			return y
		})
		return TapResult[R]{result[R](r, out), values}
	}
}

// Relevances is [Pull] that also returns the cotangents that arrive at the outputs of
// named sites; under rules, these are relevance.
func Relevances[P, R any](f func(P) R, ct func(R) R, paths ...string) func(P) (P, map[string]Value) {
	tapped := WithTaps(f, paths...)
	return func(x P) (P, map[string]Value) {
		taps := map[string]Value{}
		for path, y := range tapped(TapArg[P]{X: x}).Values {
			taps[path] = fn.ZerosLike(y)
		}
		y, pull := VJP(tapped)(TapArg[P]{x, taps})
		cts := pull(TapResult[R]{Y: ct(y.Y)})
		return cts.X, cts.Taps
	}
}

// WithMasks returns f with masks on the outputs of named sites. The cotangents that
// arrive there (under rules, the relevance) are multiplied by the masks, which broadcast
// to them. With ones and zeros by channel, this gives the conditional relevance of
// Concept Relevance Propagation. Values are those of f. The masks may be traced, so that
// all conditions go into one [Vmap].
//
// Achtibat et al., "From attribution maps to human-understandable explanations through
// Concept Relevance Propagation", Nature Machine Intelligence 5, 2023.
func WithMasks[P, R any](f func(P) R, masks map[string]Value) func(P) R {
	paths := make([]string, 0, len(masks))
	for path := range masks {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return func(x P) R {
		r := record(f, x)
		out := editOutputs("WithMasks", r, paths, func(path string, y Value) Value {
			return trace.Bind1(gateOp{}, y, fn.BroadcastTo(masks[path], y.Shape()...))
		})
		return result[R](r, out)
	}
}

// WithValues returns f with the outputs of named sites replaced by values, of their types:
// what f computes if these were what it had found there. That is activation patching, and,
// with zeros or means, ablation. No derivative passes a replaced output to what made it;
// the values may be traced, and have derivatives. Sites are named by their path, see
// [Plan]. WithValues panics with a *trace.Error for a path that no site has, and for a
// value of another type.
func WithValues[P, R any](f func(P) R, values map[string]Value) func(P) R {
	paths := make([]string, 0, len(values))
	for path := range values {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return func(x P) R {
		r := record(f, x)
		out := editOutputs("WithValues", r, paths, func(path string, y Value) Value {
			v := values[path]
			if v.IsAbsent() || !v.Type().Equal(y.Type()) {
				panic(trace.Errorf("WithValues: the output of %s is %v, its replacement %v: give one of the same type", trace.Excerpt(path), y.Type(), typeOrAbsent(v)))
			}
			return v
		})
		return result[R](r, out)
	}
}

func typeOrAbsent(v Value) string {
	if v.IsAbsent() {
		return "absent"
	}
	return v.Type().String()
}

// editOutputs applies a recorded function with the outputs of sites edited. Calls around
// an edited site are opened.
func editOutputs(what string, r *recording, paths []string, edited func(path string, y Value) Value) []Value {
	found := findAll(r.program)
	at := map[place]edit{}
	asked := map[string]bool{} // by path: whether a site has it
	for _, path := range paths {
		asked[path] = false
	}
	for _, s := range found.sites {
		if _, ok := asked[s.Path]; ok {
			asked[s.Path] = true
			at[s.place] = func(env *trace.Env, e *trace.Eqn, compute func()) {
				compute()
				y := env.Get(e.Out)
				env.Trace.Follow(e, e.Derived, func() { y[0] = edited(s.Path, y[0]) })
				env.Set(e.Out, y)
			}
		}
	}
	for _, path := range paths {
		if !asked[path] {
			panic(trace.Errorf("%s: the function has no site %q; it has %s", what, trace.Excerpt(path), sitePaths(found.sites)))
		}
	}
	d := newEdits(found.nesting, at)
	d.opener = what
	return d.apply(r.program, r.leaves)
}

// sitePaths lists paths for an error. If there are many, it lists the first ones.
func sitePaths(sites []*Site) string {
	const most = 20
	var parts []string
	for _, s := range sites[:min(most, len(sites))] {
		parts = append(parts, strconv.Quote(trace.Excerpt(s.Path)))
	}
	if n := len(sites) - most; n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more, see Plan", n))
	}
	return strings.Join(parts, ", ")
}

// tapOp returns its first operand. Its cotangent goes to both operands.
type tapOp struct{}

func (tapOp) Moves()                                      {}
func (tapOp) Name() string                                { return "tap" }
func (tapOp) Infer(in []trace.Type) ([]trace.Type, error) { return sameTypes(in) }
func (tapOp) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (tapOp) VJP(_, _, ct []Value, _ []bool) []Value      { return []Value{ct[0], ct[0]} }
func (tapOp) LinearIn([]bool) bool                        { return true }
func (op tapOp) Batch(n int, in []Value, batched []bool) []Value {
	return trace.Bind(op, together(n, in, batched)...)
}

// gateOp returns its first operand. Its cotangent is multiplied by the second operand. It
// is a site, so that a ledger can show what it removed.
type gateOp struct{}

func (gateOp) Kind() trace.Kind { return trace.KindMasking }

func (gateOp) Name() string                                { return "gate" }
func (gateOp) Infer(in []trace.Type) ([]trace.Type, error) { return sameTypes(in) }
func (gateOp) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (gateOp) VJP(in, _, ct []Value, _ []bool) []Value     { return []Value{fn.Mul(ct[0], in[1]), {}} }
func (gateOp) LinearIn(marked []bool) bool                 { return !marked[1] }
func (op gateOp) Batch(n int, in []Value, batched []bool) []Value {
	return trace.Bind(op, together(n, in, batched)...)
}

func sameTypes(in []trace.Type) ([]trace.Type, error) {
	if !in[0].Equal(in[1]) {
		return nil, fmt.Errorf("the output of the site is %v, what changes it %v", in[0], in[1])
	}
	return in[:1], nil
}

// together gives every operand the batch axis.
func together(size int, in []Value, batched []bool) []Value {
	out := append([]Value{}, in...)
	for i, v := range in {
		if !batched[i] {
			out[i] = fn.Expand(v, 0, size)
		}
	}
	return out
}
