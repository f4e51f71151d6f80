package kernel

import "testing"

func TestElementwiseGuarded(t *testing.T) {
	defer poisonAll(true)()
	elementwiseGuards().run(t)
}

func elementwiseGuards() *guards {
	l := &guards{}
	functionGuards[float32](l, "f32")
	functionGuards[float64](l, "f64")
	numberGuards[float32](l, "f32")
	numberGuards[float64](l, "f64")
	numberGuards[int32](l, "i32")
	numberGuards[int64](l, "i64")
	elementGuards[float32](l, "f32")
	elementGuards[float64](l, "f64")
	elementGuards[int32](l, "i32")
	elementGuards[int64](l, "i64")
	elementGuards[bool](l, "bool")
	floatGuards[float32](l, "f32")
	floatGuards[float64](l, "f64")
	boolGuards(l)
	return l
}

// functionGuards are functions of one number.
func functionGuards[T Float](l *guards, of string) {
	add := func(name string, f func(dst, src []T)) {
		l.add(name+"/"+of, func(g *guard, n int) { f(output[T](g, n), some[T](g, n)) })
	}
	add("Sqrt", Sqrt)
	add("Reciprocal", Reciprocal)
	add("Round", Round)
	add("Floor", Floor)
	add("Ceil", Ceil)
	add("Trunc", Trunc)
	add("Exp", Exp)
	add("Log", Log)
	add("Tanh", Tanh)
	add("Sigmoid", Sigmoid)
	add("Expm1", Expm1)
	add("SiLU", SiLU)
	add("Erf", Erf)
	add("NormalCDF", NormalCDF)
	add("NormalDensity", NormalDensity)
	add("GELU", GELU)
	add("GELUTanh", GELUTanh)
	add("LogSigmoid", LogSigmoid)
	add("HardSigmoid", HardSigmoid)
	add("HardSwish", HardSwish)
	add("Rsqrt", Rsqrt)
	add("Log1p", Log1p)
	add("Softsign", Softsign)
	add("LeakyReLU", func(dst, src []T) { LeakyReLU(dst, src, 0.1) })
	add("ExpBelow", func(dst, src []T) { ExpBelow(dst, src, 1, 2, 0.5) })
	add("Softplus", func(dst, src []T) { Softplus(dst, src, 2, 1) })
	add("Threshold", func(dst, src []T) { Threshold(dst, src, 0.5, 7) })
	add("Normalize", func(dst, src []T) { Normalize(dst, src, 1, 2, 3) })
}

// numberGuards are arithmetic, comparisons, reductions and casts.
func numberGuards[T Number](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	for name, f := range map[string]func(dst, x []T){"Abs": Abs[T], "Neg": Neg[T], "Sign": Sign[T], "Clamp": func(dst, x []T) { Clamp(dst, x, 1, 2) },
		"Scale": func(dst, x []T) { Scale(dst, x, 3) }} {
		add(name, func(g *guard, n int) { f(output[T](g, n), some[T](g, n)) })
	}
	for name, f := range map[string]func(dst, a, b []T){"Add": Add[T], "Sub": Sub[T], "Mul": Mul[T], "Div": Div[T], "Maximum": Maximum[T], "Minimum": Minimum[T], "Bend": Bend[T]} {
		add(name, func(g *guard, n int) { f(output[T](g, n), some[T](g, n), some[T](g, n)) })
	}
	for name, f := range map[string]func(dst []bool, a, b []T){"Equal": Equal[T], "NotEqual": NotEqual[T], "Less": Less[T], "LessEqual": LessEqual[T]} {
		add(name, func(g *guard, n int) { f(output[bool](g, n), some[T](g, n), some[T](g, n)) })
	}
	for name, f := range map[string]func(y, x []T, outer, n, inner int){"Sum": Sum[T], "Prod": Prod[T], "Max": Max[T], "Min": Min[T]} {
		add(name, alongAxis(func(g *guard, outer, n, inner int) {
			f(output[T](g, outer*inner), some[T](g, outer*n*inner), outer, n, inner)
		}))
	}
	for name, f := range map[string]func(y []int64, x []T, outer, n, inner int){"ArgMax": ArgMax[T], "ArgMin": ArgMin[T]} {
		add(name, alongAxis(func(g *guard, outer, n, inner int) {
			f(output[int64](g, outer*inner), some[T](g, outer*n*inner), outer, n, inner)
		}))
	}
	add("CumSum", alongAxis(func(g *guard, outer, n, inner int) {
		CumSum(output[T](g, outer*n*inner), some[T](g, outer*n*inner), outer, n, inner, n%2 == 0)
	}))
	add("Iota", alongAxis(func(g *guard, outer, n, inner int) { Iota(output[T](g, outer*n*inner), outer, n, inner) }))
	add("MulAdd", func(g *guard, n int) { MulAdd(output[T](g, n), some[T](g, n), some[T](g, n), some[T](g, n)) })
	add("Keep", func(g *guard, n int) { Keep(output[T](g, n), some[bool](g, n), some[T](g, n)) })
	add("Indicator", func(g *guard, n int) { Indicator(output[T](g, n), some[bool](g, n)) })
	add("Cast", func(g *guard, n int) {
		Cast(output[float32](g, n), some[T](g, n))
		Cast(output[float64](g, n), some[T](g, n))
		Cast(output[int32](g, n), some[T](g, n))
		Cast(output[int64](g, n), some[T](g, n))
	})
	add("Accumulate", func(g *guard, n int) { accumulate(filled[T](g, n), some[T](g, n)) })
}

