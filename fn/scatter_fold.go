package fn

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
)

// scatterFold combines the elements of x with those of src that an index names, by a
// product, maximum or minimum. Its operands are x, the index and src.
type scatterFold struct {
	Axis int
	Mode ScatterMode
}

func (scatterFold) Name() string { return "scatter_fold" }

func (op scatterFold) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	if err := checkAlong(in[0], in[1], op.Axis); err != nil {
		return nil, err
	}
	if want := trace.TypeOf(in[0].DType, in[1].Shape...); !in[2].Equal(want) {
		return nil, fmt.Errorf("the source is %v, want %v", in[2], want)
	}
	return in[:1:1], nil
}

func (op scatterFold) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), foldElems[int32], foldElems[int64], foldElems[float32], foldElems[float64])(op, in, out[0])
}

func foldElems[T number](op scatterFold, in []*trace.Array, out *trace.Array) {
	src, y := trace.Elems[T](in[2]), trace.Elems[T](out)
	copy(y, trace.Elems[T](in[0]))
	f := func(a, b T) T { return a * b }
	switch op.Mode {
	case ScatterMax:
		f = func(a, b T) T { return max(a, b) }
	case ScatterMin:
		f = func(a, b T) T { return min(a, b) }
	}
	eachWrite(op.Name(), in[1], op.Axis, in[0].Shape()[op.Axis], func(to, from, _ int) { y[to] = f(y[to], src[from]) })
}

func (op scatterFold) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	if op.Mode == ScatterMul {
		return op.ofProduct(in, ct[0], want)
	}
	x, index, src, y := in[0], in[1], in[2], out[0]
	chosenX, chosenSrc := Equal(x, y), Equal(src, TakeAlong(y, index, op.Axis))
	count := Add(Cast(chosenX, x.DType()), AddAlong(Cast(chosenSrc, x.DType()), index, op.Axis, x.Dim(op.Axis)))
	shared := Div(ct[0], count)
	return onlyWanted([]trace.Value{Mask(chosenX, shared), {}, Mask(chosenSrc, TakeAlong(shared, index, op.Axis))}, want)
}

// ofProduct is the VJP of a product: each factor gets the product of the others, which is
// never divided, so that factors near 0 have derivatives of every order. It compares the
// places of all pairs of elements along the axis of src.
func (op scatterFold) ofProduct(in []trace.Value, ct trace.Value, want []bool) []trace.Value {
	x, index, src, a := in[0], in[1], in[2], op.Axis
	out := make([]trace.Value, 3)
	if want[0] {
		out[0] = Mul(ct, trace.Bind1(op, OnesLike(x), index, src))
	}
	if want[2] {
		m := src.Dim(a)
		own, other := Expand(index, a+1, m), Expand(index, a, m)
		apart := NotEqual(IotaLike(index, own.Type(), a), IotaLike(index, own.Type(), a+1))
		factors := Where(And(Equal(own, other), apart), Expand(src, a, m), Scalar(1))
		out[2] = Mul(TakeAlong(Mul(ct, x), index, a), Prod(factors, a+1))
	}
	return out
}

func (op scatterFold) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(scatterFold{op.Axis + 1, op.Mode}, allBatched(size, in, batched)...)
}
