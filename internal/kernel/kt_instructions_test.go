package kernel

import (
	"fmt"
	"runtime"
	"testing"
)

// eachISA runs a test with each set of instructions that this machine has.
func eachISA(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	eachSet(func() { t.Run(isa().String(), test) })
}

// eachSet runs f with each set of instructions, without tests of their own.
func eachSet(f func()) {
	for set := plain; set <= offered(); set++ {
		withSet(set, f)
	}
}

// withSet runs f with a set of instructions that this machine has.
func withSet(set instructions, f func()) {
	defer limit(set)()
	f()
}

// eachFloat runs a test with each set of instructions and each float type.
func eachFloat(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Helper()
	eachISA(t, func(t *testing.T) {
		t.Run("f32", f32)
		t.Run("f64", f64)
	})
}

// eachVectorFloat is eachFloat for the sets of vector instructions only.
func eachVectorFloat(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Helper()
	eachFloat(t, func(t *testing.T) {
		if isa() > plain {
			f32(t)
		}
	}, func(t *testing.T) {
		if isa() > plain {
			f64(t)
		}
	})
}

// withCores runs f at a number of cores.
func withCores(cores int, f func()) {
	before := runtime.GOMAXPROCS(cores)
	defer runtime.GOMAXPROCS(before)
	f()
}

// onCores runs f under several numbers of cores, which must give the same bits.
func onCores[T Float](t *testing.T, f func() []T) {
	t.Helper()
	var want []T
	withCores(1, func() { want = f() })
	for _, cores := range []int{2, 3} {
		withCores(cores, func() { sameBits(t, f(), want, fmt.Sprint("GOMAXPROCS ", cores)) })
	}
}
