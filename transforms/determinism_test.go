package transforms_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Results have the same bits for any GOMAXPROCS, and from any number of goroutines that
// trace one model at once.
func TestDeterminism(t *testing.T) {
	r := seeded(90)
	w1, w2, k := draw(r, 48, 64), draw(r, 64, 48), draw(r, 4, 3, 3, 3)
	x, image := draw(r, 40, 48), draw(r, 2, 3, 12, 12)
	conv := func(x Value) Value { return fn.Conv(x, k, fn.ConvConfig{}) }
	wide := func(x Value) Value { return fn.Softmax(fn.MatMul(fn.Tanh(fn.MatMul(x, w1)), w2), 1) }
	rules := on(trace.KindLinear, lrp{0.5})
	ones := func(y Value) Value { return fn.OnesLike(y) }
	explain := func(f Func) Func { return transforms.Pull(transforms.WithRules(rules, f), ones) }
	jobs := map[string]func() Value{
		"relevance":               func() Value { return explain(wide)(x) },
		"relevance, compiled":     func() Value { return transforms.Jit(explain(wide))(x) },
		"second order":            func() Value { return transforms.Grad(squared(explain(wide)))(x) },
		"tangent":                 func() Value { return slope(explain(wide), x, x) },
		"convolution":             func() Value { return transforms.Grad(squared(explain(conv)))(image) },
		"batch, compiled":         func() Value { return transforms.Jit(transforms.Vmap(explain(conv)))(fn.Stack(0, image, fn.Neg(image))) },
		"reduction":               func() Value { return fn.SumAll(fn.Exp(x)) },
		"loop":                    func() Value { return transforms.Grad(squared(scanRows(wide)))(x) },
		"random numbers in a row": func() Value { return random.Normal(random.Key(7), trace.Float64, 1000) },
	}
	wants := map[string]Value{}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, job := range jobs {
		wants[name] = job()
	}
	for procs := 2; procs <= 3; procs++ {
		runtime.GOMAXPROCS(procs)
		for name, job := range jobs {
			sameBits(t, name, job(), wants[name])
		}
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for name, job := range jobs {
				sameBits(t, name+", from many goroutines", job(), wants[name])
			}
		})
	}
	wg.Wait()
}

// The program of a function does not depend on what was traced before it, nor on map
// order.
func TestProgramsAreDeterministic(t *testing.T) {
	n := newNetwork(seeded(91))
	rules := both(on(trace.KindDense, lrp{0.5}), on(trace.KindActivation, pass{2}))
	trees := func(m map[string]Value) Value {
		out := num(0)
		for _, k := range []string{"b", "a", "c"} {
			out = fn.Add(out, fn.SumAll(n.apply(m[k])))
		}
		return out
	}
	text := func() string {
		x := map[string]Value{"c": vector(1, 2, 3), "a": vector(4, 5, 6), "b": vector(7, 8, 9)}
		c, err := transforms.Compile(transforms.Grad(transforms.WithRules(rules, trees)), x)
		if err != nil {
			t.Fatal(err)
		}
		return c.Program()
	}
	first := text()
	for range 10 {
		if got := text(); got != first {
			t.Fatalf("got\n%s\nwant\n%s", got, first)
		}
	}
}
