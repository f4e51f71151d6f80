package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/trace"
)

// mostText is the largest file of names, in bytes.
const mostText = 16 << 20

// ReadLabels reads the names of classes from a file, a line for each.
func ReadLabels(path string) ([]string, error) {
	text, err := picture.ReadFile(path, mostText)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil, fmt.Errorf("%s: the file has no names", path)
	}
	return lines, nil
}

// label returns the name of class k.
func label(labels []string, k int) string {
	if k < len(labels) {
		return labels[k]
	}
	return strconv.Itoa(k)
}

// find returns the class with a name, or a number below the number of classes.
func find(labels []string, classes int, name string) (int, error) {
	if k := slices.Index(labels, name); k >= 0 && k < classes {
		return k, nil
	}
	if k := slices.IndexFunc(labels, func(l string) bool { return strings.EqualFold(l, name) }); k >= 0 && k < classes {
		return k, nil
	}
	k, err := strconv.Atoi(name)
	switch {
	case err == nil && k >= 0 && k < classes:
		return k, nil
	case err == nil:
		return 0, fmt.Errorf("there is no class %d: the network has %d, counted from 0", k, classes)
	case len(labels) == 0:
		return 0, fmt.Errorf("no class is named %q: the classes have no names, give their file by -labels, or a number from 0 to %d", trace.Excerpt(name), classes-1)
	}
	return 0, fmt.Errorf("no class is named %q; the nearest are %s", trace.Excerpt(name), strings.Join(spelling.Nearest(name, labels, 3), ", "))
}
