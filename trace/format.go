package trace

import (
	"fmt"
	"strings"
)

// shownElems is about how many elements of an array are printed.
const shownElems = 64

// elemsAs is the elements of an array in nested brackets, each printed by the directive.
// Of a long axis it shows the head and the tail.
func elemsAs(directive string, a *Array) string {
	p := elemPrinter{directive: directive, array: a, edge: edgeFor(a.typ.Shape)}
	p.print(0, a.typ.Size(), a.typ.Shape)
	return p.text.String()
}

type elemPrinter struct {
	directive string
	array     *Array
	edge      int // how many entries of each end of a long axis are shown; 0 for all
	text      strings.Builder
}

// edgeFor returns how many entries of each end of an axis to show, so that not too many
// elements are; 0 for all.
func edgeFor(shape []int) int {
	for _, edge := range []int{0, 3, 2} {
		shown := 1
		for _, d := range shape {
			if edge > 0 && d > 2*edge+1 {
				d = 2 * edge
			}
			if d > 0 && shown > shownElems/d { // their product may overflow
				shown = shownElems + 1
				break
			}
			shown *= d
		}
		if shown <= shownElems {
			return edge
		}
	}
	return 1
}

// print prints n elements of the given shape, from an index on.
func (p *elemPrinter) print(from, n int, shape []int) {
	if len(shape) == 0 {
		fmt.Fprintf(&p.text, p.directive, p.array.data.at(from))
		return
	}
	p.text.WriteByte('[')
	for i := 0; i < shape[0]; i++ {
		if i > 0 {
			p.text.WriteByte(' ')
		}
		if p.edge > 0 && i == p.edge && shape[0] > 2*p.edge+1 {
			p.text.WriteString("... ")
			i = shape[0] - p.edge
		}
		step := n / shape[0]
		p.print(from+i*step, step, shape[1:])
	}
	p.text.WriteByte(']')
}
