package trace_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// here is the position of the caller, shifted by some lines.
func here(shift int) string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line+shift)
}

// The user's line is the first one outside of the library, here in this file: the op is
// bound without a function between.
func TestErrorPositions(t *testing.T) {
	line := here(1)
	err := trace.Try(func() { trace.Bind(add{}, vector(1, 2), vector(1, 2, 3)) })
	wantText(t, err.Error(), line+": add(f64[2], f64[3]): operands differ: [f64[2] f64[3]]")

	line = here(2)
	err = trace.Try(func() {
		record(2, func(x Value) Value { return trace.Bind1(add{}, x, vector(1)) })
	})
	wantText(t, err.Error(), line+": add(f64[2], f64[1]): operands differ: [f64[2] f64[1]]")

	line = here(1)
	err = trace.Try(func() { trace.Bind(add{}, vector(1), Value{}) })
	wantText(t, err.Error(), line+": add(f64[1], absent): operand 1 is absent (the zero trace.Value): was a field never set?")

	line = here(1)
	err = trace.Try(func() { trace.Bind(huge{}, vector(1)) })
	wantText(t, err.Error(), line+": huge(f64[1]): f64[1099511627776 1099511627776] has more bytes than memory can address")

	line = here(1)
	err = trace.Try(func() { vector(1).Dim(5) })
	wantText(t, err.Error(), line+": f64[1] has no axis 5: it has 1, from 0 on, or from -1 on backward")
}

func TestErrorIsFoundInAChain(t *testing.T) {
	err := fmt.Errorf("model: %w", trace.Try(func() { trace.Bind(refuse{}, vector(1)) }))
	e, ok := trace.AsError(err)
	if !ok || e.Op != "refuse(f64[1])" || !errors.Is(err, errRefused) {
		t.Errorf("got %v, %v", e, ok)
	}
	if _, ok := trace.AsError(errRefused); ok {
		t.Error("an ordinary error is taken for a *trace.Error")
	}
	if err := trace.Try(func() {}); err != nil {
		t.Errorf("Try of nothing: %v", err)
	}
}

func TestTryPassesOtherPanicsOn(t *testing.T) {
	for _, thrown := range []any{"text", errRefused, 3} {
		func() {
			defer func() {
				if r := recover(); r != thrown {
					t.Errorf("got %v, want %v", r, thrown)
				}
			}()
			err := trace.Try(func() { panic(thrown) })
			t.Errorf("Try returned %v", err)
		}()
	}
}

// The compiler may inline closures and rename them; the file they are in stays.
func TestPositionThroughInlinedClosures(t *testing.T) {
	twice := func(f func(Value) Value) func(Value) Value { return func(x Value) Value { return f(f(x)) } }
	double := func(x Value) Value { return trace.Bind1(scale{2}, x) }
	line := here(-1)
	p := record(2, twice(double))
	for i := range p.Eqns {
		wantText(t, p.Eqns[i].Stack.Position(), line)
	}
}

// A function that the standard library calls for the user is the user's.
func TestPositionThroughTheStandardLibrary(t *testing.T) {
	line := here(2)
	err := trace.Try(func() {
		slices.SortFunc([]int{1, 2}, func(a, b int) int { trace.Bind(refuse{}, vector(1)); return a - b })
	})
	wantText(t, err.Error(), line+": refuse(f64[1]): refused on principle")

	line = here(2)
	err = trace.Try(func() {
		reflect.ValueOf(trace.Bind1).Call([]reflect.Value{reflect.ValueOf(refuse{}), reflect.ValueOf(vector(1))})
	})
	wantText(t, err.Error(), line+": refuse(f64[1]): refused on principle")
}

func TestAStackOfNothingHasNoPosition(t *testing.T) {
	wantText(t, trace.Stack(nil).Position(), "")
	wantText(t, (&trace.Error{Op: "op()", Err: errRefused}).Error(), "op(): refused on principle")
}

// An equation that was made in the first function of a goroutine has a stack of one call.
func TestFollowPlacesErrorsByTheShortestStack(t *testing.T) {
	p := record(2, func(x Value) Value { return times(3, x) })
	e := p.Eqns[0]
	for e.Stack[:1].Position() == "" { // calls of the package itself
		e.Stack = e.Stack[1:]
	}
	e.Stack = e.Stack[:1]
	want := e.Stack.Position()
	for _, derived := range []bool{false, true} {
		var none *trace.Trace
		err := trace.Try(func() { none.Follow(&e, derived, func() { trace.Bind(refuse{}, vector(1)) }) })
		if e, _ := trace.AsError(err); e.Position() != want {
			t.Errorf("derived %t: got an error at %q, want %q", derived, e.Position(), want)
		}
	}
}

