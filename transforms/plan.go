package transforms

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/pullback-go/pullback/trace"
)

// Report says how a composite treats a function, before anything runs.
type Report struct {
	// Composite prints the composite.
	Composite string
	// Rows are the sites in order of execution.
	Rows []Row
}

// Row is one site of a report.
type Row struct {
	Site *Site
	// Rule is the rule chosen, nil for none.
	Rule Rule
	// Reason says why, in the composite's words.
	Reason string
	// Warning says what to look at. It is set for an operation without a rule that does
	// not hand relevance on as it is (see [Site.HandsOn]), linear or not, with a kind or
	// without one, and for a reduction as the result. Otherwise it is empty.
	Warning string
}

// Plan returns what WithRules(c, f) would do for an argument of the types of example:
// each site with kind, path, shape, the rule chosen and why. f is traced, not computed.
// Sites inside of a layer that has a rule are left out.
func Plan[P, R any](c Composite, f func(P) R, example P) Report {
	r := record(f, example)
	sites := findSites(r.program).sites
	choices, err := assign(c, sites)
	if err != nil {
		panic(trace.Errorf("Plan(%s): %w", described(c), err))
	}
	report := Report{Composite: c.String()}
	covered := map[*Site]bool{}
	for i, s := range sites {
		if s.Parent != nil && covered[s.Parent] {
			covered[s] = true
			continue
		}
		covered[s] = choices[i].Rule != nil
		report.Rows = append(report.Rows, Row{s, choices[i].Rule, choices[i].Reason, warning(s, choices[i].Rule)})
	}
	return report
}

func warning(s *Site, r Rule) string {
	switch {
	case s.Result && (s.Kind.Is(trace.KindReduction) || s.Kind.Is(trace.KindMean) && s.Outputs[0].Rank() == 0):
		return "the function's result is a reduction, which is attributed too: put the target outside, Pull(WithRules(c, model), target)"
	case r != nil || s.holds || s.HandsOn() != "":
		return ""
	case s.Kind == trace.KindProduct && s.DataOperands() > 1:
		return "a product of two data operands keeps its plain gradient"
	case s.Linear():
		return "linear, keeps its plain gradient"
	}
	return "nonlinear, keeps its plain gradient"
}

// String prints a table with path, kind, output shape, rule, reason, and warnings with
// the user's line.
func (r Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows {
		rule := "-"
		if row.Rule != nil {
			rule = row.Rule.String()
		}
		note := row.Reason
		if row.Warning != "" {
			note = strings.TrimPrefix(fmt.Sprintf("%s; warning: %s", note, row.Warning), "; ")
			if at := row.Site.Position(); at != "" {
				note += " (" + at + ")"
			}
		}
		path, kind := trace.Printable(row.Site.Path), trace.Printable(string(row.Site.Kind))
		fmt.Fprintf(w, "%s\t%s\t%v\t%s\t%s\n", path, kind, row.Site.Outputs[0], trace.Printable(rule), trace.Printable(note))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return r.Composite + "\n" + strings.Join(lines, "\n")
}
