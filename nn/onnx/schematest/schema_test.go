// Package schematest compares package onnx with the code that protoc generates from the
// official onnx.proto. It is a module of its own, so that the library does not need that
// code.
package schematest

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	schema "github.com/advancedclimatesystems/gonnx/onnx"
	"google.golang.org/protobuf/proto"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// source draws numbers from bytes, zeros at their end.
type source struct{ data []byte }

func (s *source) byte() byte {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b
}

// below draws a number from 0 up to but without n.
func (s *source) below(n int) int { return int(s.byte()) % n }

func (s *source) word() uint64 {
	var b [8]byte
	n := s.below(9)
	for i := range n {
		b[i] = s.byte()
	}
	return binary.LittleEndian.Uint64(b[:])
}

// tensor draws a TensorProto, raw or listed, and returns its elements as they are to be
// read.
func (s *source) tensor(name string) (*schema.TensorProto, []float64) {
	t := &schema.TensorProto{Name: name}
	n := 1
	for range s.below(4) {
		length := s.below(4)
		t.Dims = append(t.Dims, int64(length))
		n *= length
	}
	raw := s.below(2) == 0
	var elements []float64
	for range n {
		w := s.word()
		t.DataType = int32(schema.TensorProto_INT64)
		elements = append(elements, float64(int64(w)))
		if raw {
			t.RawData = binary.LittleEndian.AppendUint64(t.RawData, w)
		} else {
			t.Int64Data = append(t.Int64Data, int64(w))
		}
	}
	if kind := s.below(4); n > 0 && kind > 0 {
		t.RawData, t.Int64Data, elements = nil, nil, nil
		for range n {
			w := s.word()
			elements = append(elements, element(t, kind, raw, w))
		}
	}
	if n == 0 {
		t.DataType = int32(schema.TensorProto_FLOAT)
	}
	return t, elements
}

// element appends an element of a kind to a tensor, and returns it.
func element(t *schema.TensorProto, kind int, raw bool, w uint64) float64 {
	le := binary.LittleEndian
	switch kind {
	case 1:
		t.DataType = int32(schema.TensorProto_FLOAT)
		if raw {
			t.RawData = le.AppendUint32(t.RawData, uint32(w))
		} else {
			t.FloatData = append(t.FloatData, math.Float32frombits(uint32(w)))
		}
		return float64(math.Float32frombits(uint32(w)))
	case 2:
		t.DataType = int32(schema.TensorProto_DOUBLE)
		if raw {
			t.RawData = le.AppendUint64(t.RawData, w)
		} else {
			t.DoubleData = append(t.DoubleData, math.Float64frombits(w))
		}
		return math.Float64frombits(w)
	}
	t.DataType = int32(schema.TensorProto_INT8)
	if raw {
		t.RawData = append(t.RawData, byte(w))
	} else {
		t.Int32Data = append(t.Int32Data, int32(int8(w)))
	}
	return float64(int8(w))
}

// port draws a ValueInfoProto, and returns its lengths as package onnx prints them.
func (s *source) port(name string) (*schema.ValueInfoProto, string) {
	shape := &schema.TensorShapeProto{}
	text := "f32["
	for i := range s.below(4) {
		d := &schema.TensorShapeProto_Dimension{}
		if i > 0 {
			text += " "
		}
		switch n := s.below(9); {
		case n == 0:
			d.Value = &schema.TensorShapeProto_Dimension_DimParam{DimParam: "batch"}
			text += "batch"
		case n == 1:
			text += "?"
		default:
			d.Value = &schema.TensorShapeProto_Dimension_DimValue{DimValue: int64(n)}
			text += fmt.Sprint(n)
		}
		shape.Dim = append(shape.Dim, d)
	}
	typ := &schema.TypeProto_Tensor{ElemType: int32(schema.TensorProto_FLOAT), Shape: shape}
	return &schema.ValueInfoProto{Name: name, Type: &schema.TypeProto{Value: &schema.TypeProto_TensorType{TensorType: typ}}}, text + "]"
}

