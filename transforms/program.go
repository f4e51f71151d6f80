package transforms

import "github.com/pullback-go/pullback/trace"

// Program returns f as a program, traced for an argument of the structure and types of
// example. Its arguments are the leaves of example, its results the leaves of what f
// returns; what f captured is among its constants. Nothing is computed, so the leaves of
// example may be [trace.Unknown]. The program can be printed, walked and applied; to
// print what a compiled function does, see [Compiled.Program].
//
//	fmt.Println(transforms.Program(transforms.Grad(f), x))
func Program[P, R any](f func(P) R, example P) *trace.Program { return record(f, example).program }

// Types returns the result of f with the types of its values, but without elements: each
// leaf is [trace.Unknown]. Nothing is computed, and the leaves of example may be unknown,
// too.
//
//	y := transforms.Types(model.Apply, trace.Unknown(trace.TypeOf(trace.Float32, 1, 3, 224, 224)))
//	fmt.Println(y.Shape())
func Types[P, R any](f func(P) R, example P) R {
	r := record(f, example)
	types := r.program.TypesOf(r.program.Out)
	leaves := make([]Value, len(types))
	for i, t := range types {
		leaves[i] = trace.Unknown(t)
	}
	return result[R](r, leaves)
}
