package exec_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
)

// What follows a convolution elementwise is computed part by part while the convolution goes on, and writes over nothing that it still reads: not
// over its operand, though that is needed for the last time, nor over what another part has yet to add.
func TestSweepsThatFollowConvolutions(t *testing.T) {
	x, w := matrix("followed", 2, 200, 13, 17), matrix("followed.w", 200, 200, 1, 1)
	w3 := matrix("followed.w3", 200, 200, 3, 3)
	point := func(x Value) Value { return fn.Conv(x, w, fn.ConvConfig{}) }
	same3 := func(x Value) Value { return fn.Conv(x, w3, fn.ConvConfig{Padding: []int{1, 1}}) }
	for _, c := range []struct {
		name  string
		f     func(x Value) []Value
		steps int // that are left of the equations
	}{
		{"an activation", func(x Value) []Value { return []Value{fn.Tanh(point(x))} }, 1},
		{"a chain", func(x Value) []Value { return []Value{fn.Tanh(fn.Mul(same3(x), fn.Scalar(3)))} }, 1},
		{"a residual that dies", func(x Value) []Value {
			x = fn.Tanh(x)
			return []Value{fn.Sin(fn.Tanh(fn.Add(point(x), x)))}
		}, 2},
		{"an operand that is added and dies", func(x Value) []Value {
			for range 3 {
				x = fn.Add(x, point(x))
			}
			return []Value{fn.Sum(x, 1)}
		}, 4},
		{"blocks", func(x Value) []Value {
			for range 3 {
				x = fn.Tanh(fn.Add(point(fn.Tanh(same3(x))), x))
			}
			return []Value{fn.Sum(x, 1)}
		}, 7},
		{"an output that is kept", func(x Value) []Value { y := point(x); return []Value{y, fn.Tanh(y)} }, 1},
		{"two that are added", func(x Value) []Value { return []Value{fn.Tanh(fn.Add(same3(x), point(x)))} }, 2},
		{"an adjoint", func(x Value) []Value {
			return []Value{fn.Tanh(fn.ConvTranspose(fn.Tanh(x), w3, fn.ConvTransposeConfig{}))}
		}, 2},
	} {
		p := recordAt(c.f, x)
		plan := exec.New(p)
		if got := len(plan.Steps()); got != c.steps {
			t.Errorf("%s: %d steps, want %d\n%s", c.name, got, c.steps, p)
		}
		for range 3 {
			same(t, c.name, runOn(t, plan, x), p.Apply(x))
		}
	}
}

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
