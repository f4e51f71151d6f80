package trace

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// useHugePages asks the system for large pages for the part of a block that has whole
// ones. It may refuse; then the pages stay small.
func useHugePages(block []byte) {
	at := int(-uintptr(unsafe.Pointer(&block[0])) % hugePage)
	if n := (len(block) - at) / hugePage * hugePage; n > 0 {
		unix.Madvise(block[at:at+n], unix.MADV_HUGEPAGE)
	}
}
