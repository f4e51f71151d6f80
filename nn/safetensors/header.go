package safetensors

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/pullback-go/pullback/trace"
)

const (
	metadataKey = "__metadata__" // the one entry of a header that is not a tensor
	mostHeader  = 100_000_000    // bytes of a header, as in the format's own reader
	mostAxes    = 64             // of a tensor, as in PyTorch
	leastEntry  = 50             // bytes: "":{"dtype":"U8","shape":[],"data_offsets":[0,0]},
)

// header is the content of the JSON, in its order. Names without escapes and shapes stay
// in the text.
type header struct {
	text     string
	tensors  []entry
	index    names // of the tensors
	metadata int   // where their object begins in the text, 0 if there are none
	values   int   // bytes that all tensors need as Values
}

// entry describes a tensor: its elements are data[begin:end].
type entry struct {
	name       string
	begin, end int
	shape      uint32 // where the shape begins in the text
	dtype      dtype
	has        fields
}

// fields is the set of an entry's fields read so far.
type fields uint8

const (
	hasDType fields = 1 << iota
	hasShape
	hasOffsets
)

// tensorError is an error in one tensor.
type tensorError struct {
	name string
	err  error
}

func (e *tensorError) Error() string { return fmt.Sprintf("tensor %s: %v", quote(e.name), e.err) }
func (e *tensorError) Unwrap() error { return e.err }

// parse reads a header whose tensors share size bytes of data.
func parse(text string, size int) (*header, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("the header is not UTF-8")
	}
	if text == "" || text[0] != '{' {
		return nil, errors.New("the header does not begin with {")
	}
	h := &header{text: text}
	s := &scanner{text: text}
	most := min(s.members(), len(text)/leastEntry+1)
	h.tensors = make([]entry, 0, most)
	h.index = newNames(most, func(id uint32) string { return h.tensors[id].name })
	if err := s.object(func(key string, _ int) error { return h.member(s, key, size) }); err != nil {
		return nil, err
	}
	if s.peek(); s.at < len(text) {
		return nil, errors.New("the header goes on after its closing }")
	}
	return h, h.covers(size)
}

// member reads the metadata or a tensor.
func (h *header) member(s *scanner, key string, size int) error {
	if key == metadataKey {
		if h.metadata > 0 {
			return &tensorError{key, errors.New("is there twice")}
		}
		s.peek()
		h.metadata = s.at
		if err := checkMetadata(s); err != nil {
			return fmt.Errorf("%s: %w", metadataKey, err)
		}
		return nil
	}
	if !h.index.add(key, uint32(len(h.tensors))) {
		return &tensorError{key, errors.New("is there twice")}
	}
	e := entry{name: key}
	err := e.read(s)
	if err == nil {
		err = h.check(s, &e, size)
	}
	if err != nil {
		return &tensorError{key, err}
	}
	h.tensors = append(h.tensors, e)
	return nil
}

// checkMetadata reads the metadata and keeps nothing of it.
func checkMetadata(s *scanner) error {
	again := &scanner{text: s.text}
	keys := newNames(s.members(), func(id uint32) string {
		again.at = int(id)
		key, _ := again.str("") // which has been read before
		return key
	})
	return s.object(func(key string, at int) error {
		if !keys.add(key, uint32(at)) {
			return fmt.Errorf("%s is there twice", quote(key))
		}
		if s.peek() != '"' {
			return s.wrong("the text of " + quote(key))
		}
		_, err := s.str("a text")
		return err
	})
}

// texts returns the metadata, nil if there are none.
func (h *header) texts() map[string]string {
	if h.metadata == 0 {
		return nil
	}
	s := &scanner{text: h.text, at: h.metadata}
	out := map[string]string{}
	err := s.object(func(key string, _ int) (err error) {
		out[key], err = s.str("a text")
		return err
	})
	if err != nil {
		panic(err) // the metadata have been read before
	}
	return out
}

// read reads the object of a tensor.
func (e *entry) read(s *scanner) error {
	err := s.object(func(key string, _ int) error {
		switch key {
		case "dtype":
			return e.field(s, hasDType, key, e.readDType)
		case "shape":
			return e.field(s, hasShape, key, e.readShape)
		case "data_offsets":
			return e.field(s, hasOffsets, key, e.readOffsets)
		}
		return fmt.Errorf("unknown field %s: a tensor has dtype, shape and data_offsets", quote(key))
	})
	switch {
	case err != nil:
		return err
	case e.has&hasDType == 0:
		return errors.New("no dtype")
	case e.has&hasShape == 0:
		return errors.New("no shape")
	case e.has&hasOffsets == 0:
		return errors.New("no data_offsets")
	}
	return nil
}

