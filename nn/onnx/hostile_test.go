package onnx_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// varied is a model with most of what a file can have.
func varied() model {
	m := choice()
	m.given = append(m.given, tensor{name: "half", kind: "f16", dims: []int64{2}, list: varints(5, 0x3c00, 0x4000)})
	m.nodes = append(m.nodes,
		node{op: "Mul", in: "y half", out: "scaled"},
		node{op: "Reshape", in: "scaled shape", out: "column"},
		node{op: "Constant", out: "shape", attrs: attrs{"value_ints": []int{2, 1}}},
		call("Leaky", "column", "curve top", attrs{"slope": 0.5}),
		node{op: "Resize", in: "curve _ scales", out: "larger", attrs: attrs{"mode": "nearest"}},
		node{op: "Constant", out: "scales", attrs: attrs{"value_floats": []float64{1, 2}}},
	)
	m.out = append(m.out, "larger f32[2 2]")
	m.functions = []function{leaky}
	m.metadata = map[string]string{"author": "me"}
	return m
}

// attempt decodes bytes and, if they are a model that is to be applied, applies it to
// zeros. What goes wrong must be an error of one line, or a *trace.Error.
func attempt(t testing.TB, data []byte, applied bool) {
	m, err := onnx.Decode("m.onnx", data)
	if err != nil {
		if text := err.Error(); !strings.HasPrefix(text, "onnx: m.onnx: ") || strings.ContainsAny(text, "\n\r\x00") {
			t.Fatalf("%q is no error of one line", text)
		}
		return
	}
	m.Values()
	in := zeros(m)
	if in == nil || !applied {
		return
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(256 << 20)) // larger arrays are refused
	if err := trace.Try(func() { m.Apply(in) }); err != nil && strings.ContainsAny(err.Error(), "\n\r\x00") {
		t.Fatalf("%q is no error of one line", err)
	}
}

// zeros are inputs of small shapes, nil if there are none.
func zeros(m onnx.Model) values {
	in := values{}
	for _, p := range m.Inputs() {
		size, shape := 1, []int{}
		for _, d := range p.Dims {
			n := d.Size
			if n < 0 {
				n = 2
			}
			if n > 0 && size > 4096/n {
				return nil
			}
			size *= n
			shape = append(shape, n)
		}
		d := p.DType
		if d == trace.Invalid {
			d = trace.Float32
		}
		in[p.Name] = array(d, shape, make([]float64, size))
	}
	return in
}

func TestTruncated(t *testing.T) {
	data := varied().bytes()
	varied().decode(t)
	for n := range data {
		attempt(t, data[:n:n], true)
	}
}

func TestFlippedBits(t *testing.T) {
	data := varied().bytes()
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < 8*len(data); i += step {
		data[i/8] ^= 1 << (i % 8)
		attempt(t, data, true)
		data[i/8] ^= 1 << (i % 8)
	}
}

// faulty is a file that is no model, and a part of the error.
type faulty struct {
	data []byte
	want string
}

