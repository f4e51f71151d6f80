package safetensors

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"unsafe"

	"github.com/pullback-go/pullback/trace"
)

// dtype is a dtype of the format: an index into elements.
type dtype uint8

// element describes the elements of a dtype: their name and size in the file, and the
// dtype that they become.
type element struct {
	name  string
	bytes int
	dtype trace.DType
}

// elements lists the dtypes that can be read. The package's documentation lists them,
// too.
var elements = [...]element{
	{"BOOL", 1, trace.Bool},
	{"U8", 1, trace.Uint8}, {"I8", 1, trace.Int8},
	{"U16", 2, trace.Int32}, {"I16", 2, trace.Int32},
	{"I32", 4, trace.Int32}, {"U32", 4, trace.Int64}, {"I64", 8, trace.Int64},
	{"F16", 2, trace.Float16}, {"BF16", 2, trace.BFloat16}, {"F32", 4, trace.Float32},
	{"F64", 8, trace.Float64},
}

func dtypeOf(name string) (dtype, bool) {
	i := slices.IndexFunc(elements[:], func(e element) bool { return e.name == name })
	return dtype(max(i, 0)), i >= 0
}

// source reads the data of tensors into a buffer, part by part, so that a conversion
// needs no copy of a tensor's bytes.
type source struct {
	data   io.ReaderAt
	room   []byte
	header scanner // to read the shapes
}

// part is the number of bytes a source reads at once, a multiple of every element's size.
const part = 64 << 10

// array converts the bytes of a checked tensor.
func (s *source) array(e *entry) (*trace.Array, error) {
	le := binary.LittleEndian
	switch elements[e.dtype].name {
	case "BOOL":
		return convert(s, e, func(b []byte) bool { return b[0] != 0 })
	case "U8":
		return same(s, e, func(b []byte) uint8 { return b[0] })
	case "I8":
		return same(s, e, func(b []byte) int8 { return int8(b[0]) })
	case "U16":
		return convert(s, e, func(b []byte) int32 { return int32(le.Uint16(b)) })
	case "I16":
		return convert(s, e, func(b []byte) int32 { return int32(int16(le.Uint16(b))) })
	case "I32":
		return same(s, e, func(b []byte) int32 { return int32(le.Uint32(b)) })
	case "U32":
		return convert(s, e, func(b []byte) int64 { return int64(le.Uint32(b)) })
	case "I64":
		return same(s, e, func(b []byte) int64 { return int64(le.Uint64(b)) })
	case "F16":
		return same(s, e, func(b []byte) trace.F16 { return trace.F16(le.Uint16(b)) })
	case "BF16":
		return same(s, e, func(b []byte) trace.BF16 { return trace.BF16(le.Uint16(b)) })
	case "F32":
		return same(s, e, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) })
	}
	return same(s, e, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
}

// littleEndian reports whether numbers lie in memory as in the file.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// same is convert for elements that are alike in the file and in memory, but for the
// order of their bytes. If that is the same, too, the file is read straight into the
// array.
func same[E uint8 | int8 | int32 | int64 | trace.BF16 | trace.F16 | float32 | float64](s *source, e *entry, read func([]byte) E) (*trace.Array, error) {
	if !littleEndian {
		return convert(s, e, read)
	}
	out := trace.NewOutput(trace.TypeOf(elements[e.dtype].dtype, slices.Clone(e.shapeOf(&s.header))...))
	if e.begin < e.end {
		first := unsafe.SliceData(trace.Elems[E](out))
		if err := s.fill(unsafe.Slice((*byte)(unsafe.Pointer(first)), e.end-e.begin), e.begin); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func convert[E trace.Elem](s *source, e *entry, read func([]byte) E) (*trace.Array, error) {
	size := elements[e.dtype].bytes
	out := make([]E, (e.end-e.begin)/size)
	rest := out
	for at := e.begin; at < e.end; {
		bytes, err := s.read(at, e.end)
		if err != nil {
			return nil, err
		}
		n := len(bytes) / size
		for i := range rest[:n] {
			rest[i] = read(bytes[i*size:])
		}
		at, rest = at+len(bytes), rest[n:]
	}
	return trace.ArrayOf(out, e.shapeOf(&s.header)...), nil
}

// read returns some of the bytes from at on, at most up to end. They are valid until the
// next call.
func (s *source) read(at, end int) ([]byte, error) {
	n := min(part, end-at)
	if len(s.room) < n {
		s.room = make([]byte, n)
	}
	return s.room[:n], s.fill(s.room[:n], at)
}

// fill reads as many bytes as the buffer holds, from at on.
func (s *source) fill(buffer []byte, at int) error {
	got, err := s.data.ReadAt(buffer, int64(at))
	switch {
	case got == len(buffer):
		return nil
	case err == io.EOF:
		return errShrunk
	}
	return err
}

// errShrunk is the error for a file that has become shorter since it was opened.
var errShrunk = errors.New("the file has become shorter while it was read")

// formatName returns the format's name of a dtype.
func formatName(d trace.DType) string {
	switch d {
	case trace.Bool:
		return "BOOL"
	case trace.Uint8:
		return "U8"
	case trace.Int8:
		return "I8"
	case trace.BFloat16:
		return "BF16"
	case trace.Float16:
		return "F16"
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
	b = slices.Grow(b, a.Type().Bytes())
	le := binary.LittleEndian
	switch a.DType() {
	case trace.Bool, trace.Uint8, trace.Int8:
		b = append(b, trace.Bits[uint8](a)...)
	case trace.BFloat16, trace.Float16:
		for _, x := range trace.Bits[uint16](a) {
			b = le.AppendUint16(b, x)
		}
	case trace.Int32, trace.Float32:
		for _, x := range trace.Bits[uint32](a) {
			b = le.AppendUint32(b, x)
		}
	case trace.Int64, trace.Float64:
		for _, x := range trace.Bits[uint64](a) {
			b = le.AppendUint64(b, x)
		}
	}
	return b
}
