package trace

import (
	"testing"
	"unsafe"
)

// Memory has the words that it is asked for, each where a word may lie, and the block
// that is not zeroed ends with them.
func TestWordsOfMemory(t *testing.T) {
	for _, words := range []int{1, 2, 3, 127, 4096, 4097, 10_000} {
		m := unzeroed(words)
		if len(m) != words || cap(m) != words {
			t.Errorf("%d words have length %d and room for %d", words, len(m), cap(m))
		}
		if at := uintptr(unsafe.Pointer(&m[0])); at%8 != 0 {
			t.Errorf("%d words begin at %#x", words, at)
		}
		for i := range m {
			m[i] = uint64(i) + 1<<63
		}
		for i, w := range m {
			if w != uint64(i)+1<<63 {
				t.Fatalf("word %d of %d is %d", i, words, w)
			}
		}
	}
	for bytes, words := range map[int]int{0: 0, 1: 1, 7: 1, 8: 1, 9: 2, 32<<10 - 1: 4096, 32 << 10: 4096, 32<<10 + 1: 4097, 1 << 17: 1 << 14} {
		if got := len(NewMemory(bytes)); got != words {
			t.Errorf("memory of %d bytes has %d words, want %d", bytes, got, words)
		}
	}
	for _, n := range []int{1, 4096, 5000} {
		if allocs := testing.AllocsPerRun(10, func() { NewMemory(8 * n) }); allocs > 1 {
			t.Errorf("memory of %d words takes %v allocations", n, allocs)
		}
	}
}
