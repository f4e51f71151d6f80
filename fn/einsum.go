package fn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// Einsum is a sum of products in Einstein's notation, as NumPy writes it: "bij,bjk->bik"
// is the product of two batches of matrices. Each letter stands for an axis. Letters that
// the result lacks are summed over, and a letter that an operand has twice takes its
// diagonal. An ellipsis stands for any number of axes, which broadcast, as do axes of
// length 1. Without "->" the result has the axes of the ellipses, then the letters that
// occur once, A to Z before a to z. Operands have one dtype.
//
// Operands are multiplied two at a time, by [DotGeneral] where there is anything to sum. The
// order of these products is the one with the fewest multiplications for up to 9 operands,
// and chosen greedily for more, so the order of the operands does not matter for speed.
func Einsum(spec string, xs ...trace.Value) trace.Value {
	defer trace.Naming("einsum", xs...)
	xs = together(promoteAll(xs)...)
	e, err := parseEinsum(spec, trace.TypesOfValues(xs))
	if err != nil {
		refuse("einsum", xs, "%q: %v", spec, err)
	}
	terms := make([]labeled, len(xs))
	for i, x := range xs {
		terms[i] = labeled{x, e.in[i]}.diagonal().without(func(l, n int) bool { return n == 1 && e.lengths[l] != 1 })
	}
	y := e.contract(terms).sum(func(l int) bool { return slices.Contains(e.out, l) })
	return Transpose(y.x, y.places(e.out)...)
}

// einsum is what a text says: a label for each axis of each operand and of the result, and
// the length of each label. Letters are their own labels. The axes of ellipses are -1, -2,
// ... from the last.
type einsum struct {
	in      [][]int
	out     []int
	lengths map[int]int
}

func parseEinsum(spec string, types []trace.Type) (einsum, error) {
	e := einsum{lengths: map[int]int{}}
	left, right, explicit := strings.Cut(strings.ReplaceAll(spec, " ", ""), "->")
	parts := strings.Split(left, ",")
	if len(parts) != len(types) {
		return e, fmt.Errorf("it has %d operands, %d are given", len(parts), len(types))
	}
	ellipsis := 0
	for i, part := range parts {
		labels, err := labelsOf(part, types[i].Rank())
		if err != nil {
			return e, fmt.Errorf("operand %d, %q: %w", i, part, err)
		}
		if len(labels) != types[i].Rank() {
			return e, fmt.Errorf("operand %d, %q, names %d axes, %v has %d", i, part, len(labels), types[i], types[i].Rank())
		}
		if err := e.measure(labels, types[i].Shape); err != nil {
			return e, fmt.Errorf("operand %d: %w", i, err)
		}
		e.in = append(e.in, labels)
		ellipsis = max(ellipsis, -slices.Min(append(labels[:len(labels):len(labels)], 0)))
	}
	if !explicit {
		e.out = e.implicit()
		return e, nil
	}
	var err error
	if e.out, err = labelsOf(right, ellipsis+len(right)-strings.Count(right, ".")); err != nil {
		return e, fmt.Errorf("the result, %q: %w", right, err)
	}
	for i, l := range e.out {
		if _, ok := e.lengths[l]; !ok {
			return e, fmt.Errorf("the result has %q, which no operand has", rune(l))
		}
		if slices.Contains(e.out[:i], l) {
			return e, fmt.Errorf("the result has %q twice", rune(l))
		}
	}
	return e, nil
}

// labelsOf returns the labels of an operand with so many axes. An ellipsis has those that
// the letters leave.
func labelsOf(part string, rank int) ([]int, error) {
	before, after, found := strings.Cut(part, "...")
	var labels []int
	for _, c := range before + after {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return nil, fmt.Errorf("%q is no letter and no ellipsis", c)
		}
		labels = append(labels, int(c))
	}
	if !found {
		return labels, nil
	}
	for n := 1; n <= rank-len(before)-len(after); n++ {
		labels = slices.Insert(labels, len(before), -n)
	}
	return labels, nil
}

// measure notes the lengths of an operand's axes.
func (e einsum) measure(labels, shape []int) error {
	for a, l := range labels {
		n := shape[a]
		if first := slices.Index(labels, l); shape[first] != n {
			return fmt.Errorf("axes %d and %d are both %q, and have the lengths %d and %d", first, a, rune(l), shape[first], n)
		}
		m, known := e.lengths[l]
		if known && m != n && m != 1 && n != 1 {
			if l < 0 {
				return fmt.Errorf("axis %d, of an ellipsis, has length %d, before it was %d", a, n, m)
			}
			return fmt.Errorf("%q has length %d, before it was %d", rune(l), n, m)
		}
		if !known || m == 1 {
			e.lengths[l] = n
		}
	}
	return nil
}

