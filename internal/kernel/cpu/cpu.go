// Package cpu says which instructions the kernels may use beside plain Go: those that the
// processor has, unless the environment turns them off, as GODEBUG=cpu.avx512f=off does,
// or a test withholds them with [Limit]. It imports nothing of the module.
package cpu

import "sync/atomic"

// Instructions is what the kernels may use beside plain Go. Sets are ordered: one
// includes those before.
type Instructions int

// The sets of instructions.
const (
	Plain  Instructions = iota // Go alone
	AVX2                       // AVX2 and FMA: 16 registers of 256 bits
	AVX512                     // AVX-512 F: 32 registers of 512 bits
)

// Bytes256 is the size in bytes of the vectors of AVX2. Kernels that go through memory
// element by element have no use for larger ones: the arithmetic waits for memory.
const Bytes256 = 32

// String is the name of a set.
func (i Instructions) String() string { return [...]string{"plain", "avx2", "avx512"}[i] }

// InUse is the set of instructions in use: what this machine offers, unless a test
// withholds some.
func InUse() Instructions { return available - Instructions(withheld.Load()) }

// Available is the set that this machine offers. GODEBUG=cpu.avx512f=off or cpu.avx2=off
// in the environment makes it less.
func Available() Instructions { return available }

// Limit withholds what is beyond a set from all kernels, until restore is called. It is
// for tests, so that each set of instructions is tested on a machine that has them all.
// What runs at the same time is limited too, so such tests are not parallel.
func Limit(most Instructions) (restore func()) {
	before := withheld.Swap(int32(max(0, available-most)))
	return func() { withheld.Store(before) }
}

var available = detect()

// withheld is how many of the sets that the machine offers are not used.
var withheld atomic.Int32
