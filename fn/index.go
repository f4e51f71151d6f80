package fn

import (
	"fmt"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	klayout "github.com/pullback-go/pullback/internal/kernel/layout"
	"github.com/pullback-go/pullback/trace"
)

// TakeAlong picks elements along an axis, separately for every place on the other axes:
// along axis 1, y[a,i,c] = x[a, index[a,i,c], c]. The index is i32 or i64 and has the
// lengths of x except along the axis. An index below 0 or past the axis is a *trace.Error
// when the operation runs.
func TakeAlong(x, index trace.Value, axis int) trace.Value {
	defer trace.Naming("take_along", x, index)
	return trace.Bind1(takeAlong{fromEnd(axis, x.Rank())}, x, index)
}

// AddAlong is the adjoint of [TakeAlong]: along axis 1, y[a, index[a,i,c], c] +=
// src[a,i,c]. y starts as zeros and has the given size along the axis. Elements with the
// same index are added up.
func AddAlong(src, index trace.Value, axis, size int) trace.Value {
	defer trace.Naming("add_along", src, index)
	return trace.Bind1(addAlong{fromEnd(axis, src.Rank()), size}, src, index)
}

// Take picks whole slices along an axis, like rows of a table: along axis 1, Take(x[a n
// c], index[i j], 1) is y[a i j c] = x[a, index[i,j], c]. The index is i32 or i64, of any
// rank. An index below 0 or past the axis is a *trace.Error when the operation runs.
func Take(x, index trace.Value, axis int) trace.Value {
	defer trace.Naming("take", x, index)
	return trace.Bind1(take{fromEnd(axis, x.Rank()), 0}, x, index)
}

// AddTake is the adjoint of [Take]: along axis 1, AddTake(src[a i j c], index[i j], 1, n)
// is y[a n c] with y[a, index[i,j], c] += src[a,i,j,c], starting from zeros. A negative
// axis counts from the last of y.
func AddTake(src, index trace.Value, axis, size int) trace.Value {
	defer trace.Naming("add_take", src, index)
	return trace.Bind1(addTake{fromEnd(axis, src.Rank()-index.Rank()+1), 0, size}, src, index)
}

// checkIndex reports an index that is neither i32 nor i64.
func checkIndex(t trace.Type) error {
	if !t.DType.IsInt() {
		return fmt.Errorf("the index is %v: want i32 or i64, use fn.Cast", t)
	}
	return nil
}

// checkAlong reports an index that does not go along an axis of t. The other axes must
// have equal lengths.
func checkAlong(t, index trace.Type, axis int) error {
	if err := checkIndex(index); err != nil {
		return err
	}
	if err := checkAxis(axis, t); err != nil {
		return err
	}
	if t.Rank() != index.Rank() {
		return fmt.Errorf("the index has %d axes, the array %d: want as many", index.Rank(), t.Rank())
	}
	for a, n := range t.Shape {
		if a != axis && index.Shape[a] != n {
			return fmt.Errorf("axis %d of the index has length %d, of the array %d: only axis %d may differ", a, index.Shape[a], n, axis)
		}
	}
	return nil
}

// withIndices calls f with the index as i64. It borrows memory for it if the index is
// i32.
func withIndices(index *trace.Array, f func([]int64)) {
	if index.DType() == trace.Int64 {
		f(trace.Elems[int64](index))
		return
	}
	src := trace.Elems[int32](index)
	wide := borrow[int64](len(src))
	kelementwise.Cast(*wide, src)
	f(*wide)
	release(wide)
}

// mustLie panics if bad is the position of an index outside of [0, n). If there is none,
// bad is negative.
func mustLie[I karray.Integer](name string, bad int, index []I, axis, n int) {
	if bad >= 0 {
		panic(trace.Errorf("%s: index %d (element %d of the index) is outside of axis %d, which has length %d: "+
			"indices go from 0, and negative ones do not count from the end", name, index[bad], bad, axis, n))
	}
}

type takeAlong struct{ Axis int }

func (takeAlong) Name() string                { return "take_along" }
func (takeAlong) LinearIn(marked []bool) bool { return !marked[1] }

