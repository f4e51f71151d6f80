package optim_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

type pair struct {
	A, B Value
	// Seen is no parameter.
	Seen Value
	Name string
}

func start() pair {
	return pair{trace.New([]float64{0.5, -1, 2}), trace.New([]float64{0.3, 1, -2, 0.7}, 2, 2), trace.New([]int64{7, 8}), "pair"}
}

// loss is the function that testdata/optim.json minimizes.
func loss(p pair, _ struct{}) Value {
	quartic := fn.SumAll(fn.Square(fn.Square(fn.Sub(p.A, fn.Scalar(1)))))
	wave := fn.SumAll(fn.Mul(fn.Sin(p.B), p.B))
	return fn.Add(fn.Add(fn.Div(quartic, fn.Scalar(4)), wave), fn.Mul(fn.SumAll(p.A), fn.SumAll(p.B)))
}

func golden(t *testing.T) map[string][]float64 {
	t.Helper()
	text, err := os.ReadFile("testdata/optim.json")
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string][]float64
	if err := json.Unmarshal(text, &lists); err != nil {
		t.Fatal(err)
	}
	return lists
}

var rate = optim.Constant(0.05)

var optimizers = map[string]optim.Optimizer{
	"sgd":              optim.SGD(rate),
	"sgd_momentum":     optim.SGD(rate, optim.SGDConfig{Momentum: 0.9, Decay: 0.1}),
	"sgd_nesterov":     optim.SGD(rate, optim.SGDConfig{Momentum: 0.9, Nesterov: true}),
	"adam":             optim.Adam(rate, optim.AdamConfig{Decay: 0.1}),
	"adamw":            optim.AdamW(rate, optim.AdamConfig{Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-6, Decay: 0.2}),
	"rmsprop":          optim.RMSProp(rate),
	"rmsprop_centered": optim.RMSProp(rate, optim.RMSPropConfig{Keep: 0.9, Momentum: 0.8, Centered: true, Decay: 0.1}),
	"adagrad":          optim.Adagrad(rate, optim.AdagradConfig{Start: 0.3}),
}

// The steps are those of torch.optim in PyTorch 1.13, eager, compiled and in a batch.
func TestOptimizersTakePyTorchsSteps(t *testing.T) {
	want := golden(t)
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			step := optim.Step(o, loss)
			compiled, batched := transforms.JitN(step), transforms.VmapN(step, transforms.VmapConfig{In: []transforms.Axis{0, 0, transforms.Shared}})
			p, s := start(), optim.Init(o, start())
			q, r := p, s
			ps := fn.Stacked(p, pair{fn.Neg(p.A), p.B, p.Seen, p.Name})
			ss := fn.Stacked(s, s)
			for i := range 5 {
				list := want[name][i*7:][:7]
				var value Value
				p, s, value = step(p, s, struct{}{})
				q, r, _ = compiled(q, r, struct{}{})
				ps, ss, _ = batched(ps, ss, struct{}{})
				for way, got := range map[string]pair{"eager": p, "compiled": q, "batched": fn.Rows(ps)[0]} {
					t.Run(way, func(t *testing.T) {
						lawtest.Close(t, got.A, trace.New(list[:3]), 1e-13)
						lawtest.Close(t, got.B, trace.New(list[3:], 2, 2), 1e-13)
					})
				}
				if i == 0 {
					lawtest.Close(t, value, loss(start(), struct{}{}), 0)
				}
			}
			if !slices.Equal(trace.Data[int64](p.Seen), []int64{7, 8}) || p.Name != "pair" {
				t.Errorf("what is no parameter became %v, %q", p.Seen, p.Name)
			}
			if n := trace.Data[int64](s.Count)[0]; n != 5 {
				t.Errorf("%d steps were counted", n)
			}
		})
	}
}

// Lion steps by signs: two steps written out.
func TestLion(t *testing.T) {
	o := optim.Lion(rate, optim.LionConfig{Decay: 0.1})
	p := trace.New([]float64{1, -2})
	s := optim.Init(o, p)
	p, s = optim.Update(o, trace.New([]float64{3, -4}), s, p)
	lawtest.Close(t, p, trace.New([]float64{1 - 0.05*1.1, -2 + 0.05*1.2}), 1e-15)
	// m = 0.01 g; the direction is 0.9 m + 0.1 g.
	before := p
	p, _ = optim.Update(o, trace.New([]float64{-0.2, -1}), s, p)
	want := []float64{before.Float64s()[0]*(1-0.005) - 0.05, before.Float64s()[1]*(1-0.005) + 0.05}
	lawtest.Close(t, p, trace.New(want), 1e-15)
}

