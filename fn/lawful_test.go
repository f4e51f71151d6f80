package fn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// runners are the functions that hold what they are given to the laws: derivatives
// against central differences to the third order, duality, every pattern of mapped and
// shared operands, no cases and one; compiled is equal to eager, at special numbers too;
// every dtype of floats. Integers, and functions of functions, are for random programs,
// which draw every function.
var runners = []string{"holdsFor", "holds", "Laws", "LawsWith"}

// lawless are functions that no law of derivatives is about, and why.
var lawless = map[string]string{}

func init() {
	for reason, names := range map[string]string{
		"it is of constants and counts": "Scalar Full Zeros Ones ZerosOf OnesOf FullLike ZerosLike OnesLike FillAs Iota IotaLike Arange Linspace Eye",
		"it gives bools, or takes them, and has no derivative": "Equal NotEqual Less LessEqual Greater GreaterEqual IsNaN IsInf IsFinite And Or Xor Not " +
			"IsClose AllClose ArrayEqual SignBit Any All",
		"it is of integers, and has no derivative": "BitAnd BitOr BitXor BitNot ShiftLeft ShiftRight PopCount ArgMax ArgMin ArgSort BinCount Histogram SearchSorted " +
			"Unique NonZero CountNonzero MaxPoolIndices",
		"it lists operations":                      "Ops",
		"it computes with shapes, places or trees": "BroadcastShapes Promote Span SpanStep Stacked Rows",
		"its derivative is 0":                      "FloorDiv Sign Floor Ceil Round Trunc",
	} {
		for _, name := range strings.Fields(names) {
			lawless[name] = reason
		}
	}
}

// Every function of fn and its rooms is in a test that holds it to the laws.
func TestEveryFunctionHasLaws(t *testing.T) {
	for _, room := range rooms {
		held := heldIn(t, room)
		for _, name := range exportedFunctions(t, room) {
			reason := lawless[name]
			if room != "." {
				reason = lawlessRooms[packageOf(room)+"."+name]
			}
			if !held[name] && reason == "" {
				t.Errorf("%s.%s has no laws: put it into a table of one of the tests that call %v", packageOf(room), name, runners)
			}
		}
	}
}

// lawlessRooms are those of the rooms.
var lawlessRooms = map[string]string{}

func init() {
	for reason, names := range map[string]string{
		"it lists operations": "random.Ops linalg.Ops fft.Ops",
		"it is of keys and integers, and has no derivative": "random.Key random.Split random.FoldIn random.Bits random.Bernoulli random.Permutation random.Randint random.Rademacher " +
			"random.Categorical random.Choice random.Poisson",
		"its numbers depend on a key alone":                                          "random.Uniform random.Normal random.Exponential random.Gumbel random.Laplace random.Logistic random.Cauchy random.Orthogonal random.TruncatedNormal",
		"its derivative is that of the distribution, not of the way to draw from it": "random.Gamma random.LogGamma random.Beta random.Dirichlet random.StudentT",
		"it is of gonum's matrices":                                                  "linalg.FromMatrix linalg.Dense linalg.VecDense",
		"it is of constants":                                                         "fft.FFTFreq fft.RFFTFreq",
	} {
		for _, name := range strings.Fields(names) {
			lawlessRooms[name] = reason
		}
	}
}

// heldIn are the functions of a package that its tests mention where they run laws: in a
// test that calls a runner, and in the functions and variables that it uses.
func heldIn(t *testing.T, room string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(room, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]ast.Node{}
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				declared[d.Name.Name] = d
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok {
						for _, name := range v.Names {
							declared[name.Name] = v
						}
					}
				}
			}
		}
	}
	held, seen := map[string]bool{}, map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, used := range namesIn(declared[name]) {
			held[used] = true
			if declared[used] != nil {
				visit(used)
			}
		}
	}
	for name, d := range declared {
		if strings.HasPrefix(name, "Test") && slices.ContainsFunc(namesIn(d), func(used string) bool { return slices.Contains(runners, used) }) {
			visit(name)
		}
	}
	return held
}

// namesIn are the names in a declaration, of selectors the last one.
func namesIn(d ast.Node) (names []string) {
	ast.Inspect(d, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}
