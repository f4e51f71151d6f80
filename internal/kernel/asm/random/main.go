// Command random writes the assembly of the room random: Threefry and normal numbers.
package main

import (
	"github.com/pullback-go/pullback/internal/kernel/asm/avx2"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("random", kernels) }

func kernels() { avx2.Random() }
