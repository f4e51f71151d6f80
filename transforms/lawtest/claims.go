package lawtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

// Claims holds an operation to what it says of itself through the optional interfaces of
// package trace, and to what every operation promises: that its outputs have the inferred
// types, are written in full whatever was in their memory, and that a batch is its rows.
// What it breaks is reported by the names of the operation and the interface, and by the
// number of the operand where it is about one.
//
// The operands are an example: of floats other values are drawn, special ones among them;
// integers and bools are only put in another order, because they may be indices or
// divisors. Claims returns the names of the interfaces, as [ClaimsOf] does.
func Claims(t rapid.TB, op trace.Op, in ...Value) []string {
	t.Helper()
	c := &claims{op: op, rand: Rand(trace.Describe(op)), in: in}
	names := c.all()
	for _, f := range c.faults {
		t.Errorf("%s of %v: %s", trace.Describe(op), trace.TypesOfValues(in), f)
	}
	return names
}

// claims is one run over the claims of an operation.
type claims struct {
	op     trace.Op
	rand   *rand.Rand
	in     []Value
	faults []string
	depth  int
	// claim is what is looked at: a method of every operation, or an optional interface.
	claim string
}

func (c *claims) failf(format string, args ...any) {
	c.faults = append(c.faults, c.claim+": "+fmt.Sprintf(format, args...))
}

// among names the operands of a mask.
func among(mask []bool) string {
	var words []string
	for i, chosen := range mask {
		if chosen {
			words = append(words, fmt.Sprint("operand ", i))
		}
	}
	return strings.Join(words, " and ")
}

// claim is an interface and the law that goes with it.
type claim struct {
	name string
	// makes reports whether the operation makes the claim.
	makes func(op trace.Op) bool
	holds func(c *claims)
}

func claimOf[I any](holds func(c *claims, op I)) claim {
	return claim{
		name:  reflect.TypeFor[I]().Name(),
		makes: func(op trace.Op) bool { _, ok := op.(I); return ok },
		holds: func(c *claims) { holds(c, c.op.(I)) },
	}
}

// allClaims are the optional interfaces; what they say without a law here is said beside
// it.
func allClaims() []claim {
	return []claim{
		claimOf((*claims).accumulates), claimOf((*claims).aliases), claimOf((*claims).channels), claimOf((*claims).costs), claimOf((*claims).elementwise), claimOf((*claims).inMemory), claimOf((*claims).kind),
		claimOf((*claims).linear), claimOf((*claims).lowers), claimOf((*claims).mixes), claimOf((*claims).moves), claimOf((*claims).picks), claimOf((*claims).alternatives), claimOf((*claims).rooted), claimOf((*claims).rowwise),
		claimOf((*claims).runs), claimOf((*claims).scatters), claimOf((*claims).selects), claimOf((*claims).signs), claimOf((*claims).signsSimplify),
		claimOf((*claims).simplifies), claimOf((*claims).spreads), claimOf((*claims).stores), claimOf((*claims).nonexpansive), claimOf((*claims).subtracts), claimOf((*claims).sumsToOne), claimOf((*claims).uniform),
	}
}

// ClaimsOf lists the claims that an operation makes, by the names of their interfaces.
func ClaimsOf(op trace.Op) []string {
	var out []string
	for _, c := range allClaims() {
		if c.makes(op) {
			out = append(out, c.name)
		}
	}
	return out
}

func (c *claims) all() []string {
	c.claim = "Infer"
	types, err := c.op.Infer(trace.TypesOfValues(c.in))
	if err != nil {
		c.failf("%v", err)
		return nil
	}
	c.attempt("Eval", func() { c.poisoned(types) })
	c.attempt("Batch", c.batch)
	var names []string
	for _, one := range allClaims() {
		if one.makes(c.op) {
			names = append(names, one.name)
			c.attempt(one.name, func() { one.holds(c) })
		}
	}
	return names
}

// attempt looks at a claim and reports panics as faults.
func (c *claims) attempt(claim string, f func()) {
	c.claim = claim
	defer func() {
		if r := recover(); r != nil {
			c.failf("panic: %v", r)
		}
	}()
	f()
}

// samples are operands: those given, and others like them.
func (c *claims) samples() [][]Value {
	out := [][]Value{c.in}
	for range 3 {
		out = append(out, c.other(false))
	}
	return out
}

// other draws operands: ordinary numbers, or special ones too.
func (c *claims) other(tame bool) []Value {
	g := newDrawer(c.rand.IntN)
	out := make([]Value, len(c.in))
	for i, v := range c.in {
		switch {
		case !v.DType().IsFloat():
			out[i] = shuffled(c.rand, v)
		case tame:
			out[i] = Normal().Value(c.rand, v.Type())
		default:
			out[i] = g.sample(v.Type())
		}
	}
	return out
}

// shuffled has the elements of v in another order.
func shuffled(r *rand.Rand, v Value) Value {
	data := v.Float64s()
	r.Shuffle(len(data), func(i, j int) { data[i], data[j] = data[j], data[i] })
	if v.DType() == trace.Int64 {
		whole := trace.Data[int64](v)
		r.Shuffle(len(whole), func(i, j int) { whole[i], whole[j] = whole[j], whole[i] })
		return trace.FromArray(trace.ArrayOf(whole, v.Shape()...))
	}
	return fromFloats(data, v.Type())
}

