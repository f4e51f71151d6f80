package onnx_test

import (
	"slices"
	"strings"

	"github.com/pullback-go/pullback/transforms"
)

// nothing is a composite that assigns no rules.
type nothing struct{}

func (nothing) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	return make([]transforms.Choice, len(sites)), nil
}

func (nothing) String() string { return "nothing" }

// layers lists the layers of a function, each as its kind, its path, and whether it has a
// bias.
func layers[P, R any](f func(P) R, x P) string {
	var out []string
	for _, row := range transforms.Plan(nothing{}, f, x).Rows {
		if !row.Site.Layer {
			continue
		}
		text := string(row.Site.Kind) + " " + row.Site.Path
		if slices.ContainsFunc(row.Site.Operands, func(o transforms.Operand) bool { return o.Role == transforms.RoleBias }) {
			text += "+bias"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}
