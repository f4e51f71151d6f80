package kernel

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// guardedKernel is a kernel with a type of its elements, and how to run it at a size.
type guardedKernel struct {
	name string // of the function, and after a slash what it is of
	run  func(g *guard, n int)
}

// notGuarded are the exported functions that are no kernels over slices.
var notGuarded = []string{"Parallel", "Threefry2x32", "NewSmallConv", "Fits", "Pays", "String"}

// TestGuardTable: every exported function of the package is in the table, or named as
// none.
func TestGuardTable(t *testing.T) {
	var have []string
	for _, k := range guardTable() {
		name, _, _ := strings.Cut(k.name, "/")
		have = append(have, name)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() {
				declared = append(declared, f.Name.Name)
			}
		}
	}
	for _, name := range declared {
		if !slices.Contains(have, name) && !slices.Contains(notGuarded, name) {
			t.Errorf("%s is not in the table of guarded kernels", name)
		}
	}
	for _, name := range append(have, notGuarded...) {
		if !slices.Contains(declared, name) {
			t.Errorf("%s is in the table and not in the package", name)
		}
	}
}

func guardTable() []guardedKernel {
	return slices.Concat(functionGuards[float32]("f32"), functionGuards[float64]("f64"),
		numberGuards[float32]("f32"), numberGuards[float64]("f64"), numberGuards[int32]("i32"), numberGuards[int64]("i64"),
		elementGuards[float32]("f32"), elementGuards[float64]("f64"), elementGuards[int32]("i32"), elementGuards[int64]("i64"), elementGuards[bool]("bool"),
		floatGuards[float32]("f32"), floatGuards[float64]("f64"), boolGuards(), castGuards(), productGuards[float32]("f32"), productGuards[float64]("f64"), singleGuards())
}

