// Package isa describes the instruction sets that the kernels are written for.
package isa

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ISA is an instruction set and an element type: what differs between the kernels of one
// algorithm.
type ISA struct {
	Name      string // at the end of the names of Go functions
	Size      int    // of an element in bytes
	Lanes     int    // elements in a vector
	Rows      int    // of the largest tile of the matrix product, which is two vectors wide
	Vector    func() reg.VecVirtual
	Load      func(...operand.Op) // and store
	LoadOne   func(...operand.Op) // and store
	Broadcast func(...operand.Op)
	Add       func(...operand.Op)
	AddOne    func(...operand.Op)
	FMA       func(...operand.Op) // c += a·b, for operands a, b, c
	Xor       func(...operand.Op)
}

// The instruction sets.
var (
	AVX2F32   = ISA{"AVX2F32", 4, 8, 6, YMM, VMOVUPS, VMOVSS, VBROADCASTSS, VADDPS, VADDSS, VFMADD231PS, VXORPS}
	AVX2F64   = ISA{"AVX2F64", 8, 4, 6, YMM, VMOVUPD, VMOVSD, VBROADCASTSD, VADDPD, VADDSD, VFMADD231PD, VXORPD}
	AVX512F32 = ISA{"AVX512F32", 4, 16, 14, ZMM, VMOVUPS, VMOVSS, VBROADCASTSS, VADDPS, VADDSS, VFMADD231PS, VPXORD}
	AVX512F64 = ISA{"AVX512F64", 8, 8, 14, ZMM, VMOVUPD, VMOVSD, VBROADCASTSD, VADDPD, VADDSD, VFMADD231PD, VPXORQ}

	All = []ISA{AVX2F32, AVX2F64, AVX512F32, AVX512F64}
)

// Bytes is the size of a vector.
func (i ISA) Bytes() int { return i.Lanes * i.Size }

// Vectors returns n registers.
func (i ISA) Vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for j := range v {
		v[j] = i.Vector()
	}
	return v
}

// Zeros returns n registers that are cleared.
func (i ISA) Zeros(n int) []reg.VecVirtual {
	vs := i.Vectors(n)
	for _, v := range vs {
		i.Xor(v, v, v)
	}
	return vs
}

// Sum leaves the sum of the elements of v in its first one.
func (i ISA) Sum(v reg.VecVirtual) {
	if i.Bytes() == 64 {
		high := YMM()
		VEXTRACTF64X4(operand.Imm(1), v, high)
		i.Add(high, v.AsY(), v.AsY())
	}
	high := XMM()
	VEXTRACTF128(operand.Imm(1), v.AsY(), high)
	i.Add(high, v.AsX(), v.AsX())
	for half := 8; half >= i.Size; half /= 2 {
		VPSRLDQ(operand.Imm(uint64(half)), v.AsX(), high)
		i.Add(high, v.AsX(), v.AsX())
	}
}

// Arg loads a parameter into a register.
func Arg(name string) reg.Register { return Load(Param(name), GP64()) }
