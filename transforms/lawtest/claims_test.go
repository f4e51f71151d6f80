package lawtest

import (
	"go/ast"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// twice is 2·x for x[n 3] in float64, an operation without claims.
type twice struct{}

func (twice) Name() string                                { return "twice" }
func (twice) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1], nil }

func (twice) Eval(in, out []*trace.Array) {
	x, y := trace.Elems[float64](in[0]), trace.Elems[float64](out[0])
	for i := range y {
		y[i] = 2 * x[i]
	}
}

func (twice) VJP(in, _, ct []Value, _ []bool) []Value {
	return []Value{fn.Mul(ct[0], fn.Scalar(2))}
}
func (op twice) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(op, in[0]) }

// The liars claim what is not so, or break what every operation promises.
type (
	unfinished     struct{ twice }
	wrongBatch     struct{ twice }
	offPlace       struct{ twice } // not elementwise
	notInPlace     struct{ twice }
	mixedRows      struct{ twice }
	notLinear      struct{ twice }
	looking        struct{ twice }
	wrongSign      struct{ twice }
	narrowing      struct{ twice }
	notTheSame     struct{ twice }
	notTheSameSign struct{ twice }
	copying        struct{ twice } // says that it aliases
	wrongSpread    struct{ twice }
	notUniform     struct{ twice }
	jumping        struct{ twice }
	rough          struct{ twice }
	lowering       struct{ twice }
	free           struct{ twice }
	halfMixed      struct{ twice }
	unkind         struct{ twice }
	running        struct{ twice }
	selecting      struct{ twice }
	scattering     struct{ twice }
	scaling        struct{ twice }
	subtracting    struct{ twice }
	making         struct{ twice } // says that it moves
	picking        struct{ twice }
	losing         struct{ twice }
	forgetting     struct{ twice } // its first operand, in place
)

func (unfinished) Eval(in, out []*trace.Array) {
	x, y := trace.Elems[float64](in[0]), trace.Elems[float64](out[0])
	for i := 1; i < len(y); i++ {
		y[i] = 2 * x[i]
	}
}

func (wrongBatch) Batch(_ int, in []Value, _ []bool) []Value {
	return []Value{fn.Flip(trace.Bind1(twice{}, in[0]), 0)}
}

func flipped(in, out []*trace.Array) {
	x, y := trace.Elems[float64](in[0]), trace.Elems[float64](out[0])
	for i := range y {
		y[i] = x[len(x)-1-i]
	}
}

func (offPlace) Elementwise() { /* false */ }
func (offPlace) Eval(in, out []*trace.Array) {
	flipped([]*trace.Array{copied(trace.FromArray(in[0]))}, out)
}
func (op offPlace) Batch(int, []Value, []bool) []Value {
	return nil
}

func (notInPlace) Elementwise() {}
func (notInPlace) Eval(in, out []*trace.Array) {
	y := trace.Elems[float64](out[0])
	for i := range y {
		y[i] = 1
	}
	twice{}.Eval(in, out)
}

func (mixedRows) ByRow([]trace.Type, int) bool { return true }
func (mixedRows) Eval(in, out []*trace.Array)  { flipped(in, out) }

func (notLinear) LinearIn([]bool) bool { return true }
func (notLinear) Eval(in, out []*trace.Array) {
	x, y := trace.Elems[float64](in[0]), trace.Elems[float64](out[0])
	for i := range y {
		y[i] = x[i] * x[i]
	}
}

func (looking) LinearIn([]bool) bool { return true }
func (looking) VJP(in, _, ct []Value, _ []bool) []Value {
	return []Value{fn.Mul(ct[0], fn.Add(fn.ZerosLike(in[0]), fn.Mul(in[0], fn.Scalar(2))))}
}

func (wrongSign) Signs(in []trace.Sign) []trace.Sign { return []trace.Sign{trace.Positive} }

// Signs knows less of one class than of several, which is sound, but not monotone.
func (narrowing) Signs(in []trace.Sign) []trace.Sign {
	if nan := trace.SignOf(math.NaN()); in[0]&nan == 0 && in[0]&(in[0]-1) != 0 {
		return []trace.Sign{trace.AnySign &^ nan}
	}
	return []trace.Sign{trace.AnySign}
}

