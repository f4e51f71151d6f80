package testutil

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"sync"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// Instance is an operation with operands for it.
type Instance struct {
	Op trace.Op
	In []Value
}

// Instances returns operations that occur in random programs, as many programs as said,
// and in their first and second derivatives; by the name of the operation's Go type, and
// at most so many of each. So what only derivatives are made of is among them.
func Instances(seed, programs uint64, each int) map[string][]Instance {
	c := &collector{each: each, out: map[string][]Instance{}, seen: map[string]bool{}}
	for i := range programs {
		p := lawtest.Seeded(seed, i)
		c.collect(p.Apply, p.Args())
		f, out := floatsOf(p)
		if len(out) == 0 {
			continue
		}
		r := rand.New(rand.NewPCG(seed, i))
		first := pulled(f, small(r, out))
		c.collect(first, p.Args())
		c.collect(pulled(first, small(r, trace.TypesOfValues(p.Args()))), p.Args())
	}
	return c.out
}

// floatsOf is a program as a function to those of its results that are of floats, and
// their types.
func floatsOf(p *lawtest.Program) (f func([]Value) []Value, out []trace.Type) {
	keep := func(vs []Value) []Value {
		var floats []Value
		for _, v := range vs {
			if v.DType().IsFloat() {
				floats = append(floats, v)
			}
		}
		return floats
	}
	return func(in []Value) []Value { return keep(p.Apply(in)) }, trace.TypesOfValues(keep(p.Results()))
}

// pulled is the pullback of f for fixed cotangents.
func pulled(f func([]Value) []Value, ct []Value) func([]Value) []Value {
	return transforms.Pull(f, func([]Value) []Value { return ct })
}

// small are cotangents of small numbers, of which some are 0.
func small(r *rand.Rand, types []trace.Type) []Value {
	out := make([]Value, len(types))
	for i, t := range types {
		out[i] = lawtest.Sampler(func(r *rand.Rand, n int) []float64 {
			data := make([]float64, n)
			for j := range data {
				if t.DType.IsFloat() {
					data[j] = float64(r.IntN(5)-1) / 2
				}
			}
			return data
		}).Value(r, t)
	}
	return out
}

type collector struct {
	each int
	out  map[string][]Instance
	seen map[string]bool
}

// Collect adds the operations of a function at arguments to instances, as the generator's
// are.
func Collect(out map[string][]Instance, f func(in []Value) []Value, in ...Value) {
	(&collector{each: 1 << 30, out: out, seen: map[string]bool{}}).collect(f, in)
}

// collect walks the program of f on data, through the bodies of calls, up to what does
// not fit the data, as a division by zero.
func (c *collector) collect(f func([]Value) []Value, in []Value) {
	defer func() { _ = recover() }()
	p := trace.Record(f, trace.TypesOfValues(in)).Inlined(bodyOf)
	env := p.Env(in)
	for i := range p.Eqns {
		e := &p.Eqns[i]
		operands := env.Get(e.In)
		env.Step(e)
		c.add(e.Op, operands)
	}
}

// bodyOf is the program that a call stands for, nil if op is none.
func bodyOf(op trace.Op) *trace.Program {
	if b, ok := op.(interface{ Body() *trace.Program }); ok {
		return b.Body()
	}
	return nil
}

var (
	pathOfPackage = regexp.MustCompile(`[\w./-]+/`)
	typeNames     sync.Map // of reflect.Type
)

// TypeName is the name of an operation's Go type, such as fn.unary[fn.exp].
func TypeName(op trace.Op) string {
	kind := reflect.TypeOf(op)
	name, ok := typeNames.Load(kind)
	if !ok {
		name, _ = typeNames.LoadOrStore(kind, pathOfPackage.ReplaceAllString(kind.String(), ""))
	}
	return name.(string)
}

func (c *collector) add(op trace.Op, in []Value) {
	name := TypeName(op)
	if len(c.out[name]) >= c.each {
		return
	}
	key := fmt.Sprint(trace.Describe(op), trace.TypesOfValues(in))
	if !c.seen[key] {
		c.seen[key] = true
		c.out[name] = append(c.out[name], Instance{op, in})
	}
}
