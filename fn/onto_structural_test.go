package fn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// lastOp returns the op of the last equation of a function of operands of these types.
func lastOp(f func(tree) trace.Value, in tree) trace.Op {
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in)} }, trace.TypesOfValues(in))
	return p.Eqns[len(p.Eqns)-1].Op
}

// scattering returns the functions of one operation that adds to zeros.
func scattering() []structuralLaw {
	r := rand.New(rand.NewPCG(5, 6))
	slices := func(x tree) trace.Value { // the adjoint of slices that overlap, one of them empty
		_, pull := transforms.VJP(func(x trace.Value) tree {
			return tree{
				fn.Slice(x, fn.SliceConfig{Start: []int{1}, Stop: []int{3}}),
				fn.Slice(x, fn.SliceConfig{Start: []int{0, 4}, Stop: []int{3, fn.Begin}, Step: []int{2, -2}}),
				fn.Slice(x, fn.SliceConfig{Start: []int{2}, Stop: []int{2}}),
				fn.Index(x, 1),
			}
		})(fn.Zeros(trace.TypeOf(x[0].DType(), 3, 5)))
		return pull(x)
	}
	return []structuralLaw{
		{"AddTake", func(x tree) trace.Value { return fn.AddTake(x[0], x[1], 1, 5) }, tree{normals(r, 2, 3, 4), trace.New([]int64{4, 1, 4})}},
		{"AddTake/scalar", func(x tree) trace.Value { return fn.AddTake(x[0], x[1], 0, 5) }, tree{normals(r, 2, 3), trace.Scalar(int32(2))}},
		{"AddAlong", func(x tree) trace.Value { return fn.AddAlong(x[0], x[1], 1, 4) }, tree{normals(r, 2, 3), trace.New([]int64{3, 0, 3, 1, 2, 1}, 2, 3)}},
		{"AddAlong/inner", func(x tree) trace.Value { return fn.AddAlong(x[0], x[1], 0, 4) }, tree{normals(r, 2, 3), trace.New([]int32{3, 0, 3, 3, 2, 1}, 2, 3)}},
		{"Pad", func(x tree) trace.Value { return fn.Pad(x[0], fn.PadConfig{Low: []int{1, 0}, High: []int{0, 2}}) }, tree{normals(r, 2, 3)}},
		{"AddSlices", slices, tree{normals(r, 2, 5), normals(r, 2, 3), normals(r, 0, 5), normals(r, 5)}},
	}
}

// Operations that add to zeros obey the laws of derivatives and maps, alone and when they
// add onto an array. Their values are right, and that array may lie where the sum will.
func TestScatteringOnto(t *testing.T) {
	for _, law := range scattering() {
		t.Run(law.name, func(t *testing.T) {
			holds(t, law.f, law.in...)
			op, ok := lastOp(law.f, law.in).(trace.Accumulator)
			if !ok {
				t.Fatalf("%T adds onto nothing", lastOp(law.f, law.in))
			}
			onto, ok := op.Onto()
			if !ok {
				t.Fatal("it adds onto nothing")
			}
			zeros := law.f(law.in)
			in := append(tree{normals(rand.New(rand.NewPCG(8, 9)), zeros.Shape()...)}, operands(t, law)...)
			f := func(x tree) trace.Value { return trace.Bind1(onto, x...) }
			near(t, "value", f(in).Float64s(), fn.Add(in[0], zeros).Float64s(), 1e-14)
			holds(t, func(x tree) trace.Value { y := f(x); return fn.Mul(y, y) }, in...)
			for _, d := range []trace.DType{trace.Int32, trace.Int64, trace.Float32, trace.Float64} {
				inPlace(t, onto, d, in)
			}
		})
	}
}

// operands returns those of the only operation.
func operands(t *testing.T, law structuralLaw) tree {
	t.Helper()
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{law.f(in)} }, trace.TypesOfValues(law.in))
	p, _ = p.Pruned()
	last := p.Eqns[len(p.Eqns)-1]
	q := *p
	q.Out = last.In
	return q.Apply(law.in...)
}

// inPlace checks that an op gives the same bits if its output lies over operand 0, and
// that it leaves the other operands alone.
func inPlace(t *testing.T, op trace.Op, d trace.DType, in tree) {
	t.Helper()
	arrays := make([]*trace.Array, len(in))
	for i, x := range in {
		if x.DType().IsFloat() {
			x = fn.Cast(fn.Mul(x, fn.Scalar(8)), d)
		}
		arrays[i] = trace.NewArray(x.Type())
		arrays[i].CopyFrom(x.Array())
	}
	apart := trace.NewArray(arrays[0].Type())
	op.Eval(arrays, []*trace.Array{apart})
	op.Eval(arrays, []*trace.Array{arrays[0].Part(0, arrays[0].Type())})
	near(t, "in place, "+d.String(), arrays[0].Float64s(), apart.Float64s(), 0)
}

// An index outside of its axis is named, also in place.
func TestScatteringOntoNowhere(t *testing.T) {
	for _, law := range scattering()[:4] {
		op, _ := lastOp(law.f, law.in).(trace.Accumulator).Onto()
		bad := fn.Sub(law.in[1], fn.Full(law.in[1].Type(), 3))
		err := trace.Try(func() { trace.Bind1(op, law.f(law.in), law.in[0], bad) })
		if err == nil || !endsIn(err.Error(), "indices go from 0, and negative ones do not count from the end") {
			t.Errorf("%s: got %v", law.name, err)
		}
	}
	op, _ := lastOp(scattering()[0].f, scattering()[0].in).(trace.Accumulator).Onto()
	if err := trace.Try(func() { trace.Bind1(op, fn.Scalar(1), scattering()[0].in[0], scattering()[0].in[1]) }); err == nil || !endsIn(err.Error(), "want one type") {
		t.Errorf("onto another type: got %v", err)
	}
}

func endsIn(s, end string) bool { return len(s) >= len(end) && s[len(s)-len(end):] == end }
