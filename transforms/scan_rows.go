package transforms

import "github.com/pullback-go/pullback/trace"

// fetch copies row i of xs, for operands xs and i. It is an operation of planned programs
// alone.
type fetch struct{ planned }

func (fetch) Name() string { return "fetch" }
func (fetch) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{unbatched(in[0])}, nil
}
func (fetch) Eval(in, out []*trace.Array) {
	copyRow(out[0], 0, in[0], number(in[1]), out[0].Type().Size())
}

// store copies its first operand over the second, or over row i of it with a third
// operand i. The second is memory of a call's own, which no value has yet, or the first
// one already. It is an operation of planned programs alone.
type store struct{ planned }

func (store) Name() string                             { return "store" }
func (store) Infer([]trace.Type) ([]trace.Type, error) { return nil, nil }
func (store) Eval(in, _ []*trace.Array) {
	i := 0
	if len(in) == 3 {
		i = number(in[2])
	} else if in[1].Shares(in[0]) {
		return
	}
	copyRow(in[1], i, in[0], 0, in[0].Type().Size())
}

// number is what an int64[] holds.
func number(index *trace.Array) int { return int(trace.Elems[int64](index)[0]) }

// copyRow copies row j of src over row i of dst, both of rows of n elements.
func copyRow(dst *trace.Array, i int, src *trace.Array, j, n int) {
	switch dst.DType() {
	case trace.Bool:
		copyElems[bool](dst, i*n, src, j*n, n)
	case trace.Int32:
		copyElems[int32](dst, i*n, src, j*n, n)
	case trace.Int64:
		copyElems[int64](dst, i*n, src, j*n, n)
	case trace.Float32:
		copyElems[float32](dst, i*n, src, j*n, n)
	case trace.Float64:
		copyElems[float64](dst, i*n, src, j*n, n)
	}
}

func copyElems[E trace.Elem](dst *trace.Array, to int, src *trace.Array, from, n int) {
	copy(trace.Elems[E](dst)[to:to+n], trace.Elems[E](src)[from:from+n])
}

// planned is an operation that is met after all transforms.
type planned struct{}

func (planned) VJP(_, _, _ []Value, _ []bool) []Value {
	panic("transforms: a planned program has no derivative: differentiate before compiling")
}

func (planned) Batch(int, []Value, []bool) []Value {
	panic("transforms: a planned program cannot be batched: map before compiling")
}
