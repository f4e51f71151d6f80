package onnx

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/pullback-go/pullback/trace"
)

// This file reads the messages of the format. Each message becomes a struct with the
// fields that are used here. Their numbers are those of the official onnx.proto.

// protoModel is a ModelProto.
type protoModel struct {
	producer  string
	opsets    map[string]int // by domain; "" is the standard one
	graph     *protoGraph
	functions []*protoFunction
	metadata  map[string]string
}

// protoGraph is a GraphProto.
type protoGraph struct {
	nodes   []*protoNode
	tensors []*tensor // the initializers
	inputs  []Port
	outputs []Port
}

// protoNode is a NodeProto.
type protoNode struct {
	name, op, domain string
	in, out          []string // an empty name stands for an operand that is left out
	attributes       []*attribute
}

// protoFunction is a FunctionProto: an operator that the model defines itself.
type protoFunction struct {
	name, domain string
	in, out      []string
	attributes   []*attribute // with their defaults
	nodes        []*protoNode
	opsets       map[string]int
}

// attribute is an AttributeProto.
type attribute struct {
	name    string
	ref     string // the name of the function's attribute whose value this one has
	integer int64
	real    float32
	text    string
	tensor  *tensor
	value   trace.Value // of the tensor, once the graph is built
	graph   *protoGraph
	ints    []int
	reals   []float32
	texts   []string
	only    string // what else the attribute has that no operator here reads
}

// decoder reads messages. It counts what it makes of them, so that a small file cannot
// take much memory.
type decoder struct {
	room  int // bytes of memory that are left
	depth int // how deep graphs nest here
}

// errRoom is the error for a file that has next to nothing but empty messages.
var errRoom = errors.New("it needs more than four times its size in memory for nodes, names and attributes")

// take accounts for the memory of a struct and its place in a list.
func (d *decoder) take(bytes int) error {
	if d.room -= bytes; d.room < 0 {
		return errRoom
	}
	return nil
}

// appendTo appends to a list. It accounts for the memory of the list whenever that moves.
func appendTo[E any](d *decoder, list *[]E, e E) error {
	if len(*list) == cap(*list) {
		n := max(2*cap(*list), 2)
		if err := d.take(n * int(unsafe.Sizeof(e))); err != nil {
			return err
		}
		*list = append(make([]E, 0, n), *list...)
	}
	*list = append(*list, e)
	return nil
}

// ints appends the numbers of a field, packed or not, to a list.
func (d *decoder) ints(f field, list *[]int) (err error) {
	if f.wire == wireVarint {
		return appendTo(d, list, int(f.word))
	}
	n := 0
	for _, b := range f.bytes {
		if b < 0x80 { // the last byte of a number
			n++
		}
	}
	if err := d.take(8 * n); err != nil {
		return err
	}
	*list = slices.Grow(*list, n)
	return f.integers(func(n int64) { *list = append(*list, int(n)) })
}

// reals appends the floats of a field, packed or not, to a list.
func (d *decoder) reals(f field, list *[]float32) error {
	if f.wire == wireFixed32 {
		return appendTo(d, list, floatOf(f.word))
	}
	if err := d.take(len(f.bytes)); err != nil {
		return err
	}
	*list = slices.Grow(*list, len(f.bytes)/4)
	return f.fixed(4, func(bits uint64) { *list = append(*list, floatOf(bits)) })
}

// within says in which part of the file an error is.
func within(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errDeep) {
		return err // the places of a hundred levels are no help
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}

func (d *decoder) model(message []byte) (*protoModel, error) {
	m := &protoModel{opsets: map[string]int{}, metadata: map[string]string{}}
	err := eachField(message, func(f field) (err error) {
		switch f.number {
		case 2:
			m.producer, err = f.text()
		case 7:
			m.graph, err = d.graphField(f)
		case 8:
			err = d.opset(f, m.opsets)
		case 14:
			var e [2]string
			if e, err = d.entry(f); err == nil {
				m.metadata[e[0]] = e[1]
			}
		case 25:
			var fn *protoFunction
			if fn, err = d.function(f); err == nil {
				err = appendTo(d, &m.functions, fn)
			}
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case m.graph == nil:
		return nil, errors.New("there is no graph in it: it is cut off, or not an ONNX model")
	}
	return m, nil
}

func (d *decoder) opset(f field, opsets map[string]int) error {
	message, err := f.message()
	if err != nil {
		return err
	}
	domain, version := "", int64(0)
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			domain, err = f.text()
		case 2:
			version, err = f.integer()
		}
		return err
	})
	if err == nil {
		opsets[standard(domain)] = int(version)
		err = d.take(64 + len(domain))
	}
	return within(err, "opset_import")
}

// standard returns the domain of an operator, empty for the standard one.
func standard(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}

// entry reads a StringStringEntryProto: key and value.
func (d *decoder) entry(f field) (e [2]string, err error) {
	message, err := f.message()
	if err != nil {
		return e, err
	}
	err = eachField(message, func(f field) (err error) {
		if f.number == 1 || f.number == 2 {
			e[f.number-1], err = f.text()
		}
		return err
	})
	if err == nil {
		err = d.take(64 + len(e[0]) + len(e[1]))
	}
	return e, err
}

