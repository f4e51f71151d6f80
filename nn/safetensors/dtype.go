package safetensors

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// element is a dtype of the format: its size in the file and the dtype it becomes.
type element struct {
	bytes int
	dtype trace.DType
}

// elements has the dtypes that can be read. They are listed in the package's documentation.
func elements(name string) (element, bool) {
	switch name {
	case "BOOL":
		return element{1, trace.Bool}, true
	case "U8", "I8":
		return element{1, trace.Int32}, true
	case "U16", "I16":
		return element{2, trace.Int32}, true
	case "I32":
		return element{4, trace.Int32}, true
	case "U32":
		return element{4, trace.Int64}, true
	case "I64":
		return element{8, trace.Int64}, true
	case "F16", "BF16":
		return element{2, trace.Float32}, true
	case "F32":
		return element{4, trace.Float32}, true
	case "F64":
		return element{8, trace.Float64}, true
	}
	return element{}, false
}

// array converts the bytes of a checked tensor.
func array(dtype string, data []byte, shape []int) *trace.Array {
	le := binary.LittleEndian
	switch dtype {
	case "BOOL":
		return convert(data, 1, shape, func(b []byte) bool { return b[0] != 0 })
	case "U8":
		return convert(data, 1, shape, func(b []byte) int32 { return int32(b[0]) })
	case "I8":
		return convert(data, 1, shape, func(b []byte) int32 { return int32(int8(b[0])) })
	case "U16":
		return convert(data, 2, shape, func(b []byte) int32 { return int32(le.Uint16(b)) })
	case "I16":
		return convert(data, 2, shape, func(b []byte) int32 { return int32(int16(le.Uint16(b))) })
	case "I32":
		return convert(data, 4, shape, func(b []byte) int32 { return int32(le.Uint32(b)) })
	case "U32":
		return convert(data, 4, shape, func(b []byte) int64 { return int64(le.Uint32(b)) })
	case "I64":
		return convert(data, 8, shape, func(b []byte) int64 { return int64(le.Uint64(b)) })
	case "F16":
		return convert(data, 2, shape, func(b []byte) float32 { return half(le.Uint16(b)) })
	case "BF16":
		return convert(data, 2, shape, func(b []byte) float32 { return math.Float32frombits(uint32(le.Uint16(b)) << 16) })
	case "F32":
		return convert(data, 4, shape, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) })
	}
	return convert(data, 8, shape, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
}

func convert[E trace.Elem](data []byte, size int, shape []int, read func([]byte) E) *trace.Array {
	out := make([]E, len(data)/size)
	for i := range out {
		out[i] = read(data[i*size:])
	}
	return trace.ArrayOf(out, shape...)
}

// half widens an IEEE 754 binary16: a sign, five bits of exponent with bias 15, ten of fraction. A NaN keeps its payload.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero, or fraction · 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	case 31:
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// formatName returns the format's name of a dtype.
func formatName(d trace.DType) string {
	switch d {
	case trace.Bool:
		return "BOOL"
	case trace.Int32:
		return "I32"
	case trace.Int64:
		return "I64"
	case trace.Float32:
		return "F32"
	}
	return "F64"
}

// appendElems appends the elements of an array as the format stores them.
func appendElems(b []byte, a *trace.Array) []byte {
	b = slices.Grow(b, a.Type().Size()*a.DType().Bytes())
	le := binary.LittleEndian
	switch a.DType() {
	case trace.Bool:
		for _, x := range trace.Elems[bool](a) {
			b = append(b, bit(x))
		}
	case trace.Int32:
		for _, x := range trace.Elems[int32](a) {
			b = le.AppendUint32(b, uint32(x))
		}
	case trace.Int64:
		for _, x := range trace.Elems[int64](a) {
			b = le.AppendUint64(b, uint64(x))
		}
	case trace.Float32:
		for _, x := range trace.Elems[float32](a) {
			b = le.AppendUint32(b, math.Float32bits(x))
		}
	case trace.Float64:
		for _, x := range trace.Elems[float64](a) {
			b = le.AppendUint64(b, math.Float64bits(x))
		}
	}
	return b
}

func bit(x bool) byte {
	if x {
		return 1
	}
	return 0
}
