package trace

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Error is misuse of shapes, dtypes or transforms inside a pure function. It is raised by
// panic, because a pure function has no place for an error without spoiling composition;
// [Try] turns it into an ordinary error.
type Error struct {
	// Op is the operation with its operand types, as dot(f32[8 512], f32[256 10]); empty
	// where no operation was applied.
	Op string
	// Err says what is wrong and what to do.
	Err error

	stack  Stack
	placed bool // at an equation, by Follow
}

// Errorf returns an Error at the caller's line, for a fault that is not in one
// operation's operands.
func Errorf(format string, args ...any) *Error {
	return &Error{Err: fmt.Errorf(format, args...), stack: callers()}
}

// Refuse panics with an Error, at the caller's line, of an operation that is made of
// others and so has no Op: name(operand types): reason.
func Refuse(name string, in []Value, format string, args ...any) {
	panic(&Error{Op: signature(name, in), Err: fmt.Errorf(format, args...), stack: callers()})
}

// Naming is deferred by an operation that is made of others: an *Error that one of them
// raises becomes one of the whole, with its name and its operands, which are those that
// the user sees.
//
//	func Linear(x, w, b Value) Value {
//		defer trace.Naming("linear", x, w, b)
//
// An operand that is absent though it may not be is named as [Bind] names it; put what
// may be absent last.
func Naming(name string, in ...Value) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		if r.Op == "" && strings.HasPrefix(r.Err.Error(), name+":") {
			panic(r) // named already
		}
		if r.Op = name; len(in) > 0 {
			r.Op = signature(name, in)
		}
		if errors.Is(r.Err, errAbsent) && slices.ContainsFunc(in, Value.IsAbsent) {
			r.Err = absentOperand(in)
		}
		panic(r)
	default:
		panic(r)
	}
}

// absentOperand says which of the operands is absent.
func absentOperand(in []Value) error {
	i := slices.IndexFunc(in, Value.IsAbsent)
	return fmt.Errorf("operand %d is absent (the zero trace.Value): was a field never set?", i)
}

// Error returns one line: file:line: op(types): reason.
func (e *Error) Error() string {
	parts := make([]string, 0, 3)
	if pos := e.Position(); pos != "" {
		parts = append(parts, pos)
	}
	if e.Op != "" {
		parts = append(parts, e.Op)
	}
	return strings.Join(append(parts, e.Err.Error()), ": ")
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Position returns the user's file and line, as model.go:41, or "" if it is not known.
func (e *Error) Position() string { return e.stack.Position() }

// Try calls f and returns the *Error it panics with, if any. Every other panic goes on.
func Try(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// AsError reports the *Error in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Stack is where an equation was made: program counters, turned into a file and line only
// when printed.
type Stack []uintptr

// maxFrames bounds what is kept: a user's line lies below the frames of a layer, a
// transform and an operation.
const maxFrames = 48

func callers() Stack {
	var pcs [maxFrames]uintptr
	n := runtime.Callers(3, pcs[:])
	return append(Stack(nil), pcs[:n]...)
}

// Position returns the first line outside of the library, as model.go:41. A frame belongs
// to the library if its file lies in one of the library's folders and is not a test:
// going by function name would miss closures that were inlined.
func (s Stack) Position() string {
	if len(s) == 0 {
		return ""
	}
	frames := runtime.CallersFrames(s)
	for {
		f, more := frames.Next()
		if f.File != "" && !inLibrary(f.File) && !inBetween(f.Function) {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

// root is the folder of the module as the compiler wrote it into this binary.
var root = func() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.ToSlash(filepath.Dir(filepath.Dir(file)))
}()

func inLibrary(file string) bool {
	rest, ok := strings.CutPrefix(filepath.ToSlash(file), root+"/")
	return ok && !strings.HasSuffix(rest, "_test.go") && !strings.HasPrefix(rest, "examples/")
}

// inBetween reports whether a function belongs to a package through which the library
// calls itself or a user's function.
func inBetween(function string) bool {
	pkg, _, _ := strings.Cut(function, ".")
	switch pkg {
	case "runtime", "reflect", "slices", "maps", "sort", "sync", "iter":
		return true
	}
	return false
}
