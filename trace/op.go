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
		case v.IsWeak() && v.IsConcrete() && v.Rank() == 0:
			args[i] = fmt.Sprint(v.Float64())
		default:
			args[i] = v.c.typ.String()
		}
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}
