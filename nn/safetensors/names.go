package safetensors

import "hash/maphash"

// names is the set of texts of a header that have been read. It is an open hash table of
// little more than four bytes for each text, where a map would need many times the
// header. The owner gives each text a number.
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

// find returns the slot of a text: its own, or an empty one if the text is new.
func (n names) find(text string) *uint32 {
	last := uint64(len(n.slots) - 1)
	for i := maphash.String(n.seed, text) & last; ; i = (i + 1) & last {
		if s := &n.slots[i]; *s == 0 || n.text(*s-1) == text {
			return s
		}
	}
}

// add adds a text by its number. It reports whether the text is new.
func (n names) add(text string, id uint32) bool {
	s := n.find(text)
	if *s != 0 {
		return false
	}
	*s = id + 1
	return true
}
