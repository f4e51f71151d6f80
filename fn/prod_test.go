package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// The derivative with respect to an element is the product of the others, for any number
// of elements and of zeros among them.
func TestProductOfOthersAgainstLoops(t *testing.T) {
	for n := range 10 {
		for zeros := range min(n, 3) + 1 {
			x := waves(float64(n), 2, n)
			elems := append([]float64{}, x.Float64s()...)
			for z := range zeros {
				elems[n+z*2%n] = 0 // in the second row
			}
			ct, want := []float64{3, -2}, make([]float64, len(elems))
			for i := range want {
				want[i] = ct[i/n]
				for k := range n {
					if k != i%n {
						want[i] *= elems[i/n*n+k]
					}
				}
			}
			got := productOfOthers(array(trace.Float64, elems, 2, n), f64(ct...))
			wantClose(t, "product of the others", got.Float64s(), want, 1e-15)
			if n > 0 {
				back := prod{[]int{1}}.VJP([]trace.Value{array(trace.Float64, elems, 2, n)}, nil, []trace.Value{f64(ct...)}, []bool{true})
				wantClose(t, "VJP", back[0].Float64s(), want, 1e-15)
			}
		}
	}
}

func TestProdRules(t *testing.T) {
	x := waves(1, 2, 3, 2)
	for _, axes := range [][]int{{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}} {
		batchHolds(t, prod{axes}, x)
		slopesHold(t, prod{axes}, x)
	}
	slopesHold(t, prod{[]int{0}}, f64(0, 2, 0, 3))
	slopesHold(t, prod{[]int{0}}, f64(4))
}

func TestProdOfSpecialNumbers(t *testing.T) {
	wantElems(t, Prod(array(trace.Float32, nil, 2, 0), 1), "f32[2]", 1, 1)
	wantElems(t, Prod(array(trace.Int64, nil, 0), 0), "i64[]", 1)
	wantElems(t, Prod(i32(math.MaxInt32, 2), 0), "i32[]", -2)
	wantElems(t, Prod(f64(0, inf), 0), "f64[]", nan)
	wantElems(t, Prod(f64(-2, inf), -1), "f64[]", -inf)
	wantElems(t, Prod(trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3), 0, -1), "f64[]", 720)
	wantElems(t, Prod(trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3), 0), "f64[3]", 4, 10, 18)
	wantElems(t, prod{[]int{1}}.VJP([]trace.Value{array(trace.Float64, nil, 2, 0)}, nil, []trace.Value{f64(1, 1)}, nil)[0], "f64[2 0]")
	wantError(t, "prod(f64[2]): axis 1 does not exist: f64[2] has axes 0 to 0 (or -1 to -1, from the end)", func() { Prod(f64(1, 2), 1) })
	wantError(t, "prod(f64[1]): no axis is named: name at least one", func() { Prod(f64(1)) })
	wantError(t, "prod(f64[1]): axis 0 is named twice", func() { Prod(f64(1), 0, -1) })
}

func TestEveryOther(t *testing.T) {
	x := trace.New([]float64{1, 2, 3, 4, 5, 6, 7, 8}, 2, 4)
	wantElems(t, everyOther(x, 0), "f64[2 2]", 1, 3, 5, 7)
	wantElems(t, everyOther(x, 1), "f64[2 2]", 2, 4, 6, 8)
	wantElems(t, everyOther(f64(1, 2), 1), "f64[1]", 2)
}