func (op takeAlong) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := checkAlong(in[0], in[1], op.Axis); err != nil {
		return nil, err
	}
	return []trace.Type{trace.TypeOf(in[0].DType, in[1].Shape...)}, nil
}

func (op takeAlong) Eval(in, out []*trace.Array) {
	onBits(in[0].DType(), alongElems[uint8], alongElems[uint16], alongElems[uint32], alongElems[uint64])(op, in, out)
}

func alongElems[E karray.Bits](op takeAlong, in, out []*trace.Array) {
	if in[1].DType() == trace.Int32 {
		alongIndices[E, int32](op, in, out)
		return
	}
	alongIndices[E, int64](op, in, out)
}

func alongIndices[E karray.Bits, I karray.Integer](op takeAlong, in, out []*trace.Array) {
	outer, n, inner := around(in[0].Shape(), op.Axis)
	index := trace.Elems[I](in[1])
	bad := klayout.TakeAlong(trace.Bits[E](out[0]), trace.Bits[E](in[0]), index, outer, n, in[1].Shape()[op.Axis], inner)
	mustLie(op.Name(), bad, index, op.Axis, n)
}

func (op takeAlong) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{AddAlong(ct[0], in[1], op.Axis, in[0].Shape()[op.Axis]), {}}
}

func (op takeAlong) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(takeAlong{op.Axis + 1}, allBatched(size, in, batched)...)
}

// Joins says that the cotangents of all picks along one axis are added up at once.
func (op takeAlong) Joins(other trace.Op) bool { return other == trace.Op(op) }

// Joint joins cotangents and indices along the axis.
func (op takeAlong) Joint(t trace.Type, picks []trace.Pick) trace.Value {
	var cts, indices []trace.Value
	for _, p := range picks {
		cts, indices = append(cts, p.CT), append(indices, wide(p.Rest[0]))
	}
	return AddAlong(Concat(op.Axis, cts...), Concat(op.Axis, indices...), op.Axis, t.Shape[op.Axis])
}

func (takeAlong) Moves() {}

func (takeAlong) StoresIn(j int) bool { return j == 0 }

func (op takeAlong) ByRow([]trace.Type, int) bool { return op.Axis > 0 }

func (takeAlong) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }

// wide returns an index as i64.
func wide(index trace.Value) trace.Value { return Cast(index, trace.Int64) }

type addAlong struct{ Axis, Size int }

func (addAlong) Name() string                { return "add_along" }
func (addAlong) LinearIn(marked []bool) bool { return !marked[1] }

func (op addAlong) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	if err := checkAlong(in[0], in[1], op.Axis); err != nil {
		return nil, err
	}
	if m, n := in[0].Shape[op.Axis], in[1].Shape[op.Axis]; m != n {
		return nil, fmt.Errorf("axis %d has length %d in the source and %d in the index: want one index for each element", op.Axis, m, n)
	}
	shape := slices.Clone(in[0].Shape)
	shape[op.Axis] = op.Size
	return []trace.Type{trace.TypeOf(in[0].DType, shape...)}, nil
}

func (op addAlong) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), addAlongElems[int32], addAlongElems[int64], addAlongElems[float32], addAlongElems[float64])(op, in, out)
}

func addAlongElems[T number](op addAlong, in, out []*trace.Array) {
	if in[1].DType() == trace.Int32 {
		addAlongIndices[T, int32](op, in, out)
		return
	}
	addAlongIndices[T, int64](op, in, out)
}

func addAlongIndices[T number, I karray.Integer](op addAlong, in, out []*trace.Array) {
	outer, m, inner := around(in[0].Shape(), op.Axis)
	index := trace.Elems[I](in[1])
	bad := klayout.AddAlong(trace.Elems[T](out[0]), trace.Elems[T](in[0]), index, outer, op.Size, m, inner)
	mustLie(op.Name(), bad, index, op.Axis, op.Size)
}

func (op addAlong) addOnto(in, out []*trace.Array) {
	onNumber(in[0].DType(), addAlongOnto[int32], addAlongOnto[int64], addAlongOnto[float32], addAlongOnto[float64])(op, in, out)
}

