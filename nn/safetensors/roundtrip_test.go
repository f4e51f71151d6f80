package safetensors_test

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

// exact prints a value with all of its bits.
func exact(v trace.Value) string {
	switch v.DType().Bytes() {
	case 1:
		return fmt.Sprintf("%v %x", v.Type(), trace.Bits[uint8](v.Array()))
	case 2:
		return fmt.Sprintf("%v %x", v.Type(), trace.Bits[uint16](v.Array()))
	case 4:
		return fmt.Sprintf("%v %x", v.Type(), trace.Bits[uint32](v.Array()))
	}
	return fmt.Sprintf("%v %x", v.Type(), trace.Bits[uint64](v.Array()))
}

func exactly(values map[string]trace.Value) map[string]string {
	out := map[string]string{}
	for name, v := range values {
		out[name] = exact(v)
	}
	return out
}

func drawTensor(t *rapid.T) trace.Value {
	shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
	n := 1
	for _, d := range shape {
		n *= d
	}
	switch rapid.IntRange(0, 8).Draw(t, "dtype") {
	case 0:
		return drawArray(t, rapid.Bool(), n, shape)
	case 1:
		return drawArray(t, rapid.Int32(), n, shape)
	case 2:
		return drawArray(t, rapid.Int64(), n, shape)
	case 3:
		return drawArray(t, rapid.Map(rapid.Uint32(), math.Float32frombits), n, shape)
	case 4:
		return drawArray(t, rapid.Uint8(), n, shape)
	case 5:
		return drawArray(t, rapid.Int8(), n, shape)
	case 6:
		return drawArray(t, rapid.Map(rapid.Uint16(), func(bits uint16) trace.F16 { return trace.F16(bits) }), n, shape)
	case 7:
		return drawArray(t, rapid.Map(rapid.Uint16(), func(bits uint16) trace.BF16 { return trace.BF16(bits) }), n, shape)
	}
	return drawArray(t, rapid.Map(rapid.Uint64(), math.Float64frombits), n, shape)
}

func drawArray[E trace.Elem](t *rapid.T, elem *rapid.Generator[E], n int, shape []int) trace.Value {
	return trace.FromArray(trace.ArrayOf(rapid.SliceOfN(elem, n, n).Draw(t, "elements"), shape...))
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roundtrip.safetensors")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Filter(func(s string) bool { return s != "__metadata__" })
		tensors := rapid.MapOfN(name, rapid.Custom(drawTensor), 0, 5).Draw(t, "tensors")
		metadata := rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(t, "metadata")
		if err := safetensors.Write(path, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(exactly(tensors), exactly(f.Values())); diff != "" {
			t.Errorf("tensors (-written +read):\n%s", diff)
		}
		if got := f.Metadata(); len(got)+len(metadata) > 0 && !cmp.Equal(metadata, got) {
			t.Errorf("metadata: got %q, want %q", got, metadata)
		}
	})
}

// FuzzDecode checks the promise of Decode: no panic, one line of error, and an accepted
// file is the same after writing and reading it again.
func FuzzDecode(f *testing.F) {
	for _, h := range hostile {
		f.Add(h.file)
	}
	f.Add(pack(`{"__metadata__":{"a":"b"},"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"e":{"dtype":"F64","shape":[0],"data_offsets":[4,4]}}`, 0, 0x3c, 1, 0x7e))
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := safetensors.Decode("f", file)
		if err != nil {
			if msg := err.Error(); !strings.HasPrefix(msg, "safetensors: f: ") || strings.Contains(msg, "\n") || len(msg) > 1000 {
				t.Errorf("the error %q is not one line that names the file", msg)
			}
			return
		}
		values := read.Values()
		if len(values) != len(read.Names()) {
			t.Errorf("%d tensors for %d names", len(values), len(read.Names()))
		}
		var b bytes.Buffer
		if err := safetensors.Encode(&b, values, read.Metadata()); err != nil {
			t.Fatal(err)
		}
		again, err := safetensors.Decode("again", b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(exactly(values), exactly(again.Values())); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}
