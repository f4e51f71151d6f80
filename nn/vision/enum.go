package vision

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/trace"
)

// nameOf returns the name of a number of a type, as Filter(7) if it has none.
func nameOf[N ~int](n N, typ string, names []string) string {
	if n < 0 || int(n) >= len(names) {
		return fmt.Sprintf("%s(%d)", typ, int(n))
	}
	return names[n]
}

// textOf is nameOf for files. A number without a name is an error.
func textOf[N ~int](n N, what string, names []string) ([]byte, error) {
	if err := checkName(n, what, names); err != nil {
		return nil, err
	}
	return []byte(names[n]), nil
}

func checkName[N ~int](n N, what string, names []string) error {
	if n < 0 || int(n) >= len(names) {
		return fmt.Errorf("%s is %d, which is none of %s", what, int(n), strings.Join(names, ", "))
	}
	return nil
}

// readName sets n to the number of a name.
func readName[N ~int](n *N, text []byte, what string, names []string) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return unknown(what, string(text), names)
	}
	*n = N(i)
	return nil
}

// unknown returns the error for a name that is none of some names.
func unknown(what, name string, names []string) error {
	near := spelling.Nearest(name, names, 3)
	return fmt.Errorf("no %s is named %q: the nearest names are %s", what, trace.Excerpt(name), strings.Join(near, ", "))
}
