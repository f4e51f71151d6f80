package exec_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
)

// Arrays of all sizes are placed without gaps: the planned memory is what is needed at
// one time, except for alignment.
func TestPlacement(t *testing.T) {
	x := matrix("placement", 8, 600)
	p := recordAt(func(x Value) []Value {
		var sums []Value
		for _, n := range []int{600, 200, 500, 100, 400} {
			y := fn.Dot(fn.Slice(x, fn.SliceConfig{Stop: []int{8, n}}), matrix("placement.w", n, 300))
			sums = append(sums, fn.Dot(y, matrix("placement.v", 300, n)))
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

// Arrays of all dtypes share one memory: numbers may use the memory of bools that are no
// longer needed.
func TestPlacementOfDTypes(t *testing.T) {
	x := matrix("dtypes", 1000)
	p := recordAt(func(x Value) []Value {
		for range 5 {
			m := fn.Flip(fn.Cast(fn.Flip(fn.Greater(fn.CumSum(x, 0), fn.Scalar(0)), 0), trace.Int32), 0)
			x = fn.CumSum(fn.Mul(x, fn.Cast(m, trace.Float64)), 0)
		}
		return []Value{fn.SumAll(x)}
	}, x)
	plan := exec.New(p)
	if most := 3*1000*8 + 3*2048*8; plan.Peak() > most {
		t.Errorf("%d bytes are planned, want at most %d", plan.Peak(), most)
	}
	for range 2 {
		same(t, "dtypes", runOn(t, plan, x), p.Apply(x))
	}
}

// huge is an array that no machine has memory for.
type huge struct{ poison }

func (huge) Infer([]trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Bool, 1<<47)}, nil
}

// A number of bytes that overflows an int becomes the largest int, so that a limit holds.
func TestFaultC9PeakDoesNotOverflow(t *testing.T) {
	const n = 1<<16 + 8
	results, between := &trace.Program{}, &trace.Program{}
	for i := range n {
		for _, p := range []*trace.Program{results, between} {
			p.Types = append(p.Types, trace.TypeOf(trace.Bool, 1<<47))
			p.Eqns = append(p.Eqns, trace.Eqn{Op: huge{}, Out: []trace.Var{trace.Var(i)}})
		}
		results.Out = append(results.Out, trace.Var(i))
	}
	between.Eqns = append(between.Eqns, trace.Eqn{Op: keep{}, In: results.Out})
	for name, p := range map[string]*trace.Program{"results": results, "between": between} {
		if got := exec.New(p).Peak(); got != math.MaxInt {
			t.Errorf("%s: %d bytes are planned, want %d", name, got, math.MaxInt)
		}
	}
}
