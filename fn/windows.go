package fn

import (
	"fmt"
	"math/bits"
	"strings"
	"sync"

	kpool "github.com/pullback-go/pullback/internal/kernel/pool"
	"github.com/pullback-go/pullback/trace"
)

// windows says which elements each output of a pooling reads, along each of the last axes
// of an array. If Adaptive is set, it is the number of outputs, and windows are as equal
// as possible. Otherwise the other fields hold what the pooling's config says.
type windows struct {
	Kernel, Stride, Padding, Dilation []int
	Ceil, ExcludePadding              bool
	Divisor                           int
	Adaptive                          []int
}

// String prints the fields that are not at their defaults.
func (w windows) String() string {
	if len(w.Adaptive) > 0 {
		return fmt.Sprintf("Adaptive:%v", w.Adaptive)
	}
	parts := []string{fmt.Sprintf("Kernel:%v Stride:%v", w.Kernel, w.Stride)}
	add := func(shown bool, format string, args ...any) {
		if shown {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(anyNot(w.Padding, 0), "Padding:%v", w.Padding)
	add(anyNot(w.Dilation, 1), "Dilation:%v", w.Dilation)
	add(w.Ceil, "Ceil:true")
	add(w.ExcludePadding, "ExcludePadding:true")
	add(w.Divisor != 0, "Divisor:%d", w.Divisor)
	return strings.Join(parts, " ")
}

// anyNot reports whether the list has an entry other than n.
func anyNot(list []int, n int) bool {
	for _, x := range list {
		if x != n {
			return true
		}
	}
	return false
}

// rank returns the number of spatial axes.
func (w windows) rank() int { return max(len(w.Adaptive), len(w.Kernel)) }

// outputs returns the number of windows on spatial axis a of length n.
func (w windows) outputs(a, n int) int {
	if len(w.Adaptive) > 0 {
		return w.Adaptive[a]
	}
	padding, stride := w.Padding[a], w.Stride[a]
	out := windowsOn(n+2*padding, reach(w.Kernel[a], w.Dilation[a]), stride, w.Ceil)
	if w.Ceil && out > 1 && times(out-1, stride) >= n+padding {
		out-- // the last window would begin in the padding
	}
	return out
}

// proportion returns o·n/m, rounded down, and the remainder, for o up to m.
func proportion(o, n, m int) (quotient, rest int) {
	high, low := bits.Mul(uint(o), uint(n))
	if high == 0 {
		return int(low / uint(m)), int(low % uint(m))
	}
	q, r := bits.Div(high, low, uint(m))
	return int(q), int(r)
}

// at returns window o of spatial axis a of length n, without what lies outside of the
// axis.
func (w windows) at(a, n, o int) kpool.Window {
	if len(w.Adaptive) > 0 {
		start, _ := proportion(o, n, w.Adaptive[a])
		end, rest := proportion(o+1, n, w.Adaptive[a])
		if rest > 0 {
			end++
		}
		return kpool.Window{Start: start, Count: end - start, Step: 1}
	}
	step, start, count := w.Dilation[a], o*w.Stride[a]-w.Padding[a], w.Kernel[a]
	if start < 0 {
		skipped := (-start + step - 1) / step
		start, count = start+skipped*step, count-skipped
	}
	count = min(count, (n-start+step-1)/step)
	return kpool.Window{Start: start, Count: max(count, 0), Step: step}
}

// divisor returns what window o of spatial axis a contributes to the divisor of its sum.
func (w windows) divisor(a, n, o int) float64 {
	switch {
	case w.Divisor != 0 && a == 0:
		return float64(w.Divisor)
	case w.Divisor != 0:
		return 1
	case w.ExcludePadding || len(w.Adaptive) > 0:
		return float64(w.at(a, n, o).Count)
	}
	start := o*w.Stride[a] - w.Padding[a]
	return float64(min(start+w.Kernel[a], n+w.Padding[a]) - start)
}

// infer returns the shape of a pooling of x.
func (w windows) infer(x trace.Type) ([]int, error) {
	lead := x.Rank() - w.rank()
	if lead < 0 {
		return nil, fmt.Errorf("%v has fewer axes than the %d that are pooled", x, w.rank())
	}
	out := append([]int(nil), x.Shape...)
	for a, n := range x.Shape[lead:] {
		if n == 0 {
			return nil, fmt.Errorf("spatial axis %d is empty", a)
		}
		if len(w.Adaptive) > 0 {
			out[lead+a] = w.Adaptive[a] // none of the windows is empty
			continue
		}
		if err := tooLong(a, n, w.Padding[a], w.Padding[a]); err != nil {
			return nil, err
		}
		out[lead+a] = w.outputs(a, n)
		if out[lead+a] < 1 {
			return nil, fmt.Errorf("spatial axis %d: %d elements with padding %d hold no window of %d elements, %d apart",
				a, n, w.Padding[a], w.Kernel[a], w.Dilation[a])
		}
		if o, found := w.empty(a, n, out[lead+a]); found {
			return nil, fmt.Errorf("spatial axis %d: window %d has no element inside of the %d of the axis: use less padding or dilation", a, o, n)
		}
	}
	return out, nil
}

// empty finds a window of spatial axis a of length n that has no element inside of the
// axis. Such a window begins before the axis and steps over it, so most poolings need no
// search. The search covers a limited number of windows and takes the next one for empty.
func (w windows) empty(a, n, outputs int) (o int, found bool) {
	const most = 1 << 22
	if w.Dilation[a] <= n {
		return 0, false
	}
	for o < outputs && o < most && o*w.Stride[a] < w.Padding[a] {
		if w.at(a, n, o).Count == 0 {
			return o, true
		}
		o++
	}
	return o, o == most
}

// geometries holds lists of windows for evaluations to fill.
var geometries = sync.Pool{New: func() any { return new(kpool.Geometry) }}

// geometry describes the pooling of an array of shape x to the kernels. Give it back to
// geometries.
func (w windows) geometry(x []int) *kpool.Geometry {
	p := geometries.Get().(*kpool.Geometry)
	lead := len(x) - w.rank()
	p.Planes = volume(x[:lead])
	p.In = threeAxes(x[lead:], 1)
	for i := range 3 {
		p.Windows[i], p.Divisor[i] = p.Windows[i][:0], p.Divisor[i][:0]
		a := i - 3 + w.rank()
		if a < 0 {
			p.Out[i] = 1
			p.Windows[i], p.Divisor[i] = append(p.Windows[i], kpool.Window{Count: 1, Step: 1}), append(p.Divisor[i], 1)
			continue
		}
		n := x[lead+a]
		p.Out[i] = w.outputs(a, n)
		for o := range p.Out[i] {
			p.Windows[i], p.Divisor[i] = append(p.Windows[i], w.at(a, n, o)), append(p.Divisor[i], w.divisor(a, n, o))
		}
	}
	return p
}
