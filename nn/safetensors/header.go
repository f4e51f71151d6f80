package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
)

// metadataKey is the one entry of a header that is not a tensor.
const metadataKey = "__metadata__"

// header is what the JSON says, in the order it says it.
type header struct {
	tensors  []entry
	metadata map[string]string
}

// entry describes a tensor: its elements are data[begin:end].
type entry struct {
	name       string
	dtype      string
	shape      []int
	begin, end int
}

// tensorError is a fault in one tensor.
type tensorError struct {
	name string
	err  error
}

func (e *tensorError) Error() string { return fmt.Sprintf("tensor %q: %v", e.name, e.err) }
func (e *tensorError) Unwrap() error { return e.err }

// split cuts a file into its header and its data.
func split(file []byte) (head, data []byte, err error) {
	if len(file) < 8 {
		return nil, nil, fmt.Errorf("%d bytes are too few: a file begins with eight bytes for the length of its header", len(file))
	}
	n, rest := binary.LittleEndian.Uint64(file), file[8:]
	if n > uint64(len(rest)) {
		return nil, nil, fmt.Errorf("the header claims %d bytes, the file has %d after its first eight: it is cut off or not a safetensors file", n, len(rest))
	}
	return rest[:n], rest[n:], nil
}

// parse reads a header whose tensors share size bytes of data.
func parse(head []byte, size int) (*header, error) {
	if !utf8.Valid(head) {
		return nil, errors.New("the header is not UTF-8")
	}
	if len(head) == 0 || head[0] != '{' {
		return nil, errors.New("the header does not begin with {")
	}
	p := parser{json.NewDecoder(bytes.NewReader(head))}
	p.UseNumber()
	h, err := p.header(size)
	if err != nil {
		return nil, err
	}
	if _, err := p.Token(); err != io.EOF {
		return nil, errors.New("the header goes on after its closing }")
	}
	return h, h.covers(size)
}

// parser reads the JSON token by token, because decoding into a map would take the last of two tensors with one name.
type parser struct{ *json.Decoder }

func (p parser) header(size int) (*header, error) {
	h := &header{}
	err := p.object(func(name string) error {
		if name == metadataKey {
			return p.metadata(h)
		}
		e := entry{name: name}
		err := p.entry(&e)
		if err == nil {
			err = e.check(size)
		}
		if err != nil {
			return &tensorError{name, err}
		}
		h.tensors = append(h.tensors, e)
		return nil
	})
	if name, ok := err.(twice); ok {
		err = &tensorError{string(name), errors.New("is there twice")}
	}
	return h, err
}

// twice is the fault of an object that has a key two times.
type twice string

func (key twice) Error() string { return fmt.Sprintf("%q is there twice", string(key)) }

// object reads {"key": value, ...} with a call for each value.
func (p parser) object(value func(key string) error) error {
	if err := p.delim('{', "an object"); err != nil {
		return err
	}
	met := map[string]bool{}
	for p.More() {
		t, err := p.next()
		if err != nil {
			return err
		}
		key := t.(string) // the decoder lets nothing else be a key
		if met[key] {
			return twice(key)
		}
		met[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	_, err := p.next()
	return err
}

// next is Token where there must be one.
func (p parser) next() (json.Token, error) {
	t, err := p.Token()
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, errors.New("the header's JSON ends too soon")
	}
	if err != nil {
		return nil, fmt.Errorf("the header is not JSON: %w", err)
	}
	return t, nil
}

func (p parser) delim(want json.Delim, what string) error {
	t, err := p.next()
	if err == nil && t != want {
		err = fmt.Errorf("got %v where %s should be", t, what)
	}
	return err
}

func (p parser) text(what string) (string, error) {
	t, err := p.next()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", fmt.Errorf("%s is %v, not a string", what, t)
	}
	return s, nil
}

