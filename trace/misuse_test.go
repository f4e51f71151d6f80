package trace_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/trace"
)

// No argument of a public function ends in a panic of Go's. Left out are those that take
// an Op or a function, whose faults are its own.
func TestMisuse(t *testing.T) {
	type v = trace.Value
	left := testutil.Misused{nil, ""}
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"NewArray": {trace.NewArray, "new array"}, "ArrayOf": {trace.ArrayOf[float32], "array"}, "NewView": {trace.NewView, "new array"},
		"Elems": {func(t trace.Type) { trace.Elems[int32](trace.NewArray(t)) }, ""},
		"Bits":  {func(t trace.Type) { trace.Bits[uint32](trace.NewArray(t)) }, ""},
		"ToF16": {trace.ToF16, ""}, "ToBF16": {trace.ToBF16, ""}, "Convert": {trace.Convert, "cast("},
		"New": {trace.New[int64], "array"}, "Scalar": {trace.Scalar[float64], ""}, "Weak": {trace.Weak, ""}, "Data": {trace.Data[bool], ""}, "Item": {trace.Item[float64], ""},
		"Grid": {trace.Grid[float64], ""}, "NewGrid": {func(rows [][]int64) v { return trace.NewGrid(rows) }, "grid"},
		"DTypeOf": {trace.DTypeOf[bool], ""}, "TypeOf": {trace.TypeOf, ""}, "SignOf": {trace.SignOf, ""},
		"NewOutput": {trace.NewOutput, "new array"}, "Unknown": {trace.Unknown, ""}, "Same": {trace.Same, ""},
		"Flatten": {func(vs []v, x v, s string) any {
			leaves, s2 := trace.Flatten(map[string]any{s: vs, "x": &x})
			return s2.Unflatten(leaves)
		}, ""},
		"Walk": {func(vs []v, s string) any { return trace.Walk(map[string]any{s: vs}, trace.Visitor{}) }, ""},
		"Map":  left, "Map2": left, "MapPaths": left, "MapAll": left,
		"Newest": {func(vs []v) *trace.Trace { return trace.Newest(vs) }, ""}, "TypesOfValues": {trace.TypesOfValues, "absent"},
		"Refuse":    {func(xs []v) { trace.Refuse("it", xs, "no") }, "it("},
		"Naming":    {func(x v) v { defer trace.Naming("it", x); return fn.Exp(x) }, "it("},
		"NewMemory": left, "AsError": left, "Errorf": left, "Try": left, "Describe": left, "FromArray": left,
		"Record": left, "Parse": left, "RecordBody": left, "RecordStep": left, "RunBody": left, "Bind": left, "Bind1": left, "BindLike": left, "SameOp": left, "HashOp": left,
		"MemoryLimit": {trace.MemoryLimit, ""}, "Begun": {trace.Begun, ""}, "AllMarked": left, "IsAlias": left, "HasEffect": left, "Printable": {trace.Printable, ""}, "Excerpt": {trace.Excerpt, ""},
		"Shortened": {trace.Shortened, ""}, "AnyOf": {trace.AnyOf, ""},
	})
	testutil.Misuse(t, "", map[string]testutil.Misused{
		"Type": {v.Type, "absent"}, "Shape": {v.Shape, "absent"}, "Rank": {v.Rank, "absent"}, "Size": {v.Size, "absent"}, "DType": {v.DType, "absent"},
		"Dim": {v.Dim, ""}, "Float64": {v.Float64, "element"}, "Float64s": {v.Float64s, "absent"}, "At": {v.At, ""}, "Format": left, "String": {v.String, ""},
		"Array": {v.Array, "absent"}, "IsAbsent": {v.IsAbsent, ""}, "IsConcrete": {v.IsConcrete, ""}, "IsWeak": {v.IsWeak, ""},
		"Type.Equal": {trace.Type.Equal, ""}, "Type.String": {trace.Type.String, ""}, "Type.Size": {trace.Type.Size, ""},
		"DType.String": {trace.DType.String, ""}, "DType.Epsilon": {trace.DType.Epsilon, ""}, "DType.Limits": {trace.DType.Limits, ""}, "DType.Wide": {trace.DType.Wide, ""}, "DType.Bytes": {trace.DType.Bytes, ""}, "Type.Bytes": {trace.Type.Bytes, ""},
		"Var.String": {func(n int64) string { return trace.Var(n % 1000).String() }, ""},
	})
}
