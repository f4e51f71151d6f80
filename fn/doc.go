// Package fn is the vocabulary: functions from values to values.
//
// Every function here applies one operation, or says that it is composed of several. On
// concrete values it computes at once; with a traced value among its operands it is
// recorded. What takes a function rather than a value (derivatives, batching,
// compilation, control flow) is in package transforms.
//
// Operands broadcast by NumPy's rules in the elementwise functions and nowhere else.
// dtypes never mix: [Cast] converts, and [Scalar] makes numbers that take the dtype of
// what they are combined with. Operands that do not fit panic with a *trace.Error, which
// names the operation, the operand types and the caller's line.
//
// Each operation's derivative is made of operations, so it has derivatives of every
// order. At kinks the documentation of the function says which value is taken. NaN goes
// through everything that does not say otherwise.
//
// # Families
//
// Numbers and arrays of one number, of counts, of random draws:
//
//	Scalar Full Zeros Ones FullLike ZerosLike OnesLike FillAs Iota IotaLike Eye OneHot
//	Key Split FoldIn Bits Uniform Normal Bernoulli Permutation
//
// On elements, with broadcasting:
//
//	Add Sub Mul Div Neg Rem Pow PowScalar Maximum Minimum
//	Clamp ClampMin ClampMax Positive Negative Where Mask
//	Equal NotEqual Less LessEqual Greater GreaterEqual IsNaN IsFinite And Or Xor Not
//
// Functions of one number, for each element:
//
//	Abs Sign Floor Ceil Round Trunc Square Sqrt Rsqrt Reciprocal
//	Exp Expm1 Log Log1p Erf Sin Cos Tan Atan
//
// Activations:
//
//	ReLU LeakyReLU RReLU PReLU Threshold ReLU6 HardTanh HardSigmoid HardSwish HardShrink
//	Softshrink Sigmoid LogSigmoid Tanh Tanhshrink Softsign Softplus SiLU GELU GELUTanh
//	ELU CELU SELU Softmax LogSoftmax
//
// Along axes:
//
//	Sum SumAll Mean MeanAll Var Prod Max Min ArgMax ArgMin Any All LogSumExp CumSum
//
// Layers:
//
//	Linear Dot MatMul DotGeneral Conv ConvTranspose BatchNorm LayerNorm
//	AvgPool MaxPool AdaptiveAvgPool AdaptiveMaxPool
//
// Shapes, places, dtypes:
//
//	Reshape Flatten Squeeze ExpandDims Transpose Flip Tile Expand BroadcastTo BroadcastIn
//	BroadcastShapes SumTo Concat Stack Pad Slice Index Take AddTake TakeAlong AddAlong
//	Cast Promote
package fn
