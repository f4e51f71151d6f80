package main

import (
	"image"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/fashion"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/textline"
)

// demonstration reports whether to explain what is embedded, because nothing is named.
func (s settings) demonstration() bool { return len(s.inputs) == 0 && !s.special }

// demonstration returns the tasks of explaining a digit, a garment and a line of text.
func demonstration(s settings) ([]*task, error) {
	if err := s.output.place(1); err != nil {
		return nil, &usageError{err}
	}
	var all []*task
	for _, d := range []struct {
		open func() (network.Network, error)
		in   input
	}{
		{network.Digits, input{name: "0", embedded: func() (image.Image, error) { return digits.Image(0) }}},
		{network.Fashion, input{name: "ankle boot", embedded: fashion.Image}},
		{network.TextLine, input{name: "heat_map_rotated", embedded: textline.Image}},
	} {
		net, err := d.open()
		if err != nil {
			return nil, err
		}
		j, err := s.job(net)
		if err != nil {
			return nil, err
		}
		all = append(all, &task{j, []input{d.in}})
	}
	return all, nil
}
