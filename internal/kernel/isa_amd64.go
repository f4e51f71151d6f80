//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

func detect() instructions {
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return plain
	case !cpu.X86.HasAVX512F:
		return avx2
	}
	return avx512
}
