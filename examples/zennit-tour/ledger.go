package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func ledger() piece {
	return piece{
		name: "ledger", title: "where relevance goes, layer by layer",
		about: [2]string{
			"The ledger accounts for every unit: what arrived at a layer, what it sent on, what bias and stabilizer took up.",
			"The rest is about 0 where a rule conserves relevance; the plain gradient does so only where it moves values, as max-pooling.",
		},
		zennit: `
print(relevance.sum() / output[:, target].sum())  # and hooks of your own for the layers between`,
		here: `
fmt.Print(rules.Ledger(rules.EpsilonGammaBox(low, high), model, attribute.Class(3))(x))`,
		run: runLedger,
	}
}

func runLedger(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	composite := rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1))
	account := rules.Ledger(composite, net.Apply, attribute.Class(3))(x)
	_, table, _ := strings.Cut(account.String(), "\n") // without the composite
	fmt.Fprint(w, table)
	for _, r := range account.Rows {
		if !(math.Abs(r.Rest) <= 1e-9) {
			return fmt.Errorf("%v of the relevance at %v is not accounted for", r.Rest, r.Site)
		}
	}
	gradient := rules.Ledger(rules.LayerMap(), net.Apply, attribute.Class(3))(x)
	fmt.Fprintf(w, "the gradient alone: %s arrives of %s\n", number(gradient.Input), number(gradient.Start))
	return nil
}
