package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/pullback-go/pullback/trace"
)

// elementKind is a TensorProto.DataType.
type elementKind int64

// The kinds that have a name below.
const (
	kindFloat   elementKind = 1
	kindUint8   elementKind = 2
	kindInt8    elementKind = 3
	kindUint16  elementKind = 4
	kindInt16   elementKind = 5
	kindInt32   elementKind = 6
	kindInt64   elementKind = 7
	kindString  elementKind = 8
	kindBool    elementKind = 9
	kindFloat16 elementKind = 10
	kindDouble  elementKind = 11
	kindUint32  elementKind = 12
	kindUint64  elementKind = 13
	kindBfloat  elementKind = 16
)

// element describes a kind: its name, the bytes of an element in raw data, and the dtype
// that it becomes.
type element struct {
	name  string
	bytes int
	dtype trace.DType
}

// elements lists the kinds that become Values. The documentation of the package lists
// them, too.
var elements = map[elementKind]element{
	kindFloat: {"float32", 4, trace.Float32}, kindDouble: {"float64", 8, trace.Float64},
	kindFloat16: {"float16", 2, trace.Float32}, kindBfloat: {"bfloat16", 2, trace.Float32},
	kindUint8: {"uint8", 1, trace.Int32}, kindInt8: {"int8", 1, trace.Int32},
	kindUint16: {"uint16", 2, trace.Int32}, kindInt16: {"int16", 2, trace.Int32},
	kindInt32: {"int32", 4, trace.Int32}, kindInt64: {"int64", 8, trace.Int64},
	kindUint32: {"uint32", 4, trace.Int64}, kindUint64: {"uint64", 8, trace.Int64},
	kindBool: {"bool", 1, trace.Bool},
}

// dtype returns the dtype of the Values that a kind becomes.
func (k elementKind) dtype() (trace.DType, error) {
	if e, ok := elements[k]; ok {
		return e.dtype, nil
	}
	return trace.Invalid, fmt.Errorf("elements of type %v are not supported", k)
}

// String returns the name of a kind.
func (k elementKind) String() string {
	if e, ok := elements[k]; ok {
		return e.name
	}
	if k == kindString {
		return "string"
	}
	return fmt.Sprintf("number %d", int64(k))
}

// tensor is a TensorProto. Its elements stay in the file until they are asked for.
type tensor struct {
	name     string
	shape    []int
	kind     elementKind
	raw      []byte
	isRaw    bool
	message  []byte            // for elements that are stored one by one
	external map[string]string // where the elements are, if in another file
}

func (d *decoder) tensor(f field) (*tensor, error) {
	message, err := f.message()
	if err != nil {
		return nil, err
	}
	t := &tensor{message: message}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			err = d.ints(f, &t.shape)
		case 2:
			var k int64
			k, err = f.integer()
			t.kind = elementKind(k)
		case 3:
			err = errors.New("it is stored in segments, which is not supported")
		case 8:
			t.name, err = f.text()
		case 9:
			t.raw, err = f.message()
			t.isRaw = true
		case 13:
			var e [2]string
			if e, err = d.entry(f); err == nil {
				if t.external == nil {
					t.external = map[string]string{}
				}
				t.external[e[0]] = e[1]
			}
		case 14:
			var n int64
			if n, err = f.integer(); n == 1 && t.external == nil {
				t.external = map[string]string{}
			}
		}
		return err
	})
	if err == nil {
		err = d.take(200 + len(t.name))
	}
	return t, within(err, "tensor %s", quote(t.name))
}

// size returns the number of elements that a shape asks for.
func (t *tensor) size() (int, error) {
	if len(t.shape) > 64 {
		return 0, fmt.Errorf("it has %d axes, more than 64", len(t.shape))
	}
	n, empty := uint64(1), false
	for _, s := range t.shape {
		if s < 0 {
			return 0, fmt.Errorf("its shape %v has a negative length", t.shape)
		}
		if s == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(n, uint64(s))
		if n = lo; hi != 0 || n > min(math.MaxInt>>4, 1<<43) { // more than memory can address
			// A length of 0 does not help: no array of such a shape is made.
			return 0, fmt.Errorf("its shape %v has too many elements", t.shape)
		}
	}
	if empty {
		return 0, nil
	}
	return int(n), nil
}

// typ returns the type of the Value that a tensor becomes.
func (t *tensor) typ() (trace.Type, error) {
	if _, err := t.size(); err != nil {
		return trace.Type{}, err
	}
	d, err := t.kind.dtype()
	if err != nil {
		return trace.Type{}, err
	}
	return trace.TypeOf(d, t.shape...), nil
}

// value converts a tensor into an array of its type, or into a new one if that is nil. The
// elements of external tensors come from files. It checks that the elements are there
// before it makes room for them.
func (t *tensor) value(files *externalFiles, to *trace.Array) (v trace.Value, err error) {
	n, err := t.size()
	if err == nil {
		_, err = t.kind.dtype()
	}
	if err != nil {
		return v, err
	}
	if t.external != nil {
		raw, err := files.bytes(t.external, n*elements[t.kind].bytes)
		if err != nil {
			return v, err
		}
		return t.fromRaw(raw, n, to)
	}
	if t.isRaw {
		return t.fromRaw(t.raw, n, to)
	}
	return t.fromList(n, to)
}

