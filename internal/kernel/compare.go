package kernel

// The kernels of this file want slices of one length. Comparisons with a NaN are false,
// but for [NotEqual].

// Equal is dst = whether a = b, elementwise.
func Equal[T Number](dst []bool, a, b []T) { compareAll("Equal", isEqual, dst, a, b) }

// NotEqual is dst = whether a ≠ b, elementwise.
func NotEqual[T Number](dst []bool, a, b []T) { compareAll("NotEqual", isUnequal, dst, a, b) }

// Less is dst = whether a < b, elementwise.
func Less[T Number](dst []bool, a, b []T) { compareAll("Less", isLess, dst, a, b) }

// LessEqual is dst = whether a ≤ b, elementwise.
func LessEqual[T Number](dst []bool, a, b []T) { compareAll("LessEqual", isAtMost, dst, a, b) }

// relation is what a comparison asks.
type relation int

const (
	isEqual relation = iota
	isUnequal
	isLess
	isAtMost
)

func compareAll[T Number](fn string, r relation, dst []bool, a, b []T) {
	wantLen(fn, "the first operand", len(a), len(dst))
	wantLen(fn, "the second operand", len(b), len(dst))
	split(len(dst), elementGrain, comparing[T]{r, dst, a, b})
}

type comparing[T Number] struct {
	relation relation
	dst      []bool
	a, b     []T
}

func (c comparing[T]) run(lo, hi int) {
	lo += compareVectors(c.relation, c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi])
	compare(c.relation, c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi])
}

func compare[T Number](r relation, dst []bool, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	switch r {
	case isEqual:
		for i := range dst {
			dst[i] = a[i] == b[i]
		}
	case isUnequal:
		for i := range dst {
			dst[i] = a[i] != b[i]
		}
	case isLess:
		for i := range dst {
			dst[i] = a[i] < b[i]
		}
	case isAtMost:
		for i := range dst {
			dst[i] = a[i] <= b[i]
		}
	}
}

// Within is dst = whether low ≤ x ≤ high, elementwise.
func Within[T Float](dst []bool, x []T, low, high T) {
	wantLen("Within", "x", len(x), len(dst))
	split(len(dst), elementGrain, locating[T]{dst, x, low, high})
}

type locating[T Float] struct {
	dst      []bool
	x        []T
	low, top T
}

func (l locating[T]) run(lo, hi int) {
	lo += withinVectors(l.dst[lo:hi], l.x[lo:hi], l.low, l.top)
	dst := bytes(l.dst[lo:hi])
	for i, v := range l.x[lo:hi] {
		dst[i] = bit(l.low <= v) & bit(v <= l.top) // and no branch, which would be mispredicted half the time
	}
}

// bit is a bool as a byte.
func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
