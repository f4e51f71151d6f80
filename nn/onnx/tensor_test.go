package onnx_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// of is a model that returns a tensor.
func of(t tensor) model {
	t.name = "t"
	return model{graph: graph{given: []tensor{t}, out: []string{"t"}}}
}

// le returns little-endian numbers of size bytes.
func le(size int, words ...uint64) []byte {
	var b []byte
	for _, w := range words {
		b = append(b, binary.LittleEndian.AppendUint64(nil, w)[:size]...)
	}
	return b
}

// varints returns a packed list.
func varints(field int, words ...uint64) message {
	var b []byte
	for _, w := range words {
		b = binary.AppendUvarint(b, w)
	}
	return message{}.bytes(field, b)
}

// negative is a number as a varint has it.
func negative(n int64) uint64 { return uint64(-n) }

var inf, nan = math.Inf(1), math.NaN()

// elements has two elements of each kind, raw and listed, and what they become.
var elements = []struct {
	kind string
	raw  []byte
	list message
	want Value
}{
	{"f32", le(4, 0x3fc00000, 0xff800000), message{}.bytes(4, le(4, 0x3fc00000, 0xff800000)), f32(s(2), 1.5, -inf)},
	{"f64", le(8, math.Float64bits(0.1), math.Float64bits(nan)), message{}.bytes(10, le(8, math.Float64bits(0.1), math.Float64bits(nan))), f64(s(2), 0.1, nan)},
	{"f16", le(2, 0x3e00, 0xfbff), varints(5, 0x3e00, 0xfbff), f32(s(2), 1.5, -65504)},
	{"bf16", le(2, 0x3fc0, 0xff80), varints(5, 0x3fc0, 0xff80), f32(s(2), 1.5, -inf)},
	{"u8", le(1, 7, 255), varints(5, 7, 255), i32(s(2), 7, 255)},
	{"i8", le(1, 7, 255), varints(5, 7, negative(1)), i32(s(2), 7, -1)},
	{"u16", le(2, 7, 65535), varints(5, 7, 65535), i32(s(2), 7, 65535)},
	{"i16", le(2, 7, 65535), varints(5, 7, negative(1)), i32(s(2), 7, -1)},
	{"i32", le(4, 7, 1<<32-2), varints(5, 7, negative(2)), i32(s(2), 7, -2)},
	{"i64", le(8, 7, negative(3)), varints(7, 7, negative(3)), i64(s(2), 7, -3)},
	{"u32", le(4, 7, 1<<32-1), varints(11, 7, 1<<32-1), i64(s(2), 7, 1<<32-1)},
	{"u64", le(8, 7, 1<<40), varints(11, 7, 1<<40), i64(s(2), 7, 1<<40)},
	{"bool", le(1, 0, 1), varints(5, 0, 1), truth(s(2), 0, 1)},
}

func TestElements(t *testing.T) {
	folder := t.TempDir()
	for _, e := range elements {
		dims := []int64{2}
		size := len(e.raw)
		if err := os.WriteFile(filepath.Join(folder, e.kind+".bin"), append(make([]byte, 3), e.raw...), 0o666); err != nil {
			t.Fatal(err)
		}
		for how, form := range map[string]tensor{
			"raw":  {kind: e.kind, dims: dims, raw: e.raw},
			"list": {kind: e.kind, dims: dims, list: e.list},
			"external": {kind: e.kind, dims: dims, external: map[string]string{
				"location": e.kind + ".bin", "offset": "3", "length": strconv.Itoa(size),
			}},
			"external to the end": {kind: e.kind, dims: dims, external: map[string]string{"location": e.kind + ".bin", "offset": "3"}},
		} {
			m, err := onnx.Load(of(form).write(t, folder))
			if err != nil {
				t.Errorf("%s, %s: %v", e.kind, how, err)
				continue
			}
			same(t, e.kind+", "+how, m.Apply(nil)["t"], e.want, 0)

			path := filepath.Join(folder, "t.pb")
			if err := os.WriteFile(path, form.message(), 0o666); err != nil {
				t.Fatal(err)
			}
			v, err := onnx.ReadTensor(path)
			if err != nil {
				t.Errorf("ReadTensor, %s, %s: %v", e.kind, how, err)
				continue
			}
			same(t, "ReadTensor, "+e.kind+", "+how, v, e.want, 0)
		}
	}
}

