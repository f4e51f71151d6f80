package main

import (
	"context"
	"image"
	"image/color"
	"io"
	"os"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// columns reads an image[1 1 4 w] column by column: an a where the upper half is bright,
// a b where the lower half is.
func columns(x trace.Value) trace.Value {
	half := func(from int) trace.Value {
		rows := fn.Slice(x, fn.SliceConfig{Start: []int{0, 0, from, 0}, Stop: []int{1, 1, from + 2, x.Dim(3)}})
		return fn.Mean(rows, 1, 2)
	}
	upper := half(0)
	return fn.Stack(2, fn.FullLike(upper, 0.5), upper, half(2))
}

// Each character of a line is explained by its own column.
func TestText(t *testing.T) {
	t.Chdir(t.TempDir())
	img := image.NewGray(image.Rect(0, 0, 6, 4))
	for _, at := range []image.Point{{X: 1, Y: 0}, {X: 1, Y: 1}, {X: 4, Y: 2}, {X: 4, Y: 3}} {
		img.SetGray(at.X, at.Y, color.Gray{Y: 255})
	}
	if err := writePNG("line.png", img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("keys.txt", []byte("a\nb\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := parse([]string{"-keys", "keys.txt", "-target", "text", "-attributor", "inputxgradient", "line.png"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	net := network.Network{Name: "columns", DType: trace.Float32, Dims: []int{-1, 1, 4, -1}, Apply: columns}
	j, err := s.job(net.Fit(net.Preprocess))
	if err != nil {
		t.Fatal(err)
	}
	ins, err := j.selected()
	if err != nil {
		t.Fatal(err)
	}
	kept := &collected{}
	one := &task{j, ins}
	if err := one.do(context.Background(), kept, newTally([]*task{one}, io.Discard, io.Discard)); err != nil {
		t.Fatal(err)
	}
	r := kept.results[0]
	if r.err != nil || *r.prediction.Text != "ab" || len(r.heats) != 2 {
		t.Fatalf("got %v and %d maps, %v", r.prediction, len(r.heats), r.err)
	}
	for i, column := range []int{1, 4} {
		h := r.heats[i]
		for at, v := range h.r.Float64s() {
			if want := h.Target == []string{`"a" at step 1`, `"b" at step 4`}[i] && at%6 == column && (at/6 < 2) == (i == 0); (v > 0.49) != want {
				t.Errorf("%s: element %d is %v", h.Target, at, v)
			}
		}
	}
}

// collected is a sink that keeps results.
type collected struct{ results []*result }

func (c *collected) add(r *result) error {
	c.results = append(c.results, r)
	return nil
}

func (c *collected) commit() error { return nil }
func (c *collected) abort()        {}
