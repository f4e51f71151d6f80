package trace_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestMask(t *testing.T) {
	for _, c := range []struct {
		m       trace.Mask
		indices []int
		not     trace.Mask
		text    string
	}{
		{nil, nil, trace.Mask{}, ""},
		{trace.Mask{false, false}, nil, trace.Mask{true, true}, ""},
		{trace.Mask{true, false, true}, []int{0, 2}, trace.Mask{false, true, false}, "0, 2"},
		{trace.AllMarked(3), []int{0, 1, 2}, make(trace.Mask, 3), "0, 1, 2"},
		{trace.AllMarked(0), nil, trace.Mask{}, ""},
	} {
		if got := c.m.Indices(); !slices.Equal(got, c.indices) || c.m.Count() != len(got) || c.m.Any() != (len(got) > 0) {
			t.Errorf("%v: indices %v, %d of them, any: %v", c.m, got, c.m.Count(), c.m.Any())
		}
		if got := c.m.Not(); !slices.Equal(got, c.not) {
			t.Errorf("not %v is %v", c.m, got)
		}
		wantText(t, fmt.Sprint(c.m), c.text)
	}
}

func TestMaskOfVariables(t *testing.T) {
	m := make(trace.Mask, 5)
	m.Set([]trace.Var{1, 3, 1})
	m.Set(nil)
	if want := (trace.Mask{false, true, false, true, false}); !slices.Equal(m, want) {
		t.Errorf("got %v", m)
	}
	if got := m.Of([]trace.Var{3, 0, 3}); !slices.Equal(got, trace.Mask{true, false, true}) {
		t.Errorf("got %v", got)
	}
	if !m.AnyOf([]trace.Var{0, 3}) || m.AnyOf([]trace.Var{0, 2, 4}) || m.AnyOf(nil) {
		t.Error("a mark is found where there is none, or not found")
	}
}