// Numbers of a list may also come one by one, as old writers do it.
func TestListedOneByOne(t *testing.T) {
	floats := message{}.float(4, 1.5).float(4, -2)
	ints := message{}.number(7, 5).bytes(7, []byte{6}).number(7, -1)
	same(t, "floats", of(tensor{kind: "f32", dims: []int64{2}, list: floats}).decode(t).Apply(nil)["t"], f32(s(2), 1.5, -2), 0)
	same(t, "ints", of(tensor{kind: "i64", dims: []int64{3}, list: ints}).decode(t).Apply(nil)["t"], i64(s(3), 5, 6, -1), 0)
}

// All float16 numbers, by their definition.
func TestHalf(t *testing.T) {
	raw := make([]byte, 2<<16)
	want := make([]float64, 1<<16)
	for i := range want {
		binary.LittleEndian.PutUint16(raw[2*i:], uint16(i))
		exponent, fraction := i>>10&31, float64(i&1023)
		switch {
		case exponent == 31 && fraction == 0:
			want[i] = inf
		case exponent == 31:
			want[i] = nan
		case exponent == 0:
			want[i] = math.Ldexp(fraction, -24)
		default:
			want[i] = math.Ldexp(1024+fraction, exponent-25)
		}
		if i >= 1<<15 {
			want[i] = -want[i]
		}
	}
	got := of(tensor{kind: "f16", dims: []int64{1 << 16}, raw: raw}).decode(t).Apply(nil)["t"]
	same(t, "f16", got, f32(s(1<<16), want...), 0)
	if zero := got.Float64s()[1<<15]; !math.Signbit(zero) {
		t.Errorf("0x8000 is %v, want -0", zero)
	}
}

func TestShapesOfTensors(t *testing.T) {
	four := le(4, 0x3f800000, 0x40000000, 0x40400000, 0x40800000)
	same(t, "scalar", of(tensor{kind: "f32", raw: four[:4]}).decode(t).Apply(nil)["t"], trace.Scalar(float32(1)), 0)
	same(t, "matrix", of(tensor{kind: "f32", dims: []int64{2, 2}, raw: four}).decode(t).Apply(nil)["t"], f32(s(2, 2), 1, 2, 3, 4), 0)
	same(t, "empty", of(tensor{kind: "f32", dims: []int64{0, 2}, raw: []byte{}}).decode(t).Apply(nil)["t"], f32(s(0, 2)), 0)
	same(t, "empty list", of(tensor{kind: "i64", dims: []int64{0}}).decode(t).Apply(nil)["t"], i64(s(0)), 0)
}

