package trace

import (
	"fmt"
	"strings"
)

// String names the variable a, b, ..., z, aa, ab, ...
func (v Var) String() string {
	if v < 0 {
		return "?"
	}
	if v < 26 {
		return string(rune('a' + v))
	}
	return (v/26 - 1).String() + string(rune('a'+v%26))
}

// String prints the program, one line to an equation:
//
//	program(a f32[2 3]) f32[]
//	  const b f32[3]
//	  c f32[2 3] = mul(a, d)      model.go:12
//	  return c
//
// Bodies of calls and loops follow their equation, indented. Variables are numbered in
// the order they are met, so that the text depends on what the program computes, not on
// how it was made; a derived equation ends in a prime after its line.
func (p *Program) String() string {
	var b strings.Builder
	p.print(&b, "", true)
	return b.String()
}

// Listing prints like String, without the users' lines.
func (p *Program) Listing() string {
	var b strings.Builder
	p.print(&b, "", false)
	return b.String()
}

func (p *Program) print(b *strings.Builder, indent string, lines bool) {
	names := map[Var]Var{}
	name := func(v Var) Var {
		n, ok := names[v]
		if !ok {
			n = Var(len(names))
			names[v] = n
		}
		return n
	}
	typed := func(vars []Var, sep string) string {
		parts := make([]string, len(vars))
		for i, v := range vars {
			parts[i] = fmt.Sprintf("%s %v", name(v), p.Types[v])
		}
		return strings.Join(parts, sep)
	}
	fmt.Fprintf(b, "%sprogram(%s)\n", indent, typed(p.In, ", "))
	for _, c := range p.Consts {
		fmt.Fprintf(b, "%s  const %s", indent, typed([]Var{c.Var}, ""))
		if c.Value.IsConcrete() && c.Value.Rank() == 0 {
			fmt.Fprintf(b, " = %v", c.Value.Array().data.at(0))
		}
		b.WriteByte('\n')
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		args := plain(e.In, name)
		outs := typed(e.Out, ", ")
		if len(e.Out) > 0 {
			outs += " = "
		}
		line := fmt.Sprintf("%s  %s%s(%s)", indent, outs, Describe(e.Op), args)
		b.WriteString(strings.TrimRight(line+suffix(e, lines), " "))
		b.WriteByte('\n')
		if c, ok := e.Op.(Caller); ok {
			for _, body := range c.Bodies() {
				body.print(b, indent+"    ", lines)
			}
		}
	}
	fmt.Fprintf(b, "%s  return %s\n", indent, plain(p.Out, name))
}

func plain(vars []Var, name func(Var) Var) string {
	parts := make([]string, len(vars))
	for i, v := range vars {
		parts[i] = name(v).String()
	}
	return strings.Join(parts, ", ")
}

func suffix(e *Eqn, lines bool) string {
	s := ""
	if lines {
		s = "    " + e.Stack.Position()
	}
	if e.Derived {
		s += " '"
	}
	return s
}
