//go:build !purego

package kernel

//go:generate go run -C asm ./elementwise -out ../elementwise_amd64.s -stubs ../elementwise_decl_amd64.go -pkg kernel

// bits256 is the size in bytes of the vectors of elementwise kernels.
const bits256 = 32

// combineVectors is [combine] for the first elements, in whole vectors; it returns how many they were.
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
