package cpu

import (
	"os"
	"os/exec"
	"testing"
)

func TestInstructions(t *testing.T) {
	for want, set := range map[string]Instructions{"plain": Plain, "avx2": AVX2, "avx512": AVX512} {
		if set.String() != want {
			t.Errorf("got %q, want %q", set, want)
		}
	}
	if got := detect(); got != Available() {
		t.Errorf("this machine has %v now, and had %v", got, Available())
	}
	for i := Plain; i <= Available(); i++ {
		restore := Limit(i)
		if InUse() != i {
			t.Errorf("in use are %v, want %v", InUse(), i)
		}
		restore()
	}
	if InUse() != Available() {
		t.Errorf("in use are %v, want %v", InUse(), Available())
	}
}

// TestLimit: no more is in use than a test allows, and what one withheld before comes
// back.
func TestLimit(t *testing.T) {
	defer Limit(AVX2)()
	some := InUse()
	if some > AVX2 {
		t.Errorf("in use are %v, where AVX2 is the limit", some)
	}
	restore := Limit(Plain)
	if InUse() != Plain {
		t.Errorf("in use are %v, where nothing may be", InUse())
	}
	restore()
	if InUse() != some {
		t.Errorf("in use are %v, before it was %v", InUse(), some)
	}
	defer Limit(AVX512)()
	if InUse() != Available() {
		t.Errorf("in use are %v, of %v where all may be", InUse(), Available())
	}
}

// TestEnvironment: what GODEBUG turns off is not available. The test runs itself again
// with each setting.
func TestEnvironment(t *testing.T) {
	if want := os.Getenv("KERNEL_WANT"); want != "" {
		if got := Available(); got.String() != want {
			t.Errorf("got %v, want %v", got, want)
		}
		return
	}
	for setting, most := range map[string]Instructions{"cpu.avx512f=off": AVX2, "cpu.avx2=off": Plain, "cpu.fma=off": Plain} {
		c := exec.Command(os.Args[0], "-test.run=^TestEnvironment$")
		c.Env = append(os.Environ(), "GODEBUG="+setting, "KERNEL_WANT="+min(most, Available()).String())
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", setting, err, out)
		}
	}
}
