package trace_test

import (
	"math"
	"math/big"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

var everyDType = []trace.DType{
	trace.Bool, trace.Uint8, trace.Int8, trace.Int32, trace.Int64, trace.BFloat16, trace.Float16, trace.Float32, trace.Float64,
}

// specials are numbers at which conversions differ, and some of which every dtype has.
var specials = []float64{
	0, math.Copysign(0, -1), 1, -1, 2, 3.7, -3.7, 0.5, -0.5, 100, 127, 127.9, 128, -128, -128.9, -129, 200, 255, 255.5, 256, 300, -300, 2049, 65504, 65519, 65520, 70000,
	1 << 24, 1<<24 + 1, 1 << 31, -1 << 31, 1<<31 - 1, 1 << 40, 1 << 62, 1e20, -1e20, 1e39, 1e300, 1e-8, 6e-8, 1e-40, 1e-46, 1e-300,
	1 + 1.0/(1<<11), 1 + 1.0/(1<<11) + 1e-12, 1 + 1.0/(1<<8), 1 + 1.0/(1<<8) + 1e-12, math.Inf(1), math.Inf(-1), math.NaN(),
}

// converted is what an element with the value x, of one dtype, becomes in another.
func converted(x float64, exact *big.Int, from, to trace.DType) float64 {
	switch {
	case to == trace.Bool:
		return truth(x != 0)
	case to.IsFloat():
		return rounded(x, to)
	case from.IsFloat():
		return ofInteger(truncated(x, to), to)
	}
	return ofInteger(exact, to)
}

// rounded is the float of a dtype that is nearest to x, found by bisection of its numbers.
func rounded(x float64, d trace.DType) float64 {
	switch d {
	case trace.Float64:
		return x
	case trace.Float32:
		return float64(float32(x))
	}
	value, last := func(i int) float64 { return float64(trace.F16(i).Float32()) }, 0x7c00
	if d == trace.BFloat16 {
		value, last = func(i int) float64 { return float64(trace.BF16(i).Float32()) }, 0x7f80
	}
	size := math.Abs(x)
	if x != x || math.IsInf(x, 0) {
		return x
	}
	i := sort.Search(last, func(i int) bool { return value(i) > size }) - 1
	above := value(i + 1)
	if math.IsInf(above, 1) {
		above = 2*value(i) - value(i-1) // as if the numbers went on
	}
	y := value(i)
	if up, down := above-size, size-value(i); up < down || up == down && i%2 == 1 {
		y = value(i + 1)
	}
	return math.Copysign(y, x)
}

func limits(d trace.DType) (least, most *big.Int) {
	bits := uint(8 * d.Bytes())
	if d == trace.Uint8 {
		return big.NewInt(0), big.NewInt(255)
	}
	half := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return new(big.Int).Neg(half), new(big.Int).Sub(half, big.NewInt(1))
}

func truncated(x float64, d trace.DType) *big.Int {
	least, most := limits(d)
	switch {
	case x != x:
		return big.NewInt(0)
	case math.IsInf(x, 1):
		return most
	case math.IsInf(x, -1):
		return least
	}
	n, _ := big.NewFloat(x).Int(nil)
	if n.Cmp(least) < 0 {
		return least
	}
	if n.Cmp(most) > 0 {
		return most
	}
	return n
}

// ofInteger wraps.
func ofInteger(n *big.Int, d trace.DType) float64 {
	least, most := limits(d)
	size := new(big.Int).Add(new(big.Int).Sub(most, least), big.NewInt(1))
	m := new(big.Int).Mod(new(big.Int).Sub(n, least), size)
	x, _ := new(big.Float).SetInt(m.Add(m, least)).Float64()
	return x
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// Every dtype converts to every other as its numbers say.
func TestConvertEveryPair(t *testing.T) {
	for _, from := range everyDType {
		x := trace.NewArray(trace.TypeOf(from, len(specials)))
		x.Convert(trace.ArrayOf(slices.Clone(specials), len(specials)))
		values := x.Float64s()
		for _, to := range everyDType {
			y := trace.NewArray(trace.TypeOf(to, len(specials)))
			y.Convert(x)
			for i, got := range y.Float64s() {
				n := big.NewInt(0)
				if from == trace.Int64 {
					n = big.NewInt(trace.Elems[int64](x)[i])
				} else if !from.IsFloat() {
					n = big.NewInt(int64(values[i]))
				}
				want := converted(values[i], n, from, to)
				if from == to {
					want = values[i]
				}
				if got != want && (got == got || want == want) || math.Signbit(got) != math.Signbit(want) && want == want {
					t.Errorf("%v of %v to %v: got %v, want %v", from, values[i], to, got, want)
				}
			}
		}
	}
}

// The memory of an array is read in units of its elements, and in no other.
func TestBits(t *testing.T) {
	if got := trace.Bits[uint16](trace.ArrayOf([]trace.F16{1, 2, 0xffff}, 3)); !slices.Equal(got, []uint16{1, 2, 0xffff}) {
		t.Errorf("got %v", got)
	}
	if got := trace.Bits[uint8](trace.ArrayOf([]int8{-1}, 1)); got[0] != 255 {
		t.Errorf("got %v", got)
	}
	if got := trace.Bits[uint64](trace.ArrayOf([]float64{}, 0)); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	a := trace.ArrayOf([]float32{1}, 1)
	trace.Bits[uint32](a)[0] = math.Float32bits(2)
	if trace.Elems[float32](a)[0] != 2 {
		t.Error("the bits are a copy")
	}
	wantReason(t, "the bits of f32[1] were asked for 8 bytes at a time: ask for the 4 of an element", func() { trace.Bits[uint64](a) })
}

// An operation that stores nothing gets wide operands, and its results have the dtype of
// the operands again.
func TestBindWidens(t *testing.T) {
	p := trace.Record(func(in []Value) []Value { return []Value{trace.Bind1(add{}, in[0], in[1])} },
		[]trace.Type{trace.TypeOf(trace.Float16, 2), trace.TypeOf(trace.Float16, 2)})
	if text := p.String(); strings.Count(text, "cast") != 3 || !strings.Contains(text, "f32[2]") || p.Types[p.Out[0]].DType != trace.Float16 {
		t.Errorf("got\n%s", text)
	}
}
