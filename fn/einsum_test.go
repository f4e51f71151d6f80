package fn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// plainEinsum adds up the products over all values of all letters. The operands have an
// axis for each letter, and the result is written out.
func plainEinsum(spec string, xs []trace.Value) grid {
	left, right, _ := strings.Cut(spec, "->")
	parts := strings.Split(left, ",")
	length := map[rune]int{}
	for i, p := range parts {
		for a, c := range p {
			if n, known := length[c]; !known || n == 1 {
				length[c] = xs[i].Shape()[a]
			}
		}
	}
	var letters []rune
	var all []int
	for c, n := range length {
		letters, all = append(letters, c), append(all, n)
	}
	at := func(p string, index, shape []int) []int {
		out := []int{}
		for a, c := range p {
			i := index[slices.Index(letters, c)]
			if shape[a] == 1 {
				i = 0 // it broadcasts
			}
			out = append(out, i)
		}
		return out
	}
	shape := []int{}
	for _, c := range right {
		shape = append(shape, length[c])
	}
	want := newGrid(shape...)
	eachIndex(all, func(index []int) {
		product := 1.0
		for i, p := range parts {
			product *= *gridOf(xs[i]).at(at(p, index, xs[i].Shape())...)
		}
		*want.at(at(right, index, shape)...) += product
	})
	return want
}

// Random sums of products of one to three operands, with diagonals, axes that broadcast,
// and empty ones.
func TestEinsumAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(66, 1))
	for range 300 {
		lengths := map[byte]int{'i': 1 + r.IntN(3), 'j': 1 + r.IntN(3), 'K': r.IntN(4), 'l': 2}
		var parts []string
		var xs []trace.Value
		used := ""
		d := numbers[r.IntN(len(numbers))]
		for range 1 + r.IntN(3) {
			part, shape := "", []int{}
			for range r.IntN(4) {
				c := "ijKl"[r.IntN(4)]
				n := lengths[c]
				if r.IntN(6) == 0 && !strings.ContainsRune(part, rune(c)) {
					n = 1
				}
				if i := strings.IndexByte(part, c); i >= 0 {
					n = shape[i]
				}
				part, shape = part+string(c), append(shape, n)
				if !strings.ContainsRune(used, rune(c)) {
					used += string(c)
				}
			}
			parts, xs = append(parts, part), append(xs, whole(r, d, shape...))
		}
		out := ""
		for _, i := range r.Perm(len(used))[:r.IntN(len(used)+1)] {
			out += used[i : i+1]
		}
		spec := strings.Join(parts, ",") + "->" + out
		plainEinsum(spec, xs).equals(t, spec, fn.Einsum(spec, xs...), 0)
	}
}

// What NumPy writes shorter is the same as what is written out.
func TestEinsumShorthand(t *testing.T) {
	r := rand.New(rand.NewPCG(67, 1))
	a, b := whole(r, trace.Float64, 2, 3, 4), whole(r, trace.Float64, 4, 5)
	batch := whole(r, trace.Float64, 6, 1, 3, 4)
	square := whole(r, trace.Float64, 2, 3, 3)
	for _, test := range []struct {
		short, long string
		xs          []trace.Value
	}{
		{"...i,ij", "xyi,ij->xyj", []trace.Value{a, b}},
		{"...ij,...kj->...ik", "xyij,yakj->xyik", nil},
		{" b i j -> j i ", "bij->ji", []trace.Value{a}},
		{"bii", "bii->b", []trace.Value{square}},
		{"...ii->...i", "bii->bi", []trace.Value{square}},
		{"bBa", "bBa->Bab", []trace.Value{a}},
		{"i...->...", "iab->ab", []trace.Value{a}},
		{"...", "abc->abc", []trace.Value{a}},
		{"...a->a", "bca->a", []trace.Value{a}},
	} {
		if test.xs == nil {
			c := whole(r, trace.Float64, 2, 5, 4)
			test.xs, test.long = []trace.Value{batch, c}, "xyij,ykj->xyik"
		}
		plainEinsum(test.long, test.xs).equals(t, test.short, fn.Einsum(test.short, test.xs...), 0)
	}
	near(t, "a weak factor", fn.Einsum(",i->i", fn.Scalar(2), trace.New([]float32{1, 2})).Float64s(), []float64{2, 4}, 0)
	near(t, "of bools", fn.Einsum("ij->ji", trace.New([]bool{true, false}, 1, 2)).Float64s(), []float64{1, 0}, 0)
}

func TestEinsumErrors(t *testing.T) {
	x, y := f32(2, 3), f32(4)
	for spec, want := range map[string]string{
		"ij":        "it has 1 operands, 2 are given",
		"ij,k,l":    "it has 3 operands, 2 are given",
		"ijk,l":     `operand 0, "ijk", names 3 axes, f32[2 3] has 2`,
		"i...jk,l":  `operand 0, "i...jk", names 3 axes, f32[2 3] has 2`,
		"i1,l":      `operand 0, "i1": '1' is no letter and no ellipsis`,
		"......,l":  `operand 0, "......": '.' is no letter and no ellipsis`,
		"ij,j":      "operand 1: 'j' has length 4, before it was 3",
		"ii,j":      "operand 0: axes 0 and 1 are both 'i', and have the lengths 2 and 3",
		"i...,...":  "operand 1: axis 0, of an ellipsis, has length 4, before it was 3",
		"ij,k->m":   "the result has 'm', which no operand has",
		"ij,k->kk":  "the result has 'k' twice",
		"ij,k->i>j": `the result, "i>j": '>' is no letter and no ellipsis`,
	} {
		wantMessage(t, fmt.Sprintf("einsum(f32[2 3], f32[4]): %q: %s", spec, want), func() { fn.Einsum(spec, x, y) })
	}
	wantMessage(t, `einsum: "": it has 1 operands, 0 are given`, func() { fn.Einsum("") })
	wantMessage(t, "einsum(f32[2], f64[2]): dtypes differ: f32 and f64; convert one of them with fn.Cast", func() { fn.Einsum("i,i", f32(2), f64(2)) })
}

// No text makes Go panic.
func FuzzEinsum(f *testing.F) {
	for _, seed := range []string{"ij,jk->ik", "...ii,i...", "a,bc->", "ij,ij->...", "->,", "i.j,k"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		for _, xs := range [][]trace.Value{{f32(2, 2)}, {f32(2, 2), f32(2)}, {f32(2, 1), f32(1, 2), f32()}} {
			_ = trace.Try(func() { fn.Einsum(spec, xs...) })
		}
	})
}

func ExampleEinsum() {
	a, b := trace.New([]float32{1, 2, 3, 4}, 2, 2), trace.New([]float32{10, 1})
	fmt.Println(fn.Einsum("ij,j->i", a, b), fn.Einsum("ii", a))
	// Output: f32[2] [12 34] f32[] 5
}
