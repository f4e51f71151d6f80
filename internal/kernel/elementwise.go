package kernel

// The kernels of this file and of arith.go want slices of one length. dst may be the same slice as an
// operand, but may not overlap it otherwise.

// elementGrain is how many elements of cheap arithmetic are worth a goroutine.
const elementGrain = 1 << 14

// Unary is dst[i] = f(src[i]). f may be called from several goroutines at once.
func Unary[D, S any](dst []D, src []S, f func(S) D) {
	wantLen("Unary", "src", len(src), len(dst))
	split(len(dst), elementGrain, unary[D, S]{dst, src, f})
}

type unary[D, S any] struct {
	dst []D
	src []S
	f   func(S) D
}

func (u unary[D, S]) run(lo, hi int) {
	dst := u.dst[lo:hi]
	for i, v := range u.src[lo:hi] {
		dst[i] = u.f(v)
	}
}

// Binary is dst[i] = f(a[i], b[i]). f may be called from several goroutines at once.
func Binary[D, S any](dst []D, a, b []S, f func(a, b S) D) {
	wantLen("Binary", "a", len(a), len(dst))
	wantLen("Binary", "b", len(b), len(dst))
	split(len(dst), elementGrain, binary[D, S]{dst, a, b, f})
}

type binary[D, S any] struct {
	dst  []D
	a, b []S
	f    func(a, b S) D
}

func (u binary[D, S]) run(lo, hi int) {
	dst, b := u.dst[lo:hi], u.b[lo:hi]
	for i, v := range u.a[lo:hi] {
		dst[i] = u.f(v, b[i])
	}
}

// Select is dst[i] = a[i] where cond[i] holds, else b[i].
func Select[E any](dst []E, cond []bool, a, b []E) {
	wantLen("Select", "cond", len(cond), len(dst))
	wantLen("Select", "a", len(a), len(dst))
	wantLen("Select", "b", len(b), len(dst))
	split(len(dst), elementGrain, choice[E]{dst, cond, a, b})
}

type choice[E any] struct {
	dst  []E
	cond []bool
	a, b []E
}

func (s choice[E]) run(lo, hi int) {
	dst, from := s.dst[lo:hi], [2][]E{s.b[lo:hi], s.a[lo:hi]}
	for i, c := range s.cond[lo:hi] {
		k := 0 // a number and no branch, which would be mispredicted half the time
		if c {
			k = 1
		}
		dst[i] = from[k][i]
	}
}

// Fill is dst[i] = v.
func Fill[E any](dst []E, v E) {
	for i := range dst {
		dst[i] = v
	}
}

// Iota is dst[o,i,r] = i for dst[outer n inner]. In a float type, i is rounded.
func Iota[T Number](dst []T, outer, n, inner int) {
	wantLen("Iota", "dst", len(dst), outer*n*inner)
	for range outer {
		for i := range n {
			Fill(dst[:inner], T(i))
			dst = dst[inner:]
		}
	}
}
