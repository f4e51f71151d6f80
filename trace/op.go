package trace

import (
	"fmt"
	"reflect"
	"strings"
)

// Op is an operation: a value whose fields are its static parameters and whose methods
// say all there is to know about it. An Op is immutable and holds no Values.
type Op interface {
	// Name is the operation's name in printed programs and errors, as dot.
	Name() string
	// Infer returns the types of the outputs, or why the operands do not fit; Bind adds
	// the operation, types and line.
	Infer(in []Type) ([]Type, error)
	// Eval computes the outputs. Each of out has its inferred type; its memory may hold
	// anything and is written in full.
	Eval(in, out []*Array)
	// VJP returns a cotangent for each operand, given those of the outputs; ct has no
	// absent entries. An entry may be absent where want is false, or where the cotangent
	// is zero. It is written in operations, so that it has derivatives too.
	VJP(in, out, ct []Value, want []bool) []Value
	// Batch applies the operation to size independent cases at once: operands marked
	// batched carry them as a new axis 0, the others are shared by all. Every output
	// carries the axis. At least one operand is batched.
	Batch(size int, in []Value, batched []bool) []Value
}

// Linear is an Op that is linear in some of its operands.
type Linear interface {
	Op
	// LinearIn reports whether the op is linear in the marked operands jointly, the
	// others held fixed. Then its VJP with respect to them does not look at their values.
	LinearIn(marked []bool) bool
}

// Kinded is an Op that a composite can name.
type Kinded interface {
	Op
	Kind() Kind
}

// Mover is an Op each element of whose output is an element of an operand, moved, copied,
// selected or converted to another float dtype, or a constant. Its VJP sends cotangents
// back to where the elements came from, and so it hands relevance on as it is.
type Mover interface {
	Op
	Moves()
}

// Runner is an Op that evaluates by applying other operations; Eval is then used only
// where memory is planned.
type Runner interface {
	Op
	Run(in []Value) []Value
}

// Caller is an Op that applies programs, as a call or a loop does.
type Caller interface {
	Op
	Bodies() []*Program
}

// Simplifier is an Op that knows when it is the identity on, or a simpler operation of,
// its operands.
type Simplifier interface {
	Op
	// Simplify returns an equivalent op on the operands with the given indices, computing
	// the same bits; a nil op stands for the identity on the only operand named. ok is
	// false if there is nothing simpler.
	Simplify(in []Type) (op Op, operands []int, ok bool)
}

// Aliaser is an Op whose outputs may have the memory of its operands, one for one: it
// changes no element.
type Aliaser interface {
	Op
	Alias() bool
}

// Uniform is an Op without operands whose output is one number, everywhere.
type Uniform interface {
	Op
	Uniform()
}

// Spreader is an Op of one operand, which it repeats. It can compute any part of its
// output by itself.
type Spreader interface {
	Op
	// Spread computes the elements of the output from the given one on, in row-major
	// order, as many as part holds. The output has the shape that Infer says.
	Spread(in, part *Array, from int)
}

// Rowwise is an Op that computes each index of axis 0 of its outputs, a row, from the
// same index of some operands. It takes any number of rows.
type Rowwise interface {
	Op
	// ByRow reports whether it reads operand j so; it reads all of the others for each
	// row.
	ByRow(in []Type, j int) bool
}

// Costed is an Op that does far more than one operation for each element that it reads or
// writes.
type Costed interface {
	Op
	// FLOPs counts the additions and multiplications for operands of these types.
	FLOPs(in []Type) int64
}

// Kind names what an operation or a layer is, from the general to the special, separated
// by dots: linear.conv.standard. The general kinds are prefixes of the special ones, so
// that a composite may ask for either.
type Kind string

// The kinds that composites know. Package fn and package nn give them to operations and
// layers; a user's layer may have any other.
const (
	LinearKind     Kind = "linear"
	Dense          Kind = "linear.dense"
	Convolution    Kind = "linear.conv"
	ConvStandard   Kind = "linear.conv.standard"
	ConvTransposed Kind = "linear.conv.transposed"
	Activation     Kind = "activation"
	ReLU           Kind = "activation.relu"
	Softmax        Kind = "softmax"
	LogSoftmax     Kind = "softmax.log"
	Normalization  Kind = "norm"
	BatchNorm      Kind = "norm.batch"
	LayerNorm      Kind = "norm.layer"
	GroupNorm      Kind = "norm.group"
	AvgPool        Kind = "pool.avg"
	MeanReduction  Kind = "pool.avg.mean"
	MaxPool        Kind = "pool.max"
	SumKind        Kind = "sum"
	Add            Kind = "sum.add"
	Reduction      Kind = "reduce"
	Sub            Kind = "sum.sub"
	Product        Kind = "product"
	Scaling        Kind = "product.scale"
	Shaping        Kind = "shape"
	Masking        Kind = "shape.mask"
	Dropout        Kind = "dropout"
	// Bare is the kind of a site whose operation has none of its own, with the
	// operation's name: op.exp.
	Bare Kind = "op"
)

// Is reports whether k is the general kind or one of its special cases.
func (k Kind) Is(general Kind) bool {
	rest, ok := strings.CutPrefix(string(k), string(general))
	return ok && (rest == "" || rest[0] == '.')
}

// Last returns the most special part: conv.standard is of the kind named standard.
func (k Kind) Last() string { return string(k[strings.LastIndexByte(string(k), '.')+1:]) }

// Describe prints an op with its parameters, as conv{Stride:[2 2] Groups:1}, also one
// that is a pointer to them. What it prints is for people: whether two ops are the same,
// [SameOp] says.
func Describe(op Op) string {
	if s, ok := op.(fmt.Stringer); ok {
		return s.String()
	}
	v := reflect.ValueOf(op)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.NumField() == 0 {
		return op.Name()
	}
	return op.Name() + fmt.Sprintf("%+v", v)
}

// signature prints an operation with its operand types, for errors; of a number that
// takes the dtype of another operand, the number.
func signature(name string, in []Value) string {
	args := make([]string, len(in))
	for i, v := range in {
		switch {
		case v.IsAbsent():
			args[i] = "absent"
		case v.IsWeak() && v.IsConcrete():
			args[i] = fmt.Sprint(v.Float64())
		default:
			args[i] = v.c.typ.String()
		}
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}
