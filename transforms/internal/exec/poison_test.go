package exec_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

// mixed has steps of all dtypes: fusions over floats and bools, single operations,
// repeated numbers and arrays.
func mixed(d trace.DType) func(x Value) []Value {
	return func(x Value) []Value {
		n := x.Dim(0)
		row := fn.BroadcastTo(fn.Max(x, 0), x.Shape()...)
		rest := fn.Rem(fn.Cast(x, trace.Int64), fn.Full(trace.TypeOf(trace.Int64, x.Shape()...), 3))
		sums := fn.CumSum(fn.Cast(rest, trace.Int32), 0)
		big := fn.GreaterEqual(fn.Add(x, row), fn.FullLike(x, 4))
		both := fn.And(big, fn.Cast(fn.Flip(rest, 0), trace.Bool))
		y := fn.Where(both, fn.Mul(x, row), fn.Add(x, fn.FullLike(x, 2)))
		turned := fn.Flip(y, 0)
		taken := fn.Take(turned, fn.Rem(fn.Iota(trace.TypeOf(trace.Int64, 2*n), 0), fn.Full(trace.TypeOf(trace.Int64, 2*n), float64(n))), 0)
		z := fn.Add(fn.Cast(sums, d), fn.Sub(turned, x))
		along := fn.AddAlong(fn.TakeAlong(fn.Add(x, z), rest, 1), rest, 1, x.Dim(1))
		return []Value{fn.Sum(taken, 0), both, sums, fn.Neg(z), fn.Cast(fn.Not(both), d), rest, along}
	}
}

// Whatever the memory of a plan held before, the results have the same bits: nothing is
// read before it is written. This is checked in every dtype, with all rows at once and in
// strips.
func TestPoisonedMemory(t *testing.T) {
	for _, d := range []trace.DType{trace.Int32, trace.Int64, trace.Float32, trace.Float64} {
		x := fn.Cast(lawtest.Between(1, 5).Value(lawtest.Rand("mixed"), trace.TypeOf(trace.Float64, 6, 3000)), d)
		p := recordAt(mixed(d), x)
		for _, bytes := range []int{0, 1, 3 * 3000 * 8} {
			plan := exec.New(p, exec.Options{StripBytes: bytes})
			for range 2 {
				plan.Poison()
				same(t, fmt.Sprint(d, " in strips of ", bytes), runOn(t, plan, x), p.Apply(x))
			}
		}
	}
	for name, f := range striped(trace.Float32) {
		x := images(trace.Float32)
		want := run(t, planned(f, x), x)
		for _, o := range []exec.Options{{}, rowByRow, {StripBytes: 9 << 10}} {
			plan := planned(f, x, o)
			plan.Poison()
			same(t, name, run(t, plan, x), want)
		}
	}
}

// For an operation that claims to read rows, some rows alone give the same outputs as
// those rows among all.
func TestRowwiseOperations(t *testing.T) {
	programs := map[string]*trace.Program{}
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		for name, f := range striped(d) {
			programs[fmt.Sprint(d, " ", name)], _ = opt.Optimize(trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{images(d).Type()}), opt.Options{})
		}
	}
	seen := map[string]bool{}
	for name, p := range programs {
		env := p.Env([]Value{fn.Cast(images(trace.Float64), p.Types[p.In[0]].DType)})
		for i := range p.Eqns {
			e := &p.Eqns[i]
			env.Step(e)
			if op, ok := e.Op.(trace.Rowwise); ok {
				seen[op.Name()] = true
				byRows(t, name+": "+op.Name(), op, env.Get(e.In), env.Get(e.Out))
			}
		}
	}
	for _, name := range []string{"conv", "conv_input", "max_pool", "avg_pool", "add_along", "take_along"} {
		if !seen[name] {
			t.Errorf("%s is in none of the programs, which have %v", name, seen)
		}
	}
}

// byRows checks the outputs of an operation applied to the rows from the second to the
// last but one.
func byRows(t *testing.T, what string, op trace.Rowwise, in, out []Value) {
	t.Helper()
	some := func(v Value) Value { return fn.Slice(v, fn.SliceConfig{Start: []int{1}, Stop: []int{-1}}) }
	rows, any := append([]Value{}, in...), false
	for j := range in {
		if op.ByRow(trace.TypesOfValues(in), j) {
			rows[j], any = some(in[j]), true
		}
	}
	if !any {
		return
	}
	for k, y := range trace.Bind(op, rows...) {
		same(t, what, []Value{y}, []Value{some(out[k])})
	}
}