// eval computes the outputs into memory that memory returns; nil if the operands do not
// fit, as a division by zero.
func (c *claims) eval(op trace.Op, in []Value, memory func(t trace.Type) *trace.Array) []Value {
	types, err := op.Infer(trace.TypesOfValues(in))
	if err != nil {
		c.failf("%s infers nothing from %v: %v", trace.Describe(op), trace.TypesOfValues(in), err)
		return nil
	}
	out, err := evaluated(op, in, types, memory)
	if err != nil {
		return nil
	}
	return out
}

func evaluated(op trace.Op, in []Value, types []trace.Type, memory func(t trace.Type) *trace.Array) ([]Value, error) {
	arrays, out := make([]*trace.Array, len(in)), make([]*trace.Array, len(types))
	for i, v := range in {
		arrays[i] = v.Array()
	}
	for i, t := range types {
		out[i] = memory(t)
	}
	err := trace.Try(func() { op.Eval(arrays, out) })
	return valuesOf(out), err
}

func valuesOf(arrays []*trace.Array) []Value {
	out := make([]Value, len(arrays))
	for i, a := range arrays {
		out[i] = trace.FromArray(a)
	}
	return out
}

// value is eval into zeros.
func (c *claims) value(in []Value) []Value { return c.eval(c.op, in, trace.NewArray) }

// poison is memory of a type with something in it that no result is made of.
func poison(t trace.Type) *trace.Array {
	data := make([]float64, t.Size())
	for i := range data {
		data[i] = -123457
		if t.DType == trace.Bool {
			data[i] = 1
		}
		if t.DType.IsFloat() && i%2 == 0 {
			data[i] = math.NaN()
		}
	}
	return fromFloats(data, t).Array()
}

// differs says where two lists of values differ in a bit, but for those of a NaN; "" if
// nowhere.
func differs(got, want []Value) string {
	if f := miscounted(got, want); f != "" {
		return f
	}
	for i := range want {
		if !got[i].Type().Equal(want[i].Type()) {
			return fmt.Sprintf("output %d is %v, want %v", i, got[i].Type(), want[i].Type())
		}
		a, b := got[i].Float64s(), want[i].Float64s()
		for j := range b {
			if math.Float64bits(a[j]) != math.Float64bits(b[j]) && (a[j] == a[j] || b[j] == b[j]) {
				return fmt.Sprintf("output %d at %v is %v, want %v", i, coordinates(j, want[i].Shape()), a[j], b[j])
			}
		}
	}
	return ""
}

// miscounted says so if there are not as many outputs as wanted.
func miscounted(got, want []Value) string {
	if len(got) != len(want) {
		return fmt.Sprintf("there are %d outputs, want %d", len(got), len(want))
	}
	return ""
}

// near64 is differs up to rounding, relative to the largest magnitude.
func near64(got, want []Value) string {
	if f := miscounted(got, want); f != "" {
		return f
	}
	for i := range want {
		tol := 10 * tolerances[want[i].DType()]
		if f := disagreeBy(got[i], want[i], false, tol); f != "" {
			return fmt.Sprintf("output %d: %s", i, f)
		}
	}
	return ""
}

// poisoned holds an evaluation into memory full of something else to that into zeros.
// Operands drawn at random may not fit, but those of the example have to: an operation that
// refuses all would break no claim.
func (c *claims) poisoned(types []trace.Type) {
	if _, err := evaluated(c.op, c.in, types, trace.NewArray); err != nil {
		c.failf("%v", err)
		return
	}
	for _, in := range c.samples() {
		want := c.value(in)
		if want == nil {
			continue
		}
		for i, t := range types {
			if !want[i].Type().Equal(t) {
				c.failf("output %d is %v, inferred %v", i, want[i].Type(), t)
			}
		}
		if f := differs(c.eval(c.op, in, poison), want); f != "" {
			c.failf("evaluated into memory that is not zero, %s", f)
			return
		}
	}
}

// batch holds the batch rule to the rows, for each choice of operands.
func (c *claims) batch() {
	if len(c.in) == 0 {
		return
	}
	for _, mask := range masks(len(c.in)) {
		rows := [][]Value{c.in, c.other(true)}
		in := make([]Value, len(c.in))
		for i := range in {
			if !mask[i] {
				rows[1][i] = c.in[i]
			}
			in[i] = rows[0][i]
			if mask[i] {
				in[i] = stack([]Value{rows[0][i], rows[1][i]})
			}
		}
		a, b := c.value(rows[0]), c.value(rows[1])
		if a == nil || b == nil {
			continue
		}
		var got []Value
		if err := trace.Try(func() { got = c.op.Batch(2, in, mask) }); err != nil {
			c.failf("batched in %s: %v", among(mask), err)
			return
		}
		want := transposed([][]Value{a, b})
		if f := miscounted(got, want); f != "" {
			c.failf("batched in %s: %s", among(mask), f)
			return
		}
		for i := range want {
			if !got[i].IsAbsent() && !got[i].Type().Equal(want[i].Type()) {
				c.failf("batched in %s: output %d is %v, want %v", among(mask), i, got[i].Type(), want[i].Type())
				return
			}
		}
		if f := near64(got, want); f != "" {
			c.failf("batched in %s: %s", among(mask), f)
			return
		}
	}
}

// floatsOnly reports whether all of the values are of floats.
func floatsOnly(vs []Value) bool {
	return !slices.ContainsFunc(vs, func(v Value) bool { return !v.DType().IsFloat() })
}