func (notTheSame) Simplify([]trace.Type) (trace.Op, []int, bool) { return nil, []int{0}, true }
func (notTheSameSign) SimplifySigns([]trace.Sign) (trace.Op, []int, bool) {
	return unfinished{}, []int{0}, true
}
func (copying) Alias() bool { return true }

func (wrongSpread) Spread(in, part *trace.Array, _ int) {
	twice{}.Eval([]*trace.Array{in.Part(0, part.Type())}, []*trace.Array{part})
}
func (notUniform) Uniform()   {}
func (jumping) Nonexpansive() {}
func (jumping) Eval(in, out []*trace.Array) {
	x, y := trace.Elems[float64](in[0]), trace.Elems[float64](out[0])
	for i := range y {
		y[i] = 1e6 * x[i]
	}
}
func (rough) Alternative([]trace.Type, bool) (trace.Op, bool) { return notLinear{}, true }
func (lowering) Lower(in, _ []Value) []Value                  { return in }
func (free) FLOPs([]trace.Type) int64                         { return -1 }
func (halfMixed) FLOPs([]trace.Type) int64                    { return 1 }
func (halfMixed) ElementwiseIn(int) bool                      { return true }
func (halfMixed) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Float64, 1)}, nil
}
func (unkind) Kind() trace.Kind                      { return "" }
func (running) Run(in []Value) []Value               { return in }
func (selecting) Selects([]trace.Type) int           { return 3 }
func (scattering) Scatters([]trace.Type) (int, bool) { return 3, true }
func (subtracting) Difference(_ []trace.Type, _, u, _ *trace.Array) (trace.Op, *trace.Array) {
	return notLinear{}, u
}

func (making) Moves()               { /* false */ }
func (picking) Joins(trace.Op) bool { return true }
func (picking) Joint(trace.Type, []trace.Pick) Value {
	return fn.Ones(trace.TypeOf(trace.Float64, 2, 3))
}
func (losing) Onto() (trace.Op, bool) { return twice{}, true }
func (forgetting) InPlace()           {}
func (forgetting) Eval(in, out []*trace.Array) {
	clear(trace.Elems[float64](out[0]))
	twice{}.Eval(in, out)
}

func (selecting) Infer(in []trace.Type) ([]trace.Type, error) { return []trace.Type{in[0], in[0]}, nil }
func (selecting) Eval(in, out []*trace.Array) {
	out[0].CopyFrom(in[0])
	clear(trace.Elems[float64](out[1]))
}

type liarScale = func(w, f Value) Value

func (scaling) ScaleOutput([]trace.Type, int, int) (liarScale, bool) {
	return func(w, _ Value) Value { return fn.Neg(w) }, true
}
func (scaling) ScaleInput([]trace.Type, int, int) (liarScale, bool) { return nil, false }
func (scaling) Scale(x, _ Value, _ int) Value                       { return x }