func TestFaultyTensors(t *testing.T) {
	ten := make([]byte, 10)
	for _, c := range []struct {
		name string
		t    tensor
		want string
	}{
		{"too few bytes", tensor{kind: "f32", dims: []int64{3}, raw: ten}, "its shape [3] of float32 needs 12 bytes, there are 10"},
		{"too many bytes", tensor{kind: "f32", dims: []int64{2}, raw: ten}, "its shape [2] of float32 needs 8 bytes, there are 10"},
		{"too short a list", tensor{kind: "i64", dims: []int64{3}, list: varints(7, 1, 2)}, "its shape [3] needs 3 elements, there are 2"},
		{"another list", tensor{kind: "i64", dims: []int64{2}, list: varints(5, 1, 2)}, "its shape [2] needs 2 elements, there are 0"},
		{"a list of half a float", tensor{kind: "f32", dims: []int64{1}, list: message{}.bytes(4, ten[:6])}, "field 4 has 6 bytes, which is no multiple of 4"},
		{"a list with a cut number", tensor{kind: "i64", dims: []int64{1}, list: message{}.bytes(7, []byte{0x80})}, "the message is cut off"},
		{"negative", tensor{kind: "f32", dims: []int64{-1}, raw: ten}, "its shape [-1] has a negative length"},
		{"2^64 elements", tensor{kind: "u8", dims: []int64{1 << 32, 1 << 32}, raw: ten}, "its shape [4294967296 4294967296] has too many elements"},
		{"2^64 elements and none", tensor{kind: "u8", dims: []int64{1 << 32, 1 << 32, 0}, raw: []byte{}}, "has too many elements"},
		{"none and 2^44 elements", tensor{kind: "u8", dims: []int64{1 << 22, 0, 1 << 22}, raw: []byte{}}, "has too many elements"},
		{"none and 2^64 elements", tensor{kind: "u8", dims: []int64{0, 1 << 32, 1 << 32}, raw: []byte{}}, "has too many elements"},
		{"a terabyte", tensor{kind: "f32", dims: []int64{1 << 38}, raw: ten}, "f32[274877906944] needs more memory than a file of this size can fill"},
		{"axes", tensor{kind: "f32", dims: make([]int64, 65), raw: []byte{}}, "it has 65 axes, more than 64"},
		{"string", tensor{kind: "string", dims: []int64{1}, list: message{}.text(6, "a")}, "elements of type string are not supported"},
		{"complex", tensor{kind: "c64", dims: []int64{1}, raw: ten[:8]}, "elements of type number 14 are not supported"},
		{"no kind", tensor{dims: []int64{1}, raw: ten[:4]}, "elements of type number 0 are not supported"},
		{"segments", tensor{kind: "f32", dims: []int64{1}, list: message{}.bytes(3, nil)}, "it is stored in segments, which is not supported"},
	} {
		_, err := onnx.Decode("m.onnx", of(c.t).bytes())
		refuses(t, err, `onnx: m.onnx: `, `"t"`, c.want)
	}
}

func TestExternalData(t *testing.T) {
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "sub", "below"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"w.bin": 12, "outside.bin": 12, "sub/w.bin": 12, "sub/below/w.bin": 12, "sub/empty.bin": 0} {
		if err := os.WriteFile(filepath.Join(folder, filepath.FromSlash(name)), make([]byte, size), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	at := func(entries ...string) tensor {
		e := map[string]string{}
		for i := 0; i < len(entries); i += 2 {
			e[entries[i]] = entries[i+1]
		}
		return tensor{kind: "f32", dims: []int64{3}, external: e}
	}
	for _, c := range []struct {
		t    tensor
		want string
	}{
		{at("location", "w.bin"), ""},
		{at("location", "below/w.bin"), ""},
		{at("location", "below/../w.bin"), ""},
		{at("location", "../outside.bin"), "outside of the model's folder"},
		{at("location", "below/../../outside.bin"), "outside of the model's folder"},
		{at("location", filepath.Join(folder, "w.bin")), "outside of the model's folder"},
		{at("location", ""), "external_data has no location"},
		{at("offset", "0"), "external_data has no location"},
		{at("location", "missing.bin"), "no such file"},
		{at("location", "below"), "not a regular file"},
		{at("location", "w.bin", "offset", "4"), "its data are 12 bytes from byte 4 on"},
		{at("location", "w.bin", "offset", "4", "length", "8"), "its shape [3] of float32 needs 12 bytes, there are 8"},
		{at("location", "empty.bin"), "which has 0: the file is cut off or another model's"},
		{at("location", "w.bin", "offset", "-1"), `external_data has the offset "-1", want a number of bytes`},
		{at("location", "w.bin", "length", "x"), `external_data has the length "x", want a number of bytes`},
		{at("location", "w.bin", "offset", "4611686018427387903", "length", "4611686018427387903"), "its data are 4611686018427387903 bytes"},
		{at("location", "w.bin", "offset", "9223372036854775808"), "want a number of bytes"},
	} {
		path := of(c.t).write(t, filepath.Join(folder, "sub"))
		m, err := onnx.Load(path)
		if c.want != "" {
			refuses(t, err, path, `"t"`, c.want)
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		same(t, "external", m.Apply(nil)["t"], f32(s(3), 0, 0, 0), 0)
	}
	_, err := onnx.Decode("m.onnx", of(at("location", "w.bin")).bytes())
	refuses(t, err, `"t"`, `its data are in another file, "w.bin", and the model did not come from a file: use onnx.Load`)
}

// A terabyte that is said to be in another file takes no memory before it is there.
func TestExternalDataThatAreNotThere(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "w.bin"), make([]byte, 8), 0o666); err != nil {
		t.Fatal(err)
	}
	big := tensor{kind: "f32", dims: []int64{1 << 38}, external: map[string]string{"location": "w.bin"}}
	_, err := onnx.Load(of(big).write(t, folder))
	refuses(t, err, "its data are 1099511627776 bytes from byte 0 on", "which has 8")
}

