package exec_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
)

// Arrays of all sizes lie where they do not stand in each other's way: no more memory is planned than what is needed at one time, but for
// where arrays begin.
func TestPlacement(t *testing.T) {
	x := matrix("placement", 8, 3000)
	p := recordAt(func(x Value) []Value {
		var sums []Value
		for _, n := range []int{3000, 1000, 2500, 500, 2000} {
			y := fn.Dot(fn.Slice(x, fn.SliceConfig{Stop: []int{8, n}}), matrix("placement.w", n, 1500))
			sums = append(sums, fn.Dot(y, matrix("placement.v", 1500, n)))
		}
		total := fn.SumAll(sums[0])
		for _, s := range sums[1:] {
			total = fn.Add(total, fn.SumAll(s))
		}
		return []Value{total}
	}, x)
	most, live := 0, map[trace.Var]int{}
	last := map[trace.Var]int{}
	for i, e := range p.Eqns {
		for _, v := range e.In {
			last[v] = i
		}
	}
	for i, e := range p.Eqns {
		for _, v := range e.Out {
			live[v] = p.Types[v].Size() * 8
		}
		sum := 0
		for _, n := range live {
			sum += n
		}
		most = max(most, sum)
		for v := range live {
			if last[v] <= i {
				delete(live, v)
			}
		}
	}
	if got := exec.New(p).Peak(); got > most+most/50 || got < most {
		t.Errorf("%d bytes are planned, %d are needed at one time", got, most)
	}
}
