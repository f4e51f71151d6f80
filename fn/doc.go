// Package fn is the vocabulary: functions from values to values.
//
// A function here applies one operation, or says that it is composed of several. On
// concrete values it computes at once. If an operand is traced, the operation is recorded
// instead. Functions of functions (derivatives, batching, compilation, control flow) are
// in package transforms. Random numbers are in the package fn/random, decompositions of
// matrices in fn/linalg, Fourier transforms in fn/fft.
//
// Elementwise functions broadcast their operands by NumPy's rules, and [MatMul] its
// batches; nothing else broadcasts. dtypes never mix: [Cast] converts, and [Scalar] makes
// numbers that take the dtype of the other operand. Operands that do not fit panic with a
// *trace.Error, which names the operation, the operand types and the caller's line.
//
// The derivative of an operation is made of operations, so derivatives of every order
// exist. At a kink, the documentation of the function says which value the derivative
// takes. NaN passes through every function that does not say otherwise.
//
// # Families
//
// Constants and counts:
//
//	Scalar Full Zeros Ones ZerosOf OnesOf FullLike ZerosLike OnesLike FillAs
//	Iota IotaLike Arange Linspace Eye OneHot
//
// Elementwise, with broadcasting:
//
//	Add Sub Mul Div Neg Scale Shift FloorDiv Rem Mod Pow PowScalar Maximum Minimum
//	Atan2 Hypot LogAddExp XLogY XLog1pY CopySign
//	Clamp ClampMin ClampMax ClampTo Positive Negative Where Mask
//	Equal NotEqual Less LessEqual Greater GreaterEqual IsNaN IsInf IsFinite And Or Xor Not
//	IsClose AllClose ArrayEqual BitAnd BitOr BitXor BitNot ShiftLeft ShiftRight PopCount
//
// Elementwise functions of one number:
//
//	Abs Sign SignBit Floor Ceil Round Trunc Square Sqrt Rsqrt Cbrt Reciprocal NanToNum
//	Exp Exp2 Expm1 Log Log2 Log10 Log1p
//	Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Sinc
//
// Special functions:
//
//	Erf Erfc ErfInv NormalCDF LogNormalCDF NormalQuantile Logit Entropy
//	LogGamma Digamma Polygamma LogBeta GammaInc GammaIncC I0 I1 I0e I1e
//
// Activations:
//
//	ReLU LeakyReLU RReLU PReLU Threshold ReLU6 HardTanh HardSigmoid HardSwish HardShrink
//	Softshrink Sigmoid LogSigmoid Tanh Tanhshrink Softsign Softplus SiLU Mish GELU GELUTanh
//	ELU CELU SELU Softmax LogSoftmax GLU ReGLU GeGLU SwiGLU
//
// Along axes:
//
//	Sum SumAll Mean MeanAll Var Std Prod Max Min ArgMax ArgMin Any All CountNonzero LogSumExp
//	Norm NormAll Quantile Median NanSum NanMean NanVar NanStd NanMax NanMin Keep
//	CumSum CumSumWith CumProd CumMax CumMin CumLogSumExp Diff Sort ArgSort TopK
//
// Layers:
//
//	Linear Conv ConvTranspose
//	BatchNorm LayerNorm GroupNorm InstanceNorm RMSNorm LocalResponseNorm
//	AvgPool MaxPool MaxPoolIndices AdaptiveAvgPool AdaptiveMaxPool
//
// Products and functions of vectors:
//
//	Dot MatMul DotGeneral TensorDot Einsum Outer VDot Kron Cross PolyVal Interp
//
// Shapes, indexing, dtypes:
//
//	Reshape Flatten Squeeze ExpandDims Transpose Flip Tile Expand BroadcastTo BroadcastIn
//	BroadcastShapes SumTo Concat Stack Split SplitAt Pad Slice Roll Repeat MoveAxis SwapAxes
//	Meshgrid Tril Triu Diagonal Diag Trace
//	PixelShuffle PixelUnshuffle DepthToSpace SpaceToDepth Resize GridSample
//	Index Take AddTake TakeAlong AddAlong TakeND ScatterAlong ScatterND
//	Cast Promote
//
// Picking and changing elements by places, NumPy's x[...] and JAX's x.at[...]:
//
//	At Set AddAt MulAt MaxAt MinAt Span SpanStep DynamicSlice DynamicUpdateSlice
//
// Groups of rows, counts, places in sorted arrays:
//
//	SegmentSum SegmentMean SegmentProd SegmentMax SegmentMin BinCount Histogram SearchSorted
//	Unique NonZero
//
// Trees:
//
//	Stacked Rows
//
// What programs are read from text with:
//
//	Ops
package fn
