package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// peakMemory returns the largest resident memory of the process since [forgetPeak], in
// units of 2²⁰ bytes.
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

// forgetPeak restarts the measurement of the peak. If the system does not allow that, the
// peak since the start remains, which is too large rather than too small.
func forgetPeak() {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}
