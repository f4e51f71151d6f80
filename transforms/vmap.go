package transforms

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Axis says which axis of an argument or result carries the cases of a [Vmap]. A negative
// axis counts from the last one.
type Axis int

// Shared is the axis of an argument or result that has no axis of cases: all of them share
// it.
const Shared Axis = math.MinInt

// VmapConfig has the options of [Vmap] and [VmapN]. The zero value maps over axis 0 of all
// leaves, all cases at once. If several are given, all of them apply.
type VmapConfig struct {
	// In has the axis of the cases for each argument; for Vmap, for its only one. Without
	// it, it is axis 0 of all. The axis is that of each leaf of the argument.
	In []Axis
	// Out has the axis of the cases for each result, in the same way. A result whose axis
	// is Shared must not depend on anything that is mapped.
	Out []Axis
	// Shared lists the paths of leaves, or of subtrees, that all cases share and that are
	// not mapped over. Paths are as [trace.Flatten] names them, such as ".Model" or
	// "[1].Weight".
	Shared []string
	// Name is what [Psum], [AxisIndex] and their relatives call the axis of the cases
	// inside of the function. A map with a name computes all cases at once.
	Name string
	// Size is the number of cases. It is needed if nothing is mapped over, and must agree
	// with the axes otherwise; 0 leaves it to the axes.
	Size int
	// Chunk bounds how many cases are computed at once; 0 means no bound.
	Chunk int
	// Budget bounds the memory in bytes that the map needs, compiled by itself, beside
	// its argument and constants. This is the results of all cases, and the intermediate
	// values of the cases computed at once. 0 means no bound.
	Budget int
}

// Vmap returns a function that applies f to many independent cases at once. Each leaf of
// its argument carries them as a new axis 0, and so does each leaf of its result; other
// axes are named by [VmapConfig].In and Out. It equals f row by row, with all transforms
// and rules inside of f, and nests. For functions of several arguments see [VmapN].
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
// Vmap panics with a *trace.Error if the mapped leaves have no such axis of one common
// length, if no leaf is mapped and no Size given, if a result that is to be shared depends
// on the case, or if the Budget is too small for one case at a time.
func Vmap[P, R any](f func(P) R, config ...VmapConfig) func(P) R {
	return vmap(f, axesOf("Vmap", config, 1, 1), ofOne)
}

// axes says how a function is mapped: an axis for each of its arguments and results.
type axes struct {
	in, out []Axis
	size    int
	name    string
	config  []VmapConfig
}

// axesOf returns several configurations combined into one.
func axesOf(what string, config []VmapConfig, ins, outs int) axes {
	a := axes{config: config}
	for _, c := range config {
		a.in = oneList(what, "In", a.in, c.In, "argument", ins)
		a.out = oneList(what, "Out", a.out, c.Out, "result", outs)
		if c.Size < 0 || a.size > 0 && c.Size > 0 && c.Size != a.size {
			panic(trace.Errorf("%s: Size is %d: give the number of cases once, or 0 to take that of the mapped axes", what, c.Size))
		}
		a.size = max(a.size, c.Size)
		if c.Name != "" && a.name != "" {
			panic(trace.Errorf("%s: VmapConfig.Name is given twice, as %q and as %q", what, a.name, c.Name))
		}
		a.name = cmp.Or(a.name, c.Name)
	}
	for _, c := range config {
		if a.name != "" && (c.Chunk != 0 || c.Budget != 0) {
			panic(trace.Errorf("%s: VmapConfig.Chunk or Budget for the axis %q: all cases with a name are computed at once, because each may depend on the others", what, a.name))
		}
	}
	if a.in == nil {
		a.in = make([]Axis, ins)
	}
	if a.out == nil {
		a.out = make([]Axis, outs)
	}
	return a
}

func oneList(what, field string, before, now []Axis, of string, n int) []Axis {
	switch {
	case now == nil:
		return before
	case before != nil:
		panic(trace.Errorf("%s: VmapConfig.%s is given twice", what, field))
	case len(now) != n:
		panic(trace.Errorf("%s: VmapConfig.%s has %d axes, and the function has %d %ss: give one for each", what, field, len(now), n, of))
	}
	return now
}

// ofOne and ofList say which argument or result a leaf belongs to, by its path: the only
// one, or the element of a list.
func ofOne(string) int { return 0 }

