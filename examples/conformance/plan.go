package main

import (
	"fmt"
	"regexp"

	"github.com/pullback-go/pullback/transforms"
)

// checkPlan checks that a subject's composite assigns exactly the rules of a list. A
// batch norm that is merged is no longer a module.
func (r ruleReader) checkPlan(sub *subject, list []named) error {
	want := map[string]string{}
	for _, n := range list {
		rule, err := r.rule(n)
		if err != nil {
			return err
		}
		if _, ok := want[n.Module]; ok {
			return fmt.Errorf("rules: there are two for module %q", n.Module)
		}
		want[n.Module] = rule.String()
	}
	got, err := sub.plan()
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(got) {
		if got[name] != want[name] {
			return fmt.Errorf("rules: module %q gets %q, want %q", name, got[name], want[name])
		}
	}
	for _, name := range sortedKeys(want) {
		if _, ok := got[name]; !ok && !sub.merged[name] {
			return fmt.Errorf("rules: there is no module %q to get %q", name, want[name])
		}
	}
	return nil
}

// plan returns the rule of each site, "" for none, by module. All calls of a module must
// have the same rule.
func (s *subject) plan() (map[string]string, error) {
	got := map[string]string{}
	if s.composite == nil {
		return got, nil
	}
	for _, row := range transforms.Plan(s.composite, s.model, s.x).Rows {
		name, rule := s.called(row.Site.Path), ""
		if row.Rule != nil {
			rule = row.Rule.String()
		}
		if before, ok := got[name]; ok && before != rule {
			return nil, fmt.Errorf("rules: one call of module %q gets %q, another %q", name, before, rule)
		}
		got[name] = rule
	}
	return got, nil
}

// called returns the module of a path. It removes the number of the call if the module is
// called several times.
func (n *network) called(path string) string {
	base := call.ReplaceAllString(path, "")
	if n.shared[base] {
		return base
	}
	return path
}

var call = regexp.MustCompile(`:\d+$`)
