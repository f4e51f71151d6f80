package transforms

import "github.com/pullback-go/pullback/trace"

// partial is a recorded function that may have absent results. A program has no absent
// results, so it returns only the others.
type partial struct {
	program *trace.Program
	present trace.Mask
}

// recordPartial records f for arguments of the given types.
func recordPartial(f func(args []Value) []Value, types []trace.Type) partial {
	var p partial
	p.program = trace.Record(p.noting(f), types)
	return p
}

// noting returns f without its absent results. p notes which results are present.
func (p *partial) noting(f func(args []Value) []Value) func(args []Value) []Value {
	return func(args []Value) []Value {
		out := f(args)
		p.present = present(out)
		return compact(out)
	}
}

// apply applies the function.
func (p partial) apply(args []Value) []Value { return p.spread(p.program.Apply(args...)) }

// spread inserts the absent results among those of the program.
func (p partial) spread(out []Value) []Value { return spread(out, p.present) }

// present marks the values that are not absent.
func present(vs []Value) trace.Mask {
	out := make(trace.Mask, len(vs))
	for i, v := range vs {
		out[i] = !v.IsAbsent()
	}
	return out
}

// compact drops absent values.
func compact(vs []Value) []Value {
	out := make([]Value, 0, len(vs))
	for _, v := range vs {
		if !v.IsAbsent() {
			out = append(out, v)
		}
	}
	return out
}

// spread puts values at the marked positions of a list. The other entries are absent.
func spread(vs []Value, at trace.Mask) []Value {
	out, next := make([]Value, len(at)), 0
	for i, b := range at {
		if b {
			out[i] = vs[next]
			next++
		}
	}
	return out
}
