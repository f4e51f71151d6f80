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
func isa() instructions { return available - instructions(withheld.Load()) }

// offered is the set that this machine offers, and GODEBUG=cpu.avx512f=off or cpu.avx2=off
// in the environment leaves.
func offered() instructions { return available }

// limit withholds what is beyond a set from all kernels, until restore is called. It is for
// tests, so that each set of instructions is tested on a machine that has them all. What
// runs at the same time is limited too, so such tests are not parallel.
func limit(most instructions) (restore func()) {
	before := withheld.Swap(int32(max(0, available-most)))
	return func() { withheld.Store(before) }
}

var available = detect()

// withheld is how many of the sets that the machine offers are not used.
var withheld atomic.Int32
