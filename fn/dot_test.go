package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// product draws the operands of a DotGeneral and computes it by its definition, index by
// index.
type product struct {
	config       fn.DotConfig
	a, b         trace.Value
	want         grid
	nB, nFA, nFB int
}

func drawProduct(r *rand.Rand, d trace.DType) product {
	var p product
	p.nB, p.nFA, p.nFB = r.IntN(3), r.IntN(3), r.IntN(3)
	nK := r.IntN(3)
	lengths := shapeOf(r, p.nB+nK+p.nFA+p.nFB)
	batch, inner := lengths[:p.nB], lengths[p.nB:p.nB+nK]
	freeA, freeB := lengths[p.nB+nK:p.nB+nK+p.nFA], lengths[p.nB+nK+p.nFA:]
	permA, permB := r.Perm(p.nB+nK+p.nFA), r.Perm(p.nB+nK+p.nFB)
	// Axis i of [batch, inner, free] lies at perm[i] of the operand.
	p.config = fn.DotConfig{
		BatchA: permA[:p.nB], ContractA: permA[p.nB : p.nB+nK],
		BatchB: permB[:p.nB], ContractB: permB[p.nB : p.nB+nK],
	}
	slices.Sort(permA[p.nB+nK:])
	slices.Sort(permB[p.nB+nK:])
	p.a = whole(r, d, scattered(slices.Concat(batch, inner, freeA), permA)...)
	p.b = whole(r, d, scattered(slices.Concat(batch, inner, freeB), permB)...)
	p.want = newGrid(slices.Concat(batch, freeA, freeB)...)
	a, b := gridOf(p.a), gridOf(p.b)
	eachIndex(slices.Concat(p.want.shape, inner), func(index []int) {
		out, k := index[:len(p.want.shape)], index[len(p.want.shape):]
		at := scattered(slices.Concat(out[:p.nB], k, out[p.nB:p.nB+p.nFA]), permA)
		bt := scattered(slices.Concat(out[:p.nB], k, out[p.nB+p.nFA:]), permB)
		*p.want.at(out...) += *a.at(at...) * *b.at(bt...)
	})
	return p
}

// scattered puts entry i at perm[i].
func scattered(list, perm []int) []int {
	out := make([]int, len(list))
	for i, x := range list {
		out[perm[i]] = x
	}
	return out
}

func TestDotGeneralAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 300 {
		p := drawProduct(r, numbers[r.IntN(len(numbers))])
		what := fmt.Sprintf("dot of %v and %v by %+v", p.a.Type(), p.b.Type(), p.config)
		p.want.equals(t, what, fn.DotGeneral(p.a, p.b, p.config), 0)
	}
}

// For every order of the axes, derivatives and batch rule are right.
func TestDotGeneralLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range count(40) {
		p := drawProduct(r, trace.Float64)
		t.Run(fmt.Sprintf("%v %v %+v", p.a.Type(), p.b.Type(), p.config), func(t *testing.T) {
			holds(t, func(x tree) trace.Value { return fn.DotGeneral(x[0], x[1], p.config) }, p.a, p.b)
		})
	}
}

func TestMatMulIsNumPys(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	for _, c := range [][3][]int{
		{{4}, {4}, {}}, {{3, 4}, {4}, {3}}, {{4}, {4, 2}, {2}}, {{3, 4}, {4, 2}, {3, 2}},
		{{5, 3, 4}, {4}, {5, 3}}, {{4}, {5, 4, 2}, {5, 2}}, {{5, 3, 4}, {4, 2}, {5, 3, 2}}, {{3, 4}, {5, 4, 2}, {5, 3, 2}},
		{{6, 1, 3, 4}, {5, 4, 2}, {6, 5, 3, 2}}, {{6, 5, 3, 4}, {6, 5, 4, 2}, {6, 5, 3, 2}}, {{0, 3, 4}, {1, 4, 2}, {0, 3, 2}},
	} {
		a, b := whole(r, trace.Float32, c[0]...), whole(r, trace.Float32, c[1]...)
		want := newGrid(c[2]...)
		ga, gb, vectorA, vectorB := gridOf(a), gridOf(b), len(c[0]) == 1, len(c[1]) == 1
		eachIndex(want.shape, func(index []int) {
			rest := index
			row, col := []int{}, []int{}
			if !vectorB {
				rest, col = rest[:len(rest)-1], rest[len(rest)-1:]
			}
			if !vectorA {
				rest, row = rest[:len(rest)-1], rest[len(rest)-1:]
			}
			for k := range c[0][len(c[0])-1] {
				at := slices.Concat(lead(rest, ga.shape, 1+len(row)), row, []int{k})
				bt := slices.Concat(lead(rest, gb.shape, 1+len(col)), []int{k}, col)
				*want.at(index...) += *ga.at(at...) * *gb.at(bt...)
			}
		})
		want.equals(t, fmt.Sprintf("matmul of %v and %v", c[0], c[1]), fn.MatMul(a, b), 0)
	}
}

// lead is the index of the batch axes of an operand that broadcast to those of the
// result. They are all axes but the last own ones.
func lead(index, shape []int, own int) []int {
	n := len(shape) - own
	out := slices.Clone(index[len(index)-n:])
	for a := range out {
		if shape[a] == 1 {
			out[a] = 0
		}
	}
	return out
}

func TestLinear(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	x, w, b := whole(r, trace.Float64, 2, 3, 4), whole(r, trace.Float64, 5, 4), whole(r, trace.Float64, 5)
	want := newGrid(2, 3, 5)
	eachIndex(want.shape, func(i []int) {
		for k := range 4 {
			*want.at(i...) += *gridOf(x).at(i[0], i[1], k) * *gridOf(w).at(i[2], k)
		}
	})
	want.equals(t, "without a bias", fn.Linear(x, w, trace.Value{}), 0)
	eachIndex(want.shape, func(i []int) { *want.at(i...) += b.Float64s()[i[2]] })
	want.equals(t, "with a bias", fn.Linear(x, w, b), 0)
}

// A product skips no term because a factor is zero.
func TestDotPropagatesNaN(t *testing.T) {
	a := trace.New([]float64{0, 0, 1, 2}, 2, 2)
	b := trace.New([]float64{math.NaN(), 1, math.Inf(1), 1}, 2, 2)
	for i, got := range fn.Dot(a, b).Float64s() {
		if math.IsNaN(got) != (i == 0 || i == 2) {
			t.Errorf("element %d is %v", i, got)
		}
	}
}

// A derivative of a matrix product is one product, without transposes.
func TestDotVJPIsOneEquation(t *testing.T) {
	for name, f := range map[string]func(x, w trace.Value) trace.Value{
		"dot":    fn.Dot,
		"linear": func(x, w trace.Value) trace.Value { return fn.Linear(x, fn.Transpose(w), trace.Value{}) },
		"matmul": func(x, w trace.Value) trace.Value {
			return fn.MatMul(fn.Reshape(x, 1, 3, 4), fn.Reshape(w, 1, 4, 2))
		},
	} {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0], in[1])} },
			[]trace.Type{trace.TypeOf(trace.Float32, 3, 4), trace.TypeOf(trace.Float32, 4, 2)})
		e := p.Eqns[len(p.Eqns)-1]
		back := trace.Record(func(in []trace.Value) []trace.Value {
			return e.Op.VJP(in[:2], nil, in[2:], []bool{true, true})
		}, append(p.TypesOf(e.In), p.TypesOf(e.Out)...))
		if len(back.Eqns) != 2 {
			t.Errorf("%s: two products, not\n%v", name, back)
		}
	}
}
