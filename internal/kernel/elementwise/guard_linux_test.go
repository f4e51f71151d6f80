package elementwise

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestElementwiseGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	elementwiseGuards().Run(t)
}

func elementwiseGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
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
func functionGuards[T array.Float](l *kerneltest.Guards, of string) {
	add := func(name string, f func(dst, src []T)) {
		l.Add(name+"/"+of, func(g *kerneltest.Guard, n int) { f(kerneltest.Output[T](g, n), kerneltest.Some[T](g, n)) })
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
func numberGuards[T array.Number](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	for name, f := range map[string]func(dst, x []T){"Abs": Abs[T], "Neg": Neg[T], "Sign": Sign[T], "Clamp": func(dst, x []T) { Clamp(dst, x, 1, 2) },
		"Scale": func(dst, x []T) { Scale(dst, x, 3) }} {
		add(name, func(g *kerneltest.Guard, n int) { f(kerneltest.Output[T](g, n), kerneltest.Some[T](g, n)) })
	}
	for name, f := range map[string]func(dst, a, b []T){"Add": Add[T], "Sub": Sub[T], "Mul": Mul[T], "Div": Div[T], "Maximum": Maximum[T], "Minimum": Minimum[T], "PReLU": PReLU[T]} {
		add(name, func(g *kerneltest.Guard, n int) {
			f(kerneltest.Output[T](g, n), kerneltest.Some[T](g, n), kerneltest.Some[T](g, n))
		})
	}
	for name, f := range map[string]func(dst []bool, a, b []T){"Equal": Equal[T], "NotEqual": NotEqual[T], "Less": Less[T], "LessEqual": LessEqual[T]} {
		add(name, func(g *kerneltest.Guard, n int) {
			f(kerneltest.Output[bool](g, n), kerneltest.Some[T](g, n), kerneltest.Some[T](g, n))
		})
	}
	for name, f := range map[string]func(y, x []T, outer, n, inner int){"Sum": Sum[T], "Prod": Prod[T], "Max": Max[T], "Min": Min[T]} {
		add(name, kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
			f(kerneltest.Output[T](g, outer*inner), kerneltest.Some[T](g, outer*n*inner), outer, n, inner)
		}))
	}
	for name, f := range map[string]func(y []int64, x []T, outer, n, inner int){"ArgMax": ArgMax[T], "ArgMin": ArgMin[T]} {
		add(name, kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
			f(kerneltest.Output[int64](g, outer*inner), kerneltest.Some[T](g, outer*n*inner), outer, n, inner)
		}))
	}
	add("CumSum", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		CumSum(kerneltest.Output[T](g, outer*n*inner), kerneltest.Some[T](g, outer*n*inner), outer, n, inner, n%2 == 0)
	}))
	add("Iota", kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
		Iota(kerneltest.Output[T](g, outer*n*inner), outer, n, inner)
	}))
	add("MulAdd", func(g *kerneltest.Guard, n int) {
		MulAdd(kerneltest.Output[T](g, n), kerneltest.Some[T](g, n), kerneltest.Some[T](g, n), kerneltest.Some[T](g, n))
	})
	add("Keep", func(g *kerneltest.Guard, n int) {
		Keep(kerneltest.Output[T](g, n), kerneltest.Some[bool](g, n), kerneltest.Some[T](g, n))
	})
	add("Indicator", func(g *kerneltest.Guard, n int) { Indicator(kerneltest.Output[T](g, n), kerneltest.Some[bool](g, n)) })
	add("Cast", func(g *kerneltest.Guard, n int) {
		Cast(kerneltest.Output[float32](g, n), kerneltest.Some[T](g, n))
		Cast(kerneltest.Output[float64](g, n), kerneltest.Some[T](g, n))
		Cast(kerneltest.Output[int32](g, n), kerneltest.Some[T](g, n))
		Cast(kerneltest.Output[int64](g, n), kerneltest.Some[T](g, n))
	})
	add("Accumulate", func(g *kerneltest.Guard, n int) { Accumulate(kerneltest.Filled[T](g, n), kerneltest.Some[T](g, n)) })
}