// implicit returns the labels of a result that is not written out.
func (e einsum) implicit() (out []int) {
	times := map[int]int{}
	for _, l := range slices.Concat(e.in...) {
		times[l]++
	}
	for _, l := range slices.Sorted(maps.Keys(times)) { // the axes of ellipses are the lowest
		if l < 0 || times[l] == 1 {
			out = append(out, l)
		}
	}
	return out
}

// labeled is an array with a label for each axis.
type labeled struct {
	x      trace.Value
	labels []int
}

// diagonal replaces two axes with one label by their diagonal, until no label is there
// twice.
func (t labeled) diagonal() labeled {
	for a, l := range t.labels {
		b := slices.Index(t.labels[a+1:], l) + a + 1
		if b == a {
			continue
		}
		others := others(len(t.labels), []int{a}, []int{b})
		x := Flatten(Transpose(t.x, append(slices.Clone(others), a, b)...), len(others))
		n := t.x.Dim(a)
		op, last := wholeSlice(x.Shape()), len(others)
		op.Size[last], op.Step[last] = n, n+1
		if n < 2 {
			op.Step[last] = 1
		}
		return labeled{op.apply(x), append(permuted(t.labels, others), l)}.diagonal()
	}
	return t
}

// without drops the axes of length 1 that drop names.
func (t labeled) without(drop func(label, length int) bool) labeled {
	var labels, shape []int
	for a, l := range t.labels {
		if n := t.x.Dim(a); !drop(l, n) {
			labels, shape = append(labels, l), append(shape, n)
		}
	}
	return labeled{Reshape(t.x, shape...), labels}
}

// sum sums over the axes that are not kept.
func (t labeled) sum(kept func(label int) bool) labeled {
	var axes, labels []int
	for a, l := range t.labels {
		if kept(l) {
			labels = append(labels, l)
		} else {
			axes = append(axes, a)
		}
	}
	if len(axes) == 0 {
		return t
	}
	return labeled{Sum(t.x, axes...), labels}
}

// times multiplies two arrays and sums over the labels that are not needed.
func (t labeled) times(u labeled, needed func(label int) bool) labeled {
	t = t.sum(func(l int) bool { return needed(l) || slices.Contains(u.labels, l) })
	u = u.sum(func(l int) bool { return needed(l) || slices.Contains(t.labels, l) })
	var batch, contracted []int
	for _, l := range t.labels {
		switch {
		case !slices.Contains(u.labels, l):
		case needed(l):
			batch = append(batch, l)
		default:
			contracted = append(contracted, l)
		}
	}
	if len(contracted) == 0 && len(batch) > 0 {
		return t.product(u, batch)
	}
	op := dot{t.places(contracted), u.places(contracted), t.places(batch), u.places(batch)}
	free := slices.Concat(permuted(t.labels, op.freeA(len(t.labels))), permuted(u.labels, op.freeB(len(u.labels))))
	return labeled{trace.Bind1(op, t.x, u.x), slices.Concat(batch, free)}
}

// product multiplies element by element: dot would make a matrix product of each.
func (t labeled) product(u labeled, batch []int) labeled {
	own := func(l int) bool { return slices.Contains(batch, l) }
	freeT, freeU := slices.DeleteFunc(slices.Clone(t.labels), own), slices.DeleteFunc(slices.Clone(u.labels), own)
	y := labeled{labels: slices.Concat(batch, freeT, freeU)}
	shape := slices.Concat(permuted(t.x.Shape(), t.places(slices.Concat(batch, freeT))), permuted(u.x.Shape(), u.places(freeU)))
	spread := func(v labeled, labels []int) trace.Value {
		return BroadcastIn(Transpose(v.x, v.places(labels)...), shape, y.places(labels)...)
	}
	y.x = Mul(spread(t, slices.Concat(batch, freeT)), spread(u, slices.Concat(batch, freeU)))
	return y
}

// places returns the axes of the labels.
func (t labeled) places(labels []int) []int {
	out := make([]int, len(labels))
	for i, l := range labels {
		out[i] = slices.Index(t.labels, l)
	}
	return out
}
