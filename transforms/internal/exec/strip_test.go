package exec_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// rowByRow makes strips of one row.
var rowByRow = exec.Options{StripBytes: 1}

// images is a batch of six.
func images(d trace.DType) Value {
	return fn.Cast(lawtest.Between(-1, 1).Value(lawtest.Rand("images"), trace.TypeOf(trace.Float64, 6, 3, 10, 9)), d)
}

// network draws its weights. It contains what strips consist of: convolutions that keep
// or change the number of channels and the size, activations, sums, a factor for each
// image and channel, and poolings.
func network(d trace.DType) func(x Value) Value {
	weights := func(name string, shape ...int) Value {
		w := lawtest.Between(-0.5, 0.5).Value(lawtest.Rand(name), trace.TypeOf(trace.Float64, shape...))
		return fn.Cast(w, d)
	}
	first, second, down, point := weights("first", 8, 3, 3, 3), weights("second", 8, 8, 3, 3), weights("down", 12, 8, 3, 3), weights("point", 5, 12, 1, 1)
	bias, dense := weights("bias", 8, 1, 1), weights("dense", 7, 15)
	same := fn.ConvConfig{Padding: []int{1, 1}}
	return func(x Value) Value {
		x = fn.ReLU(fn.Add(fn.Conv(x, first, same), bias))
		x = fn.Add(x, fn.ReLU(fn.Conv(x, second, same)))
		x = fn.Mul(x, fn.Sigmoid(fn.AdaptiveAvgPool(x, 1, 1))) // the array that this factor is repeated from is outside of the strip
		x = fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}})
		x = fn.ReLU(fn.Conv(x, down, fn.ConvConfig{Stride: []int{2, 2}, Padding: []int{1, 1}}))
		x = fn.AvgPool(fn.GELU(fn.Conv(x, point, fn.ConvConfig{})), fn.AvgPoolConfig{Kernel: []int{2, 1}})
		return fn.Linear(fn.Flatten(x, 1), dense, Value{})
	}
}

// striped has functions that run in strips.
func striped(d trace.DType) map[string]func(Value) Value {
	f := network(d)
	last := func(y Value) Value {
		return fn.Cast(fn.Equal(fn.IotaLike(y, y.Type(), 1), fn.Full(y.Type(), 2)), y.DType())
	}
	explained := func(c transforms.Composite) func(Value) Value {
		return transforms.Pull(transforms.WithRules(c, f), last)
	}
	return map[string]func(Value) Value{
		"forward":  f,
		"mapped":   transforms.Vmap(func(x Value) Value { return fn.Index(f(fn.ExpandDims(x, 0)), 0) }), // has views with the batch on another axis
		"gradient": transforms.Pull(f, last),
		"plus":     explained(rules.EpsilonPlus()),
		"parts":    explained(rules.EpsilonAlpha2Beta1()),
		"gamma":    explained(rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1))),
		"second":   transforms.Pull(explained(rules.EpsilonPlus()), func(y Value) Value { return y }),
	}
}

func planned(f func(Value) Value, x Value, options ...exec.Options) *exec.Plan {
	p, _ := opt.Optimize(trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()}), opt.Options{})
	return exec.New(p, options...)
}

// However many rows are computed at a time, the results have the same bits.
func TestStrips(t *testing.T) {
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		x := images(d)
		for name, f := range striped(d) {
			t.Run(fmt.Sprint(d, " ", name), func(t *testing.T) {
				whole := planned(f, x, exec.Options{StripBytes: 1 << 30})
				if len(whole.Strips()) > 0 {
					t.Fatalf("strips %v, though all fits", whole.Strips())
				}
				want := run(t, whole, x)[0]
				lawtest.Close(t, want, f(x), map[trace.DType]float64{trace.Float32: 1e-4, trace.Float64: 1e-11}[d])
				for bytes, most := range map[int]int{1: 1, 6 << 10: 2, 9 << 10: 3} {
					plan := planned(f, x, exec.Options{StripBytes: bytes * d.Bytes() / 4})
					found := false
					for _, s := range plan.Strips() {
						found = found || s[2] == most
					}
					if !found {
						t.Errorf("%d bytes: no strip of %d rows in %v", bytes, most, plan.Strips())
					}
					for range 2 { // the second call finds the memory of the first
						if got := run(t, plan, x)[0]; bits(got) != bits(want) {
							t.Errorf("%d bytes: strips %v give\n%v, want\n%v", bytes, plan.Strips(), got, want)
						}
					}
				}
			})
		}
	}
}