// elementGuards are of any type.
func elementGuards[E element](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	add("Select", func(g *guard, n int) { Select(output[E](g, n), some[bool](g, n), some[E](g, n), some[E](g, n)) })
	add("Fill", func(g *guard, n int) { Fill(output[E](g, n), some[E](g, 1)[0]) })
	add("FillRuns", func(g *guard, n int) {
		for run := 1; run <= 5; run++ {
			FillRuns(output[E](g, n*run), some[E](g, 2*n), 2, run)
			FillRuns(output[E](g, n*run), some[E](g, 1), 0, run)
		}
	})
	add("Unary", func(g *guard, n int) { Unary(output[E](g, n), some[E](g, n), func(v E) E { return v }) })
	add("Binary", func(g *guard, n int) {
		Binary(output[E](g, n), some[E](g, n), some[E](g, n), func(a, _ E) E { return a })
	})
}

// floatGuards are other kernels of floats.
func floatGuards[T Float](l *guards, of string) {
	add := func(name string, run func(g *guard, n int)) { l.add(name+"/"+of, run) }
	add("Within", func(g *guard, n int) { Within(output[bool](g, n), some[T](g, n), -1, 1) })
	add("MaxOf", func(g *guard, n int) { output[T](g, 1)[0] = MaxOf(some[T](g, n+1)) })
	add("Moments", func(g *guard, n int) {
		y := output[float64](g, 2)
		y[0], y[1] = Moments(some[T](g, n+1))
	})
	add("Standardize", func(g *guard, n int) {
		Standardize(output[T](g, n), some[T](g, n), some[T](g, n), some[T](g, n), 1, 2)
	})
	add("ExpSum", func(g *guard, n int) {
		x := some[T](g, n)
		y := output[float64](g, 2)
		y[0], y[1] = ExpSum(output[T](g, n), x, 1), ExpSum(nil, x, 1)
	})
	add("SumOf", func(g *guard, n int) { output[T](g, 1)[0] = pairwise(some[T](g, n+1)) })
}

func boolGuards(l *guards) {
	for name, f := range map[string]func(dst, a, b []bool){"And": And, "Or": Or, "Xor": Xor} {
		l.add(name, func(g *guard, n int) { f(output[bool](g, n), some[bool](g, n), some[bool](g, n)) })
	}
	for name, f := range map[string]func(y, x []bool, outer, n, inner int){"Any": Any, "All": All} {
		l.add(name, alongAxis(func(g *guard, outer, n, inner int) {
			f(output[bool](g, outer*inner), some[bool](g, outer*n*inner), outer, n, inner)
		}))
	}
	l.add("Not", func(g *guard, n int) { Not(output[bool](g, n), some[bool](g, n)) })
	l.add("Narrow", func(g *guard, n int) { narrow(output[float32](g, n), some[float64](g, n)) })
}
