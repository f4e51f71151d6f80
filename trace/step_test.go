package trace

import (
	"reflect"
	"strings"
	"testing"
)

// A path is read from the root on; its steps are fields, keys and indices.
func TestStepsPrint(t *testing.T) {
	var root *step
	layers := root.toField("Layers")
	for _, c := range []struct {
		path *step
		want string
	}{
		{root, ""},
		{layers, ".Layers"},
		{layers.toIndex(0), ".Layers[0]"},
		{layers.toIndex(12).toField("Weight"), ".Layers[12].Weight"},
		{root.toIndex(3), "[3]"},
		{root.toIndex(3).toIndex(0), "[3][0]"},
		{root.toKey(reflect.ValueOf("left")), "[left]"},
		{root.toKey(reflect.ValueOf("")), "[]"},
		{root.toKey(reflect.ValueOf(-7)).toField("X"), "[-7].X"},
		{root.toKey(reflect.ValueOf(true)).toKey(reflect.ValueOf([2]int{1, 2})), "[true][[1 2]]"},
	} {
		if got := c.path.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := layers.String(); got != ".Layers" { // steps from it left it as it was
		t.Errorf("the path became %q", got)
	}
}

// An error shows both ends of a long path, and all of one that is no longer than they
// are.
func TestNamedPaths(t *testing.T) {
	field := func(n int) *step { return (*step)(nil).toField(strings.Repeat("x", n-3) + "yz") }
	for _, c := range []struct {
		path *step
		want string
	}{
		{nil, "the tree itself"},
		{field(3), ".yz"},
		{field(96), "." + strings.Repeat("x", 93) + "yz"},
		{field(97), "." + strings.Repeat("x", 47) + "..." + strings.Repeat("x", 46) + "yz"},
		{field(5000), "." + strings.Repeat("x", 47) + "..." + strings.Repeat("x", 46) + "yz"},
	} {
		if got := named(c.path); got != c.want {
			t.Errorf("got %q of %d bytes, want %q of %d", got, len(got), c.want, len(c.want))
		}
	}
}
