package safetensors

import "hash/maphash"

// names finds out which of the texts of a header it has met: an open hash table of four
// bytes and somewhat more for each, where a map would need many times the header. A text
// goes by a number that is its owner's.
type names struct {
	text  func(id uint32) string
	slots []uint32 // 1 + the number, or 0
	seed  maphash.Seed
}

// newNames returns a table with room for most texts.
func newNames(most int, text func(id uint32) string) names {
	size := 1
	for 3*size < 4*most {
		size *= 2
	}
	return names{text, make([]uint32, size), maphash.MakeSeed()}
}

// find returns the slot of a text: its own or, if it has not been met, an empty one.
func (n names) find(text string) *uint32 {
	last := uint64(len(n.slots) - 1)
	for i := maphash.String(n.seed, text) & last; ; i = (i + 1) & last {
		if s := &n.slots[i]; *s == 0 || n.text(*s-1) == text {
			return s
		}
	}
}

// add enters a text by its number. It reports whether the text is new.
func (n names) add(text string, id uint32) bool {
	s := n.find(text)
	if *s != 0 {
		return false
	}
	*s = id + 1
	return true
}
