package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Psum adds up each Value of a tree over the cases of the innermost surrounding [Vmap]
// whose [VmapConfig].Name is axis. The result is the same for all cases. So it is not
// mapped over: it may be a result whose axis is [Shared]. Values are of numbers, and
// absent ones stay absent.
//
// Psum is linear, and its transpose is Psum: the cotangent of a case is the sum of the
// cotangents of all cases. So Vmap(Grad(f)) gives, for each case, the derivative of the
// sum of all cases' values with respect to that case's argument.
//
// Psum and its relatives work under any nesting of transforms inside of the function that
// is mapped. Where [Cond] chooses by case, all cases take part in what either function
// computes. If no Vmap of that name is around, they panic with a *trace.Error that lists
// the names of those that are.
func Psum[P any](axis string, t P) P { return collected[P](collectSum, axis, t) }

// Pmean is the mean of floats over the cases of a named axis, see [Psum]. It is linear,
// and its own transpose.
func Pmean[P any](axis string, t P) P { return collected[P](collectMean, axis, t) }

// Pmax is the largest number over the cases of a named axis, see [Psum], and NaN if one is
// NaN. The cases that have it share the sum of all cotangents equally.
func Pmax[P any](axis string, t P) P { return collected[P](collectMax, axis, t) }

// Pmin is the smallest number over the cases of a named axis, see [Psum], and NaN if one
// is NaN. The cases that have it share the sum of all cotangents equally.
func Pmin[P any](axis string, t P) P { return collected[P](collectMin, axis, t) }

// AxisIndex is the number of the case, from 0 on, along the axis of the innermost
// surrounding [Vmap] whose [VmapConfig].Name is axis: a traced i64[].
func AxisIndex(axis string) Value { return trace.Bind1(axisNumber{scopeOf(axis), false}) }

// AxisSize is the number of cases along a named axis, as a traced i64[]; see [AxisIndex].
func AxisSize(axis string) Value { return trace.Bind1(axisNumber{scopeOf(axis), true}) }

func collected[P any](by collection, axis string, t P) P {
	s := scopeOf(axis)
	return trace.Map(func(v Value) Value { return trace.Bind1(collective{s, by, false}, v) }, t)
}

// scope says which axis an operation is about: the one of that name around the place where
// it was applied.
type scope struct {
	axis string
	// born is how many traces had begun when the operation was applied. A Vmap whose
	// trace began later is not around it.
	born   uint64
	passed []string // the names of axes around it that are not the one
}

func scopeOf(axis string) scope { return scope{axis: axis, born: trace.Begun()} }

func (s scope) where() scope { return s }

// outside is the scope as seen from outside of a Vmap with another name.
func (s scope) outside(name string) scope {
	if !slices.Contains(s.passed, name) {
		s.passed = append(slices.Clone(s.passed), name)
	}
	return s
}

// unknown is the error of an operation that no Vmap has resolved.
func (s scope) unknown(name string) *trace.Error {
	around := "no axis has a name here"
	if len(s.passed) > 0 {
		around = fmt.Sprintf("the axes with a name here are %q", s.passed)
	}
	return trace.Errorf("%s: there is no axis %q to go over: %s; set VmapConfig.Name of a Vmap around, and use the result inside of its function only, where it is traced",
		name, s.axis, around)
}

// scoped is an operation about a named axis.
type scoped interface {
	trace.Op
	where() scope
	// in returns the operation on operands in the place of one that is in scope of the
	// axis, or the operation as seen from outside of that.
	in(a namedAxis, operands []Value) []Value
	from(s scope) trace.Op
}

// collection is how the values of all cases become one.
type collection uint8

const (
	collectSum collection = iota
	collectMean
	collectMax
	collectMin
)

func (c collection) String() string { return [...]string{"psum", "pmean", "pmax", "pmin"}[c] }

// collective is a reduction over the cases of a named axis. Once that axis is found it is
// bound, and has the index of the case as another operand.
type collective struct {
	scope
	by    collection
	bound bool
}

func (c collective) Name() string          { return c.by.String() }
func (c collective) String() string        { return fmt.Sprintf("%s{%s}", c.by, trace.Printable(c.axis)) }
func (c collective) LinearIn([]bool) bool  { return c.by == collectSum || c.by == collectMean }
func (c collective) from(s scope) trace.Op { c.scope = s; return c }

func (c collective) Infer(in []trace.Type) ([]trace.Type, error) {
	switch d := in[0].DType; {
	case c.by == collectMean && !d.IsFloat():
		return nil, fmt.Errorf("a mean is one of floats, not of %v: use fn.Cast first", d)
	case !d.IsFloat() && !d.IsInt():
		return nil, fmt.Errorf("want numbers, not %v: use fn.Cast first", d)
	}
	return in[:1], nil
}

func (c collective) Eval(_, _ []*trace.Array) { panic(c.unknown(c.Name())) }

func (c collective) VJP(in, out, ct []Value, _ []bool) []Value {
	again := func(by collection, v Value) Value {
		d := c
		d.by = by
		return trace.Bind1(d, append([]Value{v}, in[1:]...)...)
	}
	cts := make([]Value, len(in))
	if c.LinearIn(nil) {
		cts[0] = again(c.by, ct[0])
		return cts
	}
	reached := fn.Cast(fn.Equal(in[0], out[0]), in[0].DType())
	cts[0] = fn.Mul(reached, fn.Div(again(collectSum, ct[0]), again(collectSum, reached)))
	return cts
}

// Batch is that of another axis than the named one.
func (c collective) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(c, in...) }

func (c collective) in(a namedAxis, operands []Value) []Value {
	c.bound = true
	return trace.Bind(c, append(operands, a.index)...)
}

// boundCollective reports whether the result of an op is the same for all cases because it
// is made of all of them.
func boundCollective(op trace.Op) (collective, bool) {
	c, ok := op.(collective)
	return c, ok && c.bound
}

// over reduces a value over all cases, which are its axis 0 if it is batched.
func (c collective) over(size int, x Value, batched bool) Value {
	switch {
	case c.by == collectSum && batched:
		return fn.Sum(x, 0)
	case c.by == collectSum:
		return fn.Mul(x, fn.Cast(trace.Scalar(int64(size)), x.DType()))
	case !batched:
		return x
	case c.by == collectMean:
		return fn.Mean(x, 0)
	case c.by == collectMax:
		return fn.Max(x, 0)
	}
	return fn.Min(x, 0)
}

// axisNumber is the index of the case along a named axis, or the number of cases.
type axisNumber struct {
	scope
	size bool
}

func (n axisNumber) Name() string {
	if n.size {
		return "axis_size"
	}
	return "axis_index"
}

func (n axisNumber) String() string        { return fmt.Sprintf("%s{%s}", n.Name(), trace.Printable(n.axis)) }
func (n axisNumber) from(s scope) trace.Op { n.scope = s; return n }

func (axisNumber) Infer([]trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Int64)}, nil
}
func (n axisNumber) Eval(_, _ []*trace.Array)            { panic(n.unknown(n.Name())) }
func (axisNumber) VJP(_, _, _ []Value, _ []bool) []Value { return nil }
func (axisNumber) Batch(int, []Value, []bool) (_ []Value) {
	panic("transforms: an operation without operands is never batched")
}

func (n axisNumber) in(a namedAxis, _ []Value) []Value {
	if n.size {
		return []Value{trace.Scalar(int64(a.size))}
	}
	return []Value{a.index}
}
