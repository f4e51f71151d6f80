package fashion_test

import (
	"testing"

	"github.com/pullback-go/pullback/examples/internal/fashion"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// The network recognizes the embedded image.
func TestModel(t *testing.T) {
	net, err := fashion.Model(trace.Float64)
	if err != nil {
		t.Fatal(err)
	}
	img, err := fashion.Image()
	if err != nil {
		t.Fatal(err)
	}
	gray, shape := heatmap.Gray(img)
	x := fn.Shift(fn.Scale(trace.New(gray, 1, 1, fashion.Side, fashion.Side), 2), -1)
	p := fn.Softmax(net.Apply(x), 1)
	if best := fn.ArgMax(p, 1); fashion.Labels[trace.Data[int64](best)[0]] != "ankle boot" || p.At(0, 9) < 0.99 {
		t.Errorf("%v: probabilities %.3f", shape, p)
	}
}