// functionGuards are functions of one number.
func functionGuards[T Float](of string) (list []guardedKernel) {
	add := func(name string, f func(dst, src []T)) {
		list = append(list, guardedKernel{name + "/" + of, func(g *guard, n int) { f(output[T](g, n), some[T](g, n)) }})
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
	return list
}

// numberGuards are arithmetic, comparisons and reductions.
func numberGuards[T Number](of string) (list []guardedKernel) {
	add := func(name string, run func(g *guard, n int)) { list = append(list, guardedKernel{name + "/" + of, run}) }
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
	add("AddAlong", alongAxis(func(g *guard, outer, n, inner int) {
		AddAlong(output[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, outer*3*inner, n), outer, n, 3, inner)
		AddAlong(output[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int32](g, outer*3*inner, n), outer, n, 3, inner)
	}))
	add("AddTake", alongAxis(func(g *guard, outer, n, inner int) {
		AddTake(output[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, 3, n), outer, n, inner)
	}))
	add("AddAlongOnto", alongAxis(func(g *guard, outer, n, inner int) {
		AddAlongOnto(filled[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, outer*3*inner, n), outer, n, 3, inner)
		AddAlongOnto(filled[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int32](g, outer*3*inner, n), outer, n, 3, inner)
	}))
	add("AddTakeOnto", alongAxis(func(g *guard, outer, n, inner int) {
		AddTakeOnto(filled[T](g, outer*n*inner), some[T](g, outer*3*inner), indices[int64](g, 3, n), outer, n, inner)
	}))
	add("SliceAdd", func(g *guard, n int) {
		shape, start, size, step := []int{3, n + 4}, []int{2, 1}, []int{2, (n + 1) / 2}, []int{-1, 2}
		SliceAdd(output[T](g, volume(shape)), some[T](g, volume(size)), shape, start, size, step)
	})
	add("MulAdd", func(g *guard, n int) { MulAdd(output[T](g, n), some[T](g, n), some[T](g, n), some[T](g, n)) })
	add("Keep", func(g *guard, n int) { Keep(output[T](g, n), some[bool](g, n), some[T](g, n)) })
	add("Indicator", func(g *guard, n int) { Indicator(output[T](g, n), some[bool](g, n)) })
	add("MaxPool", func(g *guard, n int) {
		s := guardPool(g, n)
		ny := s.Planes * volume(s.Out[:])
		MaxPool(output[T](g, ny), output[int32](g, ny), some[T](g, s.Planes*volume(s.In[:])), s)
	})
	return list
}

// alongAxis runs a kernel over the middle axis of arrays of several shapes. The axis is
// not empty.
func alongAxis(run func(g *guard, outer, n, inner int)) func(g *guard, n int) {
	return func(g *guard, n int) {
		for _, s := range [][3]int{{1, n + 1, 1}, {2, 5, n}, {n, 3, 2}, {1, n + 1, 17}} {
			run(g, s[0], s[1], s[2])
		}
	}
}

// guardPool is a pooling of lines of so many elements and some more.
func guardPool(g *guard, n int) *Pool {
	window := 1 + g.r.IntN(4)
	return regularPool(1+g.r.IntN(2), [3]int{1, 1 + g.r.IntN(4), n + 1}, window, 1+g.r.IntN(3), 1)
}

// elementGuards move elements of any type.
func elementGuards[E element](of string) (list []guardedKernel) {
	add := func(name string, run func(g *guard, n int)) { list = append(list, guardedKernel{name + "/" + of, run}) }
	add("Select", func(g *guard, n int) { Select(output[E](g, n), some[bool](g, n), some[E](g, n), some[E](g, n)) })
	add("Fill", func(g *guard, n int) { Fill(output[E](g, n), some[E](g, 1)[0]) })
	add("FillRuns", func(g *guard, n int) {
		for run := 1; run <= 5; run++ {
			FillRuns(output[E](g, n*run), some[E](g, 2*n), 2, run)
			FillRuns(output[E](g, n*run), some[E](g, 1), 0, run)
		}
	})
	add("Permute", func(g *guard, n int) {
		for _, shape := range [][]int{{n, 9}, {8, n}, {3, n, 11}} {
			Permute(output[E](g, volume(shape)), some[E](g, volume(shape)), shape, []int{len(shape) - 1, 0, 1}[:len(shape)])
		}
	})
	add("Broadcast", func(g *guard, n int) {
		Broadcast(output[E](g, 5*n), some[E](g, n), []int{5, n}, []int{0, 1})
		Broadcast(output[E](g, 5*n), some[E](g, 5), []int{5, n}, []int{1, 0})
	})
	add("Slice", func(g *guard, n int) {
		shape, start, size, step := []int{3, n + 4}, []int{2, 1}, []int{2, (n + 1) / 2}, []int{-1, 2}
		Slice(output[E](g, volume(size)), some[E](g, volume(shape)), shape, start, size, step)
	})
	add("Concat", func(g *guard, n int) {
		Concat(output[E](g, 2*(n+3)), [][]E{some[E](g, 2*n), some[E](g, 6)}, 2, []int{n, 3})
	})
	add("Take", alongAxis(func(g *guard, outer, n, inner int) {
		Take(output[E](g, outer*4*inner), some[E](g, outer*n*inner), indices[int64](g, 4, n), outer, n, inner)
	}))
	add("TakeAlong", alongAxis(func(g *guard, outer, n, inner int) {
		TakeAlong(output[E](g, outer*4*inner), some[E](g, outer*n*inner), indices[int64](g, outer*4*inner, n), outer, n, 4, inner)
		TakeAlong(output[E](g, outer*4*inner), some[E](g, outer*n*inner), indices[int32](g, outer*4*inner, n), outer, n, 4, inner)
	}))
	add("Unary", func(g *guard, n int) { Unary(output[E](g, n), some[E](g, n), func(v E) E { return v }) })
	add("Binary", func(g *guard, n int) {
		Binary(output[E](g, n), some[E](g, n), some[E](g, n), func(a, _ E) E { return a })
	})
	return list
}

// floatGuards are other kernels of floats.
func floatGuards[T Float](of string) (list []guardedKernel) {
	add := func(name string, run func(g *guard, n int)) { list = append(list, guardedKernel{name + "/" + of, run}) }
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
	add("Normals", func(g *guard, n int) {
		words := make([]uint64, n)
		for i := range words {
			words[i] = g.r.Uint64()
		}
		Normals(output[T](g, n), given(g, words))
	})
	add("AvgPool", func(g *guard, n int) {
		s := guardPool(g, n)
		AvgPool(output[T](g, s.Planes*volume(s.Out[:])), some[T](g, s.Planes*volume(s.In[:])), s)
	})
	add("AvgPoolInput", func(g *guard, n int) {
		s := guardPool(g, n)
		AvgPoolInput(output[T](g, s.Planes*volume(s.In[:])), some[T](g, s.Planes*volume(s.Out[:])), s)
	})
	return list
}

func boolGuards() (list []guardedKernel) {
	for name, f := range map[string]func(dst, a, b []bool){"And": And, "Or": Or, "Xor": Xor} {
		list = append(list, guardedKernel{name, func(g *guard, n int) { f(output[bool](g, n), some[bool](g, n), some[bool](g, n)) }})
	}
	for name, f := range map[string]func(y, x []bool, outer, n, inner int){"Any": Any, "All": All} {
		list = append(list, guardedKernel{name, alongAxis(func(g *guard, outer, n, inner int) {
			f(output[bool](g, outer*inner), some[bool](g, outer*n*inner), outer, n, inner)
		})})
	}
	return append(list, guardedKernel{"Not", func(g *guard, n int) { Not(output[bool](g, n), some[bool](g, n)) }},
		guardedKernel{"RandomBits", func(g *guard, n int) { RandomBits(output[uint64](g, n), 1, 2, 3) }})
}

func castGuards() []guardedKernel {
	return slices.Concat(castsFrom[float32]("f32"), castsFrom[float64]("f64"), castsFrom[int32]("i32"), castsFrom[int64]("i64"))
}

func castsFrom[S Number](of string) []guardedKernel {
	return []guardedKernel{
		{"Cast/" + of + "/f32", func(g *guard, n int) { Cast(output[float32](g, n), some[S](g, n)) }},
		{"Cast/" + of + "/f64", func(g *guard, n int) { Cast(output[float64](g, n), some[S](g, n)) }},
		{"Cast/" + of + "/i32", func(g *guard, n int) { Cast(output[int32](g, n), some[S](g, n)) }},
		{"Cast/" + of + "/i64", func(g *guard, n int) { Cast(output[int64](g, n), some[S](g, n)) }},
	}
}

// productGuards are products and convolutions.
func productGuards[T Float](of string) (list []guardedKernel) {
	add := func(name string, run func(g *guard, n int)) { list = append(list, guardedKernel{name + "/" + of, run}) }
	add("Gemm", func(g *guard, n int) {
		for _, s := range [][3]int{{n, 5, 7}, {5, n, 3}, {3, 17, n}, {n, 1, 9}, {1, n, 9}, {n, n, 2}} {
			m, n, k := s[0], s[1], s[2]
			Gemm(m, n, k, some[T](g, m*k), k, 1, some[T](g, k*n), n, 1, output[T](g, m*n), n, false)
			Gemm(m, n, k, some[T](g, m*k), 1, m, some[T](g, k*n), 1, k, output[T](g, m*n), n, false)
		}
	})
	conv := func(name string, run func(g *guard, s Conv, nx, nw, ny int)) {
		add(name, func(g *guard, n int) {
			for _, s := range guardConvs(g, n) {
				nx, nw, ny := s.sizes()
				run(g, s, nx, nw, ny)
			}
		})
	}
	conv("ConvForward", func(g *guard, s Conv, nx, nw, ny int) {
		ConvForward(output[T](g, ny), some[T](g, nx), some[T](g, nw), s)
	})
	conv("ConvInput", func(g *guard, s Conv, nx, nw, ny int) { ConvInput(output[T](g, nx), some[T](g, ny), some[T](g, nw), s) })
	conv("ConvWeights", func(g *guard, s Conv, nx, nw, ny int) {
		ConvWeights(output[T](g, nw), some[T](g, nx), some[T](g, ny), s)
	})
	return list
}

// guardConvs are the geometries to run convolutions with at a size: of those that each of
// the ways of computing is for.
func guardConvs(g *guard, n int) []Conv {
	line := along(n+1, 1+n%5, 1+n%3)
	line.CIn, line.COut = 1+n%3, 1+n%17
	return []Conv{randomConv(g.r), longConv(g.r), strideOf(g.r, 1+n%40), winogradConv(g.r), smallConvs(g.r)[8+n%300], line}
}

// singleGuards are kernels of one float type, and those of integers.
func singleGuards() []guardedKernel {
	return []guardedKernel{
		{"GemmInt/i32", gemmIntGuard[int32]}, {"GemmInt/i64", gemmIntGuard[int64]},
		{"ConvRest", func(g *guard, n int) {
			s := guardConvs(g, n)[0]
			nx, nw, ny := s.sizes()
			ConvRest(output[float32](g, ny), some[float32](g, nx), some[float32](g, nw), some[float32](g, s.COut), some[float32](g, ny), some[float32](g, ny), 0, s)
		}},
		{"Run/Winograd", func(g *guard, n int) {
			s := winogradConv(g.r)
			nx, nw, ny := s.sizes()
			for _, tile := range testedTiles {
				Winograd{Conv: s, Tile: tile}.Run(output[float32](g, ny), some[float32](g, nx), some[float32](g, nw))
				Winograd{Conv: s, Tile: tile, Input: true}.Run(output[float32](g, nx), some[float32](g, ny), some[float32](g, nw))
			}
		}},
		{"Run/SmallConv/f32", smallConvGuard[float32]}, {"Run/SmallConv/f64", smallConvGuard[float64]},
	}
}

func gemmIntGuard[T int32 | int64](g *guard, n int) {
	GemmInt(n, 5, 7, some[T](g, n*7), 7, 1, some[T](g, 35), 5, 1, output[T](g, n*5), 5, false)
	GemmInt(3, n, 4, some[T](g, 12), 4, 1, some[T](g, 4*n), n, 1, output[T](g, 3*n), n, false)
}

// smallConvGuard runs the form of small planes, and where there is none, as in plain Go,
// the convolution.
func smallConvGuard[T Float](g *guard, n int) {
	s := smallConvs(g.r)[n%300]
	nx, nw, ny := s.sizes()
	y, dx, x, ct, w := output[T](g, ny), output[T](g, nx), some[T](g, nx), some[T](g, ny), some[T](g, nw)
	if f := NewSmallConv[T](s, false); f != nil {
		f.Run(y, x, w)
	} else {
		ConvForward(y, x, w, s)
	}
	if f := NewSmallConv[T](s, true); f != nil {
		f.Run(dx, ct, w)
	} else {
		ConvInput(dx, ct, w, s)
	}
}