func (p parser) metadata(h *header) error {
	h.metadata = map[string]string{}
	err := p.object(func(key string) (err error) {
		h.metadata[key], err = p.text(strconv.Quote(key))
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", metadataKey, err)
	}
	return nil
}

func (p parser) entry(e *entry) error {
	e.begin = -1
	err := p.object(func(key string) (err error) {
		switch key {
		case "dtype":
			e.dtype, err = p.text("dtype")
		case "shape":
			e.shape, err = p.numbers("shape")
		case "data_offsets":
			err = p.offsets(e)
		default:
			err = fmt.Errorf("unknown field %q: a tensor has dtype, shape and data_offsets", key)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case e.dtype == "":
		return errors.New("no dtype")
	case e.shape == nil:
		return errors.New("no shape")
	case e.begin < 0:
		return errors.New("no data_offsets")
	}
	return nil
}

// numbers reads an array of whole numbers ≥ 0.
func (p parser) numbers(what string) ([]int, error) {
	if err := p.delim('[', what+", an array of numbers,"); err != nil {
		return nil, err
	}
	out := []int{}
	for p.More() {
		t, err := p.next()
		if err != nil {
			return nil, err
		}
		text, ok := t.(json.Number)
		n, err := strconv.ParseUint(string(text), 10, strconv.IntSize-1)
		if !ok || err != nil {
			return nil, fmt.Errorf("%s has %v where a whole number from 0 to 2^%d-1 should be", what, t, strconv.IntSize-1)
		}
		out = append(out, int(n))
	}
	_, err := p.next()
	return out, err
}

func (p parser) offsets(e *entry) error {
	o, err := p.numbers("data_offsets")
	if err != nil {
		return err
	}
	if len(o) != 2 {
		return fmt.Errorf("data_offsets has %d numbers, not a begin and an end", len(o))
	}
	e.begin, e.end = o[0], o[1]
	return nil
}

// check compares what an entry says of itself with the size bytes of data there are.
func (e *entry) check(size int) error {
	el, ok := elements(e.dtype)
	switch {
	case !ok:
		return fmt.Errorf("dtype %s cannot be read (BOOL U8 I8 U16 I16 U32 I32 I64 F16 BF16 F32 F64 can)", strconv.Quote(e.dtype))
	case e.begin > e.end:
		return fmt.Errorf("data_offsets [%d %d] run backward", e.begin, e.end)
	case e.end > size:
		return fmt.Errorf("data_offsets [%d %d] lie outside of the %d bytes of data", e.begin, e.end, size)
	}
	n, ok := count(e.shape, max(el.bytes, el.dtype.Bytes()))
	if !ok {
		return fmt.Errorf("shape %v has more bytes than memory can address", e.shape)
	}
	if n*el.bytes != e.end-e.begin {
		return fmt.Errorf("shape %v of %s needs %d bytes, data_offsets hold %d", e.shape, e.dtype, n*el.bytes, e.end-e.begin)
	}
	return nil
}

// count is the number of elements; ok is false if their bytes, axes of length 0 left out, are more than an int counts.
func count(shape []int, bytes int) (n int, ok bool) {
	total, empty := uint64(bytes), false
	for _, d := range shape {
		if d == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(total, uint64(d))
		if hi != 0 || lo > 1<<(strconv.IntSize-1)-1 {
			return 0, false
		}
		total = lo
	}
	if empty {
		return 0, true
	}
	return int(total) / bytes, true
}

// covers reports tensors that overlap, and data that belong to no tensor.
func (h *header) covers(size int) error {
	order := slices.Clone(h.tensors)
	slices.SortStableFunc(order, func(a, b entry) int {
		if a.begin != b.begin {
			return a.begin - b.begin
		}
		return a.end - b.end
	})
	at, last := 0, ""
	for _, e := range order {
		if e.begin < at {
			return &tensorError{e.name, fmt.Errorf("data_offsets [%d %d] overlap with those of tensor %q", e.begin, e.end, last)}
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
