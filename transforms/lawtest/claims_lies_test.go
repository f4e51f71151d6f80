package lawtest

import (
	"errors"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Each of these tells a second lie about a claim, or breaks a claim by the number or the
// types of its operands.
type (
	refusing    struct{ twice } // evaluates nothing
	inferring   struct{ twice } // takes no operands at all
	fickle      struct{ twice } // infers something else the next time
	batchless   struct{ twice } // fails when batched
	flat        struct{ twice } // batches to the wrong type
	uneven      struct{ twice } // elementwise, of operands of two sizes
	twoInOne    struct{ twice } // simplifies to the identity on two operands
	recast      struct{ twice } // simplifies to an operation of another type
	unfit       struct{ twice } // simplifies to an operation that refuses its operands
	aliasing    struct{ twice } // aliases two operands with one output
	counted     struct{ twice } // uniform, and counts
	spreadTwo   struct{ twice } // spreads two operands
	storeTwice  struct{ twice } // computes in every dtype, so it says
	rowsOfAll   struct{ twice } // reads rows that are not there
	linearVJP   struct{ twice } // linear, and its VJP fails
	alternating struct{ twice } // has as its alternative an operation that infers nothing
	scaledInput struct{ twice } // scales the input the wrong way
	single      struct{ twice } // in float32
	silent      struct{ twice } // batches to nothing
	unrun       struct{ twice } // runs to nothing
)

var errRefused = errors.New("refused")

func (refusing) Eval(_, _ []*trace.Array) { panic(trace.Errorf("%w", errRefused)) }

func (inferring) String() string                           { return "inferring" }
func (inferring) Infer([]trace.Type) ([]trace.Type, error) { return nil, errRefused }

// inferred counts the calls of a fickle Infer.
var inferred int

func (fickle) Infer(in []trace.Type) ([]trace.Type, error) {
	if inferred++; inferred > 1 {
		return []trace.Type{trace.TypeOf(trace.Float64, in[0].Size())}, nil
	}
	return in[:1], nil
}

func (storeTwice) StoresIn(int) bool { return true }

func (batchless) Batch(int, []Value, []bool) []Value { panic(trace.Errorf("%w", errRefused)) }

func (flat) Batch(_ int, in []Value, _ []bool) []Value {
	return []Value{fn.Reshape(trace.Bind1(twice{}, in[0]), in[0].Size())}
}

func (uneven) Elementwise()                                              {}
func (uneven) Batch(_ int, in []Value, _ []bool) []Value                 { return trace.Bind(uneven{}, in...) }
func (twoInOne) Simplify([]trace.Type) (trace.Op, []int, bool)           { return nil, []int{0, 0}, true }
func (recast) Simplify([]trace.Type) (trace.Op, []int, bool)             { return recasting{}, []int{0}, true }
func (unfit) Simplify([]trace.Type) (trace.Op, []int, bool)              { return refusing{}, []int{0}, true }
func (aliasing) Alias() bool                                             { return true }
func (spreadTwo) Spread(_, _ *trace.Array, _ int)                        {}
func (linearVJP) LinearIn([]bool) bool                                   { return true }
func (linearVJP) VJP(_, _, _ []Value, _ []bool) []Value                  { panic(trace.Errorf("%w", errRefused)) }
func (alternating) Alternative([]trace.Type, bool) (trace.Op, bool)      { return inferring{}, true }
func (scaledInput) Scale(x, _ Value, _ int) Value                        { return x }
func (scaledInput) ScaleOutput([]trace.Type, int, int) (liarScale, bool) { return nil, false }
func (scaledInput) ScaleInput([]trace.Type, int, int) (liarScale, bool) {
	return func(w, _ Value) Value { return fn.Neg(w) }, true
}

// recasting is twice into as many elements in one axis.
type recasting struct{ twice }

func (recasting) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Float64, in[0].Size())}, nil
}

// rowsOfAll adds the elements of its second operand to those of the first.
func (rowsOfAll) ByRow([]trace.Type, int) bool { return true }

func (counted) Infer([]trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Float64, 3)}, nil
}
func (counted) Uniform() { /* false */ }
func (counted) Eval(_, out []*trace.Array) {
	for i := range trace.Elems[float64](out[0]) {
		trace.Elems[float64](out[0])[i] = float64(i)
	}
}

func (silent) Batch(int, []Value, []bool) []Value { return nil }
func (unrun) Run([]Value) []Value                 { return nil }

func (single) Eval(in, out []*trace.Array) {
	x, y := trace.Elems[float32](in[0]), trace.Elems[float32](out[0])
	for i := range y {
		y[i] = 2 * x[i]
	}
}

func (single) Batch(_ int, in []Value, _ []bool) []Value {
	return []Value{fn.Mul(trace.Bind1(single{}, in[0]), fn.Scalar(1.001))}
}

func TestClaimsFindMoreLiars(t *testing.T) {
	x := Normal().Value(Rand("more liars"), trace.TypeOf(trace.Float64, 2, 3))
	row := Normal().Value(Rand("row"), trace.TypeOf(trace.Float64, 3))
	for _, tt := range []struct {
		op   trace.Op
		in   []Value
		want string
	}{
		{refusing{}, []Value{x}, ": refused"},
		{inferring{}, []Value{x}, "Infer: refused"},
		{fickle{}, []Value{x}, "Eval: output 0 is f64[6], inferred f64[2 3]"},
		{batchless{}, []Value{x}, "Batch: batched in operand 0: claims_lies_test.go:"},
		{flat{}, []Value{x}, "Batch: batched in operand 0: output 0 is f64[12], want f64[2 2 3]"},
		{uneven{}, []Value{x, row}, "Elementwise: an operand f64[3], an output f64[2 3]"},
		{twoInOne{}, []Value{x}, "Simplifier: the identity on 2 operands"},
		{recast{}, []Value{x}, "Simplifier: output 0 is f64[6], want f64[2 3]"},
		{unfit{}, []Value{x}, "fails on"},
		{aliasing{}, []Value{x, x}, "Aliaser: 1 outputs of 2 operands"},
		{counted{}, nil, "Uniform: 0 and 1"},
		{spreadTwo{}, []Value{x, x}, "Spreader: it has 2 operands"},
		{storeTwice{}, []Value{x}, "Storer: it computes [f64[2 3]], and fails on [bf16[2 3]]"},
		{rowsOfAll{}, []Value{x, row}, "Rowwise: operand 1, a f64[3], is read by rows of the output f64[2 3]"},
		{linearVJP{}, []Value{x}, "Linear: the VJP by operand 0: claims_lies_test.go:"},
		{alternating{}, []Value{x}, "Alternative: inferring infers nothing from [f64[2 3]]: refused"},
		{scaledInput{}, []Value{x, x}, "Channeled: scaled along input axis 0 by operand 0"},
		{silent{}, []Value{x}, "Batch: batched in operand 0: there are 0 outputs, want 1"},
		{unrun{}, []Value{x}, "Runner: there are 0 outputs, want 1"},
		{single{}, []Value{fn.Cast(x, trace.Float32)}, "Batch: batched in operand 0: output 0"},
	} {
		r := &recorder{}
		Claims(r, tt.op, tt.in...)
		if all := strings.Join(r.failures, "\n"); !strings.Contains(all, tt.want) {
			t.Errorf("%T: got %q\nwant a failure with %q", tt.op, all, tt.want)
		}
	}
}
