//go:build !purego

package kernel

// bits256 is the size in bytes of the vectors of elementwise kernels.
const bits256 = 32

// combineVectors is [combine] for the first elements, in whole vectors; it returns how
// many they were.
func combineVectors[T arithmetic](op op, dst, a, b []T) int {
	n, done := wholeVectors[T](len(dst)), false
	if n == 0 {
		return 0
	}
	if sizeOf[T]() == 4 {
		done = combineF32(op, start(dst), start(a), start(b), n)
	} else {
		done = combineF64(op, start(dst), start(a), start(b), n)
	}
	if !done {
		return 0
	}
	return n
}

func combineF32(op op, dst, a, b *byte, n int) bool {
	switch op {
	case opAdd:
		addF32(dst, a, b, n)
	case opSub:
		subF32(dst, a, b, n)
	case opMul:
		mulF32(dst, a, b, n)
	case opDiv:
		divF32(dst, a, b, n)
	case opMax:
		maxF32(dst, a, b, n)
	case opMin:
		minF32(dst, a, b, n)
	case opBend:
		bendF32(dst, a, b, n)
	case opNeg:
		negF32(dst, a, n)
	case opAbs:
		absF32(dst, a, n)
	case opSign:
		signF32(dst, a, n)
	default:
		return false
	}
	return true
}

func combineF64(op op, dst, a, b *byte, n int) bool {
	switch op {
	case opAdd:
		addF64(dst, a, b, n)
	case opSub:
		subF64(dst, a, b, n)
	case opMul:
		mulF64(dst, a, b, n)
	case opDiv:
		divF64(dst, a, b, n)
	case opMax:
		maxF64(dst, a, b, n)
	case opMin:
		minF64(dst, a, b, n)
	case opBend:
		bendF64(dst, a, b, n)
	case opNeg:
		negF64(dst, a, n)
	case opAbs:
		absF64(dst, a, n)
	case opSign:
		signF64(dst, a, n)
	default:
		return false
	}
	return true
}

// castVectors is [Cast] between the float types, for the first elements; it returns how
// many they were.
func castVectors[D, S Number](dst []D, src []S) int {
	n := len(dst) / 4 * 4
	if n == 0 || wholeVectors[S](8) == 0 || wholeVectors[D](8) == 0 {
		return 0
	}
	switch {
	case sizeOf[S]() < sizeOf[D]():
		widenF32(start(dst), start(src), n)
	case sizeOf[S]() > sizeOf[D]():
		narrowF64(start(dst), start(src), n)
	default:
		return 0
	}
	return n
}

// normalizeVectors is [Normalize] for the first elements, and returns how many they were.
func normalizeVectors[T Float](dst, x []T, terms [3]float64) int {
	n := len(dst) / 4 * 4
	if n == 0 || isa() == plain {
		return 0
	}
	if sizeOf[T]() == 4 {
		normalizeF32(start(dst), start(x), start(terms[:]), n)
	} else {
		normalizeF64(start(dst), start(x), start(terms[:]), n)
	}
	return n
}
