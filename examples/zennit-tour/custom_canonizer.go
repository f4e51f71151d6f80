package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// softplus replaces each ReLU by log(1 + exp(βx)) / β, which has derivatives of all
// orders. It changes values, unlike other canonizers.
type softplus struct{ beta float64 }

func (s softplus) String() string { return fmt.Sprintf("softplus(%v)", s.beta) }

// Canonize offers a replacement for each ReLU that is not part of another.
func (s softplus) Canonize(sites []*rules.Site) ([]rules.Replacement, error) {
	var out []rules.Replacement
	for _, site := range sites {
		if site.Kind.Is(trace.KindReLU) && (site.Parent == nil || !site.Parent.Kind.Is(trace.KindReLU)) {
			out = append(out, rules.Replacement{Site: site, Of: []*rules.Site{site}, Compute: s.compute})
		}
	}
	return out, nil
}

func (s softplus) compute(operands ...[]trace.Value) []trace.Value {
	return []trace.Value{fn.Softplus(operands[0][0], s.beta, 20)}
}

func customCanonizer() piece {
	return piece{
		name: "custom-canonizer", title: "a canonizer of one's own",
		about: [2]string{
			"A canonizer names sites and how to compute their outputs otherwise, of their operands; the rewritten function is checked.",
			"This one makes ReLU smooth, so that the gradient has a derivative: with growing β the values come close to the network's.",
		},
		zennit: `
class SoftplusCanonizer(Canonizer):
    def apply(self, root_module): ...     # find the ReLUs
    def register(self, module, parent, name): ...  # put a Softplus in the place of each
    def remove(self): ...                 # and back
    def copy(self): ...`,
		here: `
func (s softplus) Canonize(sites []*rules.Site) ([]rules.Replacement, error)
smooth := rules.Canonize(model, softplus{10})`,
		run: runCustomCanonizer,
	}
}

func runCustomCanonizer(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	curvature := func(f function) float64 {
		gradient := attribute.Gradient(f, attribute.Class(3))
		return total(fn.Abs(transforms.Pull(gradient, fn.OnesLike)(x)))
	}
	fmt.Fprintf(w, "ReLU           output %-8s size of second derivatives %s\n", number(largest(net.Apply(x))), number(curvature(net.Apply)))
	for _, beta := range []float64{1, 10, 100} {
		f := rules.Canonize(net.Apply, softplus{beta})
		fmt.Fprintf(w, "%-14v output %-8s size of second derivatives %s\n", softplus{beta}, number(largest(f(x))), number(curvature(f)))
	}
	return nil
}
