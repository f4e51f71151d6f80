package digits_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// One model, eight composites, 64 goroutines: each goroutine gets the same bits as if it
// ran alone, eager and compiled.
func TestExplainedFromManyGoroutines(t *testing.T) {
	net, x := fixture(t, trace.Float32)
	composites := []transforms.Composite{
		rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)), rules.EpsilonPlus(), rules.EpsilonAlpha2Beta1(), rules.EpsilonPlusFlat(),
		rules.EpsilonAlpha2Beta1Flat(), rules.GuidedBackprop(), rules.ExcitationBackprop(), rules.BetaSmooth(),
	}
	explain := make([]func(trace.Value) trace.Value, 2*len(composites))
	want := make([][]float32, len(explain))
	for i := range explain {
		f := transforms.Pull(transforms.WithRules(composites[i/2], net.Apply), attribute.Class(3))
		if i%2 == 1 {
			f = transforms.Jit(f)
		}
		explain[i], want[i] = f, trace.Data[float32](f(x))
	}
	var wg sync.WaitGroup
	for g := range 64 {
		wg.Go(func() {
			i := g % len(explain)
			if err := sameBits(trace.Data[float32](explain[i](x)), want[i]); err != nil {
				t.Errorf("goroutine %d, %v: %v", g, composites[i/2], err)
			}
		})
	}
	wg.Wait()
}

func sameBits(got, want []float32) error {
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			return fmt.Errorf("at %d got %v, alone it was %v", i, got[i], want[i])
		}
	}
	return nil
}

func fixture(tb testing.TB, d trace.DType) (digits.Net, trace.Value) {
	tb.Helper()
	net, err := digits.Model(d)
	if err != nil {
		tb.Fatal(err)
	}
	img, err := digits.Image(3)
	if err != nil {
		tb.Fatal(err)
	}
	x, err := digits.Input(img, d)
	if err != nil {
		tb.Fatal(err)
	}
	return net, x
}

// BenchmarkDigits explains one digit, eager and compiled.
func BenchmarkDigits(b *testing.B) {
	net, x := fixture(b, trace.Float32)
	gradient := transforms.Pull(net.Apply, attribute.Class(3))
	epsilonPlus := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), net.Apply), attribute.Class(3))
	second := transforms.Pull(transforms.Pull(transforms.WithRules(rules.BetaSmooth(), net.Apply), attribute.Class(3)), fn.OnesLike)
	for _, c := range []struct {
		name string
		f    func(trace.Value) trace.Value
	}{{"forward", net.Apply}, {"gradient", gradient}, {"epsilon_plus", epsilonPlus}, {"betasmooth_second", second}} {
		for name, f := range map[string]func(trace.Value) trace.Value{"eager": c.f, "jit": transforms.Jit(c.f)} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				f(x)
				b.ReportAllocs()
				for b.Loop() {
					f(x)
				}
			})
		}
	}
}