func TestSchedules(t *testing.T) {
	want := golden(t)
	schedules := map[string]optim.Schedule{
		"exponential": optim.Exponential(0.4, 0.9, 1),
		"piecewise":   optim.Piecewise(0.4, 0.1, 2, 5),
		"cosine":      optim.Cosine(0.4, 0.1, 6),
		"one_cycle":   optim.OneCycle(0.4, 20),
		"linear":      optim.Linear(1, 0, 4),
		"warmup":      optim.Warmup(3, optim.Linear(0.9, 0.1, 2)),
		"constant":    optim.Constant(0.5),
	}
	want["schedule/linear"] = []float64{1, 0.75, 0.5, 0.25, 0, 0}
	want["schedule/warmup"] = []float64{0.3, 0.6, 0.9, 0.9, 0.5, 0.1, 0.1}
	want["schedule/constant"] = []float64{0.5, 0.5}
	for name, f := range schedules {
		t.Run(name, func(t *testing.T) {
			list := want["schedule/"+name]
			counts := fn.Iota(trace.TypeOf(trace.Int64, len(list)), 0)
			all := func(n Value) Value { return fn.Cast(f(n), trace.Float64) }
			lawtest.Close(t, transforms.Vmap(all)(counts), trace.New(list), 1e-14)
			lawtest.Close(t, transforms.Jit(all)(trace.Scalar(int64(1))), trace.Scalar(list[1]), 1e-14)
			for i, x := range list {
				lawtest.Close(t, all(trace.Scalar(int64(i))), trace.Scalar(x), 1e-14)
			}
		})
	}
}

func TestClipping(t *testing.T) {
	p := start()
	g := pair{trace.New([]float64{3, 0, 0}), trace.New([]float64{0, 4, 0, 0}, 2, 2), p.Seen, ""}
	clipped := func(o optim.Optimizer) pair {
		next, _ := optim.Update(o, g, optim.Init(o, p), p)
		return pair{fn.Sub(next.A, p.A), fn.Sub(next.B, p.B), next.Seen, ""}
	}
	lawtest.Close(t, optim.GlobalNorm(g), trace.Scalar(5.0), 0)
	lawtest.Close(t, clipped(optim.ClipNorm(2.5)).A, trace.New([]float64{1.5, 0, 0}), 1e-15)
	lawtest.Close(t, clipped(optim.ClipNorm(6)).B, g.B, 1e-15)
	lawtest.Close(t, clipped(optim.ClipValue(3.5)).B, trace.New([]float64{0, 3.5, 0, 0}, 2, 2), 1e-15)
	lawtest.Close(t, clipped(optim.Chain()).A, g.A, 1e-15)
	lawtest.Close(t, clipped(optim.WeightDecay(0.5)).A, trace.New([]float64{3.25, -0.5, 1}), 1e-15)
	lawtest.Close(t, clipped(optim.Chain(optim.ClipNorm(2.5), optim.ClipValue(1))).A, trace.New([]float64{1, 0, 0}), 1e-15)
	zero := transforms.Grad(optim.GlobalNorm[Value])(fn.ZerosLike(p.A))
	lawtest.Close(t, zero, fn.ZerosLike(p.A), 0)
}

// Groups have rates and states of their own, and what is frozen stays.
func TestGroups(t *testing.T) {
	fast := optim.Constant(0.5)
	o := optim.Groups(func(path string) string { return strings.TrimPrefix(path, ".") }, map[string]optim.Optimizer{
		"A": optim.Adam(fast), "B": optim.SGD(rate, optim.SGDConfig{Momentum: 0.9}),
	})
	alone := map[string]optim.Optimizer{"A": optim.Adam(fast), "B": optim.SGD(rate, optim.SGDConfig{Momentum: 0.9})}
	p, s := start(), optim.Init(o, start())
	a, b := optim.Init(alone["A"], p.A), optim.Init(alone["B"], p.B)
	q := p
	for range 3 {
		g := transforms.GradOf(loss)(q, struct{}{})
		p, s = optim.Update(o, g, s, p)
		q.A, a = optim.Update(alone["A"], g.A, a, q.A)
		q.B, b = optim.Update(alone["B"], g.B, b, q.B)
	}
	lawtest.Close(t, p.A, q.A, 0)
	lawtest.Close(t, p.B, q.B, 0)
	if len(s.Slots) != 2 || s.Slots[1].B.Rank() != 0 {
		t.Errorf("got the slots %v", s.Slots)
	}
	frozen := optim.Chain(optim.AdamW(rate), optim.Masked(func(path string) bool { return path == ".A" }, optim.Frozen()))
	step := transforms.JitN(optim.Step(frozen, loss))
	p, _, _ = step(start(), optim.Init(frozen, start()), struct{}{})
	if !slices.Equal(p.A.Float64s(), start().A.Float64s()) || slices.Equal(p.B.Float64s(), start().B.Float64s()) {
		t.Errorf("got %v and %v", p.A, p.B)
	}
}

// A rate may be data: a batch of trainings with rates of their own.
func TestEnsembleOfRates(t *testing.T) {
	f := func(x, rate Value) Value {
		o := optim.SGD(func(Value) Value { return rate })
		next, _ := optim.Update(o, transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Square(x)) })(x), optim.Init(o, x), x)
		return next
	}
	x := trace.New([]float64{1, 2})
	got := transforms.JitN(transforms.VmapN(f, transforms.VmapConfig{In: []transforms.Axis{transforms.Shared, 0}}))(x, trace.New([]float64{0, 0.25, 1}))
	lawtest.Close(t, got, trace.New([]float64{1, 2, 0.5, 1, -1, -2}, 3, 2), 1e-15)
}

