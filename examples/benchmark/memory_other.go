//go:build !linux

package main

import "runtime"

// peakMemory returns the memory that the program has requested from the system since its
// start, resident or not, in units of 2²⁰ bytes.
func peakMemory() (int, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return megabytes(float64(m.Sys)), nil
}

// forgetPeak does nothing: only Linux can restart the measurement of the peak.
func forgetPeak() {}