func (d *decoder) graphField(f field) (*protoGraph, error) {
	message, err := f.message()
	if err != nil {
		return nil, err
	}
	if d.depth++; d.depth > deepest {
		return nil, errDeep
	}
	defer func() { d.depth-- }()
	g := &protoGraph{}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			var n *protoNode
			if n, err = d.node(f); err == nil {
				err = appendTo(d, &g.nodes, n)
			}
		case 5:
			var t *tensor
			if t, err = d.tensor(f); err == nil {
				err = appendTo(d, &g.tensors, t)
			}
		case 11, 12:
			var p Port
			list := &g.inputs
			if f.number == 12 {
				list = &g.outputs
			}
			if p, err = d.port(f); err == nil {
				err = appendTo(d, list, p)
			}
		case 15:
			err = errors.New("it has a sparse initializer, which is not supported: store the tensor densely")
		}
		return err
	})
	if err == nil {
		err = d.take(160)
	}
	return g, err
}

func (d *decoder) node(f field) (*protoNode, error) {
	message, err := f.message()
	if err != nil {
		return nil, err
	}
	n := &protoNode{}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			err = d.appendText(&n.in, f)
		case 2:
			err = d.appendText(&n.out, f)
		case 3:
			n.name, err = f.text()
		case 4:
			n.op, err = f.text()
		case 5:
			var a *attribute
			if a, err = d.attribute(f); err == nil {
				err = appendTo(d, &n.attributes, a)
			}
		case 7:
			n.domain, err = f.text()
			n.domain = standard(n.domain)
		}
		return err
	})
	if err == nil && n.op == "" {
		err = errors.New("it has no operator")
	}
	if err == nil {
		err = d.take(300 + len(n.name) + len(n.op) + len(n.domain))
	}
	return n, within(err, "node %s", quote(n.name))
}

// appendText appends a field's string to a list.
func (d *decoder) appendText(list *[]string, f field) error {
	s, err := f.text()
	if err != nil {
		return err
	}
	if err := appendTo(d, list, s); err != nil {
		return err
	}
	return d.take(len(s))
}

func (d *decoder) function(f field) (*protoFunction, error) {
	message, err := f.message()
	if err != nil {
		return nil, err
	}
	fn := &protoFunction{opsets: map[string]int{}}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			fn.name, err = f.text()
		case 4:
			err = d.appendText(&fn.in, f)
		case 5:
			err = d.appendText(&fn.out, f)
		case 7:
			var n *protoNode
			if n, err = d.node(f); err == nil {
				err = appendTo(d, &fn.nodes, n)
			}
		case 9:
			err = d.opset(f, fn.opsets)
		case 10:
			fn.domain, err = f.text()
			fn.domain = standard(fn.domain)
		case 11:
			var a *attribute
			if a, err = d.attribute(f); err == nil {
				err = appendTo(d, &fn.attributes, a)
			}
		}
		return err
	})
	if err == nil {
		err = d.take(400 + len(fn.name) + len(fn.domain))
	}
	return fn, within(err, "function %s", quote(fn.name))
}

func (d *decoder) attribute(f field) (*attribute, error) {
	message, err := f.message()
	if err != nil {
		return nil, err
	}
	a := &attribute{}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			a.name, err = f.text()
		case 2:
			a.real, err = f.float()
		case 3:
			a.integer, err = f.integer()
		case 4:
			a.text, err = f.text()
		case 5:
			a.tensor, err = d.tensor(f)
		case 6:
			a.graph, err = d.graphField(f)
		case 7:
			err = d.reals(f, &a.reals)
		case 8:
			err = d.ints(f, &a.ints)
		case 9:
			err = d.appendText(&a.texts, f)
		case 10:
			a.only = "a list of tensors"
		case 11:
			a.only = "a list of graphs"
		case 14, 15:
			a.only = "a type"
		case 21:
			a.ref, err = f.text()
		case 22, 23:
			a.only = "a sparse tensor"
		}
		return err
	})
	if err == nil {
		err = d.take(280 + len(a.name) + len(a.text) + len(a.ref))
	}
	return a, within(err, "attribute %s", quote(a.name))
}

// port reads a ValueInfoProto.
func (d *decoder) port(f field) (p Port, err error) {
	message, err := f.message()
	if err != nil {
		return p, err
	}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			p.Name, err = f.text()
		case 2:
			err = d.portType(f, &p)
		}
		return err
	})
	if err == nil {
		err = d.take(120 + len(p.Name))
	}
	return p, within(err, "input or output %s", quote(p.Name))
}

// portType reads a TypeProto. Only tensors have a dtype here; others are reported when
// they are used.
func (d *decoder) portType(f field, p *Port) error {
	message, err := f.message()
	if err != nil {
		return err
	}
	return eachField(message, func(f field) error {
		if f.number != 1 {
			p.other = true
			return nil
		}
		message, err := f.message()
		if err != nil {
			return err
		}
		return eachField(message, func(f field) (err error) {
			switch f.number {
			case 1:
				var k int64
				k, err = f.integer()
				p.element = elementKind(k)
				p.DType, _ = p.element.dtype()
			case 2:
				p.Ranked = true
				err = d.shape(f, p)
			}
			return err
		})
	})
}

// shape reads a TensorShapeProto.
func (d *decoder) shape(f field, p *Port) error {
	message, err := f.message()
	if err != nil {
		return err
	}
	p.Dims = nil
	return eachField(message, func(f field) error {
		if f.number != 1 {
			return nil
		}
		message, err := f.message()
		if err != nil {
			return err
		}
		dim := Dim{Size: -1}
		err = eachField(message, func(f field) (err error) {
			switch f.number {
			case 1:
				var n int64
				n, err = f.integer()
				dim.Size = max(int(n), -1)
			case 2:
				dim.Name, err = f.text()
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := appendTo(d, &p.Dims, dim); err != nil {
			return err
		}
		return d.take(len(dim.Name))
	})
}
