package opt_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// The geometry of convolutions of small planes is kept, forward and backward to the
// input, in both float dtypes. The results equal those of other algorithms.
func TestAlgorithmsOfSmallPlanes(t *testing.T) {
	available := 0 // not without vector instructions
	if kconv.NewSmall[float32](kconv.Geometry{Batch: 1, Groups: 1, CIn: 1, COut: 1, In: [3]int{1, 8, 7}, Kernel: [3]int{1, 3, 3}, Out: [3]int{1, 8, 7},
		Stride: [3]int{1, 1, 1}, Pad: [3]int{0, 1, 1}, Dilation: [3]int{1, 1, 1}}, false) != nil {
		available = 1
	}
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		x := lawtest.Between(-1, 1).Value(lawtest.Rand("small"), trace.TypeOf(d, 2, 3, 8, 7))
		w := lawtest.Between(-1, 1).Value(lawtest.Rand("small.w"), trace.TypeOf(d, 5, 3, 3, 3))
		grad := transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Square(same3(x, w))) })
		_, text := selected(grad, x)
		if got := strings.Count(text, "of small planes"); got != 2*available {
			t.Errorf("%v: %d convolutions of small planes, want %d\n%s", d, got, 2*available, text)
		}
		lawtest.Close(t, transforms.Jit(grad)(x), grad(x), 1e-6)
	}
}
