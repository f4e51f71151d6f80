package trace

import (
	"math"
	"reflect"
	"unsafe"
)

// SameOp reports whether two ops are one operation: of one Go type, with equal values in
// all fields, exported or not, through pointers, interfaces, slices and maps. It never
// goes by what an op prints. NaN equals NaN of the same bits, and -0 differs from 0.
// Functions are never equal, so that an op that holds one is the same as no other, and
// neither are channels that differ.
func SameOp(a, b Op) bool {
	s := sameness{}
	return s.equal(reflect.ValueOf(a), reflect.ValueOf(b))
}

// sameness compares values in depth. It holds the pairs of pointers that it has met,
// which are taken for equal when they are met again: a cycle has no difference but those
// outside of it.
type sameness map[visit]bool

type visit struct {
	a, b unsafe.Pointer
	typ  reflect.Type
	size int // of slices, which may begin at one place and differ in length
}

func (s sameness) equal(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() {
		return false
	}
	if !a.IsValid() {
		return true
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Struct, reflect.Array, reflect.Slice:
		return s.equalParts(a, b)
	case reflect.Map:
		return s.equalMaps(a, b)
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() && b.IsNil()
		}
		return s.met(a, b) || s.equal(a.Elem(), b.Elem())
	case reflect.Interface:
		return s.equal(a.Elem(), b.Elem())
	case reflect.Func:
		return a.IsNil() && b.IsNil()
	}
	return equalScalars(a, b)
}

// met notes that two references are being compared, and reports whether they are already.
func (s sameness) met(a, b reflect.Value) bool {
	v := visit{a.UnsafePointer(), b.UnsafePointer(), a.Type(), 0}
	if a.Kind() == reflect.Slice {
		v.size = a.Len()
	}
	was := s[v]
	s[v] = true
	return was
}

func (s sameness) equalParts(a, b reflect.Value) bool {
	if a.Kind() == reflect.Struct {
		for i := range a.NumField() {
			if !s.equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	if a.Len() != b.Len() {
		return false
	}
	if a.Kind() == reflect.Slice {
		switch {
		case a.IsNil() != b.IsNil():
			return false
		case a.UnsafePointer() == b.UnsafePointer() && isPlain(a.Type().Elem().Kind()), a.Len() > 0 && s.met(a, b):
			return true
		}
	}
	for i := range a.Len() {
		if !s.equal(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

// equalMaps takes a map with a NaN among its keys, which no key finds, for a different
// one.
func (s sameness) equalMaps(a, b reflect.Value) bool {
	if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
		return false
	}
	if a.IsNil() || s.met(a, b) {
		return true
	}
	for entries := a.MapRange(); entries.Next(); {
		other := b.MapIndex(entries.Key())
		if !other.IsValid() || !s.equal(entries.Value(), other) {
			return false
		}
	}
	return true
}

// isPlain reports whether values of a kind are equal if they lie at one address: they
// hold no function.
func isPlain(k reflect.Kind) bool { return k <= reflect.Complex128 || k == reflect.String }

func equalScalars(a, b reflect.Value) bool {
	switch {
	case a.CanInt():
		return a.Int() == b.Int()
	case a.CanUint():
		return a.Uint() == b.Uint()
	case a.CanFloat():
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case a.CanComplex():
		x, y := a.Complex(), b.Complex()
		return math.Float64bits(real(x)) == math.Float64bits(real(y)) && math.Float64bits(imag(x)) == math.Float64bits(imag(y))
	case a.Kind() == reflect.Bool:
		return a.Bool() == b.Bool()
	case a.Kind() == reflect.String:
		return a.String() == b.String()
	}
	return a.UnsafePointer() == b.UnsafePointer() // channels and unsafe pointers
}

// HashOp returns a number that is equal for ops that are the same. It looks at a bounded
// part of an op.
func HashOp(op Op) uint64 {
	h := hashing{offset, hashedParts}
	h.text(reflect.TypeOf(op).String())
	h.add(reflect.ValueOf(op))
	return h.sum
}

// hashedParts bounds how many fields, elements and pointers [HashOp] looks at: enough for
// the parameters of an operation, few where an op holds an array.
const hashedParts = 256

// offset and prime are those of the hash by Fowler, Noll and Vo.
const (
	offset = 14695981039346656037
	prime  = 1099511628211
)

// hashing is the state of such a hash, which goes word by word.
type hashing struct {
	sum  uint64
	left int
}

func (h *hashing) word(x uint64) { h.sum = (h.sum ^ x) * prime }

func (h *hashing) text(s string) {
	h.word(uint64(len(s)))
	for _, c := range []byte(s[:min(len(s), hashedParts)]) {
		h.word(uint64(c))
	}
}

func (h *hashing) add(v reflect.Value) {
	if h.left--; h.left < 0 || !v.IsValid() {
		return
	}
	switch {
	case v.CanInt():
		h.word(uint64(v.Int()))
	case v.CanUint():
		h.word(v.Uint())
	case v.CanFloat():
		h.word(math.Float64bits(v.Float()))
	case v.Kind() == reflect.Bool && v.Bool():
		h.word(1)
	case v.Kind() == reflect.String:
		h.text(v.String())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			h.add(v.Field(i))
		}
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		h.word(uint64(v.Len()))
		for i := range min(v.Len(), max(h.left, 0)) {
			h.add(v.Index(i))
		}
	case v.Kind() == reflect.Map:
		h.word(uint64(v.Len()))
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		h.add(v.Elem())
	}
	h.word(uint64(v.Kind()))
}
