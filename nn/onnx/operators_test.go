package onnx_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// applied is a node with its operands and what it gives. An absent operand or result is
// left out, or not looked at.
type applied struct {
	op    string
	in    []Value
	attrs attrs
	out   []Value
	opset int
}

type vs = []Value

// Operands that several cases have.
var (
	five  = f32(s(5), -2, -0.5, 0, 0.5, 2)
	pair  = f32(s(2), 0.5, 0.5)
	yesNo = truth(s(4), 1, 1, 0, 0)
	table = f32(s(2, 3), 1, 2, 3, 0, 0, 5)
	cube  = f32(s(2, 2, 3), 1, 2, 3, 4, 5, 9, 0, -1, 1, 2, 2, 5)
	count = f32(s(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9)
	line  = f32(s(1, 1, 5), 1, 2, 3, 4, 5)
	none  Value
)

// elementwiseCases, and those below, have the results as numbers, computed by hand or by
// NumPy.
var elementwiseCases = []applied{
	{op: "Abs", in: vs{five}, out: vs{f32(s(5), 2, 0.5, 0, 0.5, 2)}},
	{op: "Abs", in: vs{i64(s(2), -3, 4)}, out: vs{i64(s(2), 3, 4)}},
	{op: "Neg", in: vs{five}, out: vs{f32(s(5), 2, 0.5, 0, -0.5, -2)}},
	{op: "Ceil", in: vs{five}, out: vs{f32(s(5), -2, 0, 0, 1, 2)}},
	{op: "Floor", in: vs{five}, out: vs{f32(s(5), -2, -1, 0, 0, 2)}},
	{op: "Round", in: vs{f32(s(5), -1.5, -0.5, 0.5, 1.5, 2.6)}, out: vs{f32(s(5), -2, 0, 0, 2, 3)}},
	{op: "Sign", in: vs{five}, out: vs{f32(s(5), -1, -1, 0, 1, 1)}},
	{op: "Exp", in: vs{five}, out: vs{f32(s(5), 0.13533528, 0.60653066, 1, 1.6487213, 7.3890561)}},
	{op: "Log", in: vs{f32(s(3), 1, 7.3890561, 0)}, out: vs{f32(s(3), 0, 2, -inf)}},
	{op: "Sqrt", in: vs{f32(s(2), 4, 2.25)}, out: vs{f32(s(2), 2, 1.5)}},
	{op: "Reciprocal", in: vs{f32(s(2), 4, -0.5)}, out: vs{f32(s(2), 0.25, -2)}},
	{op: "Erf", in: vs{five}, out: vs{f32(s(5), -0.99532227, -0.52049988, 0, 0.52049988, 0.99532227)}},
	{op: "Sin", in: vs{pair}, out: vs{f32(s(2), 0.47942554, 0.47942554)}},
	{op: "Cos", in: vs{pair}, out: vs{f32(s(2), 0.87758256, 0.87758256)}},
	{op: "Tan", in: vs{pair}, out: vs{f32(s(2), 0.54630249, 0.54630249)}},
	{op: "Asin", in: vs{pair}, out: vs{f32(s(2), 0.52359878, 0.52359878)}},
	{op: "Acos", in: vs{pair}, out: vs{f32(s(2), 1.0471976, 1.0471976)}},
	{op: "Atan", in: vs{pair}, out: vs{f32(s(2), 0.46364761, 0.46364761)}},
	{op: "Sinh", in: vs{five}, out: vs{f32(s(5), -3.6268604, -0.52109531, 0, 0.52109531, 3.6268604)}},
	{op: "Cosh", in: vs{pair}, out: vs{f32(s(2), 1.127626, 1.127626)}},
	{op: "Tanh", in: vs{five}, out: vs{f32(s(5), -0.96402758, -0.46211716, 0, 0.46211716, 0.96402758)}},
	{op: "Asinh", in: vs{pair}, out: vs{f32(s(2), 0.48121183, 0.48121183)}},
	{op: "Acosh", in: vs{f32(s(2), 1.5, 1)}, out: vs{f32(s(2), 0.96242365, 0)}},
	{op: "Atanh", in: vs{pair}, out: vs{f32(s(2), 0.54930614, 0.54930614)}},
	{op: "Identity", in: vs{five}, out: vs{five}},
	{op: "Add", in: vs{table, f32(s(3), 10, 20, 30)}, out: vs{f32(s(2, 3), 11, 22, 33, 10, 20, 35)}},
	{op: "Add", in: vs{table, f32(s(2), 10, 20)}, attrs: attrs{"axis": 0, "broadcast": 1}, out: vs{f32(s(2, 3), 11, 12, 13, 20, 20, 25)}, opset: 6},
	{op: "Add", in: vs{i64(s(2), 1, 2), i64(s(1), 5)}, out: vs{i64(s(2), 6, 7)}},
	{op: "Sub", in: vs{table, f32(s(), 1)}, out: vs{f32(s(2, 3), 0, 1, 2, -1, -1, 4)}},
	{op: "Mul", in: vs{table, f32(s(2, 1), 2, -1)}, out: vs{f32(s(2, 3), 2, 4, 6, 0, 0, -5)}},
	{op: "Div", in: vs{table, f32(s(), 2)}, out: vs{f32(s(2, 3), 0.5, 1, 1.5, 0, 0, 2.5)}},
	{op: "Div", in: vs{i64(s(2), 7, -7), i64(s(), 2)}, out: vs{i64(s(2), 3, -3)}},
	{op: "Pow", in: vs{f32(s(3), 1, 2, 3), f32(s(), 2)}, out: vs{f32(s(3), 1, 4, 9)}},
	{op: "Pow", in: vs{f32(s(3), 1, 4, 9), f32(s(1), 0.5)}, out: vs{f32(s(3), 1, 2, 3)}},
	{op: "Pow", in: vs{f32(s(3), 1, 2, 3), f32(s(3), 3, 2, 1)}, out: vs{f32(s(3), 1, 4, 3)}},
	{op: "Pow", in: vs{i64(s(2), 3, -2), f32(s(), 3)}, out: vs{i64(s(2), 27, -8)}},
	{op: "Mod", in: vs{i64(s(4), -7, 7, -7, 7), i64(s(4), 3, 3, -3, -3)}, out: vs{i64(s(4), 2, 1, -1, -2)}},
	{op: "Mod", in: vs{f32(s(2), -7.5, 7.5), f32(s(), 2)}, attrs: attrs{"fmod": 1}, out: vs{f32(s(2), -1.5, 1.5)}},
	{op: "Max", in: vs{f32(s(2), 1, 5), f32(s(), 2), f32(s(2), 0, 9)}, out: vs{f32(s(2), 2, 9)}},
	{op: "Min", in: vs{f32(s(2), 1, 5), f32(s(), 2), f32(s(2), 0, 9)}, out: vs{f32(s(2), 0, 2)}},
	{op: "Sum", in: vs{f32(s(2), 1, 5), f32(s(), 2), f32(s(2), 0, 9)}, out: vs{f32(s(2), 3, 16)}},
	{op: "Mean", in: vs{f32(s(2), 1, 5), f32(s(), 2), f32(s(2), 0, 8)}, out: vs{f32(s(2), 1, 5)}},
	{op: "Clip", in: vs{five, f32(s(), -1), f32(s(), 1)}, out: vs{f32(s(5), -1, -0.5, 0, 0.5, 1)}},
	{op: "Clip", in: vs{five, f32(s(), 1), f32(s(), -1)}, out: vs{f32(s(5), -1, -1, -1, -1, -1)}},
	{op: "Clip", in: vs{five}, attrs: attrs{"min": -1., "max": 0.25}, out: vs{f32(s(5), -1, -0.5, 0, 0.25, 0.25)}, opset: 10},
	{op: "Clip", in: vs{f32(s(3), -1, 3, 7), f32(s(), 0), f32(s(), 6)}, out: vs{f32(s(3), 0, 3, 6)}},
	{op: "Clip", in: vs{i32(s(3), -1, 3, 7), i32(s(), 0), i32(s(), 6)}, out: vs{i32(s(3), 0, 3, 6)}},
	{op: "Cast", in: vs{f32(s(2), 1.75, -1.75)}, attrs: attrs{"to": 7}, out: vs{i64(s(2), 1, -1)}},
	{op: "Cast", in: vs{i64(s(3), 300, -1, 5)}, attrs: attrs{"to": 2}, out: vs{i32(s(3), 44, 255, 5)}},
	{op: "Cast", in: vs{i64(s(3), 300, 200, -129)}, attrs: attrs{"to": 3}, out: vs{i32(s(3), 44, -56, 127)}},
	{op: "Cast", in: vs{i64(s(2), 65537, -1)}, attrs: attrs{"to": 4}, out: vs{i32(s(2), 1, 65535)}},
	{op: "Cast", in: vs{i64(s(2), 40000, -1)}, attrs: attrs{"to": 5}, out: vs{i32(s(2), -25536, -1)}},
	{op: "Cast", in: vs{i64(s(2), 4, 0)}, attrs: attrs{"to": 9}, out: vs{truth(s(2), 1, 0)}},
	{op: "CastLike", in: vs{i64(s(2), 4, 0), truth(s(1), 1)}, out: vs{truth(s(2), 1, 0)}},
	{op: "Dropout", in: vs{five, f32(s(), 0.5)}, out: vs{five, truth(s(5), 1, 1, 1, 1, 1)}},
	{op: "Not", in: vs{yesNo}, out: vs{truth(s(4), 0, 0, 1, 1)}},
	{op: "And", in: vs{yesNo, truth(s(4), 1, 0, 1, 0)}, out: vs{truth(s(4), 1, 0, 0, 0)}},
	{op: "Or", in: vs{yesNo, truth(s(4), 1, 0, 1, 0)}, out: vs{truth(s(4), 1, 1, 1, 0)}},
	{op: "Xor", in: vs{yesNo, truth(s(4), 1, 0, 1, 0)}, out: vs{truth(s(4), 0, 1, 1, 0)}},
	{op: "Equal", in: vs{five, f32(s(), 0.5)}, out: vs{truth(s(5), 0, 0, 0, 1, 0)}},
	{op: "Less", in: vs{five, f32(s(), 0.5)}, out: vs{truth(s(5), 1, 1, 1, 0, 0)}},
	{op: "LessOrEqual", in: vs{five, f32(s(), 0.5)}, out: vs{truth(s(5), 1, 1, 1, 1, 0)}},
	{op: "Greater", in: vs{five, f32(s(), 0.5)}, out: vs{truth(s(5), 0, 0, 0, 0, 1)}},
	{op: "GreaterOrEqual", in: vs{five, f32(s(), 0.5)}, out: vs{truth(s(5), 0, 0, 0, 1, 1)}},
	{op: "Where", in: vs{yesNo, f32(s(4), 1, 2, 3, 4), f32(s(), 9)}, out: vs{f32(s(4), 1, 2, 9, 9)}},
	{op: "IsNaN", in: vs{f32(s(3), nan, 1, inf)}, out: vs{truth(s(3), 1, 0, 0)}},
	{op: "IsInf", in: vs{f32(s(3), -inf, 1, inf)}, out: vs{truth(s(3), 1, 0, 1)}},
	{op: "IsInf", in: vs{f32(s(3), -inf, 1, inf)}, attrs: attrs{"detect_negative": 0}, out: vs{truth(s(3), 0, 0, 1)}},
	{op: "IsInf", in: vs{f32(s(3), -inf, 1, inf)}, attrs: attrs{"detect_positive": 0}, out: vs{truth(s(3), 1, 0, 0)}},
}

var activationCases = []applied{
	{op: "Relu", in: vs{five}, out: vs{f32(s(5), 0, 0, 0, 0.5, 2)}},
	{op: "Sigmoid", in: vs{five}, out: vs{f32(s(5), 0.11920292, 0.37754067, 0.5, 0.62245933, 0.88079708)}},
	{op: "Softsign", in: vs{five}, out: vs{f32(s(5), -0.66666667, -0.33333333, 0, 0.33333333, 0.66666667)}},
	{op: "Mish", in: vs{five}, out: vs{f32(s(5), -0.25250148, -0.22074377, 0, 0.37524521, 1.943959)}},
	{op: "HardSwish", in: vs{f32(s(3), -4, 1.5, 4)}, out: vs{f32(s(3), 0, 1.125, 4)}},
	{op: "Softplus", in: vs{five}, out: vs{f32(s(5), 0.12692801, 0.47407698, 0.69314718, 0.97407698, 2.126928)}},
	{op: "LeakyRelu", in: vs{five}, attrs: attrs{"alpha": 0.25}, out: vs{f32(s(5), -0.5, -0.125, 0, 0.5, 2)}},
	{op: "Elu", in: vs{five}, attrs: attrs{"alpha": 2.}, out: vs{f32(s(5), -1.7293294, -0.78693868, 0, 0.5, 2)}},
	{op: "Celu", in: vs{five}, attrs: attrs{"alpha": 2.}, out: vs{f32(s(5), -1.2642411, -0.44239843, 0, 0.5, 2)}},
	{op: "Selu", in: vs{five}, out: vs{f32(s(5), -1.5201665, -0.69175819, 0, 0.52535051, 2.101402)}},
	{op: "Gelu", in: vs{five}, out: vs{f32(s(5), -0.045500264, -0.15426877, 0, 0.34573123, 1.9544997)}},
	{op: "Gelu", in: vs{five}, attrs: attrs{"approximate": "tanh"}, out: vs{f32(s(5), -0.045402306, -0.15428599, 0, 0.34571401, 1.9545977)}},
	{op: "Swish", in: vs{five}, out: vs{f32(s(5), -0.23840584, -0.18877033, 0, 0.31122967, 1.7615942)}},
	{op: "Swish", in: vs{five}, attrs: attrs{"alpha": 2.}, out: vs{f32(s(5), -0.03597242, -0.13447071, 0, 0.36552929, 1.9640276)}},
	{op: "HardSigmoid", in: vs{f32(s(3), -4, 1, 4)}, out: vs{f32(s(3), 0, 0.7, 1)}},
	{op: "HardSigmoid", in: vs{f32(s(3), -4, 1.5, 4)}, attrs: attrs{"alpha": 1. / 6, "beta": 0.5}, out: vs{f32(s(3), 0, 0.75, 1)}},
	{op: "ThresholdedRelu", in: vs{five}, attrs: attrs{"alpha": 0.5}, out: vs{f32(s(5), 0, 0, 0, 0, 2)}},
	{op: "Shrink", in: vs{five}, attrs: attrs{"lambd": 1., "bias": 0.5}, out: vs{f32(s(5), -1.5, 0, 0, 0, 1.5)}},
	{op: "PRelu", in: vs{f32(s(1, 2, 2), -1, 1, -2, 2), f32(s(2, 1), 0.5, 0.25)}, out: vs{f32(s(1, 2, 2), -0.5, 1, -0.5, 2)}},
	{op: "PRelu", in: vs{f32(s(1, 2, 2), -1, 1, -2, 2), f32(s(2), 0.5, 0.25)}, out: vs{f32(s(1, 2, 2), -0.5, 1, -0.5, 2)}, opset: 6},
	{op: "PRelu", in: vs{f32(s(1, 2, 2), -1, 1, -2, -2), f32(s(2), 0.5, 0.25)}, out: vs{f32(s(1, 2, 2), -0.5, 1, -1, -0.5)}},
	{op: "Softmax", in: vs{table}, out: vs{f32(s(2, 3), 0.090030573, 0.24472847, 0.66524096, 0.0066483545, 0.0066483545, 0.98670329)}},
	{op: "Softmax", in: vs{table}, attrs: attrs{"axis": 0}, out: vs{f32(s(2, 3), 0.73105858, 0.88079708, 0.11920292, 0.26894142, 0.11920292, 0.88079708)}},
	{op: "Softmax", in: vs{table}, attrs: attrs{"axis": 0}, out: vs{f32(s(2, 3), 0.015050892, 0.040912565, 0.11121188, 0.0055369136, 0.0055369136, 0.82175083)}, opset: 12},
	{op: "LogSoftmax", in: vs{table}, out: vs{f32(s(2, 3), -2.407606, -1.407606, -0.40760596, -5.0133859, -5.0133859, -0.013385902)}},
	{op: "Hardmax", in: vs{f32(s(2, 3), 1, 3, 3, 2, 1, 0)}, out: vs{f32(s(2, 3), 0, 1, 0, 1, 0, 0)}},
	{op: "Hardmax", in: vs{f32(s(2, 3), 1, 3, 3, 2, 1, 0)}, attrs: attrs{"axis": 0}, out: vs{f32(s(2, 3), 0, 1, 1, 1, 0, 0)}},
}

var reductionCases = []applied{
	{op: "ReduceSum", in: vs{table, i64(s(1), 1)}, out: vs{f32(s(2, 1), 6, 5)}},
	{op: "ReduceSum", in: vs{table}, attrs: attrs{"axes": []int{-2}, "keepdims": 0}, out: vs{f32(s(3), 1, 2, 8)}, opset: 12},
	{op: "ReduceSum", in: vs{table}, out: vs{f32(s(1, 1), 11)}},
	{op: "ReduceSum", in: vs{table}, attrs: attrs{"noop_with_empty_axes": 1}, out: vs{table}},
	{op: "ReduceSum", in: vs{f32(s(), 3)}, attrs: attrs{"keepdims": 0}, out: vs{f32(s(), 3)}},
	{op: "ReduceMean", in: vs{table, i64(s(1), 1)}, attrs: attrs{"keepdims": 0}, out: vs{f32(s(2), 2, 5./3)}},
	{op: "ReduceMax", in: vs{table, i64(s(1), 0)}, out: vs{f32(s(1, 3), 1, 2, 5)}},
	{op: "ReduceMax", in: vs{truth(s(2, 2), 0, 1, 0, 0), i64(s(1), 1)}, out: vs{truth(s(2, 1), 1, 0)}},
	{op: "ReduceMin", in: vs{table, i64(s(1), 0)}, out: vs{f32(s(1, 3), 0, 0, 3)}},
	{op: "ReduceProd", in: vs{table, i64(s(1), 1)}, out: vs{f32(s(2, 1), 6, 0)}},
	{op: "ReduceL1", in: vs{f32(s(3), -1, 2, 3)}, out: vs{f32(s(1), 6)}},
	{op: "ReduceL2", in: vs{f32(s(3), -1, 2, 3)}, out: vs{f32(s(1), 3.7416574)}},
	{op: "ReduceLogSum", in: vs{f32(s(3), 1, 2, 3)}, out: vs{f32(s(1), 1.7917595)}},
	{op: "ReduceSumSquare", in: vs{f32(s(3), -1, 2, 3)}, out: vs{f32(s(1), 14)}},
	{op: "ReduceLogSumExp", in: vs{f32(s(3, 1), 1, 2, 3)}, attrs: attrs{"axes": []int{0, 1}}, out: vs{f32(s(1, 1), 3.407606)}, opset: 17},
	{op: "ArgMax", in: vs{f32(s(2, 3), 1, 3, 3, 2, 1, 0)}, attrs: attrs{"axis": 1}, out: vs{i64(s(2, 1), 1, 0)}},
	{op: "ArgMax", in: vs{f32(s(2, 3), 1, 3, 3, 2, 1, 0)}, attrs: attrs{"axis": -1, "select_last_index": 1, "keepdims": 0}, out: vs{i64(s(2), 2, 0)}},
	{op: "ArgMin", in: vs{f32(s(2, 3), 1, 3, 3, 2, 1, 0)}, out: vs{i64(s(1, 3), 0, 1, 1)}},
	{op: "CumSum", in: vs{f32(s(3), 1, 2, 4), i64(s(), 0)}, out: vs{f32(s(3), 1, 3, 7)}},
	{op: "CumSum", in: vs{f32(s(3), 1, 2, 4), i64(s(), -1)}, attrs: attrs{"exclusive": 1, "reverse": 1}, out: vs{f32(s(3), 6, 4, 0)}},
	{op: "NegativeLogLikelihoodLoss", in: vs{table, i64(s(2), 1, 2)}, attrs: attrs{"reduction": "none"}, out: vs{f32(s(2), -2, -5)}},
	{op: "NegativeLogLikelihoodLoss", in: vs{table, i64(s(2), 1, 2), f32(s(3), 1, 2, 3)}, out: vs{f32(s(), -19./5)}},
	{op: "NegativeLogLikelihoodLoss", in: vs{table, i64(s(2), 1, 2)}, attrs: attrs{"ignore_index": 2}, out: vs{f32(s(), -2)}},
	{op: "SoftmaxCrossEntropyLoss", in: vs{table, i64(s(2), 1, 2)}, attrs: attrs{"reduction": "sum"},
		out: vs{f32(s(), 1.4209919), f32(s(2, 3), -2.407606, -1.407606, -0.40760596, -5.0133859, -5.0133859, -0.013385902)}},
}

var shapeCases = []applied{
	{op: "Reshape", in: vs{table, i64(s(2), 3, -1)}, out: vs{f32(s(3, 2), 1, 2, 3, 0, 0, 5)}},
	{op: "Reshape", in: vs{table, i64(s(3), 0, 3, 1)}, out: vs{f32(s(2, 3, 1), 1, 2, 3, 0, 0, 5)}},
	{op: "Reshape", in: vs{f32(s(0, 2)), i64(s(2), 3, 0)}, attrs: attrs{"allowzero": 1}, out: vs{f32(s(3, 0))}},
	{op: "Reshape", in: vs{table}, attrs: attrs{"shape": []int{6}}, out: vs{f32(s(6), 1, 2, 3, 0, 0, 5)}, opset: 4},
	{op: "Flatten", in: vs{cube}, out: vs{f32(s(2, 6), 1, 2, 3, 4, 5, 9, 0, -1, 1, 2, 2, 5)}},
	{op: "Flatten", in: vs{cube}, attrs: attrs{"axis": -1}, out: vs{f32(s(4, 3), 1, 2, 3, 4, 5, 9, 0, -1, 1, 2, 2, 5)}},
	{op: "Transpose", in: vs{table}, out: vs{f32(s(3, 2), 1, 0, 2, 0, 3, 5)}},
	{op: "Transpose", in: vs{cube}, attrs: attrs{"perm": []int{1, 0, 2}}, out: vs{f32(s(2, 2, 3), 1, 2, 3, 0, -1, 1, 4, 5, 9, 2, 2, 5)}},
	{op: "Squeeze", in: vs{line, i64(s(1), 0)}, out: vs{f32(s(1, 5), 1, 2, 3, 4, 5)}},
	{op: "Squeeze", in: vs{line}, out: vs{f32(s(5), 1, 2, 3, 4, 5)}},
	{op: "Unsqueeze", in: vs{five, i64(s(2), -1, 0)}, out: vs{f32(s(1, 5, 1), -2, -0.5, 0, 0.5, 2)}},
	{op: "Unsqueeze", in: vs{five}, attrs: attrs{"axes": []int{1}}, out: vs{f32(s(5, 1), -2, -0.5, 0, 0.5, 2)}, opset: 11},
	{op: "Concat", in: vs{table, f32(s(2, 1), 8, 9)}, attrs: attrs{"axis": -1}, out: vs{f32(s(2, 4), 1, 2, 3, 8, 0, 0, 5, 9)}},
	{op: "Concat", in: vs{table, f32(s(2, 1), 8, 9)}, out: vs{f32(s(2, 4), 1, 2, 3, 8, 0, 0, 5, 9)}, opset: 3},
	{op: "Split", in: vs{five, i64(s(2), 2, 3)}, out: vs{f32(s(2), -2, -0.5), f32(s(3), 0, 0.5, 2)}},
	{op: "Split", in: vs{five}, attrs: attrs{"num_outputs": 2}, out: vs{f32(s(3), -2, -0.5, 0), f32(s(2), 0.5, 2)}},
	{op: "Split", in: vs{table}, attrs: attrs{"axis": 1, "split": []int{1, 2}}, out: vs{f32(s(2, 1), 1, 0), f32(s(2, 2), 2, 3, 0, 5)}, opset: 12},
	{op: "Slice", in: vs{five, i64(s(1), 1), i64(s(1), 4)}, out: vs{f32(s(3), -0.5, 0, 0.5)}},
	{op: "Slice", in: vs{table, i64(s(1), -1), i64(s(1), -100), i64(s(1), 1), i64(s(1), -1)}, out: vs{f32(s(2, 3), 3, 2, 1, 5, 0, 0)}},
	{op: "Slice", in: vs{table, i64(s(2), 1, 0), i64(s(2), 1<<62, 3), i64(s(2), 0, 1), i64(s(2), 1, 2)}, out: vs{f32(s(1, 2), 0, 5)}},
	{op: "Slice", in: vs{table}, attrs: attrs{"starts": []int{1}, "ends": []int{3}, "axes": []int{1}}, out: vs{f32(s(2, 2), 2, 3, 0, 5)}, opset: 9},
	{op: "Expand", in: vs{f32(s(2, 1), 1, 2), i64(s(3), 2, 1, 2)}, out: vs{f32(s(2, 2, 2), 1, 1, 2, 2, 1, 1, 2, 2)}},
	{op: "Tile", in: vs{f32(s(1, 2), 1, 2), i64(s(2), 2, 2)}, out: vs{f32(s(2, 4), 1, 2, 1, 2, 1, 2, 1, 2)}},
	{op: "Tile", in: vs{f32(s(1, 2), 1, 2), i64(s(), 2), i64(s(), 0)}, out: vs{f32(s(2, 2), 1, 2, 1, 2)}, opset: 5},
	{op: "Pad", in: vs{f32(s(1, 2), 1, 2), i64(s(4), 0, 1, 1, 0), f32(s(), 9)}, out: vs{f32(s(2, 3), 9, 1, 2, 9, 9, 9)}},
	{op: "Pad", in: vs{f32(s(1, 3), 1, 2, 3), i64(s(2), 1, 1), none, i64(s(1), 1)}, attrs: attrs{"mode": "reflect"}, out: vs{f32(s(1, 5), 2, 1, 2, 3, 2)}},
	{op: "Pad", in: vs{f32(s(3), 1, 2, 3), i64(s(2), 1, 2)}, attrs: attrs{"mode": "edge"}, out: vs{f32(s(6), 1, 1, 2, 3, 3, 3)}},
	{op: "Pad", in: vs{f32(s(3), 1, 2, 3), i64(s(2), 1, 2)}, attrs: attrs{"mode": "wrap"}, out: vs{f32(s(6), 3, 1, 2, 3, 1, 2)}},
	{op: "Pad", in: vs{f32(s(3), 1, 2, 3), i64(s(2), -1, 1)}, out: vs{f32(s(3), 2, 3, 0)}},
	{op: "Pad", in: vs{f32(s(2), 1, 2)}, attrs: attrs{"pads": []int{1, 0}, "value": 7.}, out: vs{f32(s(3), 7, 1, 2)}, opset: 10},
	{op: "Pad", in: vs{f32(s(2), 1, 2)}, attrs: attrs{"paddings": []int{1, 0}}, out: vs{f32(s(3), 0, 1, 2)}, opset: 1},
	{op: "DepthToSpace", in: vs{f32(s(1, 8, 1, 1), 0, 1, 2, 3, 4, 5, 6, 7)}, attrs: attrs{"blocksize": 2}, out: vs{f32(s(1, 2, 2, 2), 0, 2, 4, 6, 1, 3, 5, 7)}},
	{op: "DepthToSpace", in: vs{f32(s(1, 8, 1, 1), 0, 1, 2, 3, 4, 5, 6, 7)}, attrs: attrs{"blocksize": 2, "mode": "CRD"}, out: vs{f32(s(1, 2, 2, 2), 0, 1, 2, 3, 4, 5, 6, 7)}},
	{op: "SpaceToDepth", in: vs{f32(s(1, 2, 2, 2), 0, 2, 4, 6, 1, 3, 5, 7)}, attrs: attrs{"blocksize": 2}, out: vs{f32(s(1, 8, 1, 1), 0, 1, 2, 3, 4, 5, 6, 7)}},
	{op: "Trilu", in: vs{f32(s(2, 3), 1, 2, 3, 4, 5, 6)}, out: vs{f32(s(2, 3), 1, 2, 3, 0, 5, 6)}},
	{op: "Trilu", in: vs{f32(s(2, 3), 1, 2, 3, 4, 5, 6), i64(s(), 1)}, attrs: attrs{"upper": 0}, out: vs{f32(s(2, 3), 1, 2, 0, 4, 5, 6)}},
	{op: "Shape", in: vs{cube}, out: vs{i64(s(3), 2, 2, 3)}},
	{op: "Shape", in: vs{cube}, attrs: attrs{"start": -2, "end": 9}, out: vs{i64(s(2), 2, 3)}},
	{op: "Size", in: vs{cube}, out: vs{i64(s(), 12)}},
	{op: "ReverseSequence", in: vs{f32(s(3, 2), 1, 2, 3, 4, 5, 6), i64(s(2), 2, 3)}, out: vs{f32(s(3, 2), 3, 6, 1, 4, 5, 2)}},
	{op: "ReverseSequence", in: vs{f32(s(2, 3), 1, 2, 3, 4, 5, 6), i64(s(2), 2, 1)}, attrs: attrs{"batch_axis": 0, "time_axis": 1}, out: vs{f32(s(2, 3), 2, 1, 3, 4, 5, 6)}},
}

var indexCases = []applied{
	{op: "Gather", in: vs{table, i64(s(2), 2, -3)}, attrs: attrs{"axis": 1}, out: vs{f32(s(2, 2), 3, 1, 5, 0)}},
	{op: "Gather", in: vs{table, i64(s(), 1)}, out: vs{f32(s(3), 0, 0, 5)}},
	{op: "GatherElements", in: vs{table, i64(s(1, 3), 1, -2, 1)}, out: vs{f32(s(1, 3), 0, 2, 5)}},
	{op: "GatherElements", in: vs{table, i64(s(2, 1), -1, 0)}, attrs: attrs{"axis": 1}, out: vs{f32(s(2, 1), 3, 0)}},
	{op: "GatherND", in: vs{table, i64(s(2, 2), 0, 1, 1, -1)}, out: vs{f32(s(2), 2, 5)}},
	{op: "GatherND", in: vs{table, i64(s(2, 1), 2, 0)}, attrs: attrs{"batch_dims": 1}, out: vs{f32(s(2), 3, 0)}},
	{op: "Scatter", in: vs{table, i64(s(1, 3), 1, 0, 1), f32(s(1, 3), 7, 8, 9)}, out: vs{f32(s(2, 3), 1, 8, 3, 7, 0, 9)}, opset: 9},
	{op: "ScatterElements", in: vs{table, i64(s(2, 1), -1, 0), f32(s(2, 1), 7, 8)}, attrs: attrs{"axis": 1}, out: vs{f32(s(2, 3), 1, 2, 7, 8, 0, 5)}},
	{op: "ScatterElements", in: vs{f32(s(2), 1, 2), i64(s(2), 1, 1), f32(s(2), 7, 8)}, attrs: attrs{"reduction": "add"}, out: vs{f32(s(2), 1, 17)}},
	{op: "ScatterElements", in: vs{f32(s(2), 1, 2), i64(s(2), 1, 1), f32(s(2), 7, 8)}, attrs: attrs{"reduction": "mul"}, out: vs{f32(s(2), 1, 112)}},
	{op: "ScatterND", in: vs{table, i64(s(1, 1), -1), f32(s(1, 3), 7, 8, 9)}, out: vs{f32(s(2, 3), 1, 2, 3, 7, 8, 9)}},
	{op: "ScatterND", in: vs{f32(s(2), 1, 5), i64(s(2, 1), 0, 1), f32(s(2), 3, 3)}, attrs: attrs{"reduction": "max"}, out: vs{f32(s(2), 3, 5)}},
	{op: "ScatterND", in: vs{f32(s(2), 1, 5), i64(s(2, 1), 0, 1), f32(s(2), 3, 3)}, attrs: attrs{"reduction": "min"}, out: vs{f32(s(2), 1, 3)}},
	{op: "NonZero", in: vs{f32(s(2, 2), 1, 0, 3, 4)}, out: vs{i64(s(2, 3), 0, 1, 1, 0, 0, 1)}},
	{op: "Compress", in: vs{table, truth(s(3), 1, 0, 1)}, attrs: attrs{"axis": 1}, out: vs{f32(s(2, 2), 1, 3, 0, 5)}},
	{op: "Compress", in: vs{table, truth(s(3), 0, 0, 1)}, out: vs{f32(s(1), 3)}},
	{op: "TopK", in: vs{f32(s(2, 3), 1, 3, 2, 2, 0, 5), i64(s(1), 2)}, out: vs{f32(s(2, 2), 3, 2, 5, 2), i64(s(2, 2), 1, 2, 2, 0)}},
	{op: "TopK", in: vs{f32(s(3), 1, 3, 2)}, attrs: attrs{"k": 1}, out: vs{f32(s(1), 3), i64(s(1), 1)}, opset: 9},
	{op: "TopK", in: vs{f32(s(3), 1, 3, 2), i64(s(1), 2)}, attrs: attrs{"largest": 0}, out: vs{f32(s(2), 1, 2), i64(s(2), 0, 2)}},
	{op: "ConstantOfShape", in: vs{i64(s(2), 1, 2)}, out: vs{f32(s(1, 2), 0, 0)}},
	{op: "ConstantOfShape", in: vs{i64(s(1), 2)}, attrs: attrs{"value": i64(s(1), 7)}, out: vs{i64(s(2), 7, 7)}},
	{op: "ConstantOfShape", in: vs{i64(s(0))}, attrs: attrs{"value": f32(s(1), 7)}, out: vs{f32(s(), 7)}},
	{op: "Range", in: vs{i64(s(), 3), i64(s(), 9), i64(s(), 2)}, out: vs{i64(s(3), 3, 5, 7)}},
	{op: "Range", in: vs{f32(s(), 1), f32(s(), -1), f32(s(), -0.5)}, out: vs{f32(s(4), 1, 0.5, 0, -0.5)}},
	{op: "EyeLike", in: vs{f32(s(2, 3), 9, 9, 9, 9, 9, 9)}, attrs: attrs{"k": 1}, out: vs{f32(s(2, 3), 0, 1, 0, 0, 0, 1)}},
	{op: "EyeLike", in: vs{f32(s(2, 2), 9, 9, 9, 9)}, attrs: attrs{"dtype": 7}, out: vs{i64(s(2, 2), 1, 0, 0, 1)}},
	{op: "OneHot", in: vs{i64(s(2), 2, -3), i64(s(), 3), f32(s(2), -1, 4)}, out: vs{f32(s(2, 3), -1, -1, 4, 4, -1, -1)}},
	{op: "OneHot", in: vs{i64(s(2), 1, 7), i64(s(1), 2), i32(s(2), 0, 1)}, attrs: attrs{"axis": 0}, out: vs{i32(s(2, 2), 0, 0, 1, 0)}},
	{op: "HannWindow", in: vs{i64(s(), 4)}, out: vs{f32(s(4), 0, 0.5, 1, 0.5)}},
	{op: "HammingWindow", in: vs{i64(s(), 4)}, attrs: attrs{"periodic": 0}, out: vs{f32(s(4), 0.086956522, 0.77173913, 0.77173913, 0.086956522)}},
	{op: "BlackmanWindow", in: vs{i64(s(), 4)}, attrs: attrs{"periodic": 0}, out: vs{f32(s(4), 0, 0.63, 0.63, 0)}},
	{op: "DequantizeLinear", in: vs{i32(s(2, 2), 1, 2, 3, 4), f32(s(2), 0.5, 2), i32(s(2), 1, 0)}, out: vs{f32(s(2, 2), 0, 4, 1, 8)}},
	{op: "DequantizeLinear", in: vs{i32(s(2), 1, 2), f32(s(), 0.5)}, out: vs{f32(s(2), 0.5, 1)}},
}

var layerCases = []applied{
	{op: "MatMul", in: vs{table, f32(s(3, 2), 1, 0, 0, 1, 1, 1)}, out: vs{f32(s(2, 2), 4, 5, 5, 5)}},
	{op: "Gemm", in: vs{table, f32(s(2, 3), 1, 0, 1, 0, 1, 1), f32(s(2), 10, 20)}, attrs: attrs{"transB": 1}, out: vs{f32(s(2, 2), 14, 25, 15, 25)}},
	{op: "Gemm", in: vs{f32(s(2, 1), 1, 2), f32(s(2, 2), 1, 2, 3, 4), f32(s(1, 1), 1)}, attrs: attrs{"transA": 1, "alpha": 2., "beta": 0.5}, out: vs{f32(s(1, 2), 14.5, 20.5)}},
	{op: "Gemm", in: vs{table, f32(s(3, 1), 1, 1, 1)}, out: vs{f32(s(2, 1), 6, 5)}},
	{op: "Einsum", in: vs{table, f32(s(3), 1, 2, 3)}, attrs: attrs{"equation": "ij,j->i"}, out: vs{f32(s(2), 14, 15)}},
	{op: "Conv", in: vs{count, f32(s(1, 1, 2, 2), 1, 2, 3, 4), f32(s(1), 100)}, out: vs{f32(s(1, 1, 2, 2), 137, 147, 167, 177)}},
	{op: "Conv", in: vs{line, f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"strides": []int{2}, "pads": []int{1, 0}}, out: vs{f32(s(1, 1, 3), 10, 32, 54)}},
	{op: "Conv", in: vs{line, f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"dilations": []int{3}}, out: vs{f32(s(1, 1, 2), 41, 52)}},
	{op: "Conv", in: vs{line, f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"auto_pad": "SAME_UPPER"}, out: vs{f32(s(1, 1, 5), 21, 32, 43, 54, 5)}},
	{op: "Conv", in: vs{line, f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"auto_pad": "SAME_LOWER"}, out: vs{f32(s(1, 1, 5), 10, 21, 32, 43, 54)}},
	{op: "Conv", in: vs{line, f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"auto_pad": "VALID", "kernel_shape": []int{2}}, out: vs{f32(s(1, 1, 4), 21, 32, 43, 54)}},
	{op: "Conv", in: vs{f32(s(1, 2, 2), 1, 2, 3, 4), f32(s(2, 1, 1), 10, 100)}, attrs: attrs{"group": 2}, out: vs{f32(s(1, 2, 2), 10, 20, 300, 400)}},
	{op: "ConvTranspose", in: vs{f32(s(1, 1, 3), 1, 2, 3), f32(s(1, 1, 2), 1, 10), f32(s(1), 5)}, out: vs{f32(s(1, 1, 4), 6, 17, 28, 35)}},
	{op: "ConvTranspose", in: vs{f32(s(1, 1, 3), 1, 2, 3), f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"strides": []int{2}, "output_padding": []int{1}}, out: vs{f32(s(1, 1, 7), 1, 10, 2, 20, 3, 30, 0)}},
	{op: "ConvTranspose", in: vs{f32(s(1, 1, 3), 1, 2, 3), f32(s(1, 1, 2), 1, 10)}, attrs: attrs{"pads": []int{1, 0}}, out: vs{f32(s(1, 1, 3), 12, 23, 30)}},
	{op: "ConvTranspose", in: vs{f32(s(1, 1, 3), 1, 2, 3), f32(s(1, 1, 3), 1, 10, 100)}, attrs: attrs{"strides": []int{2}, "output_shape": []int{6}, "auto_pad": "SAME_UPPER"},
		out: vs{f32(s(1, 1, 6), 1, 10, 102, 20, 203, 30)}},
	{op: "MaxPool", in: vs{count}, attrs: attrs{"kernel_shape": []int{2, 2}}, out: vs{f32(s(1, 1, 2, 2), 5, 6, 8, 9), i64(s(1, 1, 2, 2), 4, 5, 7, 8)}},
	{op: "MaxPool", in: vs{count}, attrs: attrs{"kernel_shape": []int{2, 2}, "storage_order": 1}, out: vs{none, i64(s(1, 1, 2, 2), 4, 7, 5, 8)}},
	{op: "MaxPool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "strides": []int{2}, "ceil_mode": 1}, out: vs{f32(s(1, 1, 3), 2, 4, 5)}},
	{op: "MaxPool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "auto_pad": "SAME_LOWER"}, out: vs{f32(s(1, 1, 5), 1, 2, 3, 4, 5)}},
	{op: "MaxPool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "pads": []int{0, 1}, "dilations": []int{2}}, out: vs{f32(s(1, 1, 4), 3, 4, 5, 4)}},
	{op: "MaxPool", in: vs{i32(s(1, 1, 3), 3, 1, 2)}, attrs: attrs{"kernel_shape": []int{2}}, out: vs{i32(s(1, 1, 2), 3, 2)}},
	{op: "AveragePool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}}, out: vs{f32(s(1, 1, 4), 1.5, 2.5, 3.5, 4.5)}},
	{op: "AveragePool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "pads": []int{1, 0}}, out: vs{f32(s(1, 1, 5), 1, 1.5, 2.5, 3.5, 4.5)}},
	{op: "AveragePool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "pads": []int{1, 0}, "count_include_pad": 1}, out: vs{f32(s(1, 1, 5), 0.5, 1.5, 2.5, 3.5, 4.5)}},
	{op: "AveragePool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "strides": []int{2}, "ceil_mode": 1}, out: vs{f32(s(1, 1, 3), 1.5, 3.5, 5)}},
	{op: "AveragePool", in: vs{line}, attrs: attrs{"kernel_shape": []int{2}, "dilations": []int{3}}, out: vs{f32(s(1, 1, 2), 2.5, 3.5)}},
	{op: "LpPool", in: vs{f32(s(1, 1, 3), 1, -2, 3)}, attrs: attrs{"kernel_shape": []int{2}}, out: vs{f32(s(1, 1, 2), 2.236068, 3.6055513)}},
	{op: "LpPool", in: vs{f32(s(1, 1, 3), 1, -2, 3)}, attrs: attrs{"kernel_shape": []int{2}, "p": 3}, out: vs{f32(s(1, 1, 2), 2.0800838, 3.2710663)}},
	{op: "GlobalAveragePool", in: vs{cube}, out: vs{f32(s(2, 2, 1), 2, 6, 0, 3)}},
	{op: "GlobalMaxPool", in: vs{cube}, out: vs{f32(s(2, 2, 1), 3, 9, 1, 5)}},
	{op: "GlobalLpPool", in: vs{f32(s(1, 1, 2), 3, -4)}, out: vs{f32(s(1, 1, 1), 5)}},
	{op: "GlobalLpPool", in: vs{f32(s(1, 1, 2), 3, -4)}, attrs: attrs{"p": 1}, out: vs{f32(s(1, 1, 1), 7)}},
	{op: "BatchNormalization", in: vs{cube, f32(s(2), 1, 2), f32(s(2), 0, 1), f32(s(2), 1, 2), f32(s(2), 4, 9)},
		out: vs{f32(s(2, 2, 3), 0, 0.49999938, 0.99999875, 2.3333326, 2.9999989, 5.6666641, -0.49999938, -0.99999875, 0, 1, 1, 2.9999989)}},
	{op: "InstanceNormalization", in: vs{cube, f32(s(2), 1, 2), f32(s(2), 0, 1)},
		out: vs{f32(s(2, 2, 3), -1.2247357, 0, 1.2247357, -0.85163822, 0.074180892, 3.7774573, 0, -1.2247357, 1.2247357, -0.41421003, -0.41421003, 3.8284201)}},
	{op: "LayerNormalization", in: vs{cube, f32(s(3), 1, 2, 3), f32(s(3), 0, 1, 0)}, out: vs{
		f32(s(2, 2, 3), -1.2247357, 1, 3.6742071, -0.92581911, 0.074180892, 4.166186, 0, -1.4494714, 3.6742071, -0.70710501, -0.41421003, 4.2426301),
		f32(s(2, 2, 1), 2, 6, 0, 3), f32(s(2, 2, 1), 1.2247357, 0.46290955, 1.2247357, 0.70710501)}},
	{op: "LayerNormalization", in: vs{cube, f32(s(2, 3), 0, 1, 2, 3, 4, 5)}, attrs: attrs{"axis": 1},
		out: vs{f32(s(2, 2, 3), 0, -0.77459609, -0.77459609, 0, 1.5491922, 9.6824511, 0, -1.3206745, -0.52826981, 0.79240471, 1.0565396, 9.2447216)}},
	{op: "GroupNormalization", in: vs{cube, f32(s(2), 1, 2), f32(s(2), 0, 1)}, attrs: attrs{"num_groups": 1},
		out: vs{f32(s(2, 2, 3), -1.1618941, -0.77459609, -0.38729804, 1, 1.7745961, 4.8729804, -0.79240471, -1.3206745, -0.2641349, 1.5282698, 1.5282698, 4.6978886)}},
	{op: "GroupNormalization", in: vs{cube, f32(s(2), 1, 2), f32(s(2), 0, 1)}, attrs: attrs{"num_groups": 2}, opset: 20,
		out: vs{f32(s(2, 2, 3), -1.2247357, 0, 1.2247357, -0.85163822, 0.074180892, 3.7774573, 0, -1.2247357, 1.2247357, -0.41421003, -0.41421003, 3.8284201)}},
	{op: "RMSNormalization", in: vs{cube, f32(s(3), 1, 2, 3)},
		out: vs{f32(s(2, 2, 3), 0.46290955, 1.8516382, 4.166186, 0.62724997, 1.5681249, 4.2339373, 0, -2.4494714, 3.6742071, 0.60302242, 1.2060448, 4.5226681)}},
	{op: "MeanVarianceNormalization", in: vs{cube}, attrs: attrs{"axes": []int{0, 2}},
		out: vs{f32(s(2, 2, 3), 0, 0.77459667, 1.5491933, -0.21160368, 0.21160368, 1.9044332, -0.77459667, -1.5491933, 0, -1.0580184, -1.0580184, 0.21160368)}},
	{op: "LpNormalization", in: vs{f32(s(2, 3), 0, -1, 1, 2, 2, 5)}, out: vs{f32(s(2, 3), 0, -0.70710678, 0.70710678, 0.34815531, 0.34815531, 0.87038828)}},
	{op: "LpNormalization", in: vs{f32(s(2, 3), 0, -1, 1, 2, 2, 5)}, attrs: attrs{"p": 1, "axis": 0}, out: vs{f32(s(2, 3), 0, -0.33333333, 0.16666667, 1, 0.66666667, 0.83333333)}},
	{op: "LRN", in: vs{f32(s(1, 4, 1), 1, 2, 3, 4)}, attrs: attrs{"size": 3, "alpha": 0.3}, out: vs{f32(s(1, 4, 1), 0.73778795, 1.0372216, 1.0809928, 1.5631799)}},
	{op: "LRN", in: vs{f32(s(1, 4, 1), 1, 2, 3, 4)}, attrs: attrs{"size": 2, "alpha": 0.3}, out: vs{f32(s(1, 4, 1), 0.65723618, 0.88851238, 0.93239739, 1.5975366)}},
	{op: "GridSample", in: vs{count, f32(s(1, 1, 2, 2), 0, 0, 1, 1)}, attrs: attrs{"align_corners": 1}, out: vs{f32(s(1, 1, 1, 2), 5, 9)}},
	{op: "GridSample", in: vs{count, f32(s(1, 1, 2, 2), 0.5, 0, 1, 0)}, attrs: attrs{"padding_mode": "border", "mode": "bilinear"}, out: vs{f32(s(1, 1, 1, 2), 5.75, 6)}, opset: 16},
	{op: "GridSample", in: vs{count, f32(s(1, 1, 2, 2), 0.5, 0, 3, 0)}, attrs: attrs{"mode": "nearest"}, out: vs{f32(s(1, 1, 1, 2), 6, 0)}},
}

// elsewhere has the operators with a test of their own.
var elsewhere = map[string]string{
	"If": "TestIf", "Loop": "TestLoop", "Scan": "TestScan", "Resize": "TestResize", "Upsample": "TestUpsample",
	"RNN": "TestRecurrent", "GRU": "TestRecurrent", "LSTM": "TestRecurrent",
	"Attention": "TestAttention", "RotaryEmbedding": "TestRotaryEmbedding",
}

var allCases = slices.Concat(elementwiseCases, activationCases, reductionCases, shapeCases, indexCases, layerCases)

func TestEveryOperatorIsTested(t *testing.T) {
	met := map[string]bool{}
	for _, c := range allCases {
		met[c.op] = true
	}
	for _, op := range onnx.Operators() {
		if !met[op] && elsewhere[op] == "" {
			t.Errorf("%s is in no test", op)
		}
	}
}

// TestOperators applies each node in several ways, whose results must agree: with its
// operands as inputs, known or compiled; as constants of the file; and in f64.
func TestOperators(t *testing.T) {
	for i, c := range allCases {
		name := fmt.Sprintf("case %d, %s", i, c.op)
		all := c.model(0).decode(t)
		c.compare(t, name, all.Apply(c.inputs(0)))
		known, rest := values{}, values{}
		for _, p := range all.Inputs() {
			if v := c.inputs(0)[p.Name]; p.Known {
				known[p.Name] = v
			} else {
				rest[p.Name] = v
			}
		}
		c.compare(t, name+", compiled", jit(func(rest values) values { return all.Apply(union(known, rest)) })(rest))
		c.compare(t, name+", with constants", c.model(1).decode(t).Apply(c.inputs(1)))
		c.compare(t, name+", of constants", c.model(2).decode(t).Apply(nil))

		wide := values{}
		for name, v := range c.inputs(0) {
			if wide[name] = v; v.DType() == trace.Float32 {
				wide[name] = fn.Cast(v, trace.Float64)
			}
		}
		got := all.Cast(trace.Float64).Apply(wide)
		for name, v := range got {
			if got[name] = v; v.DType() == trace.Float64 {
				got[name] = fn.Cast(v, trace.Float32)
			}
		}
		c.compare(t, name+", in f64", got)
	}
}

func union(a, b values) values {
	out := values{}
	for name, v := range a {
		out[name] = v
	}
	for name, v := range b {
		out[name] = v
	}
	return out
}

// model has the node. Constant operands are none, all but the first, or all.
func (c applied) model(constants int) model {
	n := node{op: c.op, attrs: c.attrs, name: "it"}
	m := model{opset: c.opset}
	for i, v := range c.in {
		name := fmt.Sprint("in", i)
		switch {
		case v.IsAbsent():
			name = "_"
		case c.constant(i, constants):
			m.given = append(m.given, stored(name, v))
		default:
			m.in = append(m.in, name+" "+strings.ReplaceAll(v.Type().String(), "\n", ""))
		}
		n.in += " " + name
	}
	for i := range c.out {
		name := fmt.Sprint("out", i)
		n.out += " " + name
		m.out = append(m.out, name)
	}
	m.nodes = []node{n}
	return m
}

func (c applied) constant(i, constants int) bool { return constants == 2 || constants == 1 && i > 0 }

func (c applied) inputs(constants int) values {
	in := values{}
	for i, v := range c.in {
		if !v.IsAbsent() && !c.constant(i, constants) {
			in[fmt.Sprint("in", i)] = v
		}
	}
	return in
}

func (c applied) compare(t *testing.T, name string, got values) {
	t.Helper()
	for i, want := range c.out {
		if !want.IsAbsent() {
			same(t, fmt.Sprintf("%s, output %d", name, i), got[fmt.Sprint("out", i)], want, rounding)
		}
	}
}
