package fn

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	kpool "github.com/pullback-go/pullback/internal/kernel/pool"
	"github.com/pullback-go/pullback/trace"
)

// o·n/m is exact even if the product exceeds an int.
func TestProportionsAgainstBigNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(60, 1))
	for range 200 {
		m := 1 + r.IntN(math.MaxInt)>>r.IntN(63)
		o, n := r.IntN(m+1), r.IntN(math.MaxInt)>>r.IntN(63)
		product := new(big.Int).Mul(big.NewInt(int64(o)), big.NewInt(int64(n)))
		q, rest := new(big.Int).QuoRem(product, big.NewInt(int64(m)), new(big.Int))
		if gotQ, gotR := proportion(o, n, m); int64(gotQ) != q.Int64() || int64(gotR) != rest.Int64() {
			t.Fatalf("%d·%d/%d: got %d and %d, want %v and %v", o, n, m, gotQ, gotR, q, rest)
		}
	}
}

// line is a pooling of one axis.
func line(kernel, stride, padding, dilation int, ceil bool) windows {
	return windows{Kernel: []int{kernel}, Stride: []int{stride}, Padding: []int{padding}, Dilation: []int{dilation}, Ceil: ceil}
}

// Each window has the elements that its definition lists. Padding counts where it should.
func TestWindowsAgainstLists(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 1))
	for range 400 {
		n, k, s, d := 1+r.IntN(9), 1+r.IntN(4), 1+r.IntN(4), 1+r.IntN(3)
		if k == 1 {
			d = 1
		}
		padding := r.IntN(((k-1)*d+1)/2 + 1)
		w := line(k, s, padding, d, r.IntN(2) == 0)
		outs := 0
		for start := -padding; ; start += s { // by hand: a window begins in the array or the padding before it
			whole := start+(k-1)*d+1 <= n+padding
			if !whole && !(w.Ceil && start < n && start+(k-1)*d+1-s < n+padding) {
				break
			}
			outs++
		}
		if got := w.outputs(0, n); got != outs {
			t.Fatalf("%v on %d elements: %d windows, want %d", w, n, got, outs)
		}
		for o := range outs {
			var inside []int
			covered := 0
			for i := range k {
				at := o*s - padding + i*d
				if at >= 0 && at < n {
					inside = append(inside, at)
				}
				if at < n+padding {
					covered++
				}
			}
			got := w.at(0, n, o)
			if got.Count != len(inside) || len(inside) > 0 && got.Start != inside[0] || got.Step != d {
				t.Fatalf("%v on %d elements: window %d is %+v, want %v", w, n, o, got, inside)
			}
			if d > 1 {
				continue // means have no dilation
			}
			if got := w.divisor(0, n, o); got != float64(covered) {
				t.Fatalf("%v on %d elements: window %d is divided by %v, want %d", w, n, o, got, covered)
			}
			w := w
			w.ExcludePadding = true
			if got := w.divisor(0, n, o); got != float64(len(inside)) {
				t.Fatalf("%v on %d elements: window %d is divided by %v, want %d", w, n, o, got, len(inside))
			}
		}
	}
}

// A divisor that the user sets counts once, on the first axis.
func TestDivisorsOfOnesOwn(t *testing.T) {
	w := windows{Kernel: []int{2, 3}, Stride: []int{2, 3}, Padding: []int{0, 0}, Dilation: []int{1, 1}, Divisor: 5}
	if a, b := w.divisor(0, 4, 1), w.divisor(1, 6, 1); a != 5 || b != 1 {
		t.Errorf("got %v and %v, want 5 and 1", a, b)
	}
	adaptive := windows{Adaptive: []int{3, 2}}
	for o, want := range []kpool.Window{{Start: 0, Count: 2, Step: 1}, {Start: 1, Count: 3, Step: 1}, {Start: 3, Count: 2, Step: 1}} {
		if got := adaptive.at(0, 5, o); got != want || adaptive.divisor(0, 5, o) != float64(want.Count) {
			t.Errorf("part %d of 3 of 5 elements is %+v, divided by %v, want %+v", o, got, adaptive.divisor(0, 5, o), want)
		}
	}
	if adaptive.rank() != 2 || w.rank() != 2 || line(1, 1, 0, 1, false).rank() != 1 || adaptive.outputs(0, 100) != 3 || adaptive.outputs(1, 1) != 2 {
		t.Error("the windows are of other axes, or others in number")
	}
}