func TestFollowPlacesEquationsAndErrors(t *testing.T) {
	var origin, inner *trace.Eqn
	p := record(2, func(x Value) Value { return times(3, times(2, x)) })
	origin, inner = &p.Eqns[0], &p.Eqns[1]
	inner.Stack = nil
	q := record(2, func(x Value) Value {
		tr := trace.Newest([]Value{x})
		tr.Follow(origin, true, func() {
			x = times(4, x)
			tr.Follow(inner, false, func() { x = times(5, x) })
		})
		return times(6, x)
	})
	for i, derived := range []bool{true, true, false} {
		if q.Eqns[i].Derived != derived {
			t.Errorf("equation %d: got derived %v", i, q.Eqns[i].Derived)
		}
	}
	if a, b := q.Eqns[0].Stack, q.Eqns[1].Stack; &a[0] != &origin.Stack[0] || &b[0] != &origin.Stack[0] {
		t.Error("derived equations do not keep the origin of the outermost")
	}
	if c := q.Eqns[2].Stack; &c[0] == &origin.Stack[0] {
		t.Error("an equation after Follow keeps its origin")
	}
	var none *trace.Trace
	err := trace.Try(func() { none.Follow(origin, true, func() { trace.Bind(refuse{}, vector(1)) }) })
	if e, _ := trace.AsError(err); e.Position() != origin.Stack.Position() {
		t.Errorf("got an error at %q, want %q", e.Position(), origin.Stack.Position())
	}
}

func TestAnErrorIsPlacedAtTheInnermostEquationOfTheUser(t *testing.T) {
	p := record(2, func(x Value) Value {
		y := trace.Bind1(scale{2}, x)
		return trace.Bind1(scale{3}, y)
	})
	first, second := &p.Eqns[0], &p.Eqns[1]
	for _, derived := range []bool{false, true} {
		want := first
		if derived {
			want = second
		}
		err := trace.Try(func() {
			(*trace.Trace)(nil).Follow(second, derived, func() {
				(*trace.Trace)(nil).Follow(first, false, func() { trace.Bind(refuse{}, vector(1)) })
			})
		})
		if e, _ := trace.AsError(err); e.Position() != want.Stack.Position() {
			t.Errorf("derived %v: got %s, want %s", derived, e.Position(), want.Stack.Position())
		}
	}
}

var position = regexp.MustCompile(`^[a-z_]+_test\.go:\d+$`)

func TestEscapedValues(t *testing.T) {
	const escaped = "a traced value was used after its trace had ended: it must not be kept outside of the function that was traced; " +
		"return it from that function instead"
	var kept Value
	record(2, func(x Value) Value { kept = x; return x })
	wantAt := func(name, op string, f func()) {
		t.Helper()
		e := failure(t, f)
		if e.Op != op || e.Unwrap().Error() != escaped || !position.MatchString(e.Position()) {
			t.Errorf("%s: got %q at %q: %v", name, e.Op, e.Position(), e)
		}
	}
	wantAt("eager", "add(f64[2], f64[2])", func() { trace.Bind(add{}, vector(1, 2), kept) })
	wantAt("in a younger trace", "add(f64[2], f64[2])", func() { record(2, func(x Value) Value { return trace.Bind1(add{}, x, kept) }) })
	wantAt("as a result", "", func() { record(2, func(Value) Value { return kept }) })
	wantAt("after a panic", "scale(f64[2])", func() {
		trace.Try(func() { record(2, func(x Value) Value { kept = x; return trace.Bind1(refuse{}, x) }) })
		trace.Bind(scale{2}, kept)
	})
	wantAt("an inner value outside", "add(f64[2], f64[2])", func() {
		record(2, func(x Value) Value {
			record(2, func(y Value) Value { kept = y; return y })
			return trace.Bind1(add{}, x, kept)
		})
	})
	wantAt("a younger value in an older trace", "", func() {
		record(2, func(x Value) Value {
			record(2, func(y Value) Value { return trace.Newest([]Value{x}).Lift(y) })
			return x
		})
	})
}

// layer is an operation that is made of others, with an operand that may be absent.
func layer(x, w, bias Value) Value {
	defer trace.Naming("layer", x, w, bias)
	y := trace.Bind1(add{}, x, w)
	if !bias.IsAbsent() {
		y = trace.Bind1(add{}, y, bias)
	}
	return y
}

// An error of a part becomes one of the whole, at the user's line and for the reason of
// the part.
func TestNaming(t *testing.T) {
	v, three := vector(1, 2), vector(1, 2, 3)
	wantText(t, layer(v, v, v).String(), "f64[2] [3 6]")
	wantText(t, layer(v, v, Value{}).String(), "f64[2] [2 4]")
	e := failure(t, func() { layer(v, three, Value{}) })
	wantText(t, e.Op+": "+e.Err.Error(), "layer(f64[2], f64[3], absent): operands differ: [f64[2] f64[3]]")
	e = failure(t, func() { layer(v, v, three) })
	wantText(t, e.Op+": "+e.Err.Error(), "layer(f64[2], f64[2], f64[3]): operands differ: [f64[2] f64[3]]")
	e = failure(t, func() { layer(v, Value{}, v) })
	wantText(t, e.Op+": "+e.Err.Error(), "layer(f64[2], absent, f64[2]): operand 1 is absent (the zero trace.Value): was a field never set?")
	line := here(1)
	e = failure(t, func() { defer trace.Naming("whole", v, trace.Weak(2.5)); trace.Bind(refuse{}, v) })
	wantText(t, e.Error(), line+": whole(f64[2], 2.5): refused on principle")
	if !errors.Is(e, errRefused) {
		t.Error("the reason is lost")
	}
}

