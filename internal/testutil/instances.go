package testutil

import (
	"fmt"
	"reflect"
	"regexp"

	"github.com/pullback-go/pullback/trace"
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
		p := DrawRandom(seed, i)
		c.collect(p.Apply, p.Args())
		if !p.keepFloats() {
			continue
		}
		d := newDraft(seed, i, nil)
		first := pulled(p.Apply, d.seeds(p.outTypes()))
		c.collect(first, p.Args())
		c.collect(pulled(first, d.seeds(p.inTypes())), p.Args())
	}
	return c.out
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

// collect walks the program of f on data, through the bodies of calls.
func (c *collector) collect(f func([]Value) []Value, in []Value) {
	_, _ = guarded(func() []Value {
		p := trace.Record(f, trace.TypesOfValues(in)).Inlined(bodyOf)
		env := p.Env(in)
		for i := range p.Eqns {
			e := &p.Eqns[i]
			operands := env.Get(e.In)
			env.Step(e)
			c.add(e.Op, operands)
		}
		return nil
	})
}

// bodyOf is the program that a call stands for, nil if op is none.
func bodyOf(op trace.Op) *trace.Program {
	if b, ok := op.(interface{ Body() *trace.Program }); ok {
		return b.Body()
	}
	return nil
}

var pathOfPackage = regexp.MustCompile(`[\w./-]+/`)

// TypeName is the name of an operation's Go type, such as fn.unary[fn.tanh].
func TypeName(op trace.Op) string {
	return pathOfPackage.ReplaceAllString(reflect.TypeOf(op).String(), "")
}

func (c *collector) add(op trace.Op, in []Value) {
	name := TypeName(op)
	key := fmt.Sprint(trace.Describe(op), trace.TypesOfValues(in))
	if len(c.out[name]) < c.each && !c.seen[key] {
		c.seen[key] = true
		c.out[name] = append(c.out[name], Instance{op, in})
	}
}
