package digits_test

import (
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

func TestModelKnowsItsDigits(t *testing.T) {
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		net, err := digits.Model(d)
		if err != nil {
			t.Fatal(err)
		}
		for digit := range 10 {
			img, err := digits.Image(digit)
			if err != nil {
				t.Fatal(err)
			}
			x, err := digits.Input(img, d)
			if err != nil {
				t.Fatal(err)
			}
			if got := fn.ArgMax(net.Apply(x), 1).Float64(); int(got) != digit {
				t.Errorf("%v: the image of %d is taken for %v", d, digit, got)
			}
		}
	}
}

func TestImageErrors(t *testing.T) {
	if _, err := digits.Image(10); err == nil || err.Error() != "there is no image of the digit 10: choose one from 0 to 9" {
		t.Errorf("got %v", err)
	}
}
