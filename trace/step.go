package trace

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// step is the last step of a path from the root of a tree to one of its parts; nil is the
// root itself. Paths share what they have in common and become text only when they are
// asked for: all the paths of a list of n structs, one inside the other, would be text of
// n² bytes.
type step struct {
	up    *step
	field string        // of a struct; else "" and
	key   reflect.Value // of a map; else invalid and
	index int           // of a slice or array
}

func (s *step) toField(name string) *step     { return &step{up: s, field: name} }
func (s *step) toKey(key reflect.Value) *step { return &step{up: s, key: key} }
func (s *step) toIndex(i int) *step           { return &step{up: s, index: i} }

// String is the path as text, as .Layers[0].Weight.
func (s *step) String() string {
	length := 0
	for at := s; at != nil; at = at.up {
		length++
	}
	parts := make([]string, length)
	for at := s; at != nil; at = at.up {
		length--
		parts[length] = at.part()
	}
	return strings.Join(parts, "")
}

func (s *step) part() string {
	switch {
	case s.field != "":
		return "." + s.field
	case s.key.IsValid():
		return fmt.Sprintf("[%v]", s.key)
	}
	return "[" + strconv.Itoa(s.index) + "]"
}

// shown is how much of each end of a long path an error shows.
const shown = 48

// named is a path as errors name it.
func named(at fmt.Stringer) string {
	path := at.String()
	switch {
	case path == "":
		return "the tree itself"
	case len(path) > 2*shown:
		return path[:shown] + "..." + path[len(path)-shown:]
	}
	return path
}