func TestWindowsPrint(t *testing.T) {
	for want, w := range map[string]windows{
		"Kernel:[3] Stride:[2]": line(3, 2, 0, 1, false),
		"Kernel:[3] Stride:[1] Padding:[1] Dilation:[2] Ceil:true": line(3, 1, 1, 2, true),
		"Adaptive:[2 3]": {Adaptive: []int{2, 3}},
		"Kernel:[2] Stride:[2] ExcludePadding:true Divisor:7": {Kernel: []int{2}, Stride: []int{2}, ExcludePadding: true, Divisor: 7},
	} {
		if got := w.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, c := range []struct {
		list []int
		n    int
		want bool
	}{{nil, 0, false}, {[]int{0, 0}, 0, false}, {[]int{0, 1}, 0, true}, {[]int{1, 1}, 1, false}, {[]int{1, 0}, 1, true}} {
		if got := anyNot(c.list, c.n); got != c.want {
			t.Errorf("%v has another than %d: %v, want %v", c.list, c.n, got, c.want)
		}
	}
}

func TestWindowsInfer(t *testing.T) {
	far := math.MaxInt / 2
	tests := []struct {
		w     windows
		shape []int
		want  string
	}{
		{line(2, 2, 0, 1, false), []int{3, 5}, "[3 2]"}, {line(2, 2, 0, 1, true), []int{3, 5}, "[3 3]"}, {line(2, 2, 0, 1, false), []int{5}, "[2]"},
		{windows{Adaptive: []int{4}}, []int{2, 3}, "[2 4]"}, {windows{Adaptive: []int{4, 4}}, []int{3}, "f32[3] has fewer axes than the 2 that are pooled"},
		{line(2, 2, 0, 1, false), []int{3, 0}, "spatial axis 0 is empty"}, {windows{Adaptive: []int{1, 2}}, []int{3, 0}, "spatial axis 1 is empty"},
		{line(6, 1, 0, 1, false), []int{5}, "spatial axis 0: 5 elements with padding 0 hold no window of 6 elements, 1 apart"},
		{line(2, 1, far, 1, false), []int{5}, fmt.Sprintf("spatial axis 0: 5 elements with padding %d and %d are more than memory can address: use less padding", far, far)},
		{line(2, 1, 3, 6, false), []int{3}, "spatial axis 0: window 0 has no element inside of the 3 of the axis: use less padding or dilation"},
		{line(2, 1, 3, 5, false), []int{3}, "spatial axis 0: window 1 has no element inside of the 3 of the axis: use less padding or dilation"},
		{line(2, 1, 1, 3, false), []int{3}, "[2]"},
	}
	for _, test := range tests {
		shape, err := test.w.infer(typed(trace.Float32, test.shape...))
		if got := fmt.Sprint(shape); err != nil && err.Error() != test.want || err == nil && got != test.want {
			t.Errorf("%v of %v: got %v, %v, want %s", test.w, test.shape, shape, err, test.want)
		}
	}
}

// A window that begins before the axis and steps over it is found, if there is one.
func TestEmptyWindowsAgainstSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(62, 1))
	for range 300 {
		n, k, s, d := 1+r.IntN(4), 2+r.IntN(2), 1+r.IntN(3), 1+r.IntN(6)
		w := line(k, s, r.IntN((k-1)*d/2+1), d, false)
		outs := w.outputs(0, n)
		if outs < 1 {
			continue
		}
		first := -1
		for o := outs - 1; o >= 0; o-- {
			empty := true
			for i := range k {
				at := o*s - w.Padding[0] + i*d
				empty = empty && (at < 0 || at >= n)
			}
			if empty {
				first = o
			}
		}
		if o, found := w.empty(0, n, outs); found != (first >= 0) || found && o != first {
			t.Fatalf("%v on %d elements: got %d, %v, want %d", w, n, o, found, first)
		}
	}
}

// The kernels see three axes. A missing axis has one window of one element.
func TestGeometryOfPools(t *testing.T) {
	p := line(2, 2, 1, 1, false).geometry([]int{3, 4, 5})
	one := kpool.Window{Start: 0, Count: 1, Step: 1}
	if p.Planes != 12 || p.In != [3]int{1, 1, 5} || p.Out != [3]int{1, 1, 3} || !slices.Equal(p.Windows[0], []kpool.Window{one}) || !slices.Equal(p.Divisor[1], []float64{1}) {
		t.Errorf("of a line: got %+v", p)
	}
	if want := []kpool.Window{{Start: 0, Count: 1, Step: 1}, {Start: 1, Count: 2, Step: 1}, {Start: 3, Count: 2, Step: 1}}; !slices.Equal(p.Windows[2], want) {
		t.Errorf("of a line: got the windows %v, want %v", p.Windows[2], want)
	}
	if want := []float64{2, 2, 2}; !slices.Equal(p.Divisor[2], want) {
		t.Errorf("of a line: got the divisors %v, want %v", p.Divisor[2], want)
	}
	geometries.Put(p)
	q := (windows{Adaptive: []int{1, 2, 2}}).geometry([]int{3, 2, 4})
	if q.Planes != 1 || q.In != [3]int{3, 2, 4} || q.Out != [3]int{1, 2, 2} || len(q.Windows[0]) != 1 || q.Windows[0][0].Count != 3 {
		t.Errorf("of a volume: got %+v", q)
	}
	geometries.Put(q)
}

// Only windows that begin before the axis are searched. Here there are more than four
// million windows. Half of them begin before the axis and step into it, and none is
// empty.
func TestWindowsThatBeginInTheAxisAreNotEmpty(t *testing.T) {
	const n, padding = 1 << 23, 1<<22 + 2
	w := windows{Kernel: []int{2}, Stride: []int{2}, Padding: []int{padding}, Dilation: []int{n + 1}}
	if o, found := w.empty(0, n, w.outputs(0, n)); found {
		t.Errorf("window %d of %d is taken for empty", o, w.outputs(0, n))
	}
}
