// Package pytorch evaluates expressions in PyTorch's notation, given as trees, by a table of
// its operations.
package pytorch

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Expression is an expression of PyTorch as a tree of lists. The first element of a list
// says what the others are:
//
//	["name", n]  ["const", value]  ["tuple", ...]  ["neg", a]
//	["+", a, b], and so "-" "*" "/" "**" "@"
//	["call", name, [args], {keywords}]  ["method", name, object, [args], {keywords}]
//	["attribute", object, name]  ["index", object, parts...]
//	["slice", from, to, step]  ["ellipsis"]  ["for", name, iterable, body]
//
// A value of an expression is a tensor, a float64, a bool, a string, nil, a list of values,
// or a place to index by.
type Expression struct {
	tree []any
	// Heads and Masked are those of the function attention, which has no such arguments.
	Heads  int
	Masked bool
}

// Parse reads the tree of an expression.
func Parse(raw json.RawMessage) (e Expression, err error) {
	if err := json.Unmarshal(raw, &e.tree); err != nil {
		return e, fmt.Errorf("the tree of an expression: %w", err)
	}
	return e, nil
}

// Value is the expression at values of its names. It panics with a text if the tree is
// malformed, or names an operation that the table does not have.
func (e Expression) Value(names map[string]trace.Value) trace.Value {
	known := make(map[string]any, len(names))
	for name, v := range names {
		known[name] = v
	}
	return tensor(evaluator{e, known}.value(e.tree))
}

// evaluator computes the value of a tree.
type evaluator struct {
	Expression
	names map[string]any
}

func (e evaluator) value(node any) any {
	list, ok := node.([]any)
	if !ok || len(list) == 0 {
		if node == nil {
			return nil
		}
		panic(fmt.Sprintf("%v is no expression", node))
	}
	rest := list[1:]
	switch what := text(list[0]); what {
	case "name":
		v, ok := e.names[text(at(rest, 0))]
		if !ok {
			panic(fmt.Sprintf("the name %v is not known", rest[0]))
		}
		return v
	case "const":
		return at(rest, 0)
	case "tuple":
		return e.values(rest)
	case "neg":
		return negated(e.value(at(rest, 0)))
	case "+", "-", "*", "/", "**", "@":
		return binary(what, e.value(at(rest, 0)), e.value(at(rest, 1)))
	case "call":
		return e.call(text(at(rest, 0)), e.values(listOf(at(rest, 1))), keywordsOf(at(rest, 2)))
	case "method":
		object := e.value(at(rest, 1))
		return e.call("torch."+text(at(rest, 0)), append([]any{object}, e.values(listOf(at(rest, 2)))...), keywordsOf(at(rest, 3)))
	case "attribute":
		return attribute(e.value(at(rest, 0)), text(at(rest, 1)))
	case "index":
		return fn.At(tensor(e.value(at(rest, 0))), e.values(rest[1:], asPlace)...)
	case "slice":
		return span(e.value(at(rest, 0)), e.value(at(rest, 1)), e.value(at(rest, 2)))
	case "ellipsis":
		return fn.Rest
	case "for":
		return e.each(text(at(rest, 0)), listOf(e.value(at(rest, 1))), at(rest, 2))
	default:
		panic(fmt.Sprintf("the expression %q is not supported", what))
	}
}

// values computes a list of expressions.
func (e evaluator) values(nodes []any, then ...func(any) any) []any {
	out := make([]any, len(nodes))
	for i, n := range nodes {
		out[i] = e.value(n)
		for _, f := range then {
			out[i] = f(out[i])
		}
	}
	return out
}

// each computes the body for each element of a list.
func (e evaluator) each(name string, list []any, body any) []any {
	out := make([]any, len(list))
	for i, v := range list {
		inner := evaluator{e.Expression, map[string]any{}}
		for n, w := range e.names {
			inner.names[n] = w
		}
		inner.names[name] = v
		out[i] = inner.value(body)
	}
	return out
}

