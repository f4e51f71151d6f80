package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

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
	opPReLU
	opNeg // of the first operand, as those that follow
	opAbs
	opSign
)

// combineAll runs an op over whole operands.
func combineAll[T array.Number](fn string, op op, dst, a, b []T) {
	array.WantLen(fn, "the first operand", len(a), len(dst))
	array.WantLen(fn, "the second operand", len(b), len(dst))
	parallel.Split(len(dst), Grain, combining[T]{op, dst, a, b})
}

type combining[T array.Number] struct {
	op        op
	dst, a, b []T
}

func (c combining[T]) Run(lo, hi int) { combine(c.op, c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi]) }

// combine is dst = a op b, elementwise.
func combine[T array.Arithmetic](op op, dst, a, b []T) {
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
	case opPReLU:
		prelu(dst, a, b)
	case opNeg:
		neg(dst, a)
	case opAbs:
		abs(dst, a)
	case opSign:
		sign(dst, a)
	}
}

// Accumulate is dst += x, elementwise, on the caller's goroutine.
func Accumulate[T array.Arithmetic](dst, x []T) { combine(opAdd, dst, dst, x) }

func add[T array.Arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

func sub[T array.Arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

func mul[T array.Arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func div[T array.Arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

func maximum[T array.Arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = max(a[i], b[i])
	}
}

func minimum[T array.Arithmetic](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = min(a[i], b[i])
	}
}

func prelu[T array.Arithmetic](dst, x, slope []T) {
	x, slope = x[:len(dst)], slope[:len(dst)]
	for i := range dst {
		v := x[i]
		if !(v > 0) {
			v *= slope[i]
		}
		dst[i] = v
	}
}

func neg[T array.Arithmetic](dst, x []T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = -x[i]
	}
}

func abs[T array.Arithmetic](dst, x []T) {
	x = x[:len(dst)]
	for i := range dst {
		v := x[i]
		if v <= 0 {
			v = 0 - v // not -v, which makes -0 of 0
		}
		dst[i] = v
	}
}

func sign[T array.Arithmetic](dst, x []T) {
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
