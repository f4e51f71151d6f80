package kernel

import "testing"

func TestInstructions(t *testing.T) {
	for want, set := range map[string]instructions{"plain": plain, "avx2": avx2, "avx512": avx512} {
		if set.String() != want {
			t.Errorf("got %q, want %q", set, want)
		}
	}
	if got := detect(); got != offered() {
		t.Errorf("this machine has %v now, and had %v", got, offered())
	}
	for i := plain; i <= offered(); i++ {
		restore := limit(i)
		if isa() != i {
			t.Errorf("in use are %v, want %v", isa(), i)
		}
		restore()
	}
	if isa() != offered() {
		t.Errorf("in use are %v, want %v", isa(), offered())
	}
}
