package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// peakMemory is the largest resident memory that the process has had since [forgetPeak],
// in units of 2²⁰ bytes.
func peakMemory() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	fields := bytes.Fields(after)
	if len(fields) == 0 {
		return 0, fmt.Errorf("/proc/self/status does not have VmHWM, the peak of memory")
	}
	kilobytes, err := strconv.ParseFloat(string(fields[0]), 64)
	return megabytes(kilobytes * 1024), err
}

// forgetPeak begins the search for the peak anew. Where the system does not allow that,
// the peak stays that since the start, which is too large rather than too small.
func forgetPeak() {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}