// call applies an operation of the table to arguments.
func (e evaluator) call(name string, args []any, keywords map[string]any) any {
	op, ok := operations[name]
	if !ok {
		panic(fmt.Sprintf("the operation %q is not supported", name))
	}
	a := arguments{name: name, of: map[string]any{}, heads: e.Heads, masked: e.Masked}
	params := strings.Fields(op.params)
	for i, p := range params {
		if rest, variadic := strings.CutPrefix(p, "*"); variadic {
			a.of[rest] = args[min(i, len(args)):]
			args = args[:min(i, len(args))]
		} else if i < len(args) {
			a.of[p] = args[i]
		}
	}
	if len(args) > len(params) {
		panic(fmt.Sprintf("%s has %d arguments, and %d are given", name, len(params), len(args)))
	}
	for k, node := range keywords {
		if !strings.Contains(" "+op.params+" ", " "+k+" ") {
			panic(fmt.Sprintf("%s has no argument %q", name, k))
		}
		a.of[k] = e.value(node)
	}
	return op.apply(a)
}

// at is an element of a list that must be there.
func at(list []any, i int) any {
	if i >= len(list) {
		panic(fmt.Sprintf("an expression with %d parts lacks part %d", len(list), i))
	}
	return list[i]
}

func text(x any) string {
	s, ok := x.(string)
	if !ok {
		panic(fmt.Sprintf("%v is no text", x))
	}
	return s
}

func listOf(x any) []any {
	l, ok := x.([]any)
	if !ok {
		panic(fmt.Sprintf("%v is no list", x))
	}
	return l
}

func keywordsOf(x any) map[string]any {
	m, ok := x.(map[string]any)
	if !ok {
		panic(fmt.Sprintf("%v are no keywords", x))
	}
	return m
}

// tensor is a value as a tensor; a number takes the dtype of what it is combined with.
func tensor(x any) trace.Value {
	switch x := x.(type) {
	case trace.Value:
		return x
	case float64:
		return fn.Scalar(x)
	}
	panic(fmt.Sprintf("%v is no tensor", x))
}

func negated(x any) any {
	if n, ok := x.(float64); ok {
		return -n
	}
	return fn.Neg(tensor(x))
}

func binary(op string, a, b any) any {
	if op == "**" {
		if p, ok := b.(float64); ok {
			return fn.PowScalar(tensor(a), p)
		}
	}
	f := map[string]func(a, b trace.Value) trace.Value{"+": fn.Add, "-": fn.Sub, "*": fn.Mul, "/": fn.Div, "**": fn.Pow, "@": fn.MatMul}[op]
	return f(tensor(a), tensor(b))
}

// attribute is a shape, or a part of what an operation returned.
func attribute(object any, name string) any {
	switch object := object.(type) {
	case map[string]any:
		if v, ok := object[name]; ok {
			return v
		}
	case trace.Value:
		if name == "shape" {
			return numbersOf(object.Shape())
		}
	}
	panic(fmt.Sprintf("%T has no attribute %q", object, name))
}

func numbersOf(list []int) []any {
	out := make([]any, len(list))
	for i, n := range list {
		out[i] = float64(n)
	}
	return out
}

// asPlace makes an index of a number.
func asPlace(x any) any {
	if n, ok := x.(float64); ok {
		return whole(n)
	}
	return x
}

func span(from, to, step any) any {
	bound := func(x any, otherwise int) int {
		if x == nil {
			return otherwise
		}
		return whole(x)
	}
	return fn.SpanStep(bound(from, 0), bound(to, fn.End), bound(step, 1))
}

// whole is a number as an int.
func whole(x any) int {
	n, ok := x.(float64)
	if !ok || n != float64(int(n)) {
		panic(fmt.Sprintf("%v is no whole number", x))
	}
	return int(n)
}
