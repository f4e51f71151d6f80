package spelling

import (
	"fmt"
	"strings"
	"testing"
)

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"abc", "abc", 0}, {"kitten", "sitting", 3},
		{"ab", "ba", 2}, {"forwrd", "forward", 1}, {"flaw", "lawn", 2}, {"aaaa", "a", 3},
	} {
		if got, back := edits(c.a, c.b), edits(c.b, c.a); got != c.want || back != c.want {
			t.Errorf("%q and %q: %d and back %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
}

// The best names come first, equally good ones in their order, each once. There may be
// fewer than asked for. The end of a long name does not count.
func TestNearest(t *testing.T) {
	names := []string{"gemm", "conv", "cone", "conv", "pool"}
	for _, c := range []struct {
		name string
		n    int
		want string
	}{
		{"conv", 2, "[conv cone]"}, {"con", 3, "[conv cone pool]"}, {"gem", 1, "[gemm]"}, {"", 9, "[gemm conv cone pool]"}, {"x", 0, "[]"},
	} {
		if got := fmt.Sprint(Nearest(c.name, names, c.n)); got != c.want {
			t.Errorf("%d nearest to %q: %s, want %s", c.n, c.name, got, c.want)
		}
	}
	long := strings.Repeat("v", 1<<20)
	if got := Nearest(long, []string{"short", strings.Repeat("v", 200)}, 1); got[0] == "short" {
		t.Errorf("got %s", got)
	}
	if got := Nearest("a", nil, 3); len(got) != 0 {
		t.Errorf("of none: %v", got)
	}
}
