package transforms

import (
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// VmapConfig has the options of [Vmap]. The zero value maps over all leaves of the
// argument, all cases at once.
type VmapConfig struct {
	// Shared lists the paths of leaves, or of subtrees, that all cases share and that are
	// not mapped over. Paths are as [trace.Flatten] names them, such as ".Model" or
	// "[1].Weight".
	Shared []string
	// Chunk bounds how many cases are computed at once; 0 means no bound.
	Chunk int
	// Budget bounds the memory in bytes that the map needs, compiled by itself, beside
	// its argument and constants. This is the results of all cases, and the intermediate
	// values of the cases computed at once. 0 means no bound.
	Budget int
}

// Vmap returns a function that applies f to many independent cases at once. Each leaf of
// its argument carries them as a new axis 0, and so does each leaf of its result. It
// equals f row by row, with all transforms and rules inside of f, and nests.
//
// f sees values without the new axis: a model that takes batches x[n c h w] still does,
// and the mapped axis is an additional one. With a Chunk or a Budget, the cases are split
// into equal chunks that run one after another in a [Scan]; a remainder runs last. The
// results equal those of all cases at once, within rounding. Choosing chunks for a Budget
// takes some trial compilations whenever Vmap is called. So call it under [Jit] or
// [Compile], which do so only when they trace. A derivative of the map keeps what it
// needs of every case, as the derivative of a loop does. To bound that memory too, map
// the derivative, Vmap(Grad(f), ...), or put [Checkpoint] around f.
//
// Vmap panics with a *trace.Error if the mapped leaves have no axis 0 of one common
// length, if no leaf is mapped, or if the Budget is too small for one case at a time.
func Vmap[P, R any](f func(P) R, config ...VmapConfig) func(P) R {
	return func(x P) R {
		leaves, in := trace.Flatten(x)
		batched := mapped(in, config)
		size := batchSize(leaves, batched, in)
		r := &recording{in: in, leaves: leaves}
		b := batchOf(flat(r, f), size, leaves, batched)
		return result[R](r, b.apply(leaves, b.chunk(config, leaves)))
	}
}

func mapped(in *trace.Structure, config []VmapConfig) []bool {
	batched := make(trace.Mask, in.Len())
	for i := range batched {
		batched[i] = true
	}
	for _, c := range config {
		if len(c.Shared) == 0 {
			continue
		}
		paths := in.Paths()
		for _, shared := range c.Shared {
			found := false
			for i, p := range paths {
				if within(p, shared) {
					batched[i], found = false, true
				}
			}
			if !found {
				panic(trace.Errorf("Vmap: no leaf of the argument is at or below the shared path %q; its leaves are %q", shared, paths))
			}
		}
	}
	return batched
}

// within reports whether path equals above or lies below it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func batchSize(leaves []Value, batched trace.Mask, in *trace.Structure) int {
	size, first := -1, 0
	for i, v := range leaves {
		switch {
		case !batched[i]:
		case v.Rank() == 0:
			panic(trace.Errorf("Vmap: %s is the scalar %v, which has no axis to map over; list it in VmapConfig.Shared", leafName(in.Path(i)), v.Type()))
		case size < 0:
			size, first = v.Dim(0), i
		case v.Dim(0) != size:
			panic(trace.Errorf("Vmap: axis 0 has length %d at %s and %d at %s", size, leafName(in.Path(first)), v.Dim(0), leafName(in.Path(i))))
		}
	}
	if size < 0 {
		panic(trace.Errorf("Vmap: the argument has no leaf to map over"))
	}
	return size
}

// vmapPartial applies f to size cases at once. Every result carries the new axis 0, or is
// absent.
func vmapPartial(f func([]Value) []Value, size int, in []Value, batched trace.Mask) []Value {
	p := recordPartial(f, stripped(in, batched))
	return p.spread(applyBatched(p.program, size, in, batched))
}

// stripped returns the types of single cases.
func stripped(in []Value, batched trace.Mask) []trace.Type {
	types := trace.TypesOfValues(in)
	for i, b := range batched {
		if b {
			types[i] = unbatched(types[i])
		}
	}
	return types
}

// applyBatched walks a program with some arguments batched. Results that do not depend on
// them are repeated.
func applyBatched(p *trace.Program, size int, in []Value, batched trace.Mask) []Value {
	return applyBatchedTo(p, size, in, batched, nil)
}

// applyBatchedTo is applyBatched that does not repeat the first results where carries is
// false.
func applyBatchedTo(p *trace.Program, size int, in []Value, batched, carries trace.Mask) []Value {
	env := p.EnvIn(trace.Newest(in, p.Captured()), in)
	marked := make(trace.Mask, len(p.Types))
	for i, v := range p.In {
		marked[v] = batched[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if !marked.AnyOf(e.In) {
			env.Step(e)
			continue
		}
		marked.Set(e.Out)
		env.Trace.Follow(e, e.Derived, func() {
			env.Set(e.Out, e.Op.Batch(size, env.Get(e.In), marked.Of(e.In)))
		})
	}
	out := env.Get(p.Out)
	for i, v := range p.Out {
		if !marked[v] && (i >= len(carries) || carries[i]) {
			out[i] = fn.Expand(out[i], 0, size)
		}
	}
	return out
}

// unbatched drops the leading axis of a type.
func unbatched(t trace.Type) trace.Type { return trace.Type{DType: t.DType, Shape: t.Shape[1:]} }
