package trace

import (
	"fmt"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// MemoryLimit is how much memory there is for this process, in bytes: the soft limit of
// the Go runtime where one is set, by [debug.SetMemoryLimit] or GOMEMLIMIT, else what the
// machine has, or what its control group may have where that is less. Where the operating
// system does not say (it is asked on Linux alone) there is no limit: [math.MaxInt].
//
// An array that is larger is refused with an *Error, instead of ending the process.
func MemoryLimit() int {
	if soft := debug.SetMemoryLimit(-1); soft != math.MaxInt64 {
		return int(min(soft, math.MaxInt))
	}
	return machineMemory()
}

// machineMemory is read once: it does not change.
var machineMemory = sync.OnceValue(func() int { return memoryIn(readSystem) })

// readSystem is what a file of the operating system says, "" if there is none.
func readSystem(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(data)
}

// memoryIn is the memory that the files of a Linux system tell of: that of the machine,
// and the limits of the control groups in which the process is, of version 2 and 1.
func memoryIn(read func(name string) string) int {
	limit := math.MaxInt
	for line := range strings.Lines(read("/proc/meminfo")) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemTotal:" && f[2] == "kB" {
			limit = min(limit, bytesIn(f[1], 1024))
		}
	}
	groups := []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}
	for line := range strings.Lines(read("/proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" {
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[1] != "" {
			continue
		}
		for p := path.Clean("/" + parts[2]); p != "/"; p = path.Dir(p) { // the limit of a group holds for those in it
			groups = append(groups, path.Join(root, p, file))
		}
	}
	for _, name := range groups {
		limit = min(limit, bytesIn(strings.TrimSpace(read(name)), 1))
	}
	return limit
}

// bytesIn is a number of units in bytes, or no limit if it is not a positive number.
func bytesIn(number string, unit int) int {
	n, err := strconv.Atoi(number)
	if err != nil || n <= 0 || n > math.MaxInt/unit {
		return math.MaxInt
	}
	return n * unit
}

// large is a size in bytes from which on an array is held to the limit: to ask for that
// takes longer than to allocate little.
const large = 256 << 20

// allocatable reports what makes it impossible to allocate an array of the type.
func (t Type) allocatable() error {
	if err := t.valid(); err != nil {
		return err
	}
	bytes := t.Bytes()
	if bytes < large {
		return nil
	}
	if limit := MemoryLimit(); bytes > limit {
		return fmt.Errorf("%v has %d bytes, and there are %d for this process: make it smaller, or work on parts of it one after the other "+
			"(transforms.Scan, or Chunk or Budget in transforms.VmapConfig)", t, bytes, limit)
	}
	return nil
}