func TestPoisonedMemoryOfPrograms(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := lawtest.Smooth([]int{3, 4}).Draw(rt, "program").Apply1
		x := matrix("x", 3, 4)
		p := recordAt(func(x Value) []Value { return []Value{f(x), transforms.Pull(f, fn.OnesLike)(x)} }, x)
		for _, o := range []exec.Options{{}, rowByRow} {
			plan := exec.New(p, o)
			plan.Poison()
			same(t, "poisoned", runOn(t, plan, x), p.Apply(x))
		}
	})
}

// bump adds its other operands to the first half of operand 0, in place if possible.
type bump struct{ poison }

func (bump) Name() string { return "bump" }
func (bump) InPlace()     {}
func (bump) Eval(in, out []*trace.Array) {
	if !out[0].Shares(in[0]) {
		out[0].CopyFrom(in[0])
	}
	y := trace.Elems[float64](out[0])
	for i := range y[:len(y)/2] {
		for _, a := range in[1:] {
			y[i] = 0.5 * (y[i] + trace.Elems[float64](a)[i+len(y)/2])
		}
	}
}

// changing is a random program of operations in place, other operations, aliases, fusions
// and repetitions. It has two arguments. The values that may be written over them are the
// first two results.
func changing(r *rand.Rand) *trace.Program {
	return trace.Record(func(in []Value) []Value {
		pool := []Value{in[0], in[1]}
		pick := func() Value { return pool[len(pool)-1-r.IntN(min(len(pool), 5))] }
		for range 2 + r.IntN(15) {
			x := pick()
			switch r.IntN(7) {
			case 0:
				pool = append(pool, trace.Bind1(poison{}, x, pick()))
			case 1:
				pool = append(pool, trace.Bind1(opt.Barrier{}, x))
			case 2:
				pool = append(pool, fn.Tanh(fn.Add(x, pick())))
			case 3:
				pool = append(pool, fn.Add(x, fn.BroadcastTo(fn.Slice(pick(), fn.SliceConfig{Stop: []int{1}}), 100)))
			default:
				pool = append(pool, trace.Bind1(bump{}, x, pick()))
			}
		}
		return []Value{pool[len(pool)-1], pick(), pool[r.IntN(len(pool))]}
	}, []trace.Type{wide, wide})
}

// Operations in place, and values written over arguments, have the results of copies.
// Arguments that were not given away stay as they are.
func TestWorkInPlace(t *testing.T) {
	const seeds = 500
	done := 0
	for seed := range seeds {
		p := changing(rand.New(rand.NewPCG(uint64(seed), 3)))
		x, y := ramp(), fn.Sin(ramp())
		want := p.Apply(x, y)
		q := *p
		q.Out = q.Out[2:]
		for _, over := range [][][2]trace.Var{nil, {{p.In[0], p.Out[0]}, {p.In[1], p.Out[1]}}} {
			args := []*trace.Array{trace.NewArray(wide), trace.NewArray(wide)}
			args[0].CopyFrom(x.Array())
			args[1].CopyFrom(y.Array())
			program, expected := p, want
			if len(over) > 0 { // the values are where the arguments were, and are no results
				program, expected = &q, want[2:]
			}
			plan, overwritten := exec.NewOverwriting(stored(program, over), over...)
			plan.Poison()
			out, err := plan.Run(context.Background(), args, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range out {
				if bits(trace.FromArray(a)) != bits(expected[i]) {
					t.Fatalf("seed %d, result %d: got %v, want %v\n%v", seed, i, trace.FromArray(a), expected[i], p)
				}
			}
			for i, given := range []Value{x, y} {
				holds := given
				if len(over) > 0 && overwritten[i] {
					holds = want[i]
					done++
				}
				if bits(trace.FromArray(args[i])) != bits(holds) {
					t.Fatalf("seed %d, argument %d, %v: holds %v, want %v\n%v", seed, i, overwritten, trace.FromArray(args[i]), holds, p)
				}
			}
		}
	}
	if done < seeds/20 {
		t.Errorf("only %d of %d programs were written over an argument", done, seeds)
	}
}

// keep reads its operand, as an operation that stores a value does.
type keep struct{ poison }

func (keep) Infer([]trace.Type) ([]trace.Type, error) { return nil, nil }
func (keep) Eval(_, _ []*trace.Array)                 {}

// stored is a program that reads, at its end, the values written over arguments.
func stored(p *trace.Program, over [][2]trace.Var) *trace.Program {
	q := *p
	q.Eqns = q.Eqns[:len(q.Eqns):len(q.Eqns)]
	for _, o := range over {
		q.Eqns = append(q.Eqns, trace.Eqn{Op: keep{}, In: o[1:]})
	}
	return &q
}
