package lawtest

// step is that of finite differences: with one extrapolation its fourth power is about
// the rounding of float64 over step.
const step = 1e-3

// FiniteDifference is the derivative of f at x along v, all in float64, from central
// differences with steps of 1e-3 and 5e-4 times v, extrapolated so that their error falls
// with the fourth power of the step: about 1e-10 for a function of ordinary size. f must
// be smooth within 1e-3·v of x.
func FiniteDifference(f func(Value) Value, x, v Value) Value {
	return differences(func(in []Value) []Value { return []Value{f(in[0])} }, []Value{x}, []Value{v})[0]
}

func differences(f func([]Value) []Value, x, u []Value) []Value {
	at := func(h float64) []Value { return f(along(x, u, h)) }
	far, near := [2][]Value{at(step), at(-step)}, [2][]Value{at(step / 2), at(-step / 2)}
	out := make([]Value, len(near[0]))
	for i := range out {
		// (4·D(h/2) - D(h)) / 3 with D(h) = (f(x + hu) - f(x - hu)) / 2h
		out[i] = combine([]float64{4. / 3 / step, -4. / 3 / step, -1. / 6 / step, 1. / 6 / step}, near[0][i], near[1][i], far[0][i], far[1][i])
	}
	return out
}

// along is x + h·u; where u is absent, x.
func along(x, u []Value, h float64) []Value {
	out := make([]Value, len(x))
	for i := range x {
		out[i] = x[i]
		if !u[i].IsAbsent() {
			out[i] = combine([]float64{1, h}, x[i], u[i])
		}
	}
	return out
}
