// Command elementwise writes the assembly of the room elementwise: arithmetic,
// comparisons, choices, functions, reductions and normalizations.
package main

import (
	"github.com/pullback-go/pullback/internal/kernel/asm/avx2"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("elementwise", kernels) }

func kernels() { avx2.Elementwise() }