func TestClaimsFindLiars(t *testing.T) {
	x := Normal().Value(Rand("liars"), trace.TypeOf(trace.Float64, 2, 3))
	at := trace.New([]int64{0, 1, 2, 2, 1, 0}, 2, 3)
	for _, tt := range []struct {
		op   trace.Op
		in   []Value
		want string
	}{
		{unfinished{}, []Value{x}, "Eval: evaluated into memory that is not zero, output 0 at [0 0]"},
		{wrongBatch{}, []Value{x}, "Batch: batched in operand 0: output 0"},
		{offPlace{}, []Value{x}, "Elementwise: the elements 0 to 3 alone"},
		{notInPlace{}, []Value{x}, "Elementwise: into the memory of operand 0"},
		{mixedRows{}, []Value{x}, "Rowwise: rows 0 to 1"},
		{notLinear{}, []Value{x}, "Linear: linear in operand 0"},
		{looking{}, []Value{x}, "a value known by type alone"},
		{wrongSign{}, []Value{x}, "Signed: of operands"},
		{narrowing{}, []Value{x}, "Signed: of "},
		{notTheSame{}, []Value{x}, "Simplifier: output 0"},
		{notTheSameSign{}, []Value{x}, "SignSimplifier: output 0"},
		{copying{}, []Value{x}, "Aliaser: output 0"},
		{wrongSpread{}, []Value{x}, "Spreader: the elements 1 to 2"},
		{notUniform{}, []Value{x}, "Uniform: it has 1 operands"},
		{jumping{}, []Value{x}, "Nonexpansive: operand 0"},
		{rough{}, []Value{x}, "Alternative: as "},
		{lowering{}, []Value{x}, "Lowerer: lowered with constant"},
		{free{}, []Value{x}, "Costed: -1"},
		{halfMixed{}, []Value{x}, "Mixed: operand 0"},
		{unkind{}, []Value{x}, "Kinded: it has none"},
		{running{}, []Value{x}, "Runner: output 0"},
		{selecting{}, []Value{x}, "Selector: output 1"},
		{scattering{}, []Value{x, at}, "Scatterer: output 0"},
		{scaling{}, []Value{x, x}, "Channeled: scaled along output axis 0"},
		{making{}, []Value{x}, "Mover: "},
		{picking{}, []Value{x}, "Picker: two together"},
		{losing{}, []Value{x}, "Accumulator: output 0"},
		{forgetting{}, []Value{x}, "InPlace: output 0"},
		{subtracting{}, []Value{x, x}, "Differencer: the rest: output 0"},
	} {
		r := &recorder{}
		Claims(r, tt.op, tt.in...)
		if all := strings.Join(r.failures, "\n"); !strings.Contains(all, tt.want) {
			t.Errorf("%T: got %q\nwant a failure with %q", tt.op, all, tt.want)
		}
	}
	r := &recorder{}
	if names := Claims(r, twice{}, x); len(names) > 0 || len(r.failures) > 0 {
		t.Errorf("an honest operation: %v, %q", names, r.failures)
	}
}

// lawless are optional interfaces of trace that Claims has no law for, and why.
var lawless = map[string]string{
	"Caller":   "that a program's bodies are sound is for Program.Check to say",
	"Effect":   "it has no output to compare: that effects happen once and in order is a test of transforms.Callback",
	"Bodied":   "rules, taps and the compiler exchange bodies: the laws of random programs run all of these",
	"LoopOp":   "the executor runs what it says, and random programs compare that with its Eval",
	"WhileOp":  "the executor runs what it says, and random programs compare that with its Eval",
	"ChoiceOp": "the executor runs what it says, and random programs compare that with its Eval",
}

// Every interface by which an operation may claim something has a law in Claims.
func TestEveryClaimHasALaw(t *testing.T) {
	var laws []string
	for _, c := range allClaims() {
		laws = append(laws, c.name)
	}
	interfaces := optional(t, "../../trace")
	if len(interfaces) < 20 {
		t.Fatalf("only %d optional interfaces were found in trace: %v", len(interfaces), interfaces)
	}
	for _, name := range interfaces {
		if !slices.Contains(laws, name) && lawless[name] == "" {
			t.Errorf("trace.%s has no law: give it one in claims.go, or a reason in lawless", name)
		}
	}
	for _, name := range append(laws, slices.Collect(maps.Keys(lawless))...) {
		if !slices.Contains(interfaces, name) {
			t.Errorf("%s is no optional interface of trace", name)
		}
	}
}

// optional lists the interfaces of a package that extend Op, or one that does.
func optional(t *testing.T, folder string) []string {
	t.Helper()
	extends := []string{"Op"}
	for n := 0; n < len(extends); {
		n = len(extends)
		for _, file := range goFiles(t, folder) {
			for _, d := range file.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, s := range g.Specs {
					if name := extending(s, extends); name != "" && !slices.Contains(extends, name) {
						extends = append(extends, name)
					}
				}
			}
		}
	}
	return extends[1:]
}

// extending is the name of an exported interface that embeds one of those named, "" if s
// is none.
func extending(s ast.Spec, names []string) string {
	typ, ok := s.(*ast.TypeSpec)
	if !ok || !typ.Name.IsExported() {
		return ""
	}
	i, ok := typ.Type.(*ast.InterfaceType)
	if !ok {
		return ""
	}
	for _, m := range i.Methods.List {
		if embedded, ok := m.Type.(*ast.Ident); ok && len(m.Names) == 0 && slices.Contains(names, embedded.Name) {
			return typ.Name.Name
		}
	}
	return ""
}
