package onnx

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/pullback-go/pullback/trace"
)

// pending is a tensor whose elements are still to be converted.
type pending struct {
	name, what string
	tensor     *tensor
}

// convert converts the elements of all tensors. Several at a time go faster, because most
// of the time is the system's, which finds pages for them.
func (b *builder) convert() error {
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	values := make([]trace.Value, len(b.pending))
	failed := make([]error, len(b.pending))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.pending)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(b.pending); i = int(next.Add(1)) - 1 {
				failed[i] = guarded(func() (err error) {
					values[i], err = b.pending[i].tensor.value(b.files, rooms[i])
					return err
				})
			}
		})
	}
	group.Wait()
	for i, p := range b.pending {
		if failed[i] != nil {
			return within(failed[i], "%s", p.what)
		}
		b.consts[p.name] = values[i]
	}
	return nil
}

// rooms returns an array for each tensor. Those whose elements lie in the file are parts
// of one block of memory, so that the system can use large pages for all of them. For the
// others there is none.
func (b *builder) rooms() ([]*trace.Array, error) {
	const line = 64
	places := make([]int, len(b.pending))
	total := 0
	for i, p := range b.pending {
		typ, err := p.tensor.typ()
		if err != nil {
			return nil, within(err, "%s", p.what)
		}
		if places[i] = total; p.tensor.external == nil {
			total += (typ.Bytes() + line - 1) / line * line
		}
	}
	block := trace.NewMemory(total)
	rooms := make([]*trace.Array, len(b.pending))
	for i, p := range b.pending {
		if typ, _ := p.tensor.typ(); p.tensor.external == nil {
			rooms[i] = block.Array(places[i], typ)
		}
	}
	return rooms, nil
}

// constant adds the value of a tensor, once it is converted.
func (b *builder) constant(name, what string, t *tensor) error {
	b.pending = append(b.pending, pending{name, what, t})
	return b.admit(t)
}

// admit checks a tensor's type, and that there is room for it. What a file stores in
// place of elements, such as packed small numbers, may not grow without bound.
func (b *builder) admit(t *tensor) error {
	typ, err := t.typ()
	if err != nil || t.external != nil {
		return err
	}
	if b.room -= typ.Bytes(); b.room < 0 {
		return fmt.Errorf("%v needs more memory than a file of this size can fill", typ)
	}
	return nil
}

// constantNode adds the value of a node Constant, which has one of several attributes.
func (b *builder) constantNode(n *node) error {
	if len(n.out) != 1 || n.out[0] == "" {
		return errors.New("a Constant has one output")
	}
	for name, a := range n.attrs {
		var v trace.Value
		switch name {
		case "value":
			if a.tensor == nil {
				return errors.New("its value is no tensor")
			}
			return b.constant(n.out[0], fmt.Sprintf("node %s (Constant)", quote(n.name)), a.tensor)
		case "value_float":
			v = trace.Scalar(a.real)
		case "value_floats":
			v = trace.New(a.reals, len(a.reals))
		case "value_int":
			v = trace.Scalar(a.integer)
		case "value_ints":
			v = vectorOf(a.ints)
		default:
			return fmt.Errorf("the attribute %s of a Constant is not supported", quote(name))
		}
		b.consts[n.out[0]] = v
		return nil
	}
	return errors.New("a Constant needs an attribute with its value")
}
