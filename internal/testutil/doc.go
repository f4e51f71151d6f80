// Package testutil holds functions to the laws of differentiation, batching and
// compilation, so that a test of an operation or of a rule is one line:
//
//	func TestTanh(t *testing.T) { testutil.Laws(t, fn.Tanh, testutil.Between(-3, 3), 2, 3, 4) }
//
// Two more laws need no line for each operation. [Agree] draws random programs over all
// operations, with guards, calls and special values, and holds what is compiled, batched
// or checkpointed to the program as it is:
//
//	go test ./internal/testutil -run TestRandomPrograms$ -timeout 2h -programs 1000000 -seed 7
//	go test ./internal/testutil -run TestRandomPrograms$ -seed 7 -number 1234
//
// [Claims] holds an operation to what it says of itself through the optional interfaces
// of package trace.
//
// It also has what such tests are made of: samplers that keep off kinks, finite
// differences, comparison relative to the largest magnitude, smooth random programs, and
// a reader of reference values. Only tests import it, and only from outside of the
// package under test (package fn_test), because it imports much of the module itself. Its
// own test also holds the table of which package may import which.
package testutil