func faultyMessages() map[string]faulty {
	return map[string]faulty{
		"text":                     {[]byte("hello, world"), "field 13 has the wire type 7, which does not exist"},
		"zeros":                    {make([]byte, 100), "a field has the number 0"},
		"wire type 6":              {[]byte{1<<3 | 6}, "field 1 has the wire type 6, which does not exist"},
		"a long varint":            {append([]byte{1 << 3}, []byte(strings.Repeat("\xff", 11))...), "a number has more than 64 bits"},
		"a graph that is a number": {message{}.number(7, 1), "field 7 has the wire type 0, want a message"},
		"a name that is a number":  {message{}.number(2, 1), "field 2 has the wire type 0, want text"},
		"an opset that is text":    {message{}.bytes(8, message{}.text(2, "1")), "opset_import: not an ONNX model, or a damaged one: field 2 has the wire type 2, want a number"},
		"a length beyond the end":  {[]byte{2<<3 | 2, 200, 1}, "the message is cut off"},
		"a length of 2^64-1":       {append([]byte{2<<3 | 2}, []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")...), "the message is cut off"},
		"a group without an end":   {[]byte{1<<3 | 3}, "the message is cut off"},
		"another group's end":      {[]byte{1<<3 | 3, 2<<3 | 4}, "a group of number 1 ends as 2"},
		"groups 200 deep":          {[]byte(strings.Repeat("\x0b", 200)), "messages nest more than 100 deep"},
		"graphs 200 deep":          {nested(200), "messages nest more than 100 deep"},
		"half a fixed number":      {[]byte{1<<3 | 5, 1, 2}, "the message is cut off"},
		"half a long fixed number": {[]byte{1<<3 | 1, 1, 2, 3, 4}, "the message is cut off"},
	}
}

func TestFaultyMessages(t *testing.T) {
	for name, c := range faultyMessages() {
		_, err := onnx.Decode("m.onnx", c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		attempt(t, c.data, true)
	}
	// What no message has is skipped: groups, and fields of other numbers.
	data := append([]byte{99<<3&0x7f | 3 | 0x80, 6, 99<<3&0x7f | 4 | 0x80, 6}, message{}.text(77, "new").number(78, 1)...)
	if _, err := onnx.Decode("m.onnx", append(data, varied().bytes()...)); err != nil {
		t.Error(err)
	}
}

// What is huge and computed from constants is not computed while the file is loaded, and
// is refused by name once the model is applied.
func TestHugeResults(t *testing.T) {
	big := i64(s(1), 1<<40)
	for op, c := range map[string]struct {
		in    []tensor
		attrs attrs
	}{
		"ConstantOfShape": {[]tensor{stored("a", big)}, nil},
		"Expand":          {[]tensor{stored("a", f32(s(), 1)), stored("b", big)}, nil},
		"Tile":            {[]tensor{stored("a", f32(s(1), 1)), stored("b", big)}, nil},
		"Range":           {[]tensor{stored("a", i64(s(), 0)), stored("b", i64(s(), 1<<40)), stored("c", i64(s(), 1))}, nil},
		"OneHot":          {[]tensor{stored("a", i64(s(1), 0)), stored("b", big), stored("c", f32(s(2), 0, 1))}, nil},
		"Pad":             {[]tensor{stored("a", f32(s(1), 1)), stored("b", i64(s(2), 0, 1<<40))}, nil},
		"HannWindow":      {[]tensor{stored("a", i64(s(), 1<<40))}, nil},
		"Upsample":        {[]tensor{stored("a", f32(s(1), 1)), stored("b", f32(s(1), 1<<39))}, nil},
		"Split":           {[]tensor{stored("a", f32(s(1), 1))}, attrs{"num_outputs": 1 << 40}},
		"AveragePool":     {[]tensor{stored("a", f32(s(1, 1, 1), 1))}, attrs{"kernel_shape": []int{1}, "pads": []int{1, 1 << 40}}},
	} {
		n := node{op: op, name: "huge", out: "y", attrs: c.attrs}
		g := graph{out: []string{"y"}}
		for _, t := range c.in {
			n.in += " " + t.name
			g.given = append(g.given, t)
		}
		g.nodes = []node{n}
		opset := newest
		if op == "Upsample" {
			opset = 9
		}
		m := model{opset: opset, graph: g}.decode(t)
		panics(t, func() { m.Apply(nil) }, `node "huge", `+op+"(")
	}
}

func TestNoRegularFile(t *testing.T) {
	folder := t.TempDir()
	_, err := onnx.Load(folder)
	refuses(t, err, "onnx: "+folder+": not a regular file")
	_, err = onnx.Load(filepath.Join(folder, "none.onnx"))
	refuses(t, err, "none.onnx: no such file")
	_, err = onnx.Load("/dev/zero")
	refuses(t, err, "onnx: /dev/zero: ")
	empty := filepath.Join(folder, "empty.onnx")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = onnx.Load(empty)
	refuses(t, err, "there is no graph in it: it is cut off, or not an ONNX model")
}

// Names from a file are printed so that an error stays one line, and short.
func TestNamesInErrors(t *testing.T) {
	name := "a\nb\x00\x1b[31m" + strings.Repeat("c", 1000)
	for _, m := range []model{
		{graph: graph{out: []string{name}}},
		{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: name, in: "x", out: "y"}}}},
		{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: "Neg", name: name, in: "z", out: "y"}}}},
		{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: "Neg", name: name, in: "y", out: "y"}}}},
		{graph: graph{out: []string{"w"}, given: []tensor{{name: name, kind: "string"}}}},
		{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: "Neg", in: "x", out: "y", attrs: attrs{name: tensor{kind: "string"}}}}}},
	} {
		_, err := onnx.Decode("m.onnx", m.bytes())
		refuses(t, err, "onnx: m.onnx: ")
		if err != nil && len(err.Error()) > 700 {
			t.Errorf("an error has %d bytes", len(err.Error()))
		}
	}
}

// A file that becomes shorter while it is mapped is an error, not a fault that ends the
// process.
func TestAFileThatShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, 1<<16), 0o666); err != nil {
		t.Fatal(err)
	}
	sum := byte(0)
	err := onnx.WithFile(path, func(data []byte) error {
		if err := os.Truncate(path, 0); err != nil {
			return err
		}
		for _, b := range data {
			sum += b
		}
		return errors.New("read to the end")
	})
	refuses(t, err, "the file has become shorter while it was read")
}
