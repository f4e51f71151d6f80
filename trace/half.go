package trace

import (
	"fmt"
	"io"
	"strconv"

	"github.com/pullback-go/pullback/internal/kernel/half"
)

// F16 is an element of dtype [Float16]: the bits of an IEEE 754 binary16.
type F16 uint16

// BF16 is an element of dtype [BFloat16]: the first 16 bits of a float32.
type BF16 uint16

// ToF16 returns the F16 that is nearest to x; of two, the even one. From 65520 on it is an
// infinity. NaN stays NaN.
func ToF16(x float32) F16 { return F16(half.Narrow16(x)) }

// ToBF16 returns the BF16 that is nearest to x; of two, the even one. NaN stays NaN.
func ToBF16(x float32) BF16 { return BF16(half.NarrowB(x)) }

// Float32 returns the value, which a float32 has exactly.
func (h F16) Float32() float32 { return half.Widen16(uint16(h)) }

// Float32 returns the value, which a float32 has exactly.
func (h BF16) Float32() float32 { return half.WidenB(uint16(h)) }

// String is the shortest text that is nearest to h, as 0.1.
func (h F16) String() string {
	return shortest(h.Float32(), func(x float32) bool { return ToF16(x) == h })
}

// String is the shortest text that is nearest to h, as 0.1.
func (h BF16) String() string {
	return shortest(h.Float32(), func(x float32) bool { return ToBF16(x) == h })
}

// shortest writes x with the fewest digits that stand for it.
func shortest(x float32, standsFor func(float32) bool) string {
	for digits := 1; ; digits++ {
		text := strconv.FormatFloat(float64(x), 'g', digits, 32)
		read, err := strconv.ParseFloat(text, 32)
		if x != x || digits == 9 || err == nil && standsFor(float32(read)) {
			return fmt.Sprint(float32(read)) // in the form that package fmt gives numbers
		}
	}
}

// Format prints the value by a directive for floats of package fmt; under %v and %s with
// the fewest digits that stand for it.
func (h F16) Format(s fmt.State, verb rune) { formatHalf(s, verb, h.String(), h.Float32()) }

// Format prints the value by a directive for floats of package fmt; under %v and %s with
// the fewest digits that stand for it.
func (h BF16) Format(s fmt.State, verb rune) { formatHalf(s, verb, h.String(), h.Float32()) }

func formatHalf(s fmt.State, verb rune, text string, x float32) {
	if _, given := s.Precision(); (verb == 'v' || verb == 's') && !given {
		io.WriteString(s, text) // an error is that of the caller's writer, which fmt reports
		return
	}
	if verb == 's' {
		verb = 'v'
	}
	fmt.Fprintf(s, fmt.FormatString(s, verb), x)
}
