package trace

import (
	"slices"
	"strconv"
	"strings"
)

// Mask marks some of a list: variables of a program, operands of an equation, arguments
// of a function. A []bool is one wherever a Mask is wanted, and the other way round.
type Mask []bool

// AllMarked returns n marks, all set.
func AllMarked(n int) Mask { return slices.Repeat(Mask{true}, n) }

// Of returns the marks of variables, of a mask of all variables.
func (m Mask) Of(vars []Var) Mask {
	out := make(Mask, len(vars))
	for i, v := range vars {
		out[i] = m[v]
	}
	return out
}

// AnyOf reports whether one of the variables is marked.
func (m Mask) AnyOf(vars []Var) bool {
	for _, v := range vars {
		if m[v] {
			return true
		}
	}
	return false
}

// Set marks variables.
func (m Mask) Set(vars []Var) {
	for _, v := range vars {
		m[v] = true
	}
}

// Any reports whether anything is marked.
func (m Mask) Any() bool { return slices.Contains(m, true) }

// Not returns the opposite marks.
func (m Mask) Not() Mask {
	out := make(Mask, len(m))
	for i, marked := range m {
		out[i] = !marked
	}
	return out
}

// Indices lists the places that are marked.
func (m Mask) Indices() []int {
	var out []int
	for i, marked := range m {
		if marked {
			out = append(out, i)
		}
	}
	return out
}

// Count returns how many places are marked.
func (m Mask) Count() int {
	n := 0
	for _, marked := range m {
		if marked {
			n++
		}
	}
	return n
}

// String lists the places that are marked, as 0, 2.
func (m Mask) String() string {
	var out []string
	for _, i := range m.Indices() {
		out = append(out, strconv.Itoa(i))
	}
	return strings.Join(out, ", ")
}
