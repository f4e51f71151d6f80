package transforms

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// CheckFinite returns f with a check behind each of its operations: the first one that
// makes a NaN of operands without NaN, or an infinity of finite operands, is a *trace.Error
// that names the operation, the user's line, the layer of [Named] around it, where in its
// output that is, and what the operands were. So is an argument with a NaN or infinity.
// Infinite constants are no fault, as in a mask of -Inf.
//
//	loss := transforms.CheckFinite(model.Loss)
//	grad := transforms.CheckFinite(transforms.Grad(model.Loss)) // also derivatives
//
// An operation of a derivative is named with the operation or layer that it is a derivative
// of, and has its line. The check is an effect, see [Callback]: it is there in a compiled function
// too, whose Call returns the error, and it is not differentiated, so a derivative of the
// function returned checks the values alone. The function returned is slower, and takes
// more memory: use it to find a fault.
func CheckFinite[P, R any](f func(P) R) func(P) R {
	return func(x P) R {
		r := record(f, x)
		for i, v := range r.leaves {
			if v.DType().IsFloat() {
				path := leafName(r.in.Path(i))
				callback("check_finite", func(v Value) {
					if s := faultsOf(v); s.any() {
						panic(trace.Errorf("CheckFinite: the argument at %s has %s", path, s))
					}
				}, v)
			}
		}
		c := finiteCheck{map[*uintptr]origin{}}
		c.note(r.program, "")
		return result[R](r, c.walk(r.program, "", r.leaves))
	}
}

// finiteCheck applies programs with checks. It knows, by its position, the operation that
// a derived equation is a derivative of.
type finiteCheck struct{ origins map[*uintptr]origin }

// origin is an operation of the user's and the layer that it is in.
type origin struct{ op, layer string }

// note notes the operations of a program that are no derivatives.
func (c finiteCheck) note(p *trace.Program, layer string) {
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if at := positionOf(e); at != nil && !e.Derived {
			if _, ok := c.origins[at]; !ok {
				c.origins[at] = origin{e.Op.Name(), layerIn(e.Op, layer)}
			}
		}
		if op, ok := e.Op.(trace.Caller); ok {
			for _, b := range op.Bodies() {
				c.note(b, layerIn(op, layer))
			}
		}
	}
}

// positionOf identifies where the user made an equation. Equations that were derived from
// it share it.
func positionOf(e *trace.Eqn) *uintptr {
	if len(e.Stack) == 0 {
		return nil
	}
	return &e.Stack[0]
}

// layerIn returns the layer that the body of an op is in.
func layerIn(op trace.Op, around string) string {
	if c, ok := op.(*call); ok && c.layer != nil {
		if c.layer.Path != "" {
			return c.layer.Path
		}
		return string(c.layer.Kind)
	}
	return around
}

// walk applies a program with checks.
func (c finiteCheck) walk(p *trace.Program, layer string, in []Value) []Value {
	env := p.Env(in)
	for i := range p.Eqns {
		e := &p.Eqns[i]
		env.Trace.Follow(e, e.Derived, func() { env.Set(e.Out, c.apply(env.Trace, e, layer, env.Get(e.In))) })
	}
	return env.Get(p.Out)
}

// apply applies an equation, and checks what it gives.
func (c finiteCheck) apply(t *trace.Trace, e *trace.Eqn, layer string, in []Value) []Value {
	checked := func(p *trace.Program) *trace.Program {
		return trace.Record(func(args []Value) []Value { return c.walk(p, layerIn(e.Op, layer), args) }, p.TypesOf(p.In))
	}
	switch op := e.Op.(type) {
	case composed:
		bodies := slices.Clone(op.Bodies())
		for i, b := range bodies {
			bodies[i] = checked(b)
		}
		return op.bindBodies(bodies, in)
	case *custom:
		same := func(pull func(all, ct []Value) []Value) func(all, ct []Value) []Value { return pull }
		return t.Bind(op.mapped(checked, same), in...)
	}
	out := t.Bind(e.Op, in...)
	if seen := slices.Concat(in, out); len(in) > 0 && slices.ContainsFunc(out, isFloat) {
		position := &trace.Eqn{Stack: e.Stack}
		signature, of := c.signature(e, in), c.placed(e, layer)
		callback("check_finite", func(vs []Value) {
			if fault := newFault(vs[:len(in)], vs[len(in):]); fault != "" {
				(*trace.Trace)(nil).Follow(position, true, func() {
					err := trace.Errorf("CheckFinite: %s%s", fault, of)
					err.Op = signature
					panic(err)
				})
			}
		}, seen)
	}
	return out
}

