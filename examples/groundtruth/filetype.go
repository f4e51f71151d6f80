package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// fileTypes checks that magika tells file types, and prints the bytes that decided. Bytes
// have no derivative, so the gradient is taken at the one-hot rows that the network makes
// of them: the relevance of a byte is its row times the gradient, added up. It must be
// what the type is known by: the probability falls more when the most relevant bytes are
// hidden than when others are.
func fileTypes(c *claims, d *data) error {
	test, m, in, err := d.load("magika/five")
	if err != nil {
		return err
	}
	labels, err := readLabels(filepath.Join(d.dir, "magika_labels.json"))
	if err != nil {
		return err
	}
	const hidden = 256 // the byte for padding
	out := m.Outputs()[0].Name
	rows, err := oneHotOf(m.Values(), func(name string) (trace.Type, error) {
		part, err := m.Between(nil, []string{name})
		if err != nil {
			return trace.Type{}, err
		}
		return part.Apply(in)[name].Type(), nil
	}, in["bytes"].Shape())
	if err != nil {
		return err
	}
	first, err := m.Between(nil, []string{rows})
	if err != nil {
		return err
	}
	rest, err := m.Between([]string{rows, "bytes"}, nil)
	if err != nil {
		return err
	}
	p := m.Apply(in)[out]
	hot := first.Apply(in)[rows]
	for i, want := range test.Expected.Labels {
		at := int(fn.ArgMax(pick(p, i), 0).Float64())
		c.claim(labels[at] == want, "%s is %s: %.3f", test.Expected.Files[i], labels[at], pick(p, i, at).Float64())
		log := func(h trace.Value) trace.Value {
			return fn.Log(pick(rest.Apply(map[string]trace.Value{rows: h, "bytes": in["bytes"]})[out], i, at))
		}
		relevance := fn.Sum(pick(fn.Mul(hot, transforms.Grad(log)(hot)), i), 1).Float64s()
		bytes := trace.Data[int32](pick(in["bytes"], i))
		order := ranked(relevance, bytes, hidden)
		text := func(places []int) string {
			s := slices.Sorted(slices.Values(places))
			var b []byte
			for _, k := range s {
				b = append(b, byte(bytes[k]))
			}
			return string(b)
		}
		n := min(16, len(order)/2)
		without := func(places []int) float64 {
			changed := slices.Clone(bytes)
			for _, k := range places {
				changed[k] = hidden
			}
			one := trace.New(changed, 1, len(changed))
			return pick(m.Apply(map[string]trace.Value{"bytes": one})[out], 0, at).Float64()
		}
		top, bottom := without(order[:n]), without(order[len(order)-n:])
		c.claim(top <= bottom, "decided by %q: without these bytes %.3f, without the %d least relevant %.3f", text(order[:n]), top, n, bottom)
	}
	return nil
}

// ranked returns the places of bytes that are no padding, the most relevant first.
func ranked(relevance []float64, bytes []int32, padding int32) []int {
	var order []int
	for i, b := range bytes {
		if b != padding {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := relevance[a], relevance[b]; {
		case x > y || math.IsNaN(y):
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return order
}

// oneHotOf returns the first value that has one row of floats for each byte.
func oneHotOf(names []string, typeOf func(name string) (trace.Type, error), bytes []int) (string, error) {
	for _, name := range names {
		t, err := typeOf(name)
		if err != nil {
			return "", err
		}
		if t.DType.IsFloat() && t.Rank() == 3 && slices.Equal(t.Shape[:2], bytes) {
			return name, nil
		}
	}
	return "", fmt.Errorf("the network makes no rows of its bytes")
}

func readLabels(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var labels []string
	if err := json.Unmarshal(text, &labels); err == nil {
		return labels, nil
	}
	var doc struct{ Labels []string }
	err = unmarshal(text, &doc)
	return doc.Labels, err
}

// unmarshal reads JSON.
func unmarshal(text []byte, into any) error {
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%w in %.40q", err, text)
	}
	return nil
}
