package safetensors

import (
	"bytes"
	"testing"
)

// A machine with the other byte order converts the elements that this one reads as they
// are, or the other way round.
func TestNumbersInTheOtherOrderOfBytes(t *testing.T) {
	f, err := ReadFile("testdata/five_dtypes.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	before := f.Values()
	defer func(was bool) { littleEndian = was }(littleEndian)
	littleEndian = false
	for name, v := range f.Values() {
		if was := before[name]; !v.Type().Equal(was.Type()) || !bytes.Equal(appendElems(nil, v.Array()), appendElems(nil, was.Array())) {
			t.Errorf("%s is %v converted, and %v as it is", name, v, was)
		}
	}
}
