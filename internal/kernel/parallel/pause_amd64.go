//go:build !purego

package parallel

// pause tells the processor that its thread is waiting for another.
func pause()