func addAlongOnto[T number](op addAlong, in, out []*trace.Array) {
	outer, m, inner := around(in[0].Shape(), op.Axis)
	withIndices(in[1], func(index []int64) {
		bad := klayout.AddAlongOnto(trace.Elems[T](out[0]), trace.Elems[T](in[0]), index, outer, op.Size, m, inner)
		mustLie(op.Name(), bad, index, op.Axis, op.Size)
	})
}

// Onto returns the op that adds to an existing array.
func (op addAlong) Onto() (trace.Op, bool) { return addOnto[addAlong]{op}, true }

func (addAlong) sources(int) int { return 1 }

func (op addAlong) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{TakeAlong(ct[0], in[1], op.Axis), {}}
}

func (op addAlong) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(addAlong{op.Axis + 1, op.Size}, allBatched(size, in, batched)...)
}

func (op addAlong) ByRow([]trace.Type, int) bool { return op.Axis > 0 }

// Scatters holds only along the last axis.
func (op addAlong) Scatters(in []trace.Type) (int, bool) { return op.Size, op.Axis == in[0].Rank()-1 }

func (addAlong) Signs(in []trace.Sign) []trace.Sign { return oneSign(summed(in[0])) }

// take picks slices along Axis of x. The first Leading axes of x and of the index are the
// same and go together. The other axes of the index take the place of Axis.
type take struct{ Axis, Leading int }

func (take) Name() string                { return "take" }
func (take) LinearIn(marked []bool) bool { return !marked[1] }

func (op take) Infer(in []trace.Type) ([]trace.Type, error) {
	x, index := in[0], in[1]
	if err := checkIndex(index); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, x); err != nil {
		return nil, err
	}
	if index.Rank() < op.Leading || !slices.Equal(x.Shape[:op.Leading], index.Shape[:op.Leading]) {
		return nil, fmt.Errorf("the first %d axes of %v and of the index %v differ", op.Leading, x, index)
	}
	return []trace.Type{trace.TypeOf(x.DType, slices.Concat(x.Shape[:op.Axis], index.Shape[op.Leading:], x.Shape[op.Axis+1:])...)}, nil
}

func (op take) Eval(in, out []*trace.Array) {
	onBits(in[0].DType(), takeElems[uint8], takeElems[uint16], takeElems[uint32], takeElems[uint64])(op, in, out)
}

func takeElems[E karray.Bits](op take, in, out []*trace.Array) {
	x, y := trace.Bits[E](in[0]), trace.Bits[E](out[0])
	outer, n, inner := around(in[0].Shape()[op.Leading:], op.Axis-op.Leading)
	eachLeading(op.Name(), in[1], op.Leading, op.Axis, n, func(i int, index []int64) int {
		from, to := outer*n*inner, outer*len(index)*inner
		return klayout.Take(y[i*to:(i+1)*to], x[i*from:(i+1)*from], index, outer, n, inner)
	})
}

// eachLeading calls f for every index of the leading axes with the indices that belong to
// it. f returns the position of an index that is outside of the axis of length n, or -1.
// Vmap added the leading axes. The error counts axes without them, and elements with
// them.
func eachLeading(name string, index *trace.Array, leading, axis, n int, f func(i int, index []int64) int) {
	shape := index.Shape()
	m := volume(shape[leading:])
	withIndices(index, func(all []int64) {
		for i := range volume(shape[:leading]) {
			if bad := f(i, all[i*m:(i+1)*m]); bad >= 0 {
				mustLie(name, i*m+bad, all, axis-leading, n)
			}
		}
	})
}

func (op take) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{trace.Bind1(addTake{op.Axis, op.Leading, in[0].Shape()[op.Axis]}, ct[0], in[1]), {}}
}

func (op take) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !batched[1] && op.Leading == 0 {
		return trace.Bind(take{op.Axis + 1, 0}, in...)
	}
	if !batched[0] && op.Leading == 0 {
		return []trace.Value{moveAxis(trace.Bind1(op, in...), op.Axis, 0)}
	}
	return trace.Bind(take{op.Axis + 1, op.Leading + 1}, allBatched(size, in, batched)...)
}

// Joins says that the cotangents of all slices along one axis are added up at once.
func (op take) Joins(other trace.Op) bool { return other == trace.Op(op) }

