// Package lawtest holds operations, rules and models to the laws that they have to keep,
// so that a test of one is a line or two:
//
//	func TestTanh(t *testing.T) { lawtest.Laws(t, fn.Tanh, lawtest.Between(-3, 3), 2, 3, 4) }
//
// It is for whoever writes an operation, an attribution rule, a composite or a model, in
// this module or outside of it:
//
//   - [Laws] and [LawsWith] hold a function to finite differences, to its batches and to
//     its compiled form;
//   - [Main] fails the tests of a package if one of its operations was not held to one of
//     the laws that it has, as [Untried] lists them;
//   - [Claims] holds an operation to what it says of itself through the optional
//     interfaces of package trace;
//   - [RuleLaws] holds a function with rules to the laws of relevance;
//   - [Agree] holds a random program to itself compiled, batched and checkpointed.
//     [Programs] and [Smooth] draw such programs for pgregory.net/rapid, the caller's own
//     operations among them. [Search] draws many by a seed and looks at them on all
//     cores.
//
// Whatever reports takes a [rapid.TB], which a *testing.T is and a *rapid.T too, so any
// law may be the body of a property.
//
// What breaks a law of [Agree] or [Search] is shrunk as a program, before rapid shrinks the
// choices that it was drawn by. Rapid alone leaves 2 to 8 operations of a program where one
// is to blame, and takes seconds: a choice that it takes away changes the meaning of all
// that follow it.
//
// The laws of random programs for this module run as
//
//	go test ./transforms/lawtest -run '^TestRandomPrograms$' -timeout 2h -programs 1000000 -seed 7
//	go test ./transforms/lawtest -run '^TestRandomPrograms$' -seed 7 -number 1234
//
// Only tests import it, and within this module only from outside of the package under
// test (package fn_test), because it imports much of the module itself.
package lawtest
