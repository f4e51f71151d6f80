package onnx_test

import (
	"bytes"
	"slices"
	"testing"
)

// boundless are operators that may run for long, or make arrays of any size below what
// memory has, as the numbers of a file say. TestHugeResults applies them.
var boundless = []string{"Loop", "OneHot", "Tile", "Expand", "Pad", "ConstantOfShape", "Range", "Resize", "Upsample", "Window", "Pool", "Conv"}

// FuzzDecode reads bytes and applies what they are to zeros. Nothing may panic but with a
// *trace.Error. Models with boundless operators are only read.
func FuzzDecode(f *testing.F) {
	add := func(m model) { f.Add(m.bytes()) }
	add(varied())
	add(network())
	add(decay(0, "zero x", attrs{}))
	f.Add(nested(3))
	for _, e := range elements {
		add(of(tensor{kind: e.kind, dims: []int64{2}, raw: e.raw}))
		add(of(tensor{kind: e.kind, dims: []int64{2}, list: e.list}))
	}
	for _, c := range allCases {
		add(c.model(0))
		add(c.model(1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		bounded := !slices.ContainsFunc(boundless, func(op string) bool { return bytes.Contains(data, []byte(op)) })
		attempt(t, data, bounded)
	})
}
