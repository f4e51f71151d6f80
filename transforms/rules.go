package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Rule is an attribution rule. It takes the place of a vector-Jacobian product. Rules are
// immutable and print every parameter. They are never compared: each site keeps its own.
type Rule interface {
	fmt.Stringer
	// Relevance returns the relevance of each data operand of a site, in their order,
	// given its operands, its outputs and the relevance r of each output. It is written
	// in operations on these values, so it has derivatives of any order with respect to
	// all of them, weights included. It may panic with a *trace.Error if it does not fit
	// the site.
	Relevance(s *Site, in, out, r []Value) []Value
}

// Composite assigns rules to the sites of a function. Composites are immutable, and
// printing one shows its parts.
type Composite interface {
	fmt.Stringer
	// Assign returns the choice for each of the sites. Sites come in the order of
	// execution, an outer site before those inside of it. If an outer site gets a rule,
	// the choices for the sites inside are not used. An error says what cannot be
	// assigned.
	Assign(sites []*Site) ([]Choice, error)
}

// Choice is the rule chosen for a site, nil for none, and the reason.
type Choice struct {
	Rule   Rule
	Reason string
}

// WithRules returns f with the composite's rules in the place of vector-Jacobian
// products. Its values are those of f, bit for bit.
//
// An operation is a site only if it depends on f's argument. The rules act once, in every
// VJP and JVP taken of the returned function: the derivative of a modified gradient is
// its true derivative. To have rules in the second derivative too, wrap the result again:
// WithRules(c2, Pull(WithRules(c1, f), t)). Inner rules win over outer ones.
//
// Put the target outside, as in Pull(WithRules(c, model), target): a reduction inside of
// f would be attributed too. The value of the returned function has a modified gradient
// wherever it is used. So in CE(y) + λ·reg(R), take y from VJP's value or from f.
func WithRules[P, R any](c Composite, f func(P) R) func(P) R {
	return func(x P) R {
		r := record(f, x)
		found := findSites(r.program)
		choices, err := assign(c, found.sites)
		if err != nil {
			panic(trace.Errorf("WithRules(%s): %w", described(c), err))
		}
		return result[R](r, assigned(found, choices).apply(r.program, r.leaves))
	}
}

// described prints a composite or canonizer for errors, shortened if it is long.
func described(c fmt.Stringer) string { return trace.Shortened(c.String(), 1000) }

// assign asks the composite for its choices. A site inside of one that has a rule gets
// none.
func assign(c Composite, sites []*Site) ([]Choice, error) {
	choices, err := c.Assign(sites)
	if err != nil {
		return nil, err
	}
	if len(choices) != len(sites) {
		return nil, fmt.Errorf("it made %d choices for %d sites", len(choices), len(sites))
	}
	taken := map[*Site]bool{}
	out := append([]Choice{}, choices...)
	for i, s := range sites {
		if s.Parent != nil && taken[s.Parent] {
			out[i], taken[s] = Choice{}, true
		} else if out[i].Rule != nil {
			taken[s] = true
		}
	}
	return out, nil
}

// assigned puts the chosen rules at their sites.
func assigned(f found, choices []Choice) edits {
	at := map[place]edit{}
	for i, s := range f.sites {
		if rule := choices[i].Rule; rule != nil {
			at[s.place] = func(env *trace.Env, e *trace.Eqn, _ func()) {
				env.Trace.Follow(e, e.Derived, func() {
					env.Set(e.Out, env.Trace.Bind(newRuled(s.plain, s, rule, len(s.Outputs)), env.Get(s.in)...))
				})
			}
			if s.absorbed != nowhere && !s.seen {
				at[s.absorbed] = func(*trace.Env, *trace.Eqn, func()) {}
			}
		}
	}
	return newEdits(f.nesting, at)
}

// ruled is an operation, or the call of a layer, whose VJP is computed by a rule.
type ruled struct {
	plain trace.Op
	site  *Site
	rule  Rule
	outs  int // the outputs that the rule covers; residuals of a linearized layer may follow
	// pull is the modified pullback of the first outs outputs.
	pull pullback
}

func newRuled(plain trace.Op, s *Site, r Rule, outs int) *ruled {
	d := &ruled{plain: plain, site: s, rule: r, outs: outs}
	d.pull = d.relevance
	return d
}

func (r *ruled) Name() string   { return r.plain.Name() }
func (r *ruled) String() string { return fmt.Sprintf("%s|%v", trace.Describe(r.plain), r.rule) }

func (r *ruled) Bodies() []*trace.Program {
	if c, ok := r.plain.(trace.Caller); ok {
		return c.Bodies()
	}
	return nil
}

func (r *ruled) Infer(in []trace.Type) ([]trace.Type, error) { return r.plain.Infer(in) }
func (r *ruled) Run(in []Value) []Value                      { return trace.Bind(r.plain, in...) }
func (r *ruled) Eval(in, out []*trace.Array)                 { r.plain.Eval(in, out) }
func (r *ruled) VJP(in, _, ct []Value, want []bool) []Value  { return vjpByLinearize(r, in, ct, want) }

