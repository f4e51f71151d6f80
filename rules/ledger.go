package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Account says what became of the relevance of a function: for each site how much
// arrived, how much it passed on, and where the difference remained.
type Account struct {
	// Composite prints the composite.
	Composite string
	// Rows are the sites that relevance reached, in the order of execution.
	Rows []AccountRow
	// Start is the relevance of the result, Input the relevance that arrived at the
	// argument.
	Start, Input float64
	// Elsewhere is the relevance lost (or gained) outside sites: where it stops at
	// StopGradient, or passes operations that a derivative made. Start - Input is
	// Elsewhere plus the losses of all sites.
	Elsewhere float64
}

// AccountRow is one site of an Account. Its parts add up: In = Out + Bias + Stabilizer +
// Masked + Rest.
type AccountRow struct {
	Site *Site
	// Rule is nil for a site without one, which keeps its plain gradient.
	Rule Rule
	// In is the relevance that arrived at the outputs, Out the relevance of the data
	// operands.
	In, Out float64
	// Bias is the share of the output that does not depend on the data: the layer's
	// output at zero input.
	Bias float64
	// Stabilizer is the relevance that the stabilizer took up.
	Stabilizer float64
	// Masked is the relevance that a mask of WithMasks took, and that of outputs that
	// pass nothing on, as an output of exactly 0.
	Masked float64
	// Rest is what remains. For the rules of LRP on linear layers it is about 0. The
	// plain gradient conserves relevance only where it moves values.
	Rest float64
}

// Ledger returns a function that explains f(x) by a composite, as Pull(WithRules(c, f),
// target) does, and accounts for the relevance. It also accounts for the innermost sites
// without a rule. It adds up in float64 what was computed, so the parts of a row add up
// within rounding, whatever the rules do. If the Rest of a row is not small, its rule
// does not conserve relevance. All leaves of x count as data.
//
// Ledger runs at once. It panics with a *trace.Error inside a trace, as under Jit, and if
// a site lies inside a Scan, Cond or Checkpoint, whose bodies are traced.
func Ledger[P, R any](c Composite, f func(P) R, target func(R) R) func(P) Account {
	needComposites("Ledger", c)
	return func(x P) Account {
		a := Account{Composite: c.String()}
		start := 0.0
		relevance := transforms.Pull(transforms.WithRules[P, R](auditor{c, &a}, f), func(y R) R {
			t := target(y)
			start = sumLeaves(t)
			return t
		})(x)
		slices.Reverse(a.Rows) // relevance meets them from the end
		a.Start, a.Input = start, sumLeaves(relevance)
		a.Elsewhere = a.Start - a.Input
		for _, r := range a.Rows {
			a.Elsewhere -= r.In - r.Out
		}
		return a
	}
}

func sumLeaves(tree any) float64 {
	leaves, _ := trace.Flatten(tree)
	return sumOf("the target", leaves...)
}

// sumOf adds up all float elements in float64. Absent values count as 0.
func sumOf(what string, vs ...trace.Value) float64 {
	sum := 0.0
	for _, v := range vs {
		if v.IsAbsent() || !v.DType().IsFloat() {
			continue
		}
		if !v.IsConcrete() {
			panic(trace.Errorf("rules.Ledger: the relevance of %s is traced, a %v, so there is nothing to add up: call Ledger outside of "+
				"Jit and other transforms, on a function without Scan, Cond and Checkpoint around its sites", what, v.Type()))
		}
		for _, x := range v.Float64s() {
			sum += x
		}
	}
	return sum
}

// auditor is a composite whose rules enter what they do into an account.
type auditor struct {
	of      Composite
	account *Account
}

func (a auditor) String() string { return a.of.String() }

func (a auditor) Assign(sites []*Site) ([]Choice, error) {
	choices, err := a.of.Assign(sites)
	if err != nil || len(choices) != len(sites) {
		return choices, err
	}
	out := make([]Choice, len(sites))
	for i, c := range choices {
		if c.Rule != nil {
			out[i] = Choice{Rule: audited{c.Rule, c.Rule, a.account}, Reason: c.Reason}
		}
	}
	for _, i := range innermost(sites, choices) {
		out[i] = Choice{Rule: audited{Plain(), nil, a.account}}
	}
	return out, nil
}

