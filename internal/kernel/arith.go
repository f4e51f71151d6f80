package kernel

// Add is dst = a + b, elementwise.
func Add[T Number](dst, a, b []T) { arith("Add", dst, a, b, add[T]) }

// Sub is dst = a - b, elementwise.
func Sub[T Number](dst, a, b []T) { arith("Sub", dst, a, b, sub[T]) }

// Mul is dst = a · b, elementwise.
func Mul[T Number](dst, a, b []T) { arith("Mul", dst, a, b, mul[T]) }

// Div is dst = a / b, elementwise. Integers are truncated towards zero; an integer divided by zero
// panics, and it is for the caller to see that there is none.
func Div[T Number](dst, a, b []T) { arith("Div", dst, a, b, div[T]) }

// Maximum is the elementwise maximum: NaN if either operand is, and +0 is more than -0.
func Maximum[T Number](dst, a, b []T) { arith("Maximum", dst, a, b, maximum[T]) }

// Minimum is the elementwise minimum: NaN if either operand is, and -0 is less than +0.
func Minimum[T Number](dst, a, b []T) { arith("Minimum", dst, a, b, minimum[T]) }

// Neg is dst = -x, elementwise.
func Neg[T Number](dst, x []T) { arith("Neg", dst, x, x, neg[T]) }

// MulAdd is dst = a·b + c, elementwise, the product being rounded before the sum, as in [Mul] and [Add].
func MulAdd[T Number](dst, a, b, c []T) {
	wantLen("MulAdd", "a", len(a), len(dst))
	wantLen("MulAdd", "b", len(b), len(dst))
	wantLen("MulAdd", "c", len(c), len(dst))
	if len(dst) <= elementGrain {
		mulAdd(dst, a, b, c)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) { mulAdd(dst[lo:hi], a[lo:hi], b[lo:hi], c[lo:hi]) })
}

// Scale is dst = s·x.
func Scale[T Number](dst, x []T, s T) {
	wantLen("Scale", "x", len(x), len(dst))
	if len(dst) <= elementGrain {
		scale(dst, x, s)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) { scale(dst[lo:hi], x[lo:hi], s) })
}

// Clamp is dst = x, but lo where x < lo and hi where x > hi (or where lo is more than hi). NaN stays.
func Clamp[T Number](dst, x []T, lo, hi T) {
	wantLen("Clamp", "x", len(x), len(dst))
	if len(dst) <= elementGrain {
		clamp(dst, x, lo, hi)
		return
	}
	Parallel(len(dst), elementGrain, func(from, to int) { clamp(dst[from:to], x[from:to], lo, hi) })
}

// arith runs a loop over the operands, in parallel if they are large.
func arith[T Number](fn string, dst, a, b []T, loop func(dst, a, b []T)) {
	wantLen(fn, "the first operand", len(a), len(dst))
	wantLen(fn, "the second operand", len(b), len(dst))
	if len(dst) <= elementGrain {
		loop(dst, a, b)
		return
	}
	Parallel(len(dst), elementGrain, func(lo, hi int) { loop(dst[lo:hi], a[lo:hi], b[lo:hi]) })
}

func add[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

func sub[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

func mul[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func div[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

func maximum[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = max(a[i], b[i])
	}
}

func minimum[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = min(a[i], b[i])
	}
}

func neg[T Number](dst, x, _ []T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = -x[i]
	}
}

func mulAdd[T Number](dst, a, b, c []T) {
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	for i := range dst {
		dst[i] = T(a[i]*b[i]) + c[i] // the conversion rounds: the compiler must not fuse
	}
}

func scale[T Number](dst, x []T, s T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = s * x[i]
	}
}

func clamp[T Number](dst, x []T, lo, hi T) {
	x = x[:len(dst)]
	for i, v := range x {
		if v < lo {
			v = lo
		}
		if v > hi {
			v = hi
		}
		dst[i] = v
	}
}
