package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// readers checks that PP-OCR reads lines of text, and that the relevance of each
// character lies in its own columns.
func readers(c *claims, d *data) error {
	keys, err := readKeys(filepath.Join(d.dir, "ppocr_keys.txt"))
	if err != nil {
		return err
	}
	for _, id := range []string{"ppocr_rec/relevance", "ppocr_rec/pullback", "ppocr_rec/pair"} {
		if err := reader(c, d, id, keys); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

func reader(c *claims, d *data, id string, keys []string) error {
	test, m, in, err := d.load(id)
	if err != nil {
		return err
	}
	const logits, probabilities = "p2o.Add.277", "softmax_11.tmp_0"
	m, err = m.Between(nil, []string{logits, probabilities})
	if err != nil {
		return err
	}
	x := in["x"]
	if n := len(test.Glyphs); x.Shape()[0] > n { // the input may have further lines
		x = fn.Slice(x, fn.SliceConfig{Stop: []int{n}})
	}
	var want []string
	if err := unmarshal(test.Expected.Text, &want); err != nil {
		return err
	}
	steps := m.Apply(map[string]trace.Value{"x": x})[probabilities]
	for i := range test.Glyphs {
		got := decode(pick(steps, i), keys)
		c.claim(got == want[i], "reads %q in %s", got, id)
	}
	width := x.Shape()[3]
	f := func(x trace.Value) trace.Value { return m.Apply(map[string]trace.Value{"x": x})[logits] }
	// Which logit is asked about is an argument, so that one compiled function answers all.
	type question struct{ X, Hot trace.Value }
	gradient := transforms.Jit(func(q question) trace.Value {
		return fn.Mul(q.X, transforms.Pull(f, func(trace.Value) trace.Value { return q.Hot })(q.X))
	})
	relevance := transforms.Jit(func(q question) trace.Value {
		itself := func(y trace.Value) trace.Value { return fn.Mul(y, q.Hot) }
		return transforms.Pull(transforms.WithRules(withGates(), f), itself)(q.X)
	})
	gradients, relevances, chances := 0., 0., 0.
	least := math.Inf(1)
	count := 0
	for line, glyphs := range test.Glyphs {
		for _, g := range glyphs {
			shape := steps.Shape()
			hot := make([]float32, steps.Size())
			hot[(line*shape[1]+g.Step)*shape[2]+g.Class] = 1
			q := question{x, trace.New(hot, shape...)}
			low, high := max(g.X0-3, 0), min(g.X1+3, width)
			a, b, chance := share(pick(gradient(q), line), low, high), share(pick(relevance(q), line), low, high), float64(high-low)/float64(width)
			c.printf("     %s  columns %3d to %3d: gradient x input %.2f, LRP %.2f, chance %.2f", g.Char, g.X0, g.X1-1, a, b, chance)
			gradients, relevances, chances, count = gradients+a, relevances+b, chances+chance, count+1
			least = min(least, b/chance)
		}
	}
	n := float64(count)
	c.claim(relevances/n > gradients/n && relevances/n >= 0.4 && least >= 2,
		"LRP of %s lies in the character: mean share %.2f, gradient x input %.2f, chance %.2f; each at least %.1f times chance", id, relevances/n, gradients/n, chances/n, least)
	return nil
}

// share is the part of the absolute relevance, [channels rows columns], in some columns.
func share(r trace.Value, low, high int) float64 {
	inside, all := 0., 0.
	width := r.Shape()[2]
	for i, v := range r.Float64s() {
		all += math.Abs(v)
		if at := i % width; at >= low && at < high {
			inside += math.Abs(v)
		}
	}
	return inside / all
}

// readKeys reads the characters of the classes: class 0 is blank, the last is a space.
func readKeys(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys := []string{""}
	s := bufio.NewScanner(f)
	for s.Scan() {
		keys = append(keys, s.Text())
	}
	return append(keys, " "), s.Err()
}

// decode reads probabilities [steps classes]: the most probable class of each step,
// repetitions merged, blanks dropped.
func decode(p trace.Value, keys []string) string {
	var text strings.Builder
	last := 0
	for _, k := range trace.Data[int64](fn.ArgMax(p, 1)) {
		if int(k) != last && int(k) < len(keys) {
			text.WriteString(keys[k])
		}
		last = int(k)
	}
	return text.String()
}
