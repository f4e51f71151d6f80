package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// The header of a .npy file is a Python dictionary of three entries, in any order.
var (
	npyType    = regexp.MustCompile(`'descr':\s*'([<|=>]?)([a-z]\d+)'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*True`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([0-9, ]*)\)`)
)

// DecodeNPY decodes an array in NumPy's format of the versions 1 to 3: bool, integers of
// up to 64 bits and floats of 32 or 64 bits in little-endian, row-major order. Integers
// of up to 32 bits become i32, others i64.
//
// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
func DecodeNPY(file []byte) (trace.Value, error) {
	header, data, err := splitNPY(file)
	if err != nil {
		return trace.Value{}, err
	}
	descr, dims := npyType.FindStringSubmatch(header), npyShape.FindStringSubmatch(header)
	switch {
	case descr == nil || dims == nil:
		return trace.Value{}, fmt.Errorf("the header %s has no dtype of numbers, or no shape", strconv.Quote(trace.Excerpt(header)))
	case descr[1] == ">":
		return trace.Value{}, errors.New("the numbers are big-endian: convert them to little-endian")
	case npyFortran.MatchString(header):
		return trace.Value{}, errors.New("the array is in Fortran order: save np.ascontiguousarray of it")
	}
	read, ok := npyReaders[descr[2]]
	if !ok {
		return trace.Value{}, fmt.Errorf("the dtype is %q: want floats of 32 or 64 bits, integers, or bool", descr[2])
	}
	shape, size, err := npySize(dims[1])
	if err != nil {
		return trace.Value{}, err
	}
	width, _ := strconv.Atoi(descr[2][1:])
	if len(data)%width != 0 || len(data)/width != size {
		return trace.Value{}, fmt.Errorf("shape %v of %s: %d bytes of data", shape, descr[2], len(data))
	}
	return read(data, shape), nil
}

// splitNPY returns the header and the data.
func splitNPY(file []byte) (header string, data []byte, err error) {
	const magic = "\x93NUMPY"
	if len(file) < 12 || string(file[:6]) != magic {
		return "", nil, errors.New("not a .npy file")
	}
	start, n := 10, int64(binary.LittleEndian.Uint16(file[8:]))
	switch file[6] {
	case 1:
	case 2, 3:
		start, n = 12, int64(binary.LittleEndian.Uint32(file[8:]))
	default:
		return "", nil, fmt.Errorf("a .npy file of version %d: want 1, 2 or 3", file[6])
	}
	if n > int64(len(file)-start) {
		return "", nil, errors.New("the header of the .npy file is cut off")
	}
	return string(file[start : start+int(n)]), file[start+int(n):], nil
}

func npySize(dims string) (shape []int, size int, err error) {
	shape, size = []int{}, 1
	for _, d := range strings.Split(dims, ",") {
		if d = strings.TrimSpace(d); d == "" {
			continue
		}
		n, err := strconv.Atoi(d)
		if err != nil || n < 1 || size > math.MaxInt/8/n {
			return nil, 0, fmt.Errorf("shape (%s): want lengths of at least 1, of an array that fits into memory", trace.Excerpt(dims))
		}
		shape, size = append(shape, n), size*n
	}
	return shape, size, nil
}

// npyReaders has a reader for each dtype.
var npyReaders = map[string]func(data []byte, shape []int) trace.Value{
	"b1": reader(1, func(b []byte) bool { return b[0] != 0 }),
	"i1": reader(1, func(b []byte) int32 { return int32(int8(b[0])) }),
	"u1": reader(1, func(b []byte) int32 { return int32(b[0]) }),
	"i2": reader(2, func(b []byte) int32 { return int32(int16(binary.LittleEndian.Uint16(b))) }),
	"u2": reader(2, func(b []byte) int32 { return int32(binary.LittleEndian.Uint16(b)) }),
	"i4": reader(4, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) }),
	"u4": reader(4, func(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }),
	"i8": reader(8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }),
	"f4": reader(4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }),
	"f8": reader(8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }),
}

// reader reads elements of a width in bytes.
func reader[E trace.Elem](width int, at func(b []byte) E) func(data []byte, shape []int) trace.Value {
	return func(data []byte, shape []int) trace.Value {
		elements := make([]E, len(data)/width)
		for i := range elements {
			elements[i] = at(data[i*width:])
		}
		return trace.New(elements, shape...)
	}
}
