package kerneltest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"unsafe"
)

// planted are kernels with a fault each, and what the guards say of it. A kernel that reads
// or writes past the closed side of an operand is stopped by the system.
var planted = map[string]struct {
	want string
	run  func(dst, src []float32)
}{
	"good":     {"", func(dst, src []float32) { copy(dst, src) }},
	"unfilled": {"element 0 of the outputs is", func(dst, src []float32) { copy(dst[min(1, len(dst)):], src) }},
	"input": {"an input was written", func(dst, src []float32) {
		copy(dst, src)
		if len(src) > 2 {
			src[2]++
		}
	}},
	"before": {"beside an operand", func(dst, src []float32) {
		copy(dst, src)
		if len(dst) > 0 {
			*(*float32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(dst)), -4)) = 1
		}
	}},
}

// TestGuardsFindFaults runs itself with each planted kernel, since a fault ends the test.
func TestGuardsFindFaults(t *testing.T) {
	if name := os.Getenv("KERNELTEST_PLANTED"); name != "" {
		l := &Guards{}
		l.Add(name, func(g *Guard, n int) { planted[name].run(Output[float32](g, n), Some[float32](g, n)) })
		l.Run(t)
		return
	}
	for name, p := range planted {
		c := exec.Command(os.Args[0], "-test.run=^TestGuardsFindFaults$", "-test.short")
		c.Env = append(os.Environ(), "KERNELTEST_PLANTED="+name)
		out, err := c.CombinedOutput()
		if (err != nil) != (p.want != "") || !strings.Contains(string(out), p.want) {
			t.Errorf("%s: got %v, want a failure with %q:\n%s", name, err, p.want, out)
		}
	}
}

// TestGuardedEnds: the memory is as long as is asked for, and its end is that of a page.
func TestGuardedEnds(t *testing.T) {
	for _, n := range []int{1, 7, 1024, 1025} {
		slot := newSlot(t, 8192)
		x := placed[float32](slot, n, true, 0x5a)
		slot[len(slot)-1] = 0x7f
		if len(x) != n || x[n-1] == x[0] && n > 1 {
			t.Errorf("%d elements: got %d, which do not end with the slot", n, len(x))
		}
	}
}

func TestAlongAxis(t *testing.T) {
	var got [][3]int
	AlongAxis(func(_ *Guard, outer, n, inner int) { got = append(got, [3]int{outer, n, inner}) })(nil, 4)
	WantEqual(t, got, [][3]int{{1, 5, 1}, {2, 5, 4}, {4, 3, 2}, {1, 5, 17}})
}
