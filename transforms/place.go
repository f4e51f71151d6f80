package transforms

// place says where an equation is: the number of a body, and of the equation in it. If a
// program is the body of several equations, it counts as a separate body for each.
type place struct{ body, eqn int }

// nowhere is no equation's place.
var nowhere = place{-1, -1}

// nesting numbers a program and the bodies of its equations, at any depth. The program
// itself is body 0.
type nesting struct {
	numbers map[bodyKey]int
	around  []place // by body: the equation whose body it is
}

type bodyKey struct {
	of    place
	index int
}

func newNesting() *nesting { return &nesting{map[bodyKey]int{}, []place{nowhere}} }

// number returns the number of one body of the equation at a place.
func (b *nesting) number(of place, index int) int {
	k := bodyKey{of, index}
	n, ok := b.numbers[k]
	if !ok {
		n = len(b.around)
		b.numbers[k], b.around = n, append(b.around, of)
	}
	return n
}

// holders returns the equations that have one of the given places in a body, at any
// depth.
func (b *nesting) holders(places []place) map[place]bool {
	out := map[place]bool{}
	for _, p := range places {
		for p = b.around[p.body]; p != nowhere && !out[p]; p = b.around[p.body] {
			out[p] = true
		}
	}
	return out
}
