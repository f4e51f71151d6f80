package transforms_test

import (
	"context"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A nil context used to cause a nil dereference.
func TestFaultB12NilContext(t *testing.T) {
	c, err := transforms.Compile(fn.Exp, trace.Scalar(0.0))
	if err != nil {
		t.Fatal(err)
	}
	var none context.Context
	got, err := c.Call(none, trace.Scalar(0.0))
	if err != nil || got.Float64() != 1 {
		t.Errorf("got %v, %v, want 1", got, err)
	}
}