// audited applies a rule and enters what it did into the account.
type audited struct {
	Rule
	chosen  Rule // nil for a site without a rule
	account *Account
}

func (a audited) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	relevance := a.Rule.Relevance(s, in, out, r)
	row := AccountRow{Site: s, Rule: a.chosen, In: sumOf(s.String(), r...), Out: sumOf(s.String(), relevance...)}
	if rule, ok := a.Rule.(Absorber); ok {
		lost := rule.Absorbed(s, in, out, r)
		row.Bias, row.Stabilizer, row.Masked = sumOf("the bias", lost.Bias), sumOf("the stabilizer", lost.Stabilizer), sumOf("a mask", lost.Masked)
	}
	if a.chosen == nil && s.Kind == trace.KindMasking {
		row.Masked = row.In - row.Out
	}
	row.Rest = row.In - row.Out - row.Bias - row.Stabilizer - row.Masked
	a.account.Rows = append(a.account.Rows, row)
	return relevance
}

// String prints a table of the rows, and the totals. Amounts within rounding print as 0.
func (a Account) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Composite)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "site\trule\tin\tout\tbias\tstabilizer\tmasked\trest")
	all, rounding := AccountRow{In: a.Start, Out: a.Input, Rest: a.Elsewhere}, a.rounding()
	for _, r := range a.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\n", trace.Printable(r.Site.Path), trace.Printable(ruleText(r.Rule)), r.amounts(rounding))
		all.Bias, all.Stabilizer = all.Bias+r.Bias, all.Stabilizer+r.Stabilizer
		all.Masked, all.Rest = all.Masked+r.Masked, all.Rest+r.Rest
	}
	fmt.Fprintf(w, "elsewhere\t\t\t\t\t\t\t%s\n", amount(a.Elsewhere, rounding))
	fmt.Fprintf(w, "all\t\t%s\n", all.amounts(rounding))
	w.Flush()
	return b.String()
}

// rounding is the amount up to which a number counts as 0, relative to the largest
// amounts.
func (a Account) rounding() float64 {
	largest := math.Abs(a.Start)
	for _, r := range a.Rows {
		largest = math.Max(largest, math.Abs(r.In))
	}
	return 1e-12 * largest
}

func (r AccountRow) amounts(rounding float64) string {
	parts := make([]string, 0, 6)
	for _, x := range []float64{r.In, r.Out, r.Bias, r.Stabilizer, r.Masked, r.Rest} {
		parts = append(parts, amount(x, rounding))
	}
	return strings.Join(parts, "\t")
}

// amount prints a number with 4 digits.
func amount(x, rounding float64) string {
	if math.Abs(x) <= rounding {
		x = 0
	}
	return fmt.Sprintf("%.4g", x)
}

// Absorption is the relevance that a rule does not pass on, for each output element of
// the site. Absent values count as 0.
type Absorption struct {
	// Bias is the share of the output at zero input, Stabilizer the stabilizer's share.
	Bias, Stabilizer trace.Value
	// Masked is the relevance of outputs that pass nothing on.
	Masked trace.Value
}

// Absorber is a Rule that can say where the relevance remains that it does not pass on,
// see [Ledger]. The rules of LRP implement it.
type Absorber interface {
	Rule
	Absorbed(s *Site, in, out, r []trace.Value) Absorption
}

// plus returns a + by·b. Absent values count as 0.
func (a Absorption) plus(by float64, b Absorption) Absorption {
	add := func(a, b trace.Value) trace.Value {
		return AddUp([]trace.Value{a}, Scale(by, []trace.Value{b}))[0]
	}
	return Absorption{add(a.Bias, b.Bias), add(a.Stabilizer, b.Stabilizer), add(a.Masked, b.Masked)}
}
