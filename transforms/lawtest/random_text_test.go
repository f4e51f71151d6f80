package lawtest

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A program that is written and read again is written alike, and computes the same bits;
// and so is the program of its derivative. Custom derivatives have no text.
func TestTextOfRandomPrograms(t *testing.T) {
	read, programs := 0, 400
	if testing.Short() {
		programs = 100
	}
	for i := range programs {
		p := Seeded(3, uint64(i))
		if len(p.faults) > 0 {
			continue
		}
		d := newDraft(3, uint64(i), nil)
		f := p.Apply
		if i%2 == 1 && p.keepFloats() {
			f = pulled(f, d.seeds(p.outTypes()))
		}
		var of *trace.Program
		if err := trace.Try(func() { of = transforms.Program(f, p.Args()) }); err != nil {
			continue // no derivative
		}
		text, err := of.MarshalText()
		if err != nil {
			if !strings.Contains(err.Error(), "custom_vjp") && !strings.Contains(err.Error(), "callback") {
				t.Errorf("number %d: %v", i, err)
			}
			continue
		}
		back, err := transforms.ParseProgram(text)
		if err != nil {
			t.Errorf("number %d: %v in\n%s", i, err, text)
			continue
		}
		if second, err := back.MarshalText(); err != nil || string(second) != string(text) {
			t.Errorf("number %d: written as\n%s\nand then, %v, as\n%s", i, text, err, second)
		}
		want, failed := guarded(func() []Value { return of.Apply(p.Args()...) })
		got, also := guarded(func() []Value { return back.Apply(p.Args()...) })
		if (failed == "") != (also == "") {
			t.Errorf("number %d: fails with %q, and read back with %q", i, failed, also)
		}
		for k := range want {
			for j, x := range want[k].Float64s() {
				if y := got[k].Float64s()[j]; math.Float64bits(x) != math.Float64bits(y) && x == x {
					t.Errorf("number %d: result %d is %v, read back %v", i, k, want[k], got[k])
					break
				}
			}
		}
		read++
	}
	if read < programs/2 {
		t.Errorf("%d of %d programs were read back", read, programs)
	}
}
