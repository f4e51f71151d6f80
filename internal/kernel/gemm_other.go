//go:build purego || !amd64

package kernel

// multiply is the plain product, where there are no other instructions.
func multiply[T Float, A left[T], B right[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, steps int, accumulate bool) {
	multiplyPlain(c, ldc, a, i0, i1, b, j0, j1, steps, accumulate)
}