// Joint joins cotangents and indices along the axis. It first makes one axis of those
// that a pick's index has, be there none or several.
func (op take) Joint(t trace.Type, picks []trace.Pick) trace.Value {
	var cts, indices []trace.Value
	for _, p := range picks {
		index := p.Rest[0]
		lead := index.Shape()[:op.Leading:op.Leading]
		m := volume(index.Shape()[op.Leading:])
		indices = append(indices, Reshape(wide(index), append(lead, m)...))
		cts = append(cts, Reshape(p.CT, slices.Concat(t.Shape[:op.Axis], []int{m}, t.Shape[op.Axis+1:])...))
	}
	return trace.Bind1(addTake{op.Axis, op.Leading, t.Shape[op.Axis]}, Concat(op.Axis, cts...), Concat(op.Leading, indices...))
}

func (take) Moves() {}

func (take) StoresIn(j int) bool { return j == 0 }

func (take) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }

// addTake is the adjoint of take. It adds the slices of src to zeros that have Size
// slices along Axis.
type addTake struct{ Axis, Leading, Size int }

func (addTake) Name() string                { return "add_take" }
func (addTake) LinearIn(marked []bool) bool { return !marked[1] }

func (op addTake) Infer(in []trace.Type) ([]trace.Type, error) {
	src, index := in[0], in[1]
	if err := checkIndex(index); err != nil {
		return nil, err
	}
	if err := wantNumbers(src); err != nil {
		return nil, err
	}
	end := op.Axis + index.Rank() - op.Leading
	if op.Axis < 0 || index.Rank() < op.Leading || src.Rank() < end || !slices.Equal(src.Shape[op.Axis:end], index.Shape[op.Leading:]) ||
		!slices.Equal(src.Shape[:op.Leading], index.Shape[:op.Leading]) {
		return nil, fmt.Errorf("%v does not hold the slices that the index %v takes along axis %d", src, index, op.Axis)
	}
	return []trace.Type{trace.TypeOf(src.DType, slices.Concat(src.Shape[:op.Axis], []int{op.Size}, src.Shape[end:])...)}, nil
}

func (op addTake) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), addTakeElems[int32], addTakeElems[int64], addTakeElems[float32], addTakeElems[float64])(op, in, out)
}

func addTakeElems[T number](op addTake, in, out []*trace.Array) {
	src, y := trace.Elems[T](in[0]), trace.Elems[T](out[0])
	outer, n, inner := around(out[0].Shape()[op.Leading:], op.Axis-op.Leading)
	eachLeading(op.Name(), in[1], op.Leading, op.Axis, n, func(i int, index []int64) int {
		from, to := outer*len(index)*inner, outer*n*inner
		return klayout.AddTake(y[i*to:(i+1)*to], src[i*from:(i+1)*from], index, outer, n, inner)
	})
}

func (op addTake) addOnto(in, out []*trace.Array) {
	onNumber(in[0].DType(), addTakeOnto[int32], addTakeOnto[int64], addTakeOnto[float32], addTakeOnto[float64])(op, in, out)
}

func addTakeOnto[T number](op addTake, in, out []*trace.Array) {
	src, y := trace.Elems[T](in[0]), trace.Elems[T](out[0])
	outer, n, inner := around(out[0].Shape()[op.Leading:], op.Axis-op.Leading)
	eachLeading(op.Name(), in[1], op.Leading, op.Axis, n, func(i int, index []int64) int {
		from, to := outer*len(index)*inner, outer*n*inner
		return klayout.AddTakeOnto(y[i*to:(i+1)*to], src[i*from:(i+1)*from], index, outer, n, inner)
	})
}

// Onto returns the op that adds to an existing array.
func (op addTake) Onto() (trace.Op, bool) { return addOnto[addTake]{op}, true }

func (addTake) sources(int) int { return 1 }

func (op addTake) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{trace.Bind1(take{op.Axis, op.Leading}, ct[0], in[1]), {}}
}

func (op addTake) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !batched[1] && op.Leading == 0 {
		return trace.Bind(addTake{op.Axis + 1, 0, op.Size}, in...)
	}
	return trace.Bind(addTake{op.Axis + 1, op.Leading + 1, op.Size}, allBatched(size, in, batched)...)
}

func (addTake) Signs(in []trace.Sign) []trace.Sign { return oneSign(summed(in[0])) }