func TestConstants(t *testing.T) {
	vector := i64(s(2), 3, -4)
	for name, c := range map[string]struct {
		value any
		want  Value
	}{
		"value":        {vector, vector},
		"value_float":  {1.5, trace.Scalar(float32(1.5))},
		"value_floats": {[]float64{1.5, 2}, f32(s(2), 1.5, 2)},
		"value_int":    {-7, trace.Scalar(int64(-7))},
		"value_ints":   {[]int{3, -4}, vector},
	} {
		m := model{graph: graph{out: []string{"y"}, nodes: []node{{op: "Constant", out: "y", attrs: attrs{name: c.value}}}}}
		same(t, name, m.decode(t).Apply(nil)["y"], c.want, 0)
	}
	for _, c := range []struct {
		node node
		want string
	}{
		{node{op: "Constant", out: "y"}, "a Constant needs an attribute with its value"},
		{node{op: "Constant", out: "y", attrs: attrs{"value": 1}}, "its value is no tensor"},
		{node{op: "Constant", out: "y", attrs: attrs{"value_string": "a"}}, `the attribute "value_string" of a Constant is not supported`},
		{node{op: "Constant", out: "y", attrs: attrs{"sparse_value": message{}.bytes(22, nil)}}, `the attribute "sparse_value" of a Constant is not supported`},
		{node{op: "Constant", out: "y z", attrs: attrs{"value_int": 1}}, "a Constant has one output"},
		{node{op: "Constant", attrs: attrs{"value_int": 1}}, "a Constant has one output"},
		{node{op: "Constant", out: "y", attrs: attrs{"value": tensor{kind: "string", dims: []int64{0}}}}, "elements of type string are not supported"},
		{node{op: "Constant", out: "y", attrs: attrs{"value": tensor{kind: "f32", dims: []int64{2}, raw: []byte{1}}}}, "needs 8 bytes, there are 1"},
	} {
		_, err := onnx.Decode("m.onnx", model{graph: graph{out: []string{"y"}, nodes: []node{c.node}}}.bytes())
		refuses(t, err, "(Constant)", c.want)
	}
}

func TestReadTensorRefuses(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "t.pb")
	for name, data := range map[string][]byte{
		"number 0":   nil,
		"cut off":    {0x4a, 9, 1},
		"has no end": {0x80},
	} {
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := onnx.ReadTensor(path)
		want := name
		if name == "has no end" {
			want = "the message is cut off"
		}
		refuses(t, err, "onnx: "+path+": ", want)
	}
	_, err := onnx.ReadTensor(folder)
	refuses(t, err, "not a regular file")
	_, err = onnx.ReadTensor(filepath.Join(folder, "none.pb"))
	refuses(t, err, "none.pb", "no such file")
}
