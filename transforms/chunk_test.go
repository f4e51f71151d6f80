package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// chunked maps f over at most chunk cases at once.
func chunked(f Func, chunk int) Func {
	return transforms.Vmap(f, transforms.VmapConfig{Chunk: chunk})
}

// A map in chunks equals the map, under every transform, with rules inside.
func TestLawOfChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		rows := fn.Stack(0, p.x, p.v, p.ct, fn.Sin(p.x), fn.Cos(p.v))
		dir, ct := fn.Sin(rows), fn.Cos(rows)
		chunk := rapid.IntRange(1, 5).Draw(t, "chunk")
		for what, f := range map[string]Func{"f": p.f, "ruled": p.ruled, "modified gradient": p.gradient(p.ruled)} {
			whole, parts := transforms.Vmap(f), chunked(f, chunk)
			closeTo(t, what, parts(rows), whole(rows), 1e-12)
			closeTo(t, what+": Jit", transforms.Jit(parts)(rows), whole(rows), 1e-12)
			closeTo(t, what+": VJP", pulled(parts, rows, ct), pulled(whole, rows, ct), 1e-11)
			closeTo(t, what+": JVP", slope(parts, rows, dir), slope(whole, rows, dir), 1e-11)
			grid := fn.Stack(0, rows, dir)
			closeTo(t, what+": Vmap", transforms.Vmap(parts)(grid), transforms.Vmap(whole)(grid), 1e-12)
			closeTo(t, what+": in chunks of chunks", chunked(parts, 1)(grid), transforms.Vmap(whole)(grid), 1e-12)
		}
		g := p.gradient(chunked(p.ruled, chunk))
		closeTo(t, "Jit of Grad", transforms.Jit(g)(rows), p.gradient(transforms.Vmap(p.ruled))(rows), 1e-11)
		closeTo(t, "Jit of the second order", transforms.Jit(func(x Value) Value { return slope(g, x, dir) })(rows),
			slope(p.gradient(transforms.Vmap(p.ruled)), rows, dir), 1e-10)
	})
}

// Trees, shared leaves, integers, results that all cases share and captured values of
// other traces go through every chunk.
func TestChunksOfTrees(t *testing.T) {
	type in struct{ X, N, W Value }
	type out struct {
		Y, N Value
		Rest []Value
	}
	r := seeded(100)
	p := in{draw(r, 7, 3), trace.New([]int64{1, 2, 3, 4, 5, 6, 7}), draw(r, 3, 2)}
	shared := transforms.VmapConfig{Shared: []string{".W"}}
	of := func(a Value, c ...transforms.VmapConfig) func(in) out {
		return transforms.Vmap(func(p in) out {
			return out{fn.Mul(fn.MatMul(p.X, p.W), a), fn.Mul(p.N, p.N), []Value{fn.SumAll(p.W), a, trace.Scalar(true)}}
		}, append(c, shared)...)
	}
	for chunk := 1; chunk <= 8; chunk++ {
		parts := transforms.VmapConfig{Chunk: chunk}
		got, e := of(num(2), parts)(p), of(num(2))(p)
		for _, g := range []out{got, transforms.Jit(of(num(2), parts))(p)} {
			want(t, "Y", g.Y, e.Y)
			sameBits(t, "N", g.N, e.N)
			for i := range e.Rest {
				want(t, fmt.Sprint("rest ", i), g.Rest[i], e.Rest[i])
			}
		}
		loss := func(c ...transforms.VmapConfig) Func {
			return func(a Value) Value {
				o := of(a, c...)(p)
				return fn.Add(fn.SumAll(fn.Mul(o.Y, o.Y)), fn.SumAll(o.Rest[1]))
			}
		}
		want(t, "gradient by what was captured", transforms.Grad(loss(parts))(trace.Scalar(1.5)), transforms.Grad(loss())(trace.Scalar(1.5)))
		c, err := transforms.Compile(of(num(2), parts), p)
		if err != nil {
			t.Fatal(err)
		}
		budget := transforms.VmapConfig{Budget: 2*c.Memory() + 1024} // captured values take some too
		want(t, "captured, within a budget", transforms.Jit(transforms.Grad(loss(budget)))(trace.Scalar(1.5)), transforms.Grad(loss())(trace.Scalar(1.5)))
	}
}

// towering needs far more memory than its result: 64 numbers for each of three.
func towering(x Value) Value {
	y := fn.MatMul(fn.Reshape(x, 3, 1), fn.Reshape(fn.Cast(fn.Iota(trace.TypeOf(trace.Int64, 64), 0), trace.Float64), 1, 64))
	for range 3 {
		y = fn.CumSum(fn.Sin(y), 1)
	}
	return fn.Sum(y, 1)
}

