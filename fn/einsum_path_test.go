package fn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A chain of matrices is contracted in the order that is known to be the cheapest.
func TestEinsumTakesTheCheapestPath(t *testing.T) {
	// The example of Cormen et al., "Introduction to Algorithms", section 15.2: 15125
	// multiplications.
	lengths := []int{30, 35, 15, 5, 10, 20, 25}
	var parts []string
	var xs []trace.Value
	for i := range len(lengths) - 1 {
		parts = append(parts, string([]byte{byte('a' + i), byte('b' + i)}))
		xs = append(xs, array(trace.Float64, waves(float64(i), lengths[i], lengths[i+1]).Float64s(), lengths[i], lengths[i+1]))
	}
	spec := strings.Join(parts, ",") + "->ag"
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{Einsum(spec, in...)} }, trace.TypesOfValues(xs))
	work := 0
	for _, e := range p.Eqns {
		if d, ok := e.Op.(dot); ok {
			a, b := p.Types[e.In[0]], p.Types[e.In[1]]
			work += a.Size() * b.Size() / a.Shape[d.ContractA[0]]
		}
	}
	if work != 15125 {
		t.Errorf("%d multiplications, want 15125", work)
	}
	want := xs[0]
	for _, x := range xs[1:] {
		want = Dot(want, x)
	}
	wantClose(t, "the chain", Einsum(spec, xs...).Float64s(), want.Float64s(), 1e-12)
}

// A product of many operands, of which some share labels, is that of any other order.
func TestEinsumOfManyOperands(t *testing.T) {
	for _, n := range []int{3, 9, 12, 70} {
		var parts []string
		var xs []trace.Value
		for i := range n {
			parts = append(parts, string([]byte{byte('a' + i%24), byte('a' + (i*5+1)%min(n+2, 24))}))
			xs = append(xs, waves(float64(i), 2, 2))
		}
		out := "->a" + string(byte('a'+min(n, 24)-1))
		got := Einsum(strings.Join(parts, ",")+out, xs...)
		slices.Reverse(parts)
		slices.Reverse(xs)
		wantClose(t, fmt.Sprint(n, " operands"), Einsum(strings.Join(parts, ",")+out, xs...).Float64s(), got.Float64s(), 1e-12)
	}
}
