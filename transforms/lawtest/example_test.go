package lawtest_test

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

// t stands for the *testing.T of a test: it prints the first line of what is reported,
// without the numbers.
var t = &printer{}

type printer struct{ rapid.TB }

func (*printer) Helper()      {}
func (*printer) Name() string { return "example" }
func (*printer) Failed() bool { return false }

func (*printer) Logf(format string, args ...any) {}

func (*printer) Errorf(format string, args ...any) {
	line, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n")
	line, _, _ = strings.Cut(line, " at [")
	line, _, _ = strings.Cut(line, ": of ")
	fmt.Println(line)
}

// cube is x³, an operation of one's own on elements of float64.
type cube struct{}

func (cube) Name() string                                          { return "cube" }
func (cube) Infer(in []trace.Type) ([]trace.Type, error)           { return in, nil }
func (cube) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(cube{}, in...) }
func (cube) Elementwise()                                          {}

func (cube) Eval(in, out []*trace.Array) {
	x, y := trace.Elems[float64](in[0]), trace.Elems[float64](out[0])
	for i := range y {
		y[i] = x[i] * x[i] * x[i]
	}
}

func (cube) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{fn.Mul(ct[0], fn.Mul(fn.Scalar(3), fn.Square(in[0])))}
}

func Cube(x trace.Value) trace.Value { return trace.Bind1(cube{}, x) }

// halfCube has a derivative that is too small.
type halfCube struct{ cube }

func (halfCube) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{fn.Mul(ct[0], fn.Square(in[0]))}
}

// linearCube says that it is linear.
type linearCube struct{ cube }

func (linearCube) Name() string            { return "linear_cube" }
func (linearCube) String() string          { return "linear_cube" }
func (linearCube) LinearIn(of []bool) bool { return true }

// The laws of an operation's function, at points of a shape.
func ExampleLaws() {
	lawtest.Laws(t, Cube, lawtest.Between(-2, 2), 3, 4)
	lawtest.Laws(t, func(x trace.Value) trace.Value { return trace.Bind1(halfCube{}, x) }, lawtest.Between(-2, 2), 3, 4)
	// Output:
	// the VJP of f against central differences, operand 0, a f64[3 4]:
	// the VJP of Vmap of f, value 0:
}

// Functions of several operands, some of them not differentiated.
func ExampleLawsWith() {
	loss := func(in []trace.Value) trace.Value { return fn.MeanAll(fn.Mul(in[1], fn.Square(in[0]))) }
	lawtest.LawsWith(t, lawtest.Config{Order: 2}, loss,
		lawtest.Input{Shape: []int{3, 4}, Sampler: lawtest.Between(-1, 1)},
		lawtest.Input{Shape: []int{3, 4}, Sampler: lawtest.AwayFrom(0), Fixed: true})
	fmt.Println("done")
	// Output: done
}

// What breaks a claim is reported by operation, claim and operand.
func ExampleClaims() {
	x := trace.New([]float64{1, -2, 0.5}, 3)
	fmt.Println(lawtest.Claims(t, cube{}, x))
	fmt.Println(lawtest.Claims(t, linearCube{}, x))
	// Output:
	// [Elementwise]
	// linear_cube of [f64[3]]: Linear: linear in operand 0:
	// linear_cube of [f64[3]]: Linear: the VJP by operand 0: example_test.go:49: square(f64[3]): operand 0 is a value known by type alone (see trace.Unknown), and there is nothing to compute with
	// [Elementwise Linear]
}

func ExampleClaimsOf() {
	fmt.Println(lawtest.ClaimsOf(cube{}))
	// Output: [Elementwise]
}

// share gives each input of a product with weights its part of the relevance; of leak, some
// is lost.
type share struct{ leak float64 }

func (s share) String() string { return fmt.Sprintf("share(%v)", s.leak) }

func (s share) Relevance(_ *transforms.Site, in, out, r []trace.Value) []trace.Value {
	quotient := fn.Mul(fn.Div(r[0], out[0]), fn.Scalar(1-s.leak))
	return []trace.Value{fn.Mul(in[0], fn.Dot(quotient, fn.Transpose(in[1])))}
}

// everywhere gives its rule to every product.
type everywhere struct{ rule transforms.Rule }

func (c everywhere) String() string { return c.rule.String() }

func (c everywhere) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	choices := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if s.Kind.Is(trace.KindLinear) {
			choices[i].Rule = c.rule
		}
	}
	return choices, nil
}

// The laws of a rule of one's own, on a product that absorbs nothing.
func ExampleRuleLaws() {
	product := func(in []trace.Value) trace.Value { return fn.Dot(in[0], in[1]) }
	nothing := lawtest.RuleConfig{Absorbed: func(in []trace.Value, r trace.Value) float64 { return 0 }}
	positive := lawtest.Between(0.5, 1.5)
	x, w := lawtest.Input{Shape: []int{2, 3}, Sampler: positive}, lawtest.Input{Shape: []int{3, 4}, Sampler: positive}
	lawtest.RuleLaws(t, everywhere{share{}}, nothing, product, x, w)
	lawtest.RuleLaws(t, everywhere{share{0.5}}, nothing, product, x, w)
	// Output: share(0.5): relevance is not conserved
}

// Random programs that call Cube, compiled, batched and checkpointed. Where a law is
// broken, rapid writes down how to draw the program again.
func ExampleAgree() {
	cubes := lawtest.Op{Name: "Cube", Func: Cube, Types: []trace.Type{trace.TypeOf(trace.Float64, 2)}}
	rapid.Check(t, func(t *rapid.T) {
		lawtest.Agree(t, lawtest.Programs(cubes).Draw(t, "program"))
	})
	fmt.Println("done")
	// Output: done
}

// Programs are printed as Go, which compiles.
func ExamplePrograms() {
	cubes := lawtest.Op{Name: "Cube", Func: Cube, Types: []trace.Type{trace.TypeOf(trace.Float64, 2)}, Weight: 1000}
	first, _, _ := strings.Cut(lawtest.Programs(cubes).Example(1).String(), "\n")
	fmt.Println(first)
	// Output: f := func(in []trace.Value) []trace.Value {
}

// The laws of derivatives for smooth programs.
func ExampleSmooth() {
	cubes := lawtest.Op{Name: "Cube", Func: func(x trace.Value) trace.Value { return Cube(fn.Tanh(x)) }}
	program := lawtest.Smooth([]int{2, 3}, cubes).Example(2)
	lawtest.Laws(t, program.Apply1, lawtest.Between(-1, 1), 2, 3)
	fmt.Println(program.Args()[0].Type())
	// Output: f64[2 3]
}

// Many programs, drawn by a seed.
func ExampleSearch() {
	cubes := lawtest.Op{Name: "Cube", Func: Cube, Types: []trace.Type{trace.TypeOf(trace.Float64, 2)}}
	lawtest.Search(t, lawtest.SearchConfig{Seed: 7, Programs: 100, Ops: []lawtest.Op{cubes}})
	fmt.Println("done")
	// Output: done
}

func ExampleFiniteDifference() {
	x, u := trace.Scalar(2.0), trace.Scalar(1.0)
	fmt.Printf("%.6f\n", lawtest.FiniteDifference(Cube, x, u).Float64())
	// Output: 12.000000
}