func ofList(path string) int {
	number, _, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
	i, err := strconv.Atoi(number)
	if err != nil {
		panic(fmt.Sprintf("transforms: the path %q is of no list", path))
	}
	return i
}

// vmap is Vmap of a function whose argument and result may be lists; of says which element
// of its list a leaf belongs to.
func vmap[P, R any](f func(P) R, a axes, of func(path string) int) func(P) R {
	return func(x P) R {
		leaves, in := trace.Flatten(x)
		batched := mapped(in, a.config)
		for i := range leaves {
			if axis := a.in[of(in.Path(i))]; axis == Shared {
				batched[i] = false
			} else if batched[i] {
				leaves[i] = axisToFront(leaves[i], axis, leafName(in.Path(i)))
			}
		}
		size := a.sized(leaves, batched, in)
		r := &recording{in: in, leaves: leaves}
		b, leaves := a.batch(flat(r, f), size, leaves, batched)
		depends := reached(b.program, b.batched)
		for i := range depends {
			if b.repeated[i] = a.out[of(r.out.Path(i))] != Shared; depends[i] && !b.repeated[i] {
				panic(trace.Errorf("Vmap: the result at %s is to be shared, and depends on what is mapped over: give it an axis in VmapConfig.Out", leafName(r.out.Path(i))))
			}
		}
		out := b.apply(leaves, b.chunk(a.config, leaves))
		for i := range out {
			if b.repeated[i] {
				out[i] = axisFromFront(out[i], a.out[of(r.out.Path(i))], leafName(r.out.Path(i)))
			}
		}
		return result[R](r, out)
	}
}

// axisToFront makes an axis of a leaf of the argument its first.
func axisToFront(v Value, axis Axis, name string) Value {
	at := axis.in(v, "Vmap: %s is %v, which has no axis %d to map over; make it Shared in VmapConfig, or name another axis in its In", name)
	return fn.Transpose(v, moved(v, func(perm []int) []int {
		return slices.Insert(slices.Delete(perm, at, at+1), 0, at)
	})...)
}

// axisFromFront makes the first axis of a leaf of the result the one that is asked for.
func axisFromFront(v Value, axis Axis, name string) Value {
	at := axis.in(v, "Vmap: the result at %s is %v with its cases, which has no axis %d; name another axis in VmapConfig.Out", name)
	return fn.Transpose(v, moved(v, func(perm []int) []int {
		return slices.Insert(perm[1:], at, 0)
	})...)
}

// in returns the number of the axis, from 0 on, or panics with a message of the leaf's
// name, its type and the axis.
func (a Axis) in(v Value, format, name string) int {
	at := int(a)
	if at < 0 {
		at += v.Rank()
	}
	if at < 0 || at >= v.Rank() {
		panic(trace.Errorf(format, name, v.Type(), int(a)))
	}
	return at
}

// moved returns a permutation of the axes of a leaf.
func moved(v Value, move func(perm []int) []int) []int {
	perm := make([]int, v.Rank())
	for i := range perm {
		perm[i] = i
	}
	return move(perm)
}

func mapped(in *trace.Structure, config []VmapConfig) trace.Mask {
	batched := trace.AllMarked(in.Len())
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

// sized returns the number of cases, which the mapped leaves have as their first axis.
func (a axes) sized(leaves []Value, batched trace.Mask, in *trace.Structure) int {
	size, first := -1, ""
	if a.size > 0 {
		size, first = a.size, "VmapConfig.Size"
	}
	for i, v := range leaves {
		switch {
		case !batched[i]:
		case size < 0:
			size, first = v.Dim(0), leafName(in.Path(i))
		case v.Dim(0) != size:
			panic(trace.Errorf("Vmap: there are %d cases at %s and %d at %s", size, first, v.Dim(0), leafName(in.Path(i))))
		}
	}
	if size < 0 {
		panic(trace.Errorf("Vmap: the argument has no leaf to map over: give the number of cases in VmapConfig.Size"))
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
		env.Trace.Follow(e, e.Derived, func() {
			in, batched := env.Get(e.In), marked.Of(e.In)
			if c, ok := boundCollective(e.Op); ok {
				env.Set(e.Out, []Value{c.over(size, in[0], batched[0])})
				return
			}
			marked.Set(e.Out)
			env.Set(e.Out, e.Op.Batch(size, in, batched))
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
