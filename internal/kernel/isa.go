package kernel

import "sync/atomic"

// instructions is what the kernels may use beside plain Go. Sets are ordered: one
// includes those before.
type instructions int

const (
	plain  instructions = iota
	avx2                // AVX2 and FMA: 16 registers of 256 bits
	avx512              // AVX-512 F: 32 registers of 512 bits
)

func (i instructions) String() string { return [...]string{"plain", "avx2", "avx512"}[i] }

// isa is the set of instructions in use: what this machine offers, unless a test
// withholds some.
func isa() instructions { return detected - instructions(withheld.Load()) }

var detected = detect()

// withheld is how many of the sets that the machine offers are not used. It is 0 outside
// of tests, which see to it that every set is tested: withISA sets it.
var withheld atomic.Int32
