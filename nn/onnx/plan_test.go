package onnx_test

import (
	"strings"

	"github.com/pullback-go/pullback/transforms"
)

// nothing is a composite that assigns no rules.
type nothing struct{}

func (nothing) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	return make([]transforms.Choice, len(sites)), nil
}

func (nothing) String() string { return "nothing" }

// layers lists the layers of a function, each as its kind and its path.
func layers[P, R any](f func(P) R, x P) string {
	var out []string
	for _, row := range transforms.Plan(nothing{}, f, x).Rows {
		if row.Site.Layer {
			out = append(out, string(row.Site.Kind)+" "+row.Site.Path)
		}
	}
	return strings.Join(out, ", ")
}
