package lawtest

import (
	"fmt"
	"reflect"

	"github.com/pullback-go/pullback/trace"
)

// Op is a function of the caller's own that random programs call, beside those of package
// fn.
type Op struct {
	// Name is how a printed program calls the function, as in "mylib.Huber".
	Name string
	// Func takes one Value or more and returns one.
	Func any
	// Types are those of the operands. Without them the first operand is any array of
	// floats and the others are like it; smooth programs draw no other functions.
	Types []trace.Type
	// Weight says how often the function is drawn; 0 means about one step in ten. An
	// addition has 8.
	Weight int
}

// forms are what draws the operations.
func forms(ops []Op) []form {
	out := make([]form, len(ops))
	for i, op := range ops {
		out[i] = op.form()
	}
	return out
}

// smooth are the operations on arrays of any shape.
func smooth(ops []Op) []Op {
	var out []Op
	for _, op := range ops {
		if op.Types == nil {
			out = append(out, op)
		}
	}
	return out
}

func (op Op) form() form {
	n := op.operands()
	if op.Weight == 0 {
		op.Weight = weightOf(everyForm) / 9
	}
	c := callableOf(op.Name, op.Func)
	return form{op.Weight, func(g *drawer) {
		args := make([]any, n)
		for i := range args {
			args[i] = op.operand(g, i, args[0])
		}
		g.emit(c, args...)
	}}
}

// operand draws one; first is the first operand.
func (op Op) operand(g *drawer, i int, first any) variable {
	switch {
	case op.Types != nil:
		return g.like(op.Types[i])
	case i > 0:
		return g.like(g.typeOf(first.(variable)))
	case g.values != nil: // a smooth program
		return g.alike()
	}
	return g.operand(floats)
}

// operands is how many operands the function has.
func (op Op) operands() int {
	value := reflect.TypeFor[Value]()
	f := reflect.TypeOf(op.Func)
	ok := f != nil && f.Kind() == reflect.Func && !f.IsVariadic() && f.NumIn() > 0 && f.NumOut() == 1 && f.Out(0) == value
	for i := 0; ok && i < f.NumIn(); i++ {
		ok = f.In(i) == value
	}
	if !ok || op.Types != nil && len(op.Types) != f.NumIn() || op.Weight < 0 || op.Name == "" {
		panic(fmt.Sprintf("lawtest: Op %q has a %T, %d types and weight %d: want a name, a function of one Value or more that returns one, "+
			"a type for each or none, and a weight that is not negative", op.Name, op.Func, len(op.Types), op.Weight))
	}
	return f.NumIn()
}