// The planned memory stays within the budget, and uses it: a larger budget computes more
// cases at once.
func TestMemoryStaysWithinTheBudget(t *testing.T) {
	x := draw(seeded(101), 40, 3)
	compile := func(c transforms.VmapConfig) *transforms.Compiled[Value, Value] {
		c2, err := transforms.Compile(transforms.Vmap(towering, c), x)
		if err != nil {
			t.Fatal(err)
		}
		return c2
	}
	whole, single := compile(transforms.VmapConfig{}).Memory(), compile(transforms.VmapConfig{Chunk: 1}).Memory()
	if !(10*single < whole) {
		t.Fatalf("one case at a time needs %d bytes, all at once %d: the test needs them apart", single, whole)
	}
	last := 0
	for _, budget := range []int{single, single + single/2, 2 * single, 5 * single, whole / 2, whole - 1, whole, 2 * whole} {
		c := compile(transforms.VmapConfig{Budget: budget})
		if c.Memory() > budget {
			t.Errorf("a budget of %d: %d bytes are planned", budget, c.Memory())
		}
		last = c.Memory()
		y, err := c.Call(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		within(t, fmt.Sprint("budget ", budget), y, transforms.Vmap(towering)(x), 1e-12)
	}
	if last != whole {
		t.Errorf("with more than enough %d bytes are planned, want %d", last, whole)
	}
	if half := compile(transforms.VmapConfig{Budget: whole / 2}).Memory(); !(half > whole/4) {
		t.Errorf("of a budget of %d bytes only %d are used", whole/2, half)
	}
	both := compile(transforms.VmapConfig{Budget: whole, Chunk: 1}).Memory()
	if both != single {
		t.Errorf("a chunk of 1 within a large budget needs %d bytes, want %d", both, single)
	}
}

// The derivative mapped within a budget stays within it. So does the derivative of a map
// of checkpoints, except for what it keeps of every case.
func TestDerivativesWithinABudget(t *testing.T) {
	x := draw(seeded(102), 40, 3)
	loss := func(x Value) Value { return fn.SumAll(towering(x)) }
	memory := func(f Func) int {
		c, err := transforms.Compile(f, x)
		if err != nil {
			t.Fatal(err)
		}
		return c.Memory()
	}
	const budget = 40 << 10
	if got := memory(transforms.Vmap(transforms.Grad(loss), transforms.VmapConfig{Budget: budget})); got > budget {
		t.Errorf("the gradient, mapped within %d bytes, needs %d", budget, got)
	}
	outside := func(f Func) Func { return transforms.Grad(sumOf(chunked(f, 2))) }
	kept, again := memory(outside(towering)), memory(outside(transforms.Checkpoint(towering)))
	if !(3*again < kept) {
		t.Errorf("the gradient of the map needs %d bytes, of the map of checkpoints %d", kept, again)
	}
	within(t, "checkpoints", outside(transforms.Checkpoint(towering))(x), transforms.Vmap(transforms.Grad(loss))(x), 1e-12)
}

func TestChunksOfNoCases(t *testing.T) {
	none := trace.New([]float64{}, 0, 3)
	for _, c := range []transforms.VmapConfig{{Chunk: 2}, {Budget: 1}} {
		want(t, fmt.Sprint(c), transforms.Vmap(fn.SumAll, c)(none), trace.New([]float64{}))
	}
}

func TestChunkErrors(t *testing.T) {
	x := draw(seeded(103), 5, 3)
	for says, c := range map[string]transforms.VmapConfig{
		"Vmap: Chunk is -1 and Budget is 0: use":    {Chunk: -1},
		"Vmap: Chunk is 0 and Budget is -7: use":    {Budget: -7},
		"Vmap: a budget of 100 bytes is too small:": {Budget: 100},
	} {
		got := message(t, func() { transforms.Vmap(towering, c)(x) })
		if !containsAll(got, "chunk_test.go:", says) {
			t.Errorf("got %q, want %q", got, says)
		}
		if c.Budget == 100 && !containsAll(got, "the 5 cases need ", "of which 120 are their results; raise VmapConfig.Budget") {
			t.Errorf("got %q", got)
		}
	}
	// The budget that the message asks for is enough.
	var need int
	got := message(t, func() { transforms.Vmap(towering, transforms.VmapConfig{Budget: 100})(x) })
	if _, err := fmt.Sscanf(got[strings.Index(got, "need "):], "need %d bytes", &need); err != nil {
		t.Fatal(err)
	}
	within(t, "what is asked for", transforms.Vmap(towering, transforms.VmapConfig{Budget: need})(x), transforms.Vmap(towering)(x), 1e-12)
}
