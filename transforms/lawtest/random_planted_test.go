package lawtest

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// guardedLog is a logarithm that is wrong where its argument is not above 0.
var guardedLog = callableOf("fn.Log", func(x Value) Value {
	return fn.Where(fn.Greater(x, fn.Scalar(0)), fn.Log(x), fn.Scalar(0))
})

// wrongLogs has every logarithm of a program replaced by a wrong one.
func wrongLogs(p *Program) *Program {
	q := p.clone()
	for _, s := range q.body.all() {
		if s.fun.code == "fn.Log" {
			s.fun = guardedLog
		}
	}
	return q
}

// A compiler that gets one operation wrong is found out, and what is left of the programs
// is that operation.
func TestRandomProgramsFindAPlantedFault(t *testing.T) {
	law := pairing{name: "planted", ways: func(p *Program, _ *draft) ways {
		wrong := wrongLogs(p)
		return ways{func() []Value { return p.Apply(p.Args()) }, func() []Value { return wrong.Apply(p.Args()) }, p.Apply, p.Args()}
	}}
	found, alone := 0, 0
	for i := range uint64(400) {
		p := Seeded(11, i)
		fault := law.fault(p, nil)
		if fault == "" {
			continue
		}
		found++
		q := shrink(p, func(q *Program) bool { return law.fault(q, nil) != "" })
		if law.fault(q, nil) == "" {
			t.Fatalf("the shrunk program does not fail:\n%s", q)
		}
		n := len(q.body.all())
		if n > 8 || !strings.Contains(q.String(), "fn.Log(") {
			t.Errorf("number %d: %d steps are left:\n%s", i, n, q)
		}
		if n == 1 {
			alone++
		}
	}
	if found < 10 || alone < found/2 {
		t.Errorf("the fault was met in %d of 400 programs, and shown alone in %d", found, alone)
	}
}

// A program is drawn, printed and computed alike each time, and shrinking leaves it
// alone.
func TestRandomProgramsAreRepeatable(t *testing.T) {
	for i := range uint64(100) {
		p, q := Seeded(7, i), Seeded(7, i)
		before := p.String()
		if before != q.String() {
			t.Fatalf("number %d differs:\n%s%s", i, p, q)
		}
		if f := differs(p.Apply(p.Args()), p.Results()); f != "" {
			t.Fatalf("number %d computes something else than when it was drawn: %s", i, f)
		}
		shrink(p, func(*Program) bool { return true })
		if p.String() != before {
			t.Fatalf("number %d was changed by shrinking it", i)
		}
	}
}

// Rounding is allowed where an operation may round, and not to what a guard does.
func TestRandomProgramsAllowRounding(t *testing.T) {
	x := Normal().Value(Rand("rounding law"), trace.TypeOf(trace.Float64, 4, 4))
	steep := func(in []Value) []Value { return []Value{fn.Sin(fn.Mul(fn.MatMul(in[0], in[0]), fn.Scalar(1e16)))} }
	exact := func(in []Value) []Value { return []Value{fn.Sin(fn.Mul(fn.Mul(in[0], in[0]), fn.Scalar(1e16)))} }
	for _, tt := range []struct {
		name string
		f    func([]Value) []Value
		want bool
	}{{"a product", steep, true}, {"elements", exact, false}} {
		want := tt.f([]Value{x})
		other := fn.Sin(fn.Add(want[0], fn.Scalar(0.1)))
		if got := rounded(ways{f: tt.f, in: []Value{x}}, 0, other, want[0], false); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
