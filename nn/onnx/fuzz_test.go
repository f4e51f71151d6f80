package onnx_test

import (
	"bytes"
	"testing"
)

// FuzzDecode reads bytes and applies what they are to zeros. Nothing may panic but with a
// *trace.Error. Loops are left out: they may run for long.
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
		if len(data) > 1<<14 || bytes.Contains(data, []byte("Loop")) {
			return
		}
		attempt(t, data)
	})
}
