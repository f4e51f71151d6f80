package kerneltest

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// EachISA runs a test with each set of instructions that this machine has.
func EachISA(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	EachSet(func() { t.Run(cpu.InUse().String(), test) })
}

// EachSet runs f with each set of instructions, without tests of their own.
func EachSet(f func()) {
	for set := cpu.Plain; set <= cpu.Available(); set++ {
		With(set, f)
	}
}

// With runs f with a set of instructions that this machine has.
func With(set cpu.Instructions, f func()) {
	defer cpu.Limit(set)()
	f()
}

// EachFloat runs a test with each set of instructions and each float type.
func EachFloat(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Helper()
	EachISA(t, func(t *testing.T) {
		t.Run("f32", f32)
		t.Run("f64", f64)
	})
}

// EachVectorFloat is EachFloat for the sets of vector instructions only.
func EachVectorFloat(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Helper()
	EachFloat(t, func(t *testing.T) {
		if cpu.InUse() > cpu.Plain {
			f32(t)
		}
	}, func(t *testing.T) {
		if cpu.InUse() > cpu.Plain {
			f64(t)
		}
	})
}

// WithCores runs f at a number of cores.
func WithCores(cores int, f func()) {
	before := runtime.GOMAXPROCS(cores)
	defer runtime.GOMAXPROCS(before)
	f()
}

// OnCores runs f under several numbers of cores, which must give the same bits.
func OnCores[T array.Float](t *testing.T, f func() []T) {
	t.Helper()
	var want []T
	WithCores(1, func() { want = f() })
	for _, cores := range []int{2, 3} {
		WithCores(cores, func() { SameBits(t, f(), want, fmt.Sprint("GOMAXPROCS ", cores)) })
	}
}