func TestNamingOfAbsentOperands(t *testing.T) {
	asks := map[string]func(v Value){
		"type": func(v Value) { v.Type() }, "rank": func(v Value) { v.Rank() }, "elements": func(v Value) { v.Float64s() }, "data": func(v Value) { trace.Data[bool](v) },
	}
	for name, ask := range asks {
		v := vector(1, 2)
		for i, in := range [][]Value{{{}, v, v}, {v, {}, v}, {v, v, {}}, {v, {}, {}}} {
			at := min(i, 2)
			if i == 3 {
				at = 1 // the first
			}
			e := failure(t, func() { defer trace.Naming("whole", in...); ask(Value{}) })
			wantText(t, name+": "+e.Err.Error(), fmt.Sprintf("%s: operand %d is absent (the zero trace.Value): was a field never set?", name, at))
		}
	}
}

// The name is not given twice, nor to a panic of another kind, nor where there is none.
func TestNamingLeavesOtherPanics(t *testing.T) {
	e := failure(t, func() { defer trace.Naming("whole"); panic(trace.Errorf("whole: a size of %d", 3)) })
	wantText(t, e.Op+"|"+e.Err.Error(), "|whole: a size of 3")
	e = failure(t, func() { defer trace.Naming("whole"); panic(trace.Errorf("wholesale: a size of %d", 3)) })
	wantText(t, e.Op+"|"+e.Err.Error(), "whole|wholesale: a size of 3")
	e = failure(t, func() { defer trace.Naming("outer", vector(1)); layer(vector(1), vector(1, 2), Value{}) })
	wantText(t, e.Op, "outer(f64[1])")
	defer func() {
		if r := recover(); r != "thrown" {
			t.Errorf("got %v", r)
		}
	}()
	func() { defer trace.Naming("whole"); panic("thrown") }()
}

func TestRefuse(t *testing.T) {
	line := here(2)
	e := failure(t, func() {
		trace.Refuse("whole", []Value{vector(1, 2), {}, trace.Weak(0.5), trace.Scalar(int32(3))}, "%d of %w", 2, errRefused)
	})
	wantText(t, e.Error(), line+": whole(f64[2], absent, 0.5, i32[]): 2 of refused on principle")
	if !errors.Is(e, errRefused) {
		t.Error("the reason is lost")
	}
	e = failure(t, func() { trace.Refuse("none", nil, "no operand") })
	wantText(t, e.Op+": "+e.Err.Error(), "none(): no operand")
	record(2, func(x Value) Value {
		e := failure(t, func() { trace.Refuse("whole", []Value{x, x.WithWeak(true)}, "traced") })
		wantText(t, e.Op, "whole(f64[2], f64[2])") // of a weak value that is not known, the type
		return x
	})
}

func TestErrorf(t *testing.T) {
	line := here(1)
	e := trace.Errorf("%d of %w", 2, errRefused)
	wantText(t, e.Error(), line+": 2 of refused on principle")
	wantText(t, e.Position(), line)
	if e.Op != "" || !errors.Is(e, errRefused) {
		t.Errorf("got %+v", e)
	}
	wantText(t, (&trace.Error{Err: errRefused}).Error(), "refused on principle")
}

// An equation that is not known by its line moves no error, and a fault inside Follow
// leaves the trace as it was.
func TestFollowAfterAFault(t *testing.T) {
	p := record(2, func(x Value) Value { return trace.Bind1(scale{2}, x) })
	line := here(1)
	err := trace.Try(func() { (*trace.Trace)(nil).Follow(&trace.Eqn{}, true, func() { trace.Bind(refuse{}, vector(1)) }) })
	wantText(t, err.Error(), line+": refuse(f64[1]): refused on principle")
	q := record(2, func(x Value) Value {
		tr := trace.Newest([]Value{x})
		e := failure(t, func() { tr.Follow(&p.Eqns[0], true, func() { trace.Bind(refuse{}, x) }) })
		wantText(t, e.Position(), p.Eqns[0].Stack.Position())
		return trace.Bind1(scale{3}, x)
	})
	if e := q.Eqns[0]; e.Derived || &e.Stack[0] == &p.Eqns[0].Stack[0] {
		t.Errorf("the equation after it is derived %v, at %s", e.Derived, e.Stack.Position())
	}
	defer func() {
		if r := recover(); r != "thrown" {
			t.Errorf("got %v", r)
		}
	}()
	(*trace.Trace)(nil).Follow(&p.Eqns[0], true, func() { panic("thrown") })
}
