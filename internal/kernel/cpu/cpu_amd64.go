//go:build !purego

package cpu

import "golang.org/x/sys/cpu"

func detect() Instructions {
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return Plain
	case !cpu.X86.HasAVX512F:
		return AVX2
	}
	return AVX512
}
