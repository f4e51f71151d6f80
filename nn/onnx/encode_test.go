package onnx_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

type (
	Value  = trace.Value
	values = map[string]trace.Value
)

// This file writes ONNX files for the tests. Each struct is a message of the official
// onnx.proto, with the fields that the tests need.

// message is an encoded protobuf message. Its methods append a field.
type message []byte

func (m message) number(field int, n int64) message {
	return binary.AppendUvarint(binary.AppendUvarint(m, uint64(field)<<3), uint64(n))
}

func (m message) bytes(field int, b []byte) message {
	return append(binary.AppendUvarint(binary.AppendUvarint(m, uint64(field)<<3|2), uint64(len(b))), b...)
}

func (m message) text(field int, s string) message { return m.bytes(field, []byte(s)) }

func (m message) float(field int, x float64) message {
	return binary.LittleEndian.AppendUint32(binary.AppendUvarint(m, uint64(field)<<3|5), math.Float32bits(float32(x)))
}

// names appends a field for each word; "_" is an operand or output that is left out.
func (m message) names(field int, words string) message {
	for _, name := range strings.Fields(words) {
		m = m.text(field, strings.TrimPrefix(name, "_"))
	}
	return m
}

// entries appends a StringStringEntryProto for each entry.
func (m message) entries(field int, entries map[string]string) message {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		m = m.bytes(field, message{}.text(1, key).text(2, entries[key]))
	}
	return m
}

// kinds are the numbers of TensorProto.DataType.
var kinds = map[string]int64{
	"f32": 1, "u8": 2, "i8": 3, "u16": 4, "i16": 5, "i32": 6, "i64": 7, "string": 8, "bool": 9,
	"f16": 10, "f64": 11, "u32": 12, "u64": 13, "c64": 14, "bf16": 16,
}

// tensor is a TensorProto. Its elements are raw, listed, or in another file.
type tensor struct {
	name     string
	kind     string
	dims     []int64
	raw      []byte
	list     message // its fields with listed elements
	external map[string]string
}

func (t tensor) message() message {
	var m message
	for _, d := range t.dims {
		m = m.number(1, d)
	}
	m = m.number(2, kinds[t.kind]).text(8, t.name)
	if t.raw != nil {
		m = m.bytes(9, t.raw)
	}
	if t.external != nil {
		m = m.entries(13, t.external).number(14, 1)
	}
	return append(m, t.list...)
}

// stored returns a Value as a tensor with raw elements.
func stored(name string, v Value) tensor {
	t := tensor{name: name, kind: v.DType().String(), raw: []byte{}}
	for _, n := range v.Shape() {
		t.dims = append(t.dims, int64(n))
	}
	le := binary.LittleEndian
	switch v.DType() {
	case trace.Float32:
		for _, x := range trace.Data[float32](v) {
			t.raw = le.AppendUint32(t.raw, math.Float32bits(x))
		}
	case trace.Float64:
		for _, x := range trace.Data[float64](v) {
			t.raw = le.AppendUint64(t.raw, math.Float64bits(x))
		}
	case trace.Int32:
		for _, x := range trace.Data[int32](v) {
			t.raw = le.AppendUint32(t.raw, uint32(x))
		}
	case trace.Int64:
		for _, x := range trace.Data[int64](v) {
			t.raw = le.AppendUint64(t.raw, uint64(x))
		}
	default:
		for _, x := range trace.Data[bool](v) {
			t.raw = append(t.raw, map[bool]byte{true: 1}[x])
		}
	}
	return t
}

// attrs are the attributes of a node: an int, float64, string, Value, tensor, graph, list
// of the first three, or a reference to an attribute of the function around it.
type attrs map[string]any

// ref is the value of an attribute that is an attribute of the function.
type ref string

func (a attrs) appendTo(m message, field int) message {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		m = m.bytes(field, attributeOf(name, a[name]))
	}
	return m
}

func attributeOf(name string, value any) message {
	m := message{}.text(1, name)
	switch v := value.(type) {
	case int:
		return m.number(3, int64(v)).number(20, 2)
	case float64:
		return m.float(2, v).number(20, 1)
	case string:
		return m.text(4, v).number(20, 3)
	case tensor:
		return m.bytes(5, v.message()).number(20, 4)
	case Value:
		return m.bytes(5, stored("", v).message()).number(20, 4)
	case graph:
		return m.bytes(6, v.message()).number(20, 5)
	case ref:
		return m.text(21, string(v))
	case []int:
		for _, n := range v {
			m = m.number(8, int64(n))
		}
		return m.number(20, 7)
	case []float64:
		for _, x := range v {
			m = m.float(7, x)
		}
		return m.number(20, 6)
	case []string:
		for _, s := range v {
			m = m.text(9, s)
		}
		return m.number(20, 8)
	case message:
		return append(m, v...)
	}
	panic(fmt.Sprintf("no attribute is a %T", value))
}

// node is a NodeProto. Operands and outputs are words.
type node struct {
	op, in, out  string
	attrs        attrs
	name, domain string
}

func (n node) message() message {
	m := message{}.names(1, n.in).names(2, n.out).text(3, n.name).text(4, n.op)
	return n.attrs.appendTo(m, 5).text(7, n.domain)
}

// graph is a GraphProto. A port is a name, or a name and a type such as f32[n 3 ?].
type graph struct {
	in, out []string
	given   []tensor
	nodes   []node
}