func isFloat(v Value) bool { return v.DType().IsFloat() }

// signature prints an operation with the types of its operands.
func (c finiteCheck) signature(e *trace.Eqn, in []Value) string {
	types := make([]string, len(in))
	for i, v := range in {
		types[i] = v.Type().String()
	}
	return fmt.Sprintf("%s(%s)", e.Op.Name(), strings.Join(types, ", "))
}

// placed says what an equation is the derivative of, and which layer it is in.
func (c finiteCheck) placed(e *trace.Eqn, layer string) string {
	text := ""
	if e.Derived {
		text = "; it belongs to a derivative"
		if from, ok := c.origins[positionOf(e)]; ok {
			text, layer = "; it belongs to the derivative of "+from.op, from.layer
		}
	}
	if layer != "" {
		text += "; in layer " + trace.Printable(trace.Excerpt(layer))
	}
	return text
}

// newFault says which NaN or infinity an operation made of its operands, "" for none.
func newFault(in, out []Value) string {
	given := faults{}
	var ranges []string
	for i, v := range in {
		if isFloat(v) {
			s := faultsOf(v)
			given.nans, given.infs = given.nans+s.nans, given.infs+s.infs
			ranges = append(ranges, fmt.Sprintf("operand %d is %s", i, rangeOf(v)))
		}
	}
	for i, v := range out {
		s := faultsOf(v)
		if s.nans > 0 && given.nans == 0 || s.infs > 0 && given.nans+given.infs == 0 {
			name := "the result"
			if len(out) > 1 {
				name = fmt.Sprintf("result %d", i)
			}
			return fmt.Sprintf("%s has %s; %s", name, s, strings.Join(ranges, ", "))
		}
	}
	return ""
}

// faults counts the elements of an array that are not finite.
type faults struct {
	nans, infs, size int
	first            []int // coordinates of the first
	value            float64
}

func (s faults) any() bool { return s.nans+s.infs > 0 }

func (s faults) String() string {
	text := fmt.Sprintf("%v at %v", s.value, s.first)
	if s.size > 1 {
		text += fmt.Sprintf(", %d of %d elements", s.nans+s.infs, s.size)
	}
	if s.nans > 0 && s.infs > 0 {
		text += fmt.Sprintf(", %d of these NaN", s.nans)
	}
	return text
}

// faultsOf counts in floats, and finds nothing in other values.
func faultsOf(v Value) faults {
	s := faults{size: v.Size()}
	if !isFloat(v) {
		return s
	}
	for i, x := range v.Float64s() {
		if x-x == 0 {
			continue
		}
		if !s.any() {
			s.first, s.value = coordinates(i, v.Shape()), x
		}
		if x != x {
			s.nans++
		} else {
			s.infs++
		}
	}
	return s
}

// coordinates returns the index along each axis of the element at a flat index.
func coordinates(i int, shape []int) []int {
	out := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		out[k] = i % shape[k]
		i /= shape[k]
	}
	return out
}

// rangeOf says between which numbers the elements of a value are.
func rangeOf(v Value) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range v.Float64s() {
		low, high = min(low, x), max(high, x)
	}
	switch {
	case v.Size() == 0:
		return "empty"
	case low == high || low != low:
		return fmt.Sprintf("%.6g", low)
	}
	return fmt.Sprintf("from %.6g to %.6g", low, high)
}
