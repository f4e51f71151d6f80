// Command pool writes the assembly of the room pool: rows of windows.
package main

import (
	"github.com/pullback-go/pullback/internal/kernel/asm/avx2"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("pool", kernels) }

func kernels() { avx2.Pools() }