// fromRaw converts little-endian bytes.
func (t *tensor) fromRaw(raw []byte, n int, to *trace.Array) (trace.Value, error) {
	e := elements[t.kind]
	if len(raw) != n*e.bytes {
		return trace.Value{}, fmt.Errorf("its shape %v of %s needs %d bytes, there are %d", t.shape, e.name, n*e.bytes, len(raw))
	}
	le := binary.LittleEndian
	switch t.kind {
	case kindFloat:
		return convert(t, raw, to, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) })
	case kindDouble:
		return convert(t, raw, to, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
	case kindFloat16:
		return convert(t, raw, to, func(b []byte) float32 { return halfOf(uint64(le.Uint16(b))) })
	case kindBfloat:
		return convert(t, raw, to, func(b []byte) float32 { return bfloatOf(uint64(le.Uint16(b))) })
	case kindUint8:
		return convert(t, raw, to, func(b []byte) int32 { return int32(b[0]) })
	case kindInt8:
		return convert(t, raw, to, func(b []byte) int32 { return int32(int8(b[0])) })
	case kindUint16:
		return convert(t, raw, to, func(b []byte) int32 { return int32(le.Uint16(b)) })
	case kindInt16:
		return convert(t, raw, to, func(b []byte) int32 { return int32(int16(le.Uint16(b))) })
	case kindInt32:
		return convert(t, raw, to, func(b []byte) int32 { return int32(le.Uint32(b)) })
	case kindUint32:
		return convert(t, raw, to, func(b []byte) int64 { return int64(le.Uint32(b)) })
	case kindBool:
		return convert(t, raw, to, func(b []byte) bool { return b[0] != 0 })
	}
	return convert(t, raw, to, func(b []byte) int64 { return int64(le.Uint64(b)) })
}

// convert reads the elements from raw bytes.
func convert[E trace.Elem](t *tensor, raw []byte, a *trace.Array, read func([]byte) E) (trace.Value, error) {
	a = t.orNew(a)
	to, size := trace.Elems[E](a), elements[t.kind].bytes
	if floats, ok := any(to).([]float32); ok && t.kind == kindFloat {
		copyFloats(floats, raw)
		return trace.FromArray(a), nil
	}
	for i := range to {
		to[i] = read(raw[i*size:])
	}
	return trace.FromArray(a), nil
}

// orNew returns an array, or a new one of the tensor's type if it is nil.
func (t *tensor) orNew(a *trace.Array) *trace.Array {
	if a == nil {
		a = trace.NewOutput(trace.TypeOf(elements[t.kind].dtype, t.shape...))
	}
	return a
}

// listField returns the number of the field in which a TensorProto lists elements of a
// kind one by one, and the size of fixed ones, 0 for varints.
func (k elementKind) listField() (number, size int) {
	switch k {
	case kindFloat:
		return 4, 4
	case kindDouble:
		return 10, 8
	case kindInt64:
		return 7, 0
	case kindUint32, kindUint64:
		return 11, 0
	}
	return 5, 0
}

// fromList converts elements that are listed one by one. It goes through the list twice,
// so that it makes no room for elements that are not there.
func (t *tensor) fromList(n int, to *trace.Array) (v trace.Value, err error) {
	there := 0
	if err := t.each(func(uint64) { there++ }); err != nil {
		return v, err
	}
	if there != n {
		return v, fmt.Errorf("its shape %v needs %d elements, there are %d", t.shape, n, there)
	}
	switch elements[t.kind].dtype {
	case trace.Float32:
		switch t.kind {
		case kindFloat16:
			return collect(t, to, halfOf)
		case kindBfloat:
			return collect(t, to, bfloatOf)
		}
		return collect(t, to, floatOf)
	case trace.Float64:
		return collect(t, to, math.Float64frombits)
	case trace.Int64:
		return collect(t, to, func(w uint64) int64 { return int64(w) })
	case trace.Bool:
		return collect(t, to, func(w uint64) bool { return w != 0 })
	}
	return collect(t, to, func(w uint64) int32 { return int32(w) })
}

// each calls visit for the words of the listed elements.
func (t *tensor) each(visit func(word uint64)) error {
	number, size := t.kind.listField()
	return eachField(t.message, func(f field) error {
		switch {
		case f.number != number:
			return nil
		case size > 0:
			return f.fixed(size, visit)
		}
		return f.integers(func(n int64) { visit(uint64(n)) })
	})
}

// collect makes a Value of the words of the listed elements.
func collect[E trace.Elem](t *tensor, a *trace.Array, read func(word uint64) E) (trace.Value, error) {
	a = t.orNew(a)
	to, i := trace.Elems[E](a), 0
	err := t.each(func(w uint64) { to[i] = read(w); i++ })
	return trace.FromArray(a), err
}

func floatOf(word uint64) float32 { return math.Float32frombits(uint32(word)) }

func bfloatOf(word uint64) float32 { return math.Float32frombits(uint32(word) << 16) }

func halfOf(word uint64) float32 { return trace.F16(word).Float32() }

// copyFloats converts little-endian float32s. Where the machine's own order is that, it
// copies bytes, which is many times faster than a loop.
func copyFloats(to []float32, raw []byte) {
	if len(to) > 0 && binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&to[0])), 4*len(to)), raw)
		return
	}
	for i := range to {
		to[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
}
