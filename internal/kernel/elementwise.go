package kernel

// elementGrain is how many elements of cheap arithmetic are worth a goroutine.
const elementGrain = 1 << 14

// All kernels of this file want slices of one length, and dst may be the same slice as an operand
// (but not overlap it otherwise).

// Unary is dst[i] = f(src[i]). f may be called from several goroutines.
func Unary[D, S any](dst []D, src []S, f func(S) D) {
	wantLen("Unary", "src", len(src), len(dst))
	if len(dst) <= elementGrain {
		unary(dst, src, f)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) { unary(dst[lo:hi], src[lo:hi], f) })
}

func unary[D, S any](dst []D, src []S, f func(S) D) {
	for i, v := range src[:len(dst)] {
		dst[i] = f(v)
	}
}

// Binary is dst[i] = f(a[i], b[i]). f may be called from several goroutines.
func Binary[D, S any](dst []D, a, b []S, f func(a, b S) D) {
	wantLen("Binary", "a", len(a), len(dst))
	wantLen("Binary", "b", len(b), len(dst))
	if len(dst) <= elementGrain {
		binary(dst, a, b, f)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) { binary(dst[lo:hi], a[lo:hi], b[lo:hi], f) })
}

func binary[D, S any](dst []D, a, b []S, f func(a, b S) D) {
	b = b[:len(dst)]
	for i, v := range a[:len(dst)] {
		dst[i] = f(v, b[i])
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

// Select is dst[i] = a[i] where cond[i] holds, else b[i].
func Select[E any](dst []E, cond []bool, a, b []E) {
	wantLen("Select", "cond", len(cond), len(dst))
	wantLen("Select", "a", len(a), len(dst))
	wantLen("Select", "b", len(b), len(dst))
	if len(dst) <= elementGrain {
		selectFrom(dst, cond, a, b)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) {
		selectFrom(dst[lo:hi], cond[lo:hi], a[lo:hi], b[lo:hi])
	})
}

func selectFrom[E any](dst []E, cond []bool, a, b []E) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, c := range cond[:len(dst)] {
		if c {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

// Cast converts the elements. From float to float and from integer to float it rounds to nearest, and
// from integer to integer it wraps. From float to integer it drops the fraction; what is out of
// range becomes the nearest end of it, and NaN becomes 0, on every machine.
func Cast[D, S Number](dst []D, src []S) {
	wantLen("Cast", "src", len(src), len(dst))
	if len(dst) <= elementGrain {
		cast(dst, src)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) { cast(dst[lo:hi], src[lo:hi]) })
}

func cast[D, S Number](dst []D, src []S) {
	src = src[:len(dst)]
	if isFloat[S]() && !isFloat[D]() {
		truncate(dst, src)
		return
	}
	for i := range dst {
		dst[i] = D(src[i])
	}
}

// truncate is cast from float to integer, which Go leaves to the machine where it is out of range.
func truncate[D, S Number](dst []D, src []S) {
	low := least[D]()
	bound := -S(low) // 2³¹ or 2⁶³, exact in either float type, and the first that is too large
	for i, v := range src {
		switch {
		case v != v:
			dst[i] = 0
		case v >= bound:
			dst[i] = -(low + 1)
		case v < -bound:
			dst[i] = low
		default:
			dst[i] = D(v)
		}
	}
}

func isFloat[T Number]() bool {
	half := 0.5
	return T(half) != 0
}
