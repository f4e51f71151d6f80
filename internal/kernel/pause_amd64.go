//go:build !purego

package kernel

// pause tells the processor that its thread is waiting for another.
func pause()
