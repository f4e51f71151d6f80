//go:build purego

package trace

// unzeroed returns so many words.
func unzeroed(words int) Memory { return make(Memory, words) }
