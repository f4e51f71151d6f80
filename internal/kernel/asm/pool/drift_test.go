package main

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func TestDrift(t *testing.T) { program.CheckDrift(t, "pool", kernels) }
