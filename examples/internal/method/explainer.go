package method

import (
	"context"
	"fmt"
	"sync"

	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// Explainer runs a network and methods, each compiled once for each type of input. It is
// safe for concurrent use.
type Explainer struct {
	Methods []Method
	f       model
	memory  int

	predict programs[value]
	explain []programs[Question]
}

// Question is an input and the cotangent of the network's output that is explained.
type Question struct{ X, Cotangent value }

// NewExplainer returns the explainer of a network f. The canonizers are applied to f
// before anything else. The memory in bytes bounds each call; 0 leaves it to package
// transforms.
func NewExplainer(f model, canonizers []rules.Canonizer, methods []Method, memory int) *Explainer {
	return &Explainer{Methods: methods, f: rules.Canonize(f, canonizers...), memory: memory, explain: make([]programs[Question], len(methods))}
}

// programs has a compiled function for each type of argument.
type programs[P any] struct {
	mu   sync.Mutex
	kept map[string]*transforms.Compiled[P, value]
}

// mostPrograms is the number of types of arguments for which programs are kept.
const mostPrograms = 64

func (p *programs[P]) of(f func(P) value, example P, memory int) (*transforms.Compiled[P, value], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	leaves, _ := trace.Flatten(example)
	key := fmt.Sprint(trace.TypesOfValues(leaves))
	if c, ok := p.kept[key]; ok {
		return c, nil
	}
	c, err := transforms.Compile(f, example, transforms.JitConfig{MemoryLimit: memory})
	if err != nil {
		return nil, err
	}
	if len(p.kept) >= mostPrograms || p.kept == nil {
		p.kept = map[string]*transforms.Compiled[P, value]{}
	}
	p.kept[key] = c
	return c, nil
}

// Predict returns the output for each of several inputs of one type.
func (e *Explainer) Predict(ctx context.Context, xs []value) ([]value, error) {
	c, err := e.predict.of(e.f, xs[0], e.memory)
	if err != nil {
		return nil, err
	}
	return c.CallMany(ctx, xs, 0)
}

// Explain returns the relevance by method i for each of several questions of one type. A
// result depends on its question alone, bit for bit.
func (e *Explainer) Explain(ctx context.Context, i int, qs []Question) ([]value, error) {
	c, err := e.explain[i].of(func(q Question) value { return e.Methods[i].Relevance(e.f, q.X, q.Cotangent) }, qs[0], e.memory)
	if err != nil {
		return nil, err
	}
	return c.CallMany(ctx, qs, 0)
}

// Plan says which rule of method i goes where, for an input of a type.
func (e *Explainer) Plan(i int, x value) (r transforms.Report, err error) {
	c := e.Methods[i].rules
	if c == nil {
		c = rules.LayerMap()
	}
	err = trace.Try(func() { r = transforms.Plan(c, e.f, x) })
	return r, err
}

// Ledger accounts for the relevance of a question under the rules of method i.
func (e *Explainer) Ledger(i int, q Question) (a rules.Account, err error) {
	m := e.Methods[i]
	target := attribute.Vector(q.Cotangent)
	if m.options.Output {
		target = attribute.TimesOutput(target)
	}
	err = trace.Try(func() { a = rules.Ledger(m.rules, e.f, target)(q.X) })
	return a, err
}