// field reads a field. It must not have been read before.
func (e *entry) field(s *scanner, f fields, name string, read func(*scanner) error) error {
	if e.has&f != 0 {
		return fmt.Errorf("%q is there twice", name)
	}
	e.has |= f
	return read(s)
}

func (e *entry) readShape(s *scanner) error {
	s.peek()
	e.shape = uint32(s.at)
	_, err := s.numbers(mostAxes, "shape")
	return err
}

func (e *entry) readDType(s *scanner) error {
	name, err := s.str("dtype, a text,")
	if err != nil {
		return err
	}
	var ok bool
	if e.dtype, ok = dtypeOf(name); !ok {
		return fmt.Errorf("dtype %s cannot be read (BOOL U8 I8 U16 I16 U32 I32 I64 F16 BF16 F32 F64 can)", quote(name))
	}
	return nil
}

func (e *entry) readOffsets(s *scanner) error {
	o, err := s.numbers(2, "data_offsets")
	if err != nil {
		return err
	}
	if len(o) != 2 {
		return fmt.Errorf("data_offsets has %d numbers, not a begin and an end", len(o))
	}
	e.begin, e.end = o[0], o[1]
	return nil
}

// shapeOf reads the lengths of a tensor's axes again. They are valid until the next use
// of the scanner.
func (e *entry) shapeOf(s *scanner) []int {
	from := s.at
	s.at = int(e.shape)
	shape, err := s.numbers(mostAxes, "shape")
	if err != nil {
		panic(err) // the shape has been read before
	}
	s.at = from
	return shape
}

// check compares an entry with the size of the data in bytes.
func (h *header) check(s *scanner, e *entry, size int) error {
	switch {
	case e.begin > e.end:
		return fmt.Errorf("data_offsets [%d %d] run backward", e.begin, e.end)
	case e.end > size:
		return fmt.Errorf("data_offsets [%d %d] lie outside of the %d bytes of data", e.begin, e.end, size)
	}
	shape := e.shapeOf(s)
	el := elements[e.dtype]
	n, ok := count(shape, max(el.bytes, el.dtype.Bytes()))
	if !ok {
		return fmt.Errorf("shape %s has more bytes than memory can address", trace.Excerpt(fmt.Sprint(shape)))
	}
	if n*el.bytes != e.end-e.begin {
		return fmt.Errorf("shape %s of %s needs %d bytes, data_offsets hold %d", trace.Excerpt(fmt.Sprint(shape)), el.name, n*el.bytes, e.end-e.begin)
	}
	h.values += n*el.dtype.Bytes() + 8*len(shape) + valueBytes
	return nil
}

// addressable is the number of bytes an array may have, as in package trace: 2^47 if an
// int has 64 bits.
const addressable = math.MaxInt >> (16 * (math.MaxInt >> 62))

// count returns the number of elements. If their bytes are more than an array may have,
// not counting axes of length 0, ok is false.
func count(shape []int, bytes int) (n int, ok bool) {
	total, empty := uint64(bytes), false
	for _, d := range shape {
		if d == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(total, uint64(d))
		if hi != 0 || lo > addressable {
			return 0, false
		}
		total = lo
	}
	if empty {
		return 0, true
	}
	return int(total) / bytes, true
}

// covers reports tensors that overlap, and data that belongs to no tensor.
func (h *header) covers(size int) error {
	at, last := 0, ""
	for _, i := range h.byPlace() {
		e := &h.tensors[i]
		if e.begin < at {
			return &tensorError{e.name, fmt.Errorf("data_offsets [%d %d] overlap with those of tensor %s", e.begin, e.end, quote(last))}
		}
		if e.begin > at {
			return &tensorError{e.name, fmt.Errorf("the %d bytes of data before its data_offsets [%d %d] belong to no tensor", e.begin-at, e.begin, e.end)}
		}
		at, last = e.end, e.name
	}
	if at < size {
		return fmt.Errorf("the last %d bytes of data belong to no tensor", size-at)
	}
	return nil
}

// byPlace returns the indices of the tensors in the order of their data.
func (h *header) byPlace() []uint32 {
	order := make([]uint32, len(h.tensors))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int {
		a, b := &h.tensors[i], &h.tensors[j]
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), cmp.Compare(i, j))
	})
	return order
}