// elementGuards are of any type.
func elementGuards[E array.Element](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	add("Select", func(g *kerneltest.Guard, n int) {
		Select(kerneltest.Output[E](g, n), kerneltest.Some[bool](g, n), kerneltest.Some[E](g, n), kerneltest.Some[E](g, n))
	})
	add("Fill", func(g *kerneltest.Guard, n int) { Fill(kerneltest.Output[E](g, n), kerneltest.Some[E](g, 1)[0]) })
	add("FillRuns", func(g *kerneltest.Guard, n int) {
		for run := 1; run <= 5; run++ {
			FillRuns(kerneltest.Output[E](g, n*run), kerneltest.Some[E](g, 2*n), 2, run)
			FillRuns(kerneltest.Output[E](g, n*run), kerneltest.Some[E](g, 1), 0, run)
		}
	})
	add("Unary", func(g *kerneltest.Guard, n int) {
		Unary(kerneltest.Output[E](g, n), kerneltest.Some[E](g, n), func(v E) E { return v })
	})
	add("Binary", func(g *kerneltest.Guard, n int) {
		Binary(kerneltest.Output[E](g, n), kerneltest.Some[E](g, n), kerneltest.Some[E](g, n), func(a, _ E) E { return a })
	})
}

// floatGuards are other kernels of floats.
func floatGuards[T array.Float](l *kerneltest.Guards, of string) {
	add := func(name string, run func(g *kerneltest.Guard, n int)) { l.Add(name+"/"+of, run) }
	add("Within", func(g *kerneltest.Guard, n int) {
		Within(kerneltest.Output[bool](g, n), kerneltest.Some[T](g, n), -1, 1)
	})
	add("MaxOf", func(g *kerneltest.Guard, n int) { kerneltest.Output[T](g, 1)[0] = MaxOf(kerneltest.Some[T](g, n+1)) })
	add("Moments", func(g *kerneltest.Guard, n int) {
		y := kerneltest.Output[float64](g, 2)
		y[0], y[1] = Moments(kerneltest.Some[T](g, n+1))
	})
	add("Standardize", func(g *kerneltest.Guard, n int) {
		Standardize(kerneltest.Output[T](g, n), kerneltest.Some[T](g, n), kerneltest.Some[T](g, n), kerneltest.Some[T](g, n), 1, 2)
	})
	add("ExpSum", func(g *kerneltest.Guard, n int) {
		x := kerneltest.Some[T](g, n)
		y := kerneltest.Output[float64](g, 2)
		y[0], y[1] = ExpSum(kerneltest.Output[T](g, n), x, 1), ExpSum(nil, x, 1)
	})
	add("SumOf", func(g *kerneltest.Guard, n int) { kerneltest.Output[T](g, 1)[0] = SumOf(kerneltest.Some[T](g, n+1)) })
}

func boolGuards(l *kerneltest.Guards) {
	for name, f := range map[string]func(dst, a, b []bool){"And": And, "Or": Or, "Xor": Xor} {
		l.Add(name, func(g *kerneltest.Guard, n int) {
			f(kerneltest.Output[bool](g, n), kerneltest.Some[bool](g, n), kerneltest.Some[bool](g, n))
		})
	}
	for name, f := range map[string]func(y, x []bool, outer, n, inner int){"Any": Any, "All": All} {
		l.Add(name, kerneltest.AlongAxis(func(g *kerneltest.Guard, outer, n, inner int) {
			f(kerneltest.Output[bool](g, outer*inner), kerneltest.Some[bool](g, outer*n*inner), outer, n, inner)
		}))
	}
	l.Add("Not", func(g *kerneltest.Guard, n int) { Not(kerneltest.Output[bool](g, n), kerneltest.Some[bool](g, n)) })
	l.Add("Narrow", func(g *kerneltest.Guard, n int) {
		Narrow(kerneltest.Output[float32](g, n), kerneltest.Some[float64](g, n))
	})
}

func TestElementwiseGuardTable(t *testing.T) { elementwiseGuards().WantComplete(t, "WholeVectors") }
