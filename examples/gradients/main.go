// Gradients is a tour of derivatives, section by section what JAX's pages on automatic
// differentiation show: gradients of functions of numbers and of trees, values beside
// them, checks, Hessian-vector products, Jacobians, pullbacks and pushforwards of many
// vectors at once, derivatives of one's own, and what is built of all that: meta-learning,
// temporal differences, per-example gradients, straight-through estimators, fixed points.
//
//	go run ./examples/gradients
//
// Each section prints what it computes. Only complex numbers are left out: there are none.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() { tour(os.Stdout) }

// section is one part of the tour.
type section struct {
	title string
	show  func(w io.Writer)
}

var sections = []section{
	{"A gradient, and gradients of gradients", ofNumbers},
	{"Logistic regression", logistic},
	{"Trees of parameters", trees},
	{"Value and gradient, and something beside", valueAndGradient},
	{"Derivatives compared with differences", checked},
	{"Hessian-vector products, three ways", hessianVector},
	{"Jacobians and Hessians", jacobians},
	{"Many vectors at once", manyVectors},
	{"Tangents and cotangents", tangents},
	{"Control flow", controlFlow},
	{"Derivatives of one's own", ownDerivatives},
	{"A derivative that is changed on its way back", clippedGradient},
	{"Learning to learn", metaLearning},
	{"Stopped gradients", temporalDifference},
	{"Straight through", straightThrough},
	{"A gradient for each example", perExample},
	{"Fixed points", fixedPoint},
	{"Memory for time", checkpoints},
}

// tour prints all sections.
func tour(w io.Writer) {
	for i, s := range sections {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n%s\n", s.title, strings.Repeat("-", len(s.title)))
		s.show(w)
	}
}
