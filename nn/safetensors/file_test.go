package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// pack makes a file of a header and data.
func pack(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func TestDecodeReadsEachDType(t *testing.T) {
	tests := []struct {
		dtype string
		data  []byte
		want  trace.Value
	}{
		{"BOOL", []byte{0, 1}, trace.New([]bool{false, true})},
		{"U8", []byte{1, 255}, trace.New([]uint8{1, 255})},
		{"I8", []byte{1, 255}, trace.New([]int8{1, -1})},
		{"U16", []byte{1, 2, 255, 255}, trace.New([]int32{513, 65535})},
		{"I16", []byte{1, 2, 255, 255}, trace.New([]int32{513, -1})},
		{"U32", []byte{1, 0, 0, 0, 255, 255, 255, 255}, trace.New([]int64{1, math.MaxUint32})},
		{"I32", []byte{1, 0, 0, 0, 255, 255, 255, 255}, trace.New([]int32{1, -1})},
		{"I64", []byte{0, 0, 0, 0, 1, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255}, trace.New([]int64{1 << 32, -2})},
		{"F16", []byte{0, 0x3c, 0, 0xc0}, trace.New([]trace.F16{trace.ToF16(1), trace.ToF16(-2)})},
		{"BF16", []byte{0x80, 0x3f, 0, 0xc0}, trace.New([]trace.BF16{trace.ToBF16(1), trace.ToBF16(-2)})},
		{"F32", []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}, trace.New([]float32{1, -2})},
		{"F64", []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}, trace.New([]float64{1, -2})},
	}
	for _, tt := range tests {
		t.Run(tt.dtype, func(t *testing.T) {
			head := `{"w":{"dtype":"` + tt.dtype + `","shape":[2],"data_offsets":[0,` + itoa(len(tt.data)) + `]}}`
			f, err := safetensors.Decode("w.safetensors", pack(head, tt.data...))
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Value("w")
			if err != nil || got.String() != tt.want.String() {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
			if typ, ok := f.Type("w"); !ok || !typ.Equal(tt.want.Type()) {
				t.Errorf("Type: got %v, %v, want %v", typ, ok, tt.want.Type())
			}
		})
	}
}

func TestHalfPrecision(t *testing.T) {
	tests := []struct {
		bits uint16
		want float64
	}{
		{0x0001, math.Ldexp(1, -24)}, {0x03ff, math.Ldexp(1023, -24)}, {0x0400, math.Ldexp(1, -14)}, {0x8001, -math.Ldexp(1, -24)},
		{0x7bff, 65504}, {0x3555, 0.333251953125}, {0x7c00, math.Inf(1)}, {0xfc00, math.Inf(-1)}, {0x0000, 0}, {0x8000, math.Copysign(0, -1)},
	}
	for _, tt := range tests {
		got := decodeOne(t, "F16", byte(tt.bits), byte(tt.bits>>8)).Float64()
		if math.Float64bits(got) != math.Float64bits(tt.want) {
			t.Errorf("half %#04x: got %v, want %v", tt.bits, got, tt.want)
		}
	}
	if got := trace.Data[trace.F16](decodeOne(t, "F16", 0x01, 0xfe))[0]; got != 0xfe01 {
		t.Errorf("half NaN 0xfe01: got %#x", uint16(got))
	}
}

