package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// batch is a program to map over size cases of some of its arguments.
type batch struct {
	program *trace.Program
	size    int
	batched []bool
	// repeated marks the results that have a row for each case. The others do not depend
	// on the case.
	repeated trace.Mask
}

// batchOf traces f on the types of single cases.
func batchOf(f func([]Value) []Value, size int, in []Value, batched []bool) batch {
	p := trace.Record(f, stripped(in, batched))
	return batch{p, size, batched, trace.AllMarked(len(p.Out))}
}

// chunk returns the number of cases to compute at once.
func (b batch) chunk(config []VmapConfig, in []Value) int {
	chunk := max(1, b.size)
	for _, c := range config {
		if c.Chunk < 0 || c.Budget < 0 {
			panic(trace.Errorf("Vmap: Chunk is %d and Budget is %d: use the number of cases to compute at once, a number of bytes, or 0 for no bound", c.Chunk, c.Budget))
		}
		if c.Chunk > 0 {
			chunk = min(chunk, c.Chunk)
		}
	}
	for _, c := range config {
		if c.Budget > 0 && b.size > 0 {
			chunk = min(chunk, b.chunkWithin(c.Budget, in))
		}
	}
	return chunk
}

// apply maps the program, computing at most chunk cases at once: equal chunks in a loop,
// then a remainder.
func (b batch) apply(in []Value, chunk int) []Value {
	if chunk >= b.size {
		return applyBatchedTo(b.program, b.size, in, b.batched, b.repeated)
	}
	chunk = evenly(b.size, chunk)
	whole := b.size / chunk * chunk
	out := b.loop(b.part(in, 0, whole), whole/chunk, chunk)
	if whole < b.size {
		rest := applyBatched(b.program, b.size-whole, b.part(in, whole, b.size), b.batched)
		for i, r := range rest {
			out[i] = fn.Concat(0, out[i], r)
		}
	}
	for i, r := range b.repeated {
		if !r {
			out[i] = fn.Index(out[i], 0)
		}
	}
	return out
}

// evenly returns the length of chunks that are about equally long and as few as possible.
// It is at most the given length.
func evenly(size, chunk int) int { return ceilDiv(size, ceilDiv(size, chunk)) }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// part returns the cases from lo up to hi.
func (b batch) part(in []Value, lo, hi int) []Value {
	return b.each(in, func(v Value) Value {
		return fn.Slice(v, fn.SliceConfig{Start: []int{lo}, Stop: []int{hi}})
	})
}

// each applies f to the batched values.
func (b batch) each(in []Value, f func(Value) Value) []Value {
	out := slices.Clone(in)
	for i := range out {
		if b.batched[i] {
			out[i] = f(in[i])
		}
	}
	return out
}

// loop maps over the chunks one after another.
func (b batch) loop(in []Value, chunks, chunk int) []Value {
	cut := b.each(in, func(v Value) Value { return fn.Reshape(v, append([]int{chunks, chunk}, v.Shape()[1:]...)...) })
	var rows []Value
	for i, v := range cut {
		if b.batched[i] {
			rows = append(rows, v)
		}
	}
	_, ys := scanFlat(func(_, row []Value) (carry, y []Value) {
		args, next := slices.Clone(in), 0
		for i := range args {
			if b.batched[i] {
				args[i] = row[next]
				next++
			}
		}
		return nil, applyBatched(b.program, chunk, args, b.batched)
	}, nil, rows, chunks, false)
	for i, y := range ys {
		ys[i] = fn.Reshape(y, append([]int{chunks * chunk}, y.Shape()[2:]...)...)
	}
	return ys
}

// chunkWithin returns the number of cases to compute at once so that the memory stays
// within a budget in bytes: all of them, or the largest number found in a few trials.
func (b batch) chunkWithin(budget int, in []Value) int {
	const trials = 6
	trial, types := b.closed(in)
	hi, most := b.size, trial.memory(types, b.size)
	if most <= budget {
		return b.size
	}
	lo, least := 1, trial.memory(types, 1)
	if least > budget {
		panic(trace.Errorf("Vmap: a budget of %d bytes is too small: one case at a time, the %d cases need %d bytes, of which %d are their results; raise VmapConfig.Budget, or make a case smaller",
			budget, b.size, least, b.results()))
	}
	for range trials {
		if hi-lo < 2 {
			break
		}
		at := lo + int(float64(hi-lo)*float64(budget-least)/float64(max(1, most-least)))
		at = min(max(at, lo+1), hi-1)
		long := evenly(b.size, at)
		if long <= lo { // chunks of this length are known to fit
			lo = at
			continue
		}
		if n := trial.memory(types, long); n <= budget {
			lo, least = at, n
		} else {
			hi, most = long, n
		}
	}
	return lo
}

// closed returns a batch that can be compiled by itself, and the types of all its
// arguments. Traced values that the program captured become further arguments, which all
// cases share.
func (b batch) closed(in []Value) (batch, []trace.Type) {
	p := *b.program
	p.Consts, p.In = nil, slices.Clone(p.In)
	d := batch{&p, b.size, slices.Clone(b.batched), b.repeated}
	types := trace.TypesOfValues(in)
	for _, c := range b.program.Consts {
		if c.Value.IsTraced() {
			p.In, d.batched, types = append(p.In, c.Var), append(d.batched, false), append(types, c.Value.Type())
		} else {
			p.Consts = append(p.Consts, c)
		}
	}
	return d, types
}

// memory returns the bytes that the batch needs beside arguments and constants if it is
// compiled for this number of cases at once.
func (b batch) memory(types []trace.Type, chunk int) int {
	p := trace.Record(func(in []Value) []Value { return b.apply(in, chunk) }, types)
	return compile(p, JitConfig{}).plan.Peak()
}

// results returns the memory of the results in bytes.
func (b batch) results() int {
	n := 0
	for _, t := range b.program.TypesOf(b.program.Out) {
		n += b.size * t.Bytes()
	}
	return n
}