// A step is differentiated through, where the gradient is 0 too.
func TestSlopeOfSteps(t *testing.T) {
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			after := func(in []Value) Value {
				p, s := in[0], optim.Init(o, in[0])
				for range 2 {
					p, s = optim.Update(o, fn.Mul(in[1], p), s, p)
				}
				return p
			}
			lawtest.LawsWith(t, lawtest.Config{Order: 1}, after,
				lawtest.Input{Shape: []int{3}, Sampler: lawtest.AwayFrom(0)}, lawtest.Input{Shape: []int{3}, Sampler: lawtest.Between(0.5, 2)})
		})
		zero := fn.Zeros(trace.TypeOf(trace.Float64, 2))
		g := transforms.Grad(func(g Value) Value {
			p, _ := optim.Update(o, g, optim.Init(o, zero), zero)
			return fn.SumAll(p)
		})(zero)
		if !trace.Data[bool](fn.All(fn.IsFinite(g), 0))[0] {
			t.Errorf("%s: the slope at a gradient of 0 is %v", name, g)
		}
	}
}

// Parameters of two dtypes are trained together, each in its own.
func TestMixedDTypes(t *testing.T) {
	p := []Value{trace.New([]float32{1}), trace.New([]float64{1})}
	o := optim.Chain(optim.ClipNorm(0.5), optim.Adam(optim.Warmup(2, optim.Cosine(0.1, 0, 9))))
	next, _ := optim.Update(o, p, optim.Init(o, p), p)
	if next[0].DType() != trace.Float32 || next[1].DType() != trace.Float64 || !(math.Abs(next[0].Float64()-0.95) < 1e-6) {
		t.Errorf("got %v", next)
	}
}

func TestMovingAverage(t *testing.T) {
	p := start()
	q := optim.MovingAverage(p, pair{fn.ZerosLike(p.A), p.B, trace.New([]int64{1, 2}), ""}, 0.75)
	lawtest.Close(t, q.A, fn.Mul(p.A, fn.Scalar(0.75)), 1e-15)
	lawtest.Close(t, q.B, p.B, 1e-15)
	lawtest.Close(t, q.Seen, trace.New([]int64{1, 2}), 0)
}

// brief is an optimizer that forgets a parameter.
type brief struct{}

func (brief) Slots([]optim.Param) [][]Value            { return nil }
func (brief) Update(c optim.Call) ([]Value, [][]Value) { return c.Updates[:1], nil }

func TestErrors(t *testing.T) {
	p := start()
	adam := optim.Adam(rate)
	for want, f := range map[string]func(){
		"optim.Update: the gradient of .A is f64[2 2], the parameter f64[3]": func() {
			optim.Update(adam, pair{p.B, p.B, p.Seen, ""}, optim.Init(adam, p), p)
		},
		"optim.Update: tree 0 has a value at .B":      func() { optim.Update(adam, pair{A: p.A}, optim.Init(adam, p), p) },
		"2 of type optim.SGDConfig: give at most one": func() { optim.SGD(rate, optim.SGDConfig{}, optim.SGDConfig{}) },
		`optim.Init: .A belongs to the group "x", which has no optimizer: there are ["y"]`: func() {
			optim.Init(optim.Groups(func(string) string { return "x" }, map[string]optim.Optimizer{"y": adam}), p)
		},
		"the state has 2 slots too few: it is not of this optimizer, see Init":          func() { optim.Update(optim.Chain(adam), p, optim.State[pair]{Count: trace.Scalar(int64(0))}, p) },
		"the state has 2 slots, the optimizer 0: it is not of this optimizer, see Init": func() { optim.Update(optim.SGD(rate), p, optim.Init(adam, p), p) },
		"the optimizer returned 1 values for more parameters":                           func() { optim.Update(brief{}, p, optim.Init(brief{}, p), p) },
	} {
		if err := trace.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A step reads and writes each parameter once or so: no part of it is evaluated while it
// is traced.
func TestStepOfAModelInFloat32(t *testing.T) {
	w := random.Normal(random.Key(1), trace.Float32, 4, 3)
	o := optim.AdamW(optim.OneCycle(0.1, 100))
	step := transforms.JitN(optim.Step(o, func(w, x Value) Value { return fn.MeanAll(fn.Square(fn.Dot(x, w))) }))
	s, x := optim.Init(o, w), random.Normal(random.Key(2), trace.Float32, 8, 4)
	var first, last Value
	for i := range 100 {
		var value Value
		if w, s, value = step(w, s, x); i == 0 {
			first = value
		}
		last = value
	}
	if !(last.Float64() < first.Float64()/100) {
		t.Errorf("the loss went from %v to %v", first, last)
	}
}
