package kernel

// op is an operation that elementwise kernels and reductions name rather than pass as a
// function: a generic function as a value is an allocation, and a call through it cannot
// be inlined.
type op int

const (
	opAdd op = iota
	opSub
	opMul
	opDiv
	opMax
	opMin
	opBend
	opNeg // of the first operand, as those that follow
	opAbs
	opSign
)

// combineAll runs an op over whole operands.
func combineAll[T Number](fn string, op op, dst, a, b []T) {
	wantLen(fn, "the first operand", len(a), len(dst))
	wantLen(fn, "the second operand", len(b), len(dst))
	split(len(dst), elementGrain, combining[T]{op, dst, a, b})
}

type combining[T Number] struct {
	op        op
	dst, a, b []T
}

func (c combining[T]) run(lo, hi int) { combine(c.op, c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi]) }

// combine is dst = a op b, elementwise.
func combine[T arithmetic](op op, dst, a, b []T) {
	done := combineVectors(op, dst, a[:len(dst)], b[:len(dst)])
	dst, a, b = dst[done:], a[done:], b[done:]
	switch op {
	case opAdd:
		add(dst, a, b)
	case opSub:
		sub(dst, a, b)
	case opMul:
		mul(dst, a, b)
	case opDiv:
		div(dst, a, b)
	case opMax:
		maximum(dst, a, b)
	case opMin:
		minimum(dst, a, b)
	case opBend:
		bend(dst, a, b)
	case opNeg:
		neg(dst, a)
	case opAbs:
		abs(dst, a)
	case opSign:
		sign(dst, a)
	}
}

// accumulate is dst += x, elementwise, on the caller's goroutine.
func accumulate[T arithmetic](dst, x []T) { combine(opAdd, dst, dst, x) }

func add[T arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

func sub[T arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

func mul[T arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func div[T arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

func maximum[T arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = max(a[i], b[i])
	}
}

func minimum[T arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = min(a[i], b[i])
	}
}

func bend[T arithmetic](dst, x, slope []T) {
	x, slope = x[:len(dst)], slope[:len(dst)]
	for i := range dst {
		v := x[i]
		if !(v > 0) {
			v *= slope[i]
		}
		dst[i] = v
	}
}

func neg[T arithmetic](dst, x []T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = -x[i]
	}
}

func abs[T arithmetic](dst, x []T) {
	x = x[:len(dst)]
	for i := range dst {
		v := x[i]
		if v <= 0 {
			v = 0 - v // not -v, which makes -0 of 0
		}
		dst[i] = v
	}
}

func sign[T arithmetic](dst, x []T) {
	var zero T
	x = x[:len(dst)]
	for i := range dst {
		switch v := x[i]; {
		case v > 0:
			dst[i] = 1
		case v < 0:
			dst[i] = zero - 1
		default:
			dst[i] = v
		}
	}
}
