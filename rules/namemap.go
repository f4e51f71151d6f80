package rules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"

	"github.com/pullback-go/pullback/trace"
)

// NameEntry is a rule for the site of a name, see [At].
type NameEntry struct {
	Name string
	Rule Rule
	// Optional allows that no site has the name.
	Optional bool
}

// At returns the entry that gives a rule to the site at a path: features.0 for a layer,
// conv#2 for an operation, inside a layer or without one. If a layer is called more than
// once, its path means all calls, and features.0:1 means the second one. A nil rule
// leaves the site without one.
func At(name string, r Rule) NameEntry { return NameEntry{Name: name, Rule: r} }

// String prints name and rule.
func (e NameEntry) String() string {
	return fmt.Sprintf("%s: %v", trace.Printable(trace.Excerpt(e.Name)), ruleText(e.Rule))
}

// NameMap gives each site the rule of the first entry with its name. If no site has a
// name, that is an error, which lists similar names, unless the entry is Optional.
func NameMap(entries ...NameEntry) Composite { return nameMap(append([]NameEntry{}, entries...)) }

type nameMap []NameEntry

func (m nameMap) String() string {
	parts := make([]string, len(m))
	for i, e := range m {
		parts[i] = e.String()
	}
	return "NameMap(" + strings.Join(parts, ", ") + ")"
}

func (m nameMap) Assign(sites []*Site) ([]Choice, error) {
	named, first := byName(sites), map[string]int{}
	for i, e := range m {
		if !e.Optional && len(named[e.Name]) == 0 {
			return nil, fmt.Errorf("NameMap: no site has the path %q%s", trace.Excerpt(e.Name), similarPaths(e.Name, sites))
		}
		if _, twice := first[e.Name]; !twice {
			first[e.Name] = i
		}
	}
	return each(sites, func(s *Site) Choice {
		at := len(m)
		for _, name := range namesOf(s) {
			if i, ok := first[name]; ok {
				at = min(at, i)
			}
		}
		if at == len(m) {
			return Choice{}
		}
		return choice(m[at].Rule, "name "+trace.Printable(trace.Excerpt(m[at].Name)))
	}), nil
}

// printablePaths makes paths fit to print.
func printablePaths(paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = trace.Printable(trace.Excerpt(path))
	}
	return out
}

// calls matches the number that a path has for a layer that is called more than once.
var calls = regexp.MustCompile(`:\d+(/|$)`)

// namesOf returns the names that mean a site: its path, with and without the numbers of
// calls.
func namesOf(s *Site) []string {
	if short := calls.ReplaceAllString(s.Path, "$1"); short != s.Path {
		return []string{s.Path, short}
	}
	return []string{s.Path}
}

// byName returns the sites that each name means, without those that a derivative made.
func byName(sites []*Site) map[string][]*Site {
	named := map[string][]*Site{}
	for _, s := range sites {
		if s.Derived {
			continue
		}
		for _, name := range namesOf(s) {
			named[name] = append(named[name], s)
		}
	}
	return named
}

// similarPaths lists the paths nearest to a name that no site has, for errors.
func similarPaths(name string, sites []*Site) string {
	var paths []string
	for _, s := range sites {
		if !s.Derived {
			paths = append(paths, s.Path)
		}
	}
	if len(paths) == 0 {
		return ": there are no sites"
	}
	return "; the nearest are " + strings.Join(nearest(name, paths, 5), ", ")
}

// nearest returns the n names with the smallest edit distance to the given one, best
// first and fit to print.
func nearest(name string, names []string, n int) []string {
	excerpts := make([]string, len(names))
	for i, s := range names {
		excerpts[i] = trace.Excerpt(s)
	}
	out := spelling.Nearest(trace.Excerpt(name), excerpts, n)
	for i, s := range out {
		out[i] = trace.Printable(s)
	}
	return out
}

// Regexp gives a rule to each site whose path the expression matches somewhere; anchor it
// with ^ and $ to match the whole path. Regexp panics with a *trace.Error if expr or r is
// nil.
func Regexp(expr *regexp.Regexp, r Rule) Composite {
	if expr == nil || r == nil {
		panic(trace.Errorf("rules.Regexp: an expression and a rule are needed, got %v and %v", described(expr == nil), ruleText(r)))
	}
	return pathRegexp{expr, r}
}

type pathRegexp struct {
	expr *regexp.Regexp
	rule Rule
}

func (p pathRegexp) String() string {
	return fmt.Sprintf("Regexp(%s: %v)", trace.Printable(p.expr.String()), p.rule)
}

func (p pathRegexp) Assign(sites []*Site) ([]Choice, error) {
	return each(sites, func(s *Site) Choice {
		if p.expr.MatchString(s.Path) {
			return Choice{Rule: p.rule, Reason: "path " + trace.Printable(p.expr.String())}
		}
		return Choice{}
	}), nil
}
