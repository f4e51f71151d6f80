package linalg

import "github.com/pullback-go/pullback/trace"

// MatrixPower is the product of n times the square matrices a[... k k], by repeated
// squaring: the identity for n = 0, and the power of the inverse for n < 0, see [Inv].
func MatrixPower(a trace.Value, n int) trace.Value {
	defer trace.Naming("matrix_power", a)
	mustBe("matrix_power", wantSquare, a)
	times := uint(n)
	if n < 0 {
		a, times = required("matrix_power", singular, inverse(a, factored(a)), a), -times
	}
	var y trace.Value
	for ; times > 0; times >>= 1 {
		if times&1 == 1 && y.IsAbsent() {
			y = a
		} else if times&1 == 1 {
			y = product(y, a)
		}
		if times > 1 {
			a = product(a, a)
		}
	}
	if y.IsAbsent() {
		return identity(a, a.Dim(-1))
	}
	return y
}
