package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The wire types of protobuf.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireStart   = 3 // the beginning and the end of a group
	wireEnd     = 4
	wireFixed32 = 5
)

// field is one field of a protobuf message.
type field struct {
	number int
	wire   byte
	word   uint64 // of a varint or a fixed number
	bytes  []byte // of a string, message or packed list: a part of the file, not a copy
}

// errBroken is in every error of a file that is not made of messages.
var errBroken = errors.New("not an ONNX model, or a damaged one")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errBroken, fmt.Sprintf(format, args...))
}

// errCut is the error for a message that ends inside of a field.
var errCut = broken("the message is cut off")

// eachField calls visit for the fields of a message in order. It skips groups, which no
// message of ONNX has.
func eachField(message []byte, visit func(f field) error) error {
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return err
		}
		message = rest
		if f.wire == wireStart {
			if message, err = skipGroup(message, f.number); err != nil {
				return err
			}
			continue
		}
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// nextField reads the first field of a message and returns the bytes after it.
func nextField(message []byte) (f field, rest []byte, err error) {
	tag, rest, err := varint(message)
	if err != nil {
		return f, nil, err
	}
	number := tag >> 3
	if number == 0 || number >= 1<<29 {
		return f, nil, broken("a field has the number %d", number)
	}
	f.number, f.wire = int(number), byte(tag&7)
	switch f.wire {
	case wireVarint:
		f.word, rest, err = varint(rest)
		return f, rest, err
	case wireFixed64:
		if len(rest) < 8 {
			return f, nil, errCut
		}
		f.word = binary.LittleEndian.Uint64(rest)
		return f, rest[8:], nil
	case wireFixed32:
		if len(rest) < 4 {
			return f, nil, errCut
		}
		f.word = uint64(binary.LittleEndian.Uint32(rest))
		return f, rest[4:], nil
	case wireBytes:
		n, rest, err := varint(rest)
		if err != nil {
			return f, nil, err
		}
		if n > uint64(len(rest)) {
			return f, nil, errCut
		}
		f.bytes = rest[:n:n]
		return f, rest[n:], nil
	case wireStart, wireEnd:
		return f, rest, nil
	}
	return f, nil, broken("field %d has the wire type %d, which does not exist", f.number, f.wire)
}

// skipGroup returns the bytes after the end of the group of a number. Groups nest, so it
// counts the open ones.
func skipGroup(message []byte, number int) (rest []byte, err error) {
	open := []int{number}
	for len(open) > 0 {
		if len(message) == 0 {
			return nil, errCut
		}
		f, rest, err := nextField(message)
		if err != nil {
			return nil, err
		}
		message = rest
		switch f.wire {
		case wireStart:
			if len(open) == deepest {
				return nil, errDeep
			}
			open = append(open, f.number)
		case wireEnd:
			if f.number != open[len(open)-1] {
				return nil, broken("a group of number %d ends as %d", open[len(open)-1], f.number)
			}
			open = open[:len(open)-1]
		}
	}
	return message, nil
}

// deepest bounds how deep groups and graphs may nest.
const deepest = 100

var errDeep = fmt.Errorf("messages nest more than %d deep", deepest)

// varint reads a number of at most ten bytes, seven bits in each.
func varint(b []byte) (n uint64, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	switch {
	case size == 0:
		return 0, nil, errCut
	case size < 0:
		return 0, nil, broken("a number has more than 64 bits")
	}
	return n, b[size:], nil
}

// text returns a field's string.
func (f field) text() (string, error) {
	if f.wire != wireBytes {
		return "", f.unexpected("text")
	}
	return string(f.bytes), nil
}

// message returns a field's message.
func (f field) message() ([]byte, error) {
	if f.wire != wireBytes {
		return nil, f.unexpected("a message")
	}
	return f.bytes, nil
}

// integer returns a field's number.
func (f field) integer() (int64, error) {
	if f.wire != wireVarint {
		return 0, f.unexpected("a number")
	}
	return int64(f.word), nil
}

// float returns a field's float.
func (f field) float() (float32, error) {
	if f.wire != wireFixed32 {
		return 0, f.unexpected("a float")
	}
	return math.Float32frombits(uint32(f.word)), nil
}

// integers calls add for each number of a repeated field, packed or not.
func (f field) integers(add func(n int64)) error {
	if f.wire == wireVarint {
		add(int64(f.word))
		return nil
	}
	rest, err := f.message()
	for err == nil && len(rest) > 0 {
		var n uint64
		if n, rest, err = varint(rest); err == nil {
			add(int64(n))
		}
	}
	return err
}

// fixed calls add for each fixed number of size bytes of a repeated field, packed or not.
func (f field) fixed(size int, add func(bits uint64)) error {
	if size == 4 && f.wire == wireFixed32 || size == 8 && f.wire == wireFixed64 {
		add(f.word)
		return nil
	}
	b, err := f.message()
	if err != nil {
		return err
	}
	if len(b)%size != 0 {
		return broken("field %d has %d bytes, which is no multiple of %d", f.number, len(b), size)
	}
	for ; len(b) > 0; b = b[size:] {
		if size == 4 {
			add(uint64(binary.LittleEndian.Uint32(b)))
		} else {
			add(binary.LittleEndian.Uint64(b))
		}
	}
	return nil
}

func (f field) unexpected(want string) error {
	return broken("field %d has the wire type %d, want %s", f.number, f.wire, want)
}