// An operation along axis 0 is in no strip.
func TestNoStrips(t *testing.T) {
	x := images(trace.Float64)
	indices := fn.Rem(fn.Iota(trace.TypeOf(trace.Int64, x.Shape()...), 0), fn.Cast(fn.Scalar(4), trace.Int64))
	f := func(x Value) Value { return fn.Exp(fn.AddAlong(fn.Tanh(fn.Exp(x)), indices, 0, 6)) }
	if got, want := run(t, planned(f, x, rowByRow), x)[0], f(x); bits(got) != bits(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A plan keeps no array that a call was given or returned.
func TestStripsForget(t *testing.T) {
	plan := planned(striped(trace.Float32)["plus"], images(trace.Float32), rowByRow)
	var gone atomic.Int32
	func() {
		x := fn.Add(images(trace.Float32), fn.Scalar(1))
		y := run(t, plan, x)[0]
		for _, v := range []Value{x, y} {
			runtime.AddCleanup(&trace.Elems[float32](v.Array())[0], func(int) { gone.Add(1) }, 0)
		}
	}()
	for range 100 {
		if runtime.GC(); gone.Load() == 2 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if gone.Load() != 2 {
		t.Errorf("%d of 2 arrays are gone", gone.Load())
	}
	runtime.KeepAlive(plan)
}

// A value that only a strip uses takes the memory of the rows computed at a time.
func TestStripMemory(t *testing.T) {
	x, w := images(trace.Float32), lawtest.Between(-1, 1).Value(lawtest.Rand("w"), trace.TypeOf(trace.Float32, 3, 3, 3, 3))
	f := func(x Value) Value {
		for range 5 {
			x = fn.ReLU(fn.Conv(x, w, fn.ConvConfig{Padding: []int{1, 1}}))
		}
		return fn.SumAll(x)
	}
	whole := planned(f, x).Peak()
	image := 4 * x.Size() / x.Dim(0)
	if got := planned(f, x, rowByRow).Peak(); got > 9*image || whole < 12*image { // the last one is summed up whole
		t.Errorf("%d bytes by rows, %d at once; an image has %d", got, whole, image)
	}
}

// Strips of simultaneous calls do not interfere. A call that is stopped in a strip leaves
// the plan as it was.
func TestStripsAtOnce(t *testing.T) {
	x := images(trace.Float32)
	plan := planned(striped(trace.Float32)["plus"], x, rowByRow)
	want := bits(run(t, plan, x)[0])
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if got := bits(run(t, plan, x)[0]); got != want {
					t.Error("another result beside other calls")
				}
			}
		})
	}
	wg.Wait()
	for steps := range 40 {
		ctx := &countdown{Context: context.Background(), left: steps}
		if _, err := plan.Run(ctx, []*trace.Array{x.Array()}, nil); !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d steps: error %v", steps, err)
		}
	}
	if got := bits(run(t, plan, x)[0]); got != want {
		t.Error("another result after calls that were stopped")
	}
}

// countdown is a context that is done after a given number of checks.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Done() <-chan struct{} {
	done := make(chan struct{})
	if c.left--; c.left < 0 {
		close(done)
	}
	return done
}

func (c *countdown) Err() error { return context.Canceled }

// A strip takes the smallest number of rows wanted by steps up to four away, but not
// beyond a step with another number of rows.
func TestStripsGoByTheirNeighbours(t *testing.T) {
	rows := []int{9, 8, 8, 8, 8, 8, 8, 5, 8}
	most := []int{1, 2, 8, 8, 8, 8, 4, 1, 1}
	for i, want := range []int{1, 2, 2, 2, 2, 2, 4, 1, 1} {
		if got := exec.LeastNear(rows, most, i); got != want {
			t.Errorf("step %d: got %d, want %d", i, got, want)
		}
	}
}
