// Package testutil has what only the tests of this module need, beside the laws of
// package lawtest: a reader of reference values, calls with wrong arguments, and the
// operations that random programs and their derivatives are made of. Its own tests hold
// the table of which package may import which, and the width of comments.
//
// Only tests import it, and only from outside of the package under test (package
// fn_test), because it imports much of the module itself.
package testutil

import "github.com/pullback-go/pullback/trace"

// Value is an array, known or still to come; see [trace.Value].
type Value = trace.Value
