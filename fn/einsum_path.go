package fn

import (
	"math"
	"math/bits"
	"slices"
)

// exhaustive is the number of operands up to which every order of contractions is compared.
// There are 3ⁿ pairs of sets of operands.
const exhaustive = 9

// contract multiplies all terms, two at a time, in the order that takes the fewest
// multiplications, and sums over the labels that the result lacks. With many terms the
// order is chosen greedily: at each step the pair with the cheapest product.
func (e einsum) contract(terms []labeled) labeled {
	for len(terms) > exhaustive {
		terms = e.cheapestPair(terms)
	}
	path := e.path(terms)
	var of func(set uint) labeled
	of = func(set uint) labeled {
		if bits.OnesCount(set) == 1 {
			return terms[bits.TrailingZeros(set)]
		}
		left := path.left[set]
		return of(left).times(of(set&^left), func(l int) bool { return path.needed[set][l] })
	}
	return of(1<<len(terms) - 1)
}

// path says how each set of terms is best contracted.
type path struct {
	left   []uint         // by set: the part whose product is multiplied by that of the rest
	needed []map[int]bool // by set: the labels that its product has
}

// path finds the cheapest contraction of every set of terms, from smaller sets to larger
// ones. Among equally cheap ones it is the first, which contracts from left to right.
func (e einsum) path(terms []labeled) path {
	all := uint(1)<<len(terms) - 1
	p := path{make([]uint, all+1), make([]map[int]bool, all+1)}
	cost := make([]float64, all+1)
	for set := uint(1); set <= all; set++ {
		p.needed[set] = e.labelsOf(terms, func(i int) bool { return set>>i&1 == 1 })
		if bits.OnesCount(set) == 1 {
			continue
		}
		cost[set] = math.Inf(1)
		for left := (set - 1) & set; left > 0; left = (left - 1) & set {
			if left&set&-set == 0 {
				continue // the other part has the first term: seen from there
			}
			if c := cost[left] + cost[set&^left] + e.work(p.needed[left], p.needed[set&^left]); c < cost[set] {
				cost[set], p.left[set] = c, left
			}
		}
	}
	return p
}

// labelsOf returns the labels that the product of a set of terms has: those that other
// terms have too, or the result.
func (e einsum) labelsOf(terms []labeled, inside func(i int) bool) map[int]bool {
	out, wanted := map[int]bool{}, map[int]bool{}
	for _, l := range e.out {
		wanted[l] = true
	}
	for i, t := range terms {
		for _, l := range t.labels {
			if !inside(i) {
				wanted[l] = true
			}
		}
	}
	for i, t := range terms {
		for _, l := range t.labels {
			if inside(i) && wanted[l] {
				out[l] = true
			}
		}
	}
	return out
}

// work is the number of multiplications of a product: one for each place on all axes.
func (e einsum) work(a, b map[int]bool) float64 {
	n := 1.0
	for l := range a {
		n *= float64(e.lengths[l])
	}
	for l := range b {
		if !a[l] {
			n *= float64(e.lengths[l])
		}
	}
	return n
}

// cheapestPair multiplies the two terms whose product is cheapest.
func (e einsum) cheapestPair(terms []labeled) []labeled {
	alone := make([]map[int]bool, len(terms))
	for i := range terms {
		alone[i] = e.labelsOf(terms, func(k int) bool { return k == i })
	}
	best, i, j := math.Inf(1), 0, 1
	for a := range terms {
		for b := a + 1; b < len(terms); b++ {
			if c := e.work(alone[a], alone[b]); c < best {
				best, i, j = c, a, b
			}
		}
	}
	needed := e.labelsOf(terms, func(k int) bool { return k == i || k == j })
	out := slices.Clone(terms)
	out[i] = terms[i].times(terms[j], func(l int) bool { return needed[l] })
	return slices.Delete(out, j, j+1)
}
