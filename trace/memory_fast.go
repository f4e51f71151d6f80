//go:build !purego

package trace

import (
	"strings"
	"unsafe"
)

// unzeroed returns so many words, at least one, whatever they hold. A [strings.Builder]
// is the only one in the standard library that leaves memory as it is. The string is not
// empty, so that it has a place in memory, and nobody else has it.
func unzeroed(words int) Memory {
	var b strings.Builder
	b.Grow(8 * words)
	b.WriteByte(0)
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.StringData(b.String()))), words)
}