func decodeOne(t *testing.T, dtype string, data ...byte) trace.Value {
	t.Helper()
	f, err := safetensors.Decode("x", pack(`{"x":{"dtype":"`+dtype+`","shape":[],"data_offsets":[0,`+itoa(len(data))+`]}}`, data...))
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Value("x")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNaNPayloadsSurvive(t *testing.T) {
	single := trace.Data[float32](decodeOne(t, "F32", 0x01, 0x02, 0xa0, 0x7f)) // a signalling NaN
	if math.Float32bits(single[0]) != 0x7fa00201 {
		t.Errorf("got %#x, want 0x7fa00201", math.Float32bits(single[0]))
	}
	if brain := trace.Data[trace.BF16](decodeOne(t, "BF16", 0xa1, 0x7f)); brain[0] != 0x7fa1 {
		t.Errorf("got %#x, want 0x7fa1", uint16(brain[0]))
	}
	double := trace.Data[float64](decodeOne(t, "F64", 9, 0, 0, 0, 0, 0, 0xf4, 0xff))
	if math.Float64bits(double[0]) != 0xfff4000000000009 {
		t.Errorf("got %#x, want 0xfff4000000000009", math.Float64bits(double[0]))
	}
}

func TestNamesKeepTheOrderOfTheHeader(t *testing.T) {
	f, err := safetensors.Decode("x", pack(`{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},`+
		`"__metadata__":{"format":"pt","by":"hand"},"c":{"dtype":"U8","shape":[0,7],"data_offsets":[2,2]},`+
		`"a":{"shape":[1,2],"data_offsets":[0,2],"dtype":"I8"}}  `, 1, 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"b", "c", "a"}; !slices.Equal(f.Names(), want) {
		t.Errorf("got names %v, want %v", f.Names(), want)
	}
	if diff := cmp.Diff(map[string]string{"format": "pt", "by": "hand"}, f.Metadata()); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	got := printed(f.Values())
	want := map[string]string{"a": "i8[1 2] [[1 2]]", "b": "u8[1] [3]", "c": "u8[0 7] []"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tensors (-want +got):\n%s", diff)
	}
}

func printed(values map[string]trace.Value) map[string]string {
	out := map[string]string{}
	for name, v := range values {
		out[name] = v.String()
	}
	return out
}

func TestWhatAFileReturnsIsACopy(t *testing.T) {
	f, err := safetensors.Decode("x", pack(`{"__metadata__":{"a":"b"},"w":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, 7))
	if err != nil {
		t.Fatal(err)
	}
	f.Names()[0] = "changed"
	f.Metadata()["a"] = "changed"
	if f.Names()[0] != "w" || f.Metadata()["a"] != "b" {
		t.Errorf("got names %v, metadata %v: a caller changed the file", f.Names(), f.Metadata())
	}
}

func TestEmptyFile(t *testing.T) {
	f, err := safetensors.Decode("x", pack(`{}`))
	if err != nil || len(f.Names()) != 0 || len(f.Values()) != 0 || f.Metadata() != nil {
		t.Errorf("got %v, %v, want a file without tensors", f, err)
	}
}

func TestReadAFileNotWrittenByThisPackage(t *testing.T) {
	got, err := safetensors.Read("testdata/five_dtypes.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"matrix": "f64[2 3] [[0 0.5 1] [1.5 2 2.5]]", "mask": "bool[3] [true false true]", "pixels": "u8[2 1] [[7] [250]]",
		"labels": "i64[1] [-3]", "single": "f32[] 0.25",
	}
	if diff := cmp.Diff(want, printed(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMissing(t *testing.T) {
	dir := t.TempDir()
	_, err := safetensors.Read(filepath.Join(dir, "no.safetensors"))
	wantError(t, err, "safetensors: "+filepath.Join(dir, "no.safetensors")+": no such file or directory")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	f, err := safetensors.Decode("a.safetensors", pack(`{"w":{"dtype":"I8","shape":[],"data_offsets":[0,1]}}`, 1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Value("v")
	wantError(t, err, `safetensors: a.safetensors: tensor "v": not in the file, which has 1 others; the nearest are "w"`)
	if _, ok := f.Type("v"); ok {
		t.Error("Type found a tensor that is not in the file")
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("got error %v\nwant      %s", err, want)
	}
}

type layer struct {
	Weight, Bias trace.Value
	Stride       int
}

type model struct {
	Features []layer
	Scale    trace.Value
}

func TestLoad(t *testing.T) {
	tree := model{[]layer{{trace.New([]float32{0, 0}, 1, 2), trace.Value{}, 3}, {trace.New([]float32{0}, 1, 1), trace.New([]float32{0}), 4}}, trace.Scalar(0.5)}
	tensors := map[string]trace.Value{
		"features.0.weight": trace.New([]float32{1, 2}, 1, 2), "features.1.weight": trace.New([]float32{3}, 1, 1),
		"features.1.bias": trace.New([]float32{4}), "scale": trace.Scalar(2.5), "unused": trace.Scalar(int32(1)),
	}
	f := encoded(t, tensors)
	torch := func(path string) string {
		return strings.ToLower(strings.NewReplacer("[", ".", "]", "").Replace(strings.TrimPrefix(path, ".")))
	}
	got, err := safetensors.Load(f, tree, torch)
	if err != nil {
		t.Fatal(err)
	}
	leaves, structure := trace.Flatten(got)
	if want := "[f32[1 2] [[1 2]] f32[1 1] [[3]] f32[1] [4] f64[] 2.5]"; join(leaves) != want {
		t.Errorf("got %v, want %v", join(leaves), want)
	}
	if _, before := trace.Flatten(tree); structure.Key() != before.Key() {
		t.Errorf("the structure changed from %v to %v", before.Key(), structure.Key())
	}
	if tree.Scale.Float64() != 0.5 {
		t.Errorf("Load changed its argument")
	}
}

func join(vs []trace.Value) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = v.String()
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func TestLoadErrors(t *testing.T) {
	f := encoded(t, map[string]trace.Value{".Weight": trace.New([]float32{1, 2}, 2)})
	same := func(path string) string { return path }
	_, err := safetensors.Load(f, layer{Weight: trace.New([]float32{1, 2}, 1, 2)}, same)
	wantError(t, err, `safetensors: m.safetensors: tensor ".Weight": is f32[2], the tree has f32[1 2] at .Weight: make the tree with that type, or convert what Value returns`)
	_, err = safetensors.Load(f, layer{Weight: trace.New([]float32{1, 2}), Bias: trace.Scalar(1.0)}, same)
	wantError(t, err, `safetensors: m.safetensors: tensor ".Bias": not in the file, which has 1 others; the nearest are ".Weight"`)
}

func encoded(t *testing.T, tensors map[string]trace.Value) *safetensors.File {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Encode(&b, tensors, nil); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Decode("m.safetensors", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWriteReplacesTheFileOnlyWhenItCan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := safetensors.Write(path, map[string]trace.Value{"w": trace.Scalar(1.5)}, map[string]string{"k": "v"}); err != nil {
		t.Fatal(err)
	}
	err := safetensors.Write(path, map[string]trace.Value{"w": trace.Scalar(2.5), "v": {}}, nil)
	wantError(t, err, `safetensors: `+path+`: tensor "v": is absent (the zero trace.Value): leave it out, or give it elements`)
	f, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := printed(f.Values()); !maps.Equal(got, map[string]string{"w": "f64[] 1.5"}) || f.Metadata()["k"] != "v" {
		t.Errorf("got %v with metadata %v, want the first file", got, f.Metadata())
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("got files %v, %v, want w.safetensors alone", files, err)
	}
	err = safetensors.Write(filepath.Join(path, "x"), nil, nil)
	wantError(t, err, "safetensors: "+filepath.Join(path, "x")+": not a directory")
}

func TestEncodeErrors(t *testing.T) {
	tests := []struct {
		name     string
		tensors  map[string]trace.Value
		metadata map[string]string
		want     string
	}{
		{"metadata's name", map[string]trace.Value{"__metadata__": trace.Scalar(1.0)}, nil, `safetensors: tensor "__metadata__": the name is that of the metadata: give the tensor another`},
		{"bad name", map[string]trace.Value{"a\xff": trace.Scalar(1.0)}, nil, `safetensors: tensor "a\xff": the name is not UTF-8: give the tensor another`},
		{"unknown", map[string]trace.Value{"a": trace.Unknown(trace.TypeOf(trace.Float32, 2))}, nil,
			`safetensors: tensor "a": has no elements yet, it is unknown f32[2]: write files outside of the function that is traced`},
		{"bad metadata", nil, map[string]string{"a": "\xff"}, `safetensors: the metadata at "a" are not UTF-8`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			wantError(t, safetensors.Encode(&b, tt.tensors, tt.metadata), tt.want)
			if b.Len() != 0 {
				t.Errorf("%d bytes were written", b.Len())
			}
		})
	}
}

// failing accepts n bytes and then fails.
type failing struct{ n int }

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > f.n {
		return 0, errors.New("disk full")
	}
	f.n -= len(p)
	return len(p), nil
}

func TestEncodePassesOnErrorsOfTheWriter(t *testing.T) {
	tensors := map[string]trace.Value{"w": trace.New(make([]float64, 100))}
	wantError(t, safetensors.Encode(&failing{0}, tensors, nil), "safetensors: disk full")
	wantError(t, safetensors.Encode(&failing{200}, tensors, nil), "safetensors: disk full")
}

func TestTensorsStartAtMultiplesOfTheirElements(t *testing.T) {
	var b bytes.Buffer
	err := safetensors.Encode(&b, map[string]trace.Value{
		"a": trace.New([]bool{true, false, true}), "b": trace.New([]float32{1, 2, 3}), "c": trace.New([]float64{1}), "d": trace.New([]int64{2}),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(b.Bytes())
	want := `{"c":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"d":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},` +
		`"b":{"dtype":"F32","shape":[3],"data_offsets":[16,28]},"a":{"dtype":"BOOL","shape":[3],"data_offsets":[28,31]}}`
	if got := strings.TrimRight(string(b.Bytes()[8:8+n]), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n%8 != 0 {
		t.Errorf("the data start at byte %d, which is not a multiple of 8", 8+n)
	}
}

// An empty tensor may have axes as long as an array of package trace.
func TestLongestEmptyTensor(t *testing.T) {
	f, err := safetensors.Decode("x", pack(one("U8", "[0,140737488355327]", "[0,0]")))
	if err != nil {
		t.Fatal(err)
	}
	if v := f.Values()["t"]; v.Size() != 0 || v.Dim(1) != 140737488355327 {
		t.Errorf("got %v", v.Type())
	}
}
