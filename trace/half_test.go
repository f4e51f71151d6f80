package trace_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// The text of every half is read back as that half, and no shorter number is.
func TestHalvesPrintShortest(t *testing.T) {
	for i := range 1 << 16 {
		shortestText(t, trace.F16(i), trace.ToF16)
		shortestText(t, trace.BF16(i), trace.ToBF16)
	}
}

func shortestText[H interface {
	~uint16
	fmt.Stringer
	Float32() float32
}](t *testing.T, h H, round func(float32) H) {
	t.Helper()
	text, x := h.String(), h.Float32()
	read, err := strconv.ParseFloat(text, 32)
	if x != x {
		if text != "NaN" {
			t.Fatalf("%T %#04x prints as %s", h, uint16(h), text)
		}
		return
	}
	if err != nil || round(float32(read)) != h || math.Signbit(read) != math.Signbit(float64(x)) {
		t.Fatalf("%T %#04x, %v, prints as %s", h, uint16(h), x, text)
	}
	if got, most := digits(float32(read)), digits(x); got > most {
		t.Fatalf("%T %#04x prints as %s, with %d digits, where %v has %d", h, uint16(h), text, got, x, most)
	}
}

// digits is the number of digits that stand for a float32.
func digits(x float32) int {
	mantissa, _, _ := strings.Cut(strconv.FormatFloat(float64(x), 'e', -1, 32), "e")
	return len(strings.Trim(mantissa, "-."))
}

func TestHalvesPrint(t *testing.T) {
	for _, c := range []struct {
		format string
		x      any
		want   string
	}{
		{"%v", trace.ToF16(0.1), "0.1"}, {"%v", trace.ToBF16(0.1), "0.1"}, {"%s", trace.ToF16(1.0 / 3), "0.3333"}, {"%v", trace.ToBF16(1.0 / 3), "0.334"},
		{"%.2f", trace.ToF16(0.1), "0.10"}, {"%.6f", trace.ToF16(0.1), "0.099976"}, {"%8.3g", trace.ToBF16(2), "       2"},
		{"%v", trace.ToF16(70000), "+Inf"}, {"%v", trace.ToF16(-65504), "-65500"}, {"%v", trace.ToBF16(1e38), "1e+38"}, {"%.3v", trace.ToF16(0.1), "0.1"},
		{"%v", trace.New([]trace.F16{trace.ToF16(0.5), trace.ToF16(-2)}), "f16[2] [0.5 -2]"}, {"%v", trace.Scalar(trace.ToBF16(3)), "bf16[] 3"},
		{"%v", trace.New([]uint8{0, 255}), "u8[2] [0 255]"}, {"%v", trace.New([]int8{-128, 127}), "i8[2] [-128 127]"},
		{"%.1f", trace.New([]trace.BF16{trace.ToBF16(0.5)}), "[0.5]"},
	} {
		if got := fmt.Sprintf(c.format, c.x); got != c.want {
			t.Errorf("%s of %T: got %s, want %s", c.format, c.x, got, c.want)
		}
	}
}
