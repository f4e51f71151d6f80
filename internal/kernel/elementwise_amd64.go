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

// evaluateVectors is dst = f(src) with vector instructions; it reports whether there are any. What is left
// of the last vector is filled up, so that every element takes the same way.
func evaluateVectors[T Float](f realFunction, dst, src []T) bool {
	if isa == plain {
		return false
	}
	lanes := bits256 / sizeOf[T]()
	n := len(dst) / lanes * lanes
	if n > 0 {
		runFunction(f, dst[:n], src[:n])
	}
	if n < len(dst) {
		var last [bits256 / 4]T
		copy(last[:], src[n:])
		runFunction(f, last[:lanes], last[:lanes])
		copy(dst[n:], last[:])
	}
	return true
}

// runFunction runs a kernel over whole vectors.
func runFunction[T Float](f realFunction, dst, src []T) {
	if sizeOf[T]() == 4 {
		functionF32(f, start(dst), start(src), len(dst))
	} else {
		functionF64(f, start(dst), start(src), len(dst))
	}
}

func functionF32(f realFunction, dst, src *byte, n int) {
	switch f {
	case sqrtOf:
		sqrtF32(dst, src, n)
	case reciprocalOf:
		reciprocalF32(dst, src, n)
	case expOf:
		expF32(dst, src, n)
	case logOf:
		logF32(dst, src, n)
	case tanhOf:
		tanhF32(dst, src, n)
	case sigmoidOf:
		sigmoidF32(dst, src, n)
	}
}

func functionF64(f realFunction, dst, src *byte, n int) {
	switch f {
	case sqrtOf:
		sqrtF64(dst, src, n)
	case reciprocalOf:
		reciprocalF64(dst, src, n)
	case expOf:
		expF64(dst, src, n)
	case logOf:
		logF64(dst, src, n)
	case tanhOf:
		tanhF64(dst, src, n)
	case sigmoidOf:
		sigmoidF64(dst, src, n)
	}
}