// constant draws a node Constant with a list of numbers.
func (s *source) constant(name string) (*schema.NodeProto, []float64) {
	a := &schema.AttributeProto{Name: "value_ints", Type: schema.AttributeProto_INTS, DocString: "drawn"}
	var elements []float64
	floats := s.below(2) == 0
	if floats {
		a.Name, a.Type = "value_floats", schema.AttributeProto_FLOATS
	}
	for range s.below(6) {
		w := s.word()
		if floats {
			x := math.Float32frombits(uint32(w))
			a.Floats, elements = append(a.Floats, x), append(elements, float64(x))
		} else {
			a.Ints, elements = append(a.Ints, int64(w)), append(elements, float64(int64(w)))
		}
	}
	return &schema.NodeProto{OpType: "Constant", Name: "node " + name, Output: []string{name}, Attribute: []*schema.AttributeProto{a}}, elements
}

// FuzzSchema writes a model by the official code and reads it by package onnx: inputs,
// the elements of tensors, and attributes must be what was drawn.
func FuzzSchema(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a model of some tensors, inputs and constants: 0123456789"))
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i * 37)
	}
	f.Add(all)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &source{data}
		g := &schema.GraphProto{Name: "g", DocString: "drawn"}
		want := map[string][]float64{}
		var inputs []string
		for i := range s.below(4) {
			name := fmt.Sprint("tensor ", i)
			tensor, elements := s.tensor(name)
			g.Initializer = append(g.Initializer, tensor)
			want[name] = elements
		}
		for i := range s.below(4) {
			name := fmt.Sprint("constant ", i)
			node, elements := s.constant(name)
			g.Node = append(g.Node, node)
			want[name] = elements
		}
		for i := range s.below(3) {
			p, text := s.port(fmt.Sprint("input ", i))
			g.Input = append(g.Input, p)
			inputs = append(inputs, p.Name+" "+text)
		}
		for name := range want {
			g.Output = append(g.Output, &schema.ValueInfoProto{Name: name})
		}
		if len(want) == 0 {
			return
		}
		file, err := proto.Marshal(&schema.ModelProto{
			IrVersion: 8, ProducerName: "schematest", DocString: "drawn", Graph: g,
			OpsetImport:   []*schema.OperatorSetIdProto{{Version: 17}},
			MetadataProps: []*schema.StringStringEntryProto{{Key: "key", Value: "value"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, file, g, want, inputs)
	})
}

// compare reads a file and compares it with what was drawn.
func compare(t *testing.T, file []byte, g *schema.GraphProto, want map[string][]float64, inputs []string) {
	m, err := onnx.Decode("drawn.onnx", file)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range m.Inputs() {
		got = append(got, p.Name+" "+p.String())
	}
	if !slices.Equal(got, inputs) {
		t.Errorf("the inputs are %q, want %q", got, inputs)
	}
	whole, err := m.Between(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]trace.Value{}
	for _, p := range whole.Inputs() {
		shape := []int{}
		for _, d := range p.Dims {
			shape = append(shape, max(d.Size, 1))
		}
		in[p.Name] = fn.Zeros(trace.TypeOf(trace.Float32, shape...))
	}
	out := whole.Apply(in)
	for name, elements := range want {
		read := fn.Cast(out[name], trace.Float64).Float64s()
		same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
		if !slices.EqualFunc(read, elements, same) {
			t.Errorf("%s is %v, want %v", name, read, elements)
		}
	}
	for _, tensor := range g.Initializer {
		shape := []int64{}
		for _, n := range out[tensor.Name].Shape() {
			shape = append(shape, int64(n))
		}
		if !slices.Equal(shape, tensor.Dims) {
			t.Errorf("%s has the shape %v, want %v", tensor.Name, shape, tensor.Dims)
		}
	}
}
