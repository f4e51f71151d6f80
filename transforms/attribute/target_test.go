package attribute_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestTargets(t *testing.T) {
	y := trace.New([]float64{1, 5, 5, -2, -1, -3}, 2, 3)
	for name, c := range map[string]struct {
		target attribute.Target
		want   []float64
	}{
		"output":          {attribute.Output, []float64{1, 5, 5, -2, -1, -3}},
		"ones":            {attribute.Ones, []float64{1, 1, 1, 1, 1, 1}},
		"class":           {attribute.Class(2), []float64{0, 0, 1, 0, 0, 1}},
		"classes":         {attribute.Class(2, 0), []float64{0, 0, 1, 1, 0, 0}},
		"top":             {attribute.Top, []float64{0, 1, 0, 0, 1, 0}},
		"vector":          {attribute.Vector(trace.New([]float64{7, 8, 9})), []float64{7, 8, 9, 7, 8, 9}},
		"matrix":          {attribute.Vector(fn.Neg(y)), []float64{-1, -5, -5, 2, 1, 3}},
		"one hot, output": {attribute.OneHotTimesOutput(1, 2), []float64{0, 5, 0, 0, 0, -3}},
		"top, output":     {attribute.TimesOutput(attribute.Top), []float64{0, 5, 0, 0, -1, 0}},
		"any function":    {fn.Square, []float64{1, 25, 25, 4, 1, 9}},
	} {
		t.Run(name, func(t *testing.T) {
			want := trace.New(c.want, 2, 3)
			lawtest.Close(t, c.target(y), want, 0)
			lawtest.Close(t, transforms.Jit(c.target)(y), want, 0)
			narrow := c.target
			if name != "vector" && name != "matrix" {
				lawtest.Close(t, narrow(fn.Cast(y, trace.Float32)), fn.Cast(want, trace.Float32), 0)
			}
		})
	}
	lawtest.Close(t, attribute.Class(1)(trace.New([]float64{4, 5})), trace.New([]float64{0, 1}), 0)
}

func TestTargetErrors(t *testing.T) {
	y, scalar := fn.Ones(trace.TypeOf(trace.Float64, 4, 3)), trace.Scalar(1.0)
	for want, f := range map[string]func(){
		"attribute.Class[]: want one class for all samples, or one for each, counted from 0":     func() { attribute.Class() },
		"attribute.Class[1 -2]: want one class for all samples, or one for each, counted from 0": func() { attribute.Class(1, -2) },
		"attribute.Class[1 2]: 2 classes do not fit the output f64[4 3]: want one class for all samples, or one for each of y[n k]": func() {
			attribute.Class(1, 2)(y)
		},
		"attribute.Class[1]: 1 classes do not fit the output f64[]: want one class for all samples, or one for each of y[n k]": func() {
			attribute.Class(1)(scalar)
		},
		"attribute.Class[3]: there is no class 3 in the output f64[4 3], its last axis has 3": func() { attribute.Class(3)(y) },
		"attribute.Top: the output f64[] has no axis of classes: want y[n k]":                 func() { attribute.Top(scalar) },
		"attribute.Vector: f64[4] does not fit the output f64[4 3]: want that type, or one that broadcasts to it": func() {
			attribute.Vector(fn.Ones(trace.TypeOf(trace.Float64, 4)))(y)
		},
		"attribute.Vector: f32[4 3] does not fit the output f64[4 3]: want that type, or one that broadcasts to it": func() {
			attribute.Vector(fn.Ones(trace.TypeOf(trace.Float32, 4, 3)))(y)
		},
	} {
		wantError(t, f, want)
	}
}

// wantError checks that f panics with a *trace.Error of that reason.
func wantError(t *testing.T, f func(), want string) {
	t.Helper()
	err := trace.Try(f)
	if err == nil {
		t.Errorf("no error, want %q", want)
		return
	}
	if e, _ := trace.AsError(err); e.Err.Error() != want {
		t.Errorf("got  %s\nwant %s", e.Err, want)
	}
}
