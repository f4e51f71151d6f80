package trace_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// link is a list whose elements hold a value each.
type link struct {
	V    trace.Value
	Note string
	Next *link
}

func longList(n int) *link {
	var first *link
	for i := range n {
		first = &link{trace.Scalar(float64(i)), "a note", first}
	}
	return first
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A list of structs costs in proportion to its length. Its paths together are text of n²
// bytes, and used to be written whenever it was flattened.
func TestFaultC8LongLists(t *testing.T) {
	n := 200_000
	if testing.Short() {
		n = 20_000
	}
	list := longList(n)
	var leaves []trace.Value
	var s *trace.Structure
	bytes := allocated(func() { leaves, s = trace.Flatten(list) })
	if per := bytes / uint64(n); per > 2000 {
		t.Errorf("flattening takes %d bytes for each of %d structs", per, n)
	}
	if len(leaves) != n || s.Len() != n {
		t.Fatalf("%d leaves, %d places, want %d", len(leaves), s.Len(), n)
	}
	if got := s.Path(3); got != ".Next.Next.Next.V" {
		t.Errorf("path of leaf 3: %s", got)
	}
	if got := s.Path(n - 1); len(got) != 5*(n-1)+2 {
		t.Errorf("the last path has %d characters, want %d", len(got), 5*(n-1)+2)
	}
	for i := range leaves {
		leaves[i] = trace.Scalar(float64(i))
	}
	again, same := trace.Flatten(s.Unflatten(leaves))
	if same.Key() != s.Key() || again[n-1].Float64() != float64(n-1) {
		t.Error("the list that was built again is another")
	}
}

// Static parts are written without their paths too.
func TestFaultC8LongStaticLists(t *testing.T) {
	type static struct {
		N    int
		Next *static
	}
	n := 20_000
	var first *static
	for i := range n {
		first = &static{i, first}
	}
	bytes := allocated(func() {
		trace.Flatten(struct {
			V trace.Value
			S *static
		}{trace.Scalar(1.0), first})
	})
	if per := bytes / uint64(n); per > 2000 {
		t.Errorf("a static list takes %d bytes for each of %d structs", per, n)
	}
}

// A cycle and a pointer met twice are found in a long list too, and named shortly.
func TestLongPathsInErrors(t *testing.T) {
	cycle := longList(1000)
	last := cycle
	for last.Next != nil {
		last = last.Next
	}
	last.Next = cycle
	err := trace.Try(func() { trace.Flatten(cycle) })
	if err == nil || !strings.Contains(err.Error(), "one pointer is reached by two paths, the tree itself and .Next.Next") || len(err.Error()) > 400 {
		t.Errorf("a cycle: %v", err)
	}
}

func TestPathsOfEveryKind(t *testing.T) {
	type layer struct{ Weight, Bias trace.Value }
	x := trace.Scalar(1.0)
	tree := struct {
		Layers []layer
		ByName map[string]trace.Value
		ByInt  map[int]trace.Value
		Two    [2]trace.Value
		Any    any
	}{
		Layers: []layer{{x, trace.Value{}}, {x, x}}, ByName: map[string]trace.Value{"b": x, "a": x}, ByInt: map[int]trace.Value{-1: x},
		Two: [2]trace.Value{{}, x}, Any: &layer{Bias: x},
	}
	_, s := trace.Flatten(tree)
	want := []string{".Layers[0].Weight", ".Layers[1].Weight", ".Layers[1].Bias", ".ByName[a]", ".ByName[b]", ".ByInt[-1]", ".Two[1]", ".Any.Bias"}
	if got := s.Paths(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, p := range want {
		if s.Path(i) != p {
			t.Errorf("path %d is %q, want %q", i, s.Path(i), p)
		}
	}
	if _, lone := trace.Flatten(x); lone.Len() != 1 || lone.Path(0) != "" {
		t.Errorf("a lone value: %q", lone.Paths())
	}
}