func (g graph) message() message {
	var m message
	for _, n := range g.nodes {
		m = m.bytes(1, n.message())
	}
	m = m.text(2, "g")
	for _, t := range g.given {
		m = m.bytes(5, t.message())
	}
	for _, p := range g.in {
		m = m.bytes(11, port(p))
	}
	for _, p := range g.out {
		m = m.bytes(12, port(p))
	}
	return m
}

// port is a ValueInfoProto.
func port(text string) message {
	name, typ, typed := strings.Cut(text, " ")
	m := message{}.text(1, name)
	if !typed {
		return m
	}
	kind, dims, ranked := strings.Cut(strings.TrimSuffix(typ, "]"), "[")
	tensor := message{}.number(1, kinds[kind])
	if ranked {
		var shape message
		for _, d := range strings.Fields(dims) {
			var dim message
			switch n, err := strconv.Atoi(d); {
			case err == nil:
				dim = dim.number(1, int64(n))
			case d != "?":
				dim = dim.text(2, d)
			}
			shape = shape.bytes(1, dim)
		}
		tensor = tensor.bytes(2, shape)
	}
	return m.bytes(2, message{}.bytes(1, tensor))
}

// function is a FunctionProto of the domain "own".
type function struct {
	name, in, out string
	nodes         []node
	names         string // of attributes without a default
	defaults      attrs
}

func (f function) message() message {
	m := message{}.text(1, f.name).names(4, f.in).names(5, f.out).names(6, f.names)
	for _, n := range f.nodes {
		m = m.bytes(7, n.message())
	}
	m = m.bytes(9, message{}.text(1, "").number(2, newest)).text(10, "own")
	return f.defaults.appendTo(m, 11)
}

// newest is the newest opset that is supported.
const newest = 23

// model is a ModelProto.
type model struct {
	opset int // 0 is the newest one
	graph
	functions []function
	metadata  map[string]string
}

func (m model) bytes() []byte {
	opset := m.opset
	if opset == 0 {
		opset = newest
	}
	out := message{}.number(1, 8).text(2, "tests").bytes(7, m.graph.message()).
		bytes(8, message{}.text(1, "").number(2, int64(opset))).bytes(8, message{}.text(1, "own").number(2, 1)).
		entries(14, m.metadata)
	for _, f := range m.functions {
		out = out.bytes(25, f.message())
	}
	return out
}

// decode reads the model, in which there is no fault.
func (m model) decode(t testing.TB) onnx.Model {
	t.Helper()
	read, err := onnx.Decode("m.onnx", m.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// write writes the model into a folder and returns its path.
func (m model) write(t testing.TB, folder string) string {
	t.Helper()
	path := filepath.Join(folder, "m.onnx")
	if err := os.WriteFile(path, m.bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Arrays of numbers with a shape, for which s is short: f32(s(2, 2), 1, 2, 3, 4).
func f32(shape []int, data ...float64) Value   { return array(trace.Float32, shape, data) }
func f64(shape []int, data ...float64) Value   { return array(trace.Float64, shape, data) }
func i32(shape []int, data ...float64) Value   { return array(trace.Int32, shape, data) }
func i64(shape []int, data ...float64) Value   { return array(trace.Int64, shape, data) }
func truth(shape []int, data ...float64) Value { return array(trace.Bool, shape, data) }

func array(d trace.DType, shape []int, data []float64) Value {
	return fn.Cast(fn.Reshape(trace.New(data, len(data)), shape...), d)
}

// s is a shape.
func s(lengths ...int) []int { return append([]int{}, lengths...) }

// ramp returns numbers from -1 to 1 in no order, of a shape.
func ramp(seed int, shape ...int) Value {
	n := 1
	for _, l := range shape {
		n *= l
	}
	data := make([]float64, n)
	for i := range data {
		data[i] = math.Sin(float64(1 + seed + 7*i + i*i%5))
	}
	return f32(shape, data...)
}

// same compares a result with what it should be. Floats may differ by tol of the largest
// element.
func same(t testing.TB, what string, got, want Value, tol float64) {
	t.Helper()
	if got.IsAbsent() {
		t.Errorf("%s: got nothing, want %v", what, want)
		return
	}
	if !got.Type().Equal(want.Type()) {
		t.Errorf("%s: got %v, want %v", what, got.Type(), want.Type())
		return
	}
	g, w := fn.Cast(got, trace.Float64).Float64s(), fn.Cast(want, trace.Float64).Float64s()
	largest := 1.
	for _, x := range w {
		if !math.IsInf(x, 0) && !math.IsNaN(x) {
			largest = max(largest, math.Abs(x))
		}
	}
	for i := range w {
		if g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i]) {
			continue
		}
		if !got.DType().IsFloat() || !(math.Abs(g[i]-w[i]) <= tol*largest) {
			t.Errorf("%s: element %d is %v, want %v (got %v, want %v)", what, i, g[i], w[i], g, w)
			return
		}
	}
}

// rounding is the tolerance for a few operations in f32.
const rounding = 2e-6

// refuses checks that an error has all of some texts and is one line.
func refuses(t testing.TB, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("got no error, want one with %q", want)
		return
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got %q, want %q in it", err, text)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\r\x00") {
		t.Errorf("%q is more than a line", err)
	}
}
