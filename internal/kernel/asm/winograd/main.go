// Command winograd writes the assembly of Winograd convolutions: the transforms, whose
// lanes are channels, and the way there and back from planes.
package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("winograd", kernels) }

func kernels() {
	sets := []isa.ISA{isa.AVX2F32, isa.AVX512F32}
	lanes := numbers()
	for _, i := range sets {
		interleave(i, lanes)
		separate(i, lanes)
	}
	for _, f := range []form{form2{}, form4{}} {
		table := coefficients(f)
		for _, i := range sets {
			input(i, f, table)
			output(i, f, table)
			weights(i, f, table)
		}
	}
	prefetch()
	nonzero()
}

// form is F(m×m, 3×3): the transforms of vectors along one axis, to new registers, from
// operands that they leave alone. Those of the input and of the output compute some rows
// together that share terms.
type form interface {
	tile() int
	coefficients() []float32
	inputRows() [][]int
	inputUses() []int                                                        // coefficients
	input(m *machine, rows []int, d func(k int) operand.Op) []reg.VecVirtual // Bᵀ d
	outputRows() [][]int
	outputUses() []int
	output(m *machine, rows []int, x func(k int) operand.Op) []reg.VecVirtual // Aᵀ x
	weightsUses() []int
	weights(m *machine, row int, w []reg.VecVirtual) reg.VecVirtual // G w, perhaps a register of w itself
}

// coefficients is those of a form, in memory.
func coefficients(f form) operand.Mem {
	m := GLOBL(fmt.Sprint("coefficients", f.tile()), attr.RODATA|attr.NOPTR)
	for n, value := range f.coefficients() {
		DATA(4*n, operand.F32(value))
	}
	return m
}

// numbers is the numbers of lanes, in memory.
func numbers() operand.Mem {
	m := GLOBL("lanes", attr.RODATA|attr.NOPTR)
	for lane := range 16 {
		DATA(4*lane, operand.U32(lane))
	}
	return m
}