// flows adds the operation as a site that has a rule already, and does not descend: an
// inner rule wins, and nothing inside of it is a site.
func (r *ruled) flows(f *finder, b *body, i int, in []flow) []flow {
	s := *r.site
	s.place, s.ruled, s.graph = place{b.number, i}, true, nil
	f.sites = append(f.sites, &s)
	return slices.Repeat([]flow{f.graph.union(in)}, len(b.Eqns[i].Out))
}

func (r *ruled) hasRules() bool      { return true }
func (r *ruled) discharge() trace.Op { return r.plain }

func (r *ruled) muted() trace.Op {
	d := *r
	d.plain = muted(r.plain)
	return &d
}

// Batch maps the pullback over the cases. The operation is not matched with a composite
// again.
func (r *ruled) Batch(size int, in []Value, batched []bool) []Value {
	body := trace.Record(func(args []Value) []Value { return trace.Bind(r.plain, args...) }, stripped(in, batched))
	plain := newCall(call{outs: len(body.Out), body: trace.Record(func(args []Value) []Value {
		return applyBatched(body, size, args, batched)
	}, trace.TypesOfValues(in))})
	d := &ruled{plain: plain, site: r.site, rule: r.rule, outs: r.outs}
	d.pull = func(in, out, ct []Value, want []bool) []Value {
		return r.batchedPull(size, batched, in, out, ct, want)
	}
	return trace.Bind(d, in...)
}

func (r *ruled) batchedPull(size int, batched trace.Mask, in, out, ct []Value, want trace.Mask) []Value {
	all := slices.Concat(in, out, ct)
	marked := append(slices.Clone(batched), trace.AllMarked(len(out)+len(ct))...)
	cts := vmapPartial(func(args []Value) []Value {
		n, m := len(in), len(in)+len(out)
		return r.pull(args[:n], args[n:m], args[m:], want)
	}, size, all, marked)
	return sumShared(cts, batched)
}

// relevance asks the rule for the data operands. Weights and biases get true cotangents.
func (r *ruled) relevance(in, out, ct []Value, want []bool) []Value {
	cts := make([]Value, len(in))
	data, others := r.site.split(want)
	if data.Any() {
		rel := r.rule.Relevance(r.site, in, out, ct)
		next := 0
		for i, o := range r.site.Operands {
			if o.Role != RoleData {
				continue
			}
			if next >= len(rel) {
				panic(trace.Errorf("rule %v gives %d relevances for %v, which has more data operands", r.rule, len(rel), r.site))
			}
			if data[i] && !rel[next].IsAbsent() {
				cts[i] = fitted(fmt.Sprintf("relevance that rule %v gives for %v", r.rule, r.site), "", rel[next], in[i].Type())
			}
			next++
		}
	}
	if others.Any() {
		for i, c := range plainVJP(r.plain, in, out, ct, others) {
			if others[i] {
				cts[i] = c
			}
		}
	}
	return cts
}

// plainVJP returns the true derivative of an operation. If the operation has residuals as
// further outputs, their cotangents are absent.
func plainVJP(op trace.Op, in, out, ct []Value, want trace.Mask) []Value {
	l, ok := op.(linearizer)
	if !ok {
		return op.VJP(in, out, ct, want)
	}
	if c, ok := op.(trace.Caller); ok {
		ct = append(append([]Value{}, ct...), make([]Value, len(c.Bodies()[0].Out)-len(ct))...)
	}
	return vjpByLinearize(l, in, ct, want)
}

func (r *ruled) linearize(want trace.Mask) linearization { return &linearRuled{r, want} }

// linearRuled keeps operands and outputs as residuals.
type linearRuled struct {
	*ruled
	want trace.Mask
}

func (l *linearRuled) forward(in []Value) (out, res []Value) {
	out = trace.Bind(discharged(l.plain), in...)
	return out, append(append([]Value{}, in...), out...)
}

func (l *linearRuled) backward(res, ct []Value) []Value {
	in, out := res[:len(l.want)], res[len(l.want):]
	cts := make([]Value, len(in))
	if !allAbsent(ct[:l.outs]) {
		cts = l.pull(in, out[:l.outs], filled(ct[:l.outs], out), l.want)
	}
	if later := ct[l.outs:]; !allAbsent(later) {
		padded := append(make([]Value, l.outs), later...)
		for i, c := range plainVJP(discharged(l.plain), in, out, padded, l.want) {
			if l.want[i] {
				cts[i] = add(cts[i], c)
			}
		}
	}
	return cts
}

func (l *linearRuled) push(res, tangents []Value) []Value {
	in, out := res[:len(l.want)], res[len(l.want):]
	what := func() string { return fmt.Sprintf("rule %v at %v of %s", l.rule, l.site, l.site.Position()) }
	pushed := transposed(what, l.pull, in, out[:l.outs], tangents)
	if len(out) > l.outs {
		plain := muted(discharged(l.plain)).(linearizer).linearize(l.want)
		_, again := plain.forward(in)
		pushed = append(pushed, plain.push(again, tangents)[l.outs:]...)
	}
	return pushed
}
