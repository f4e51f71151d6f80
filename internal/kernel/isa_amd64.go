//go:build !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

func detect() instructions {
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return plain
	case !cpu.X86.HasAVX512F:
		return avx2
	}
	return avx512
}

// start is where a slice begins, for assembly.
func start[E any](x []E) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(x))) }
