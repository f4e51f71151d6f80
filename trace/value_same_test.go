package trace_test

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Two Values are the same if they are one variable or hold one array, whichever cells
// they are.
func TestFaultC12Same(t *testing.T) {
	a := trace.ArrayOf([]float64{1, 2}, 2)
	v, again, other := trace.FromArray(a), trace.FromArray(a), trace.FromArray(trace.ArrayOf([]float64{1, 2}, 2))
	var none trace.Value
	two := trace.TypeOf(trace.Float64, 2)
	unknown := trace.Unknown(two)
	type pair struct {
		name string
		v, w trace.Value
		want bool
	}
	pairs := []pair{
		{"a value and itself", v, v, true}, {"two values of one array", v, again, true}, {"equal arrays", v, other, false},
		{"absent and absent", none, trace.Value{}, true}, {"absent and present", none, v, false},
		{"an unknown and itself", unknown, unknown, true}, {"two unknowns of one type", unknown, trace.Unknown(two), false},
		{"an unknown and an array", unknown, v, false},
	}
	trace.Record(func(in []trace.Value) []trace.Value {
		tr := trace.Newest(in)
		lifted, twice := tr.Lift(v), tr.Lift(again) // two cells of one variable
		pairs = append(pairs, pair{"two cells of one variable", lifted, twice, true}, pair{"two variables of one trace", in[0], in[1], false},
			pair{"a variable and a captured array", in[0], lifted, false}, pair{"a variable and the array it captured", lifted, v, false})
		trace.Record(func(deep []trace.Value) []trace.Value {
			pairs = append(pairs, pair{"variables of one number in two traces", in[0], deep[0], false})
			return deep
		}, []trace.Type{two})
		return in
	}, []trace.Type{two, two})
	for _, p := range pairs {
		if got, swapped := trace.Same(p.v, p.w), trace.Same(p.w, p.v); got != p.want || swapped != p.want {
			t.Errorf("%s: got %v and %v, want %v", p.name, got, swapped, p.want)
		}
	}
}
