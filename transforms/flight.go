package transforms

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// kind describes the arguments that a program is compiled for.
type kind struct {
	in    *trace.Structure
	types []trace.Type
	weak  []bool // which leaves of the argument are weak
}

// mismatch says how an argument differs from this kind, "" if it does not.
func (k kind) mismatch(leaves []Value, s *trace.Structure) string {
	if s != k.in && s.Key() != k.in.Key() {
		return "its structure or static parts differ"
	}
	for i, v := range leaves {
		if !v.Type().Equal(k.types[i]) {
			return fmt.Sprintf("%s is %v, compiled for %v", leafName(s.Path(i)), v.Type(), k.types[i])
		}
	}
	return ""
}

// same reports whether two kinds are equal.
func (k kind) same(other kind) bool {
	return k.in.Key() == other.in.Key() && slices.EqualFunc(k.types, other.types, trace.Type.Equal) &&
		slices.Equal(k.weak, other.weak)
}

// flight is a compilation that several calls may wait for. Once it has landed, one of its
// results is set. None is set if the compiling goroutine ended before it was done.
type flight[P, R any] struct {
	kind   kind
	landed chan struct{} // closed on landing

	compiled *Compiled[P, R]
	inlined  bool // no program can be kept
	cause    any  // of a panic
}

// land keeps the program and wakes the waiting calls.
func (j *Jitted[P, R]) land(f *flight[P, R]) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flights = slices.DeleteFunc(j.flights, func(g *flight[P, R]) bool { return g == f })
	if f.compiled != nil {
		j.keep(f.compiled)
	}
	close(f.landed)
}

// copied returns the cause of a panic for another goroutine. It copies errors, because
// transforms write into an error on its way up.
func copied(cause any) any {
	if err, ok := cause.(*trace.Error); ok {
		own := *err
		return &own
	}
	return cause
}

// traced calls f, which traces a function for a jitted one. isTracing looks for traced on
// the stack.
//
//go:noinline
func traced(f func() *recording) *recording { return f() }

// isTracing reports whether this goroutine is tracing a function for a jitted one. Such a
// goroutine must not wait for another compilation: that may be its own, or one that waits
// for its own.
func isTracing() bool {
	var pcs [64]uintptr
	for skip := 1; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			if f, more = frames.Next(); strings.HasSuffix(f.Function, "/transforms.traced") {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}
