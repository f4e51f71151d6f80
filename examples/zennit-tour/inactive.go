package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func inactive() piece {
	return piece{
		name: "inactive", title: "nothing to remove, nothing to switch off",
		about: [2]string{
			"WithRules returns a new function. The model's own gradient is the same before, beside and after it.",
			"Values are the model's own, bit for bit: rules change derivatives only.",
		},
		zennit: `
composite.register(model)
...
with composite.inactive():
    grad, = torch.autograd.grad(model(data), data, target)
composite.remove()`,
		here: `
lawful := transforms.WithRules(composite, model)
grad := transforms.Pull(model, target)(x)`,
		run: runInactive,
	}
}

func runInactive(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	plain := transforms.Pull(net.Apply, attribute.Class(3))
	before := plain(x)
	lawful := transforms.WithRules(rules.GuidedBackprop(), net.Apply)
	fmt.Fprintf(w, "gradient           sum %s\n", number(total(before)))
	fmt.Fprintf(w, "guided             sum %s\n", number(total(transforms.Pull(lawful, attribute.Class(3))(x))))
	fmt.Fprintf(w, "gradient           sum %s\n", number(total(plain(x))))
	fmt.Fprintf(w, "values differ by   %s\n", number(largest(fn.Abs(fn.Sub(lawful(x), net.Apply(x))))))
	return nil
}

func concurrent() piece {
	return piece{
		name: "concurrent", title: "one model, any number of composites at once",
		about: [2]string{
			"Zennit holds one composite per model and changes parameters while a rule runs, which is not safe for threads.",
			"Here five composites explain with one model in goroutines of their own; each gets the numbers that it gets alone.",
		},
		zennit: `
for composite in composites:  # one at a time
    with composite.context(model) as modified:
        ...`,
		here: `
for i, c := range composites {
	wg.Go(func() { out[i] = transforms.Pull(transforms.WithRules(c, model), target)(x) })
}`,
		run: runConcurrent,
	}
}

func runConcurrent(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	composites := []rules.Composite{
		rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)), rules.EpsilonPlus(), rules.EpsilonPlusFlat(),
		rules.ExcitationBackprop(), rules.DeconvNet(),
	}
	out := make([]trace.Value, len(composites))
	var wg sync.WaitGroup
	for i, c := range composites {
		wg.Go(func() { out[i] = transforms.Pull(transforms.WithRules(c, net.Apply), attribute.Class(3))(x) })
	}
	wg.Wait()
	for i, c := range composites {
		alone := transforms.Pull(transforms.WithRules(c, net.Apply), attribute.Class(3))(x)
		if err := agree(c.String(), out[i], alone); err != nil {
			return err
		}
		fmt.Fprintf(w, "sum %s\n", number(total(out[i])))
	}
	return nil
}
