//go:build !linux

package main

import "runtime"

// peakMemory is the memory that the program has asked the system for since its start,
// resident or not, in units of 2²⁰ bytes.
func peakMemory() (int, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return megabytes(float64(m.Sys)), nil
}

// forgetPeak does nothing: only on Linux can the search for the peak begin anew.
func forgetPeak() {}
