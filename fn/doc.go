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
package fn
