package trace

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"
)

// What the files of a system say bounds what there is, and what they do not say does not.
func TestMemoryInFiles(t *testing.T) {
	const machine = "MemTotal:       24683620 kB\nMemFree:        24320860 kB\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int
	}{
		{"no files", nil, math.MaxInt},
		{"a machine", map[string]string{"/proc/meminfo": machine}, 24683620 * 1024},
		{"not a number", map[string]string{"/proc/meminfo": "MemTotal: many kB\n"}, math.MaxInt},
		{"more than there are numbers", map[string]string{"/proc/meminfo": "MemTotal: 9223372036854775807 kB\n"}, math.MaxInt},
		{"a container", map[string]string{"/proc/meminfo": machine, "/sys/fs/cgroup/memory.max": "1073741824\n"}, 1 << 30},
		{"no bound on a container", map[string]string{"/proc/meminfo": machine, "/sys/fs/cgroup/memory.max": "max\n"}, 24683620 * 1024},
		{"a group in a group", map[string]string{
			"/proc/meminfo": machine, "/proc/self/cgroup": "0::/jobs/one\n",
			"/sys/fs/cgroup/jobs/one/memory.max": "max\n", "/sys/fs/cgroup/jobs/memory.max": "4096\n",
		}, 4096},
		{"version 1", map[string]string{
			"/proc/meminfo": machine, "/proc/self/cgroup": "9:cpu:/a\n4:memory:/b\nnonsense\n",
			"/sys/fs/cgroup/memory/b/memory.limit_in_bytes": "8192\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1\n",
		}, 8192},
		{"version 1 without a bound", map[string]string{
			"/proc/meminfo": machine, "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 24683620 * 1024},
	} {
		if got := memoryIn(func(name string) string { return c.files[name] }); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

// An array that is larger than the memory there is was Go's fatal error, which nothing
// catches.
func TestFaultC9ArraysBeyondMemory(t *testing.T) {
	for name, f := range map[string]func(){
		"array":  func() { NewArray(TypeOf(Float64, 1<<43)) },
		"output": func() { NewOutput(TypeOf(Float64, 1<<43)) },
	} {
		if MemoryLimit() == math.MaxInt {
			t.Skip("this system does not say how much memory it has")
		}
		err := Try(f)
		if err == nil || !strings.Contains(err.Error(), "f64[8796093022208] has 70368744177664 bytes, and there are ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 30))
	if got := MemoryLimit(); got != 1<<30 {
		t.Errorf("with a soft limit of %d there are %d bytes", 1<<30, got)
	}
	if err := Try(func() { NewArray(TypeOf(Bool, 1<<30+1)) }); err == nil || !strings.Contains(err.Error(), "and there are 1073741824 for this process") {
		t.Errorf("an array beyond the soft limit: got %v", err)
	}
}

// A type is held to the limit from 256 MiB on: one byte more than there are is too large,
// and as many are not.
func TestAllocatable(t *testing.T) {
	for _, c := range []struct {
		limit int64
		typ   Type
		want  bool
	}{
		{1 << 30, TypeOf(Bool, 1<<30), true},
		{1 << 30, TypeOf(Bool, 1<<30+1), false},
		{1 << 30, TypeOf(Float64, 1<<27), true},
		{1 << 30, TypeOf(Float64, 1<<27+1), false},
		{1 << 20, TypeOf(Bool, large-1), true}, // it is not asked how much there is
		{1 << 20, TypeOf(Bool, large), false},
		{large, TypeOf(Bool, large), true},
		{1 << 30, TypeOf(Float64, 1<<40, 0), true},
		{1 << 30, TypeOf(Float64, -1), false},
	} {
		before := debug.SetMemoryLimit(c.limit)
		err := c.typ.allocatable()
		debug.SetMemoryLimit(before)
		if (err == nil) != c.want {
			t.Errorf("%v of %d bytes: got %v", c.typ, c.limit, err)
		}
	}
}

// What is no positive number of units that an int counts in bytes is no limit.
func TestBytesIn(t *testing.T) {
	for _, c := range []struct {
		number string
		unit   int
		want   int
	}{
		{"1", 1, 1}, {"3", 1024, 3072}, {"0", 1, math.MaxInt}, {"-5", 1, math.MaxInt}, {"", 1, math.MaxInt}, {"max", 1, math.MaxInt}, {"1.5", 1, math.MaxInt},
		{" 7", 1, math.MaxInt}, {"9223372036854775807", 1, math.MaxInt}, {"9223372036854775808", 1, math.MaxInt},
		{"9007199254740991", 1024, 9007199254740991 * 1024}, {"9007199254740992", 1024, math.MaxInt},
	} {
		if got := bytesIn(c.number, c.unit); got != c.want {
			t.Errorf("%q of %d bytes: got %d, want %d", c.number, c.unit, got, c.want)
		}
	}
	if text := readSystem("/no/such/file"); text != "" {
		t.Errorf("a file that is not there says %q", text)
	}
	if text := readSystem("limit_test.go"); !strings.HasPrefix(text, "package trace\n") {
		t.Error("a file that is there says something else")
	}
}
