package transforms

import (
	"reflect"

	"github.com/pullback-go/pullback/trace"
)

// JitN is [Jit] of a function of any number of arguments and results, each of them a tree.
// F is the type of the function, and what JitN returns has it too:
//
//	step := transforms.JitN(func(p Params, s State, b Batch) (Params, State, trace.Value) { ... })
//	p, s, loss = step(p, s, b)
//
// The value and the gradient of a function compile together by JitN(ValueAndGrad(f)).
//
// A call goes through package reflect, which takes two microseconds more than a call of
// [Jit]. In return there is one function for any signature, not one for each number of
// arguments and results.
//
// JitN panics with a *trace.Error if F is no function type, or is variadic.
func JitN[F any](f F, config ...JitConfig) F {
	m := anyFuncOf("JitN", f)
	j := newJit("JitN", m.call, config)
	return made[F](m, func(x []any) []any { return j.Call(x) })
}

// VmapN is [Vmap] of a function of any number of arguments and results, each of them a
// tree. [VmapConfig].In has an axis for each argument, and Out one for each result; the
// paths of Shared begin with the number of the argument, as in "[1].Weight". It panics
// with a *trace.Error if F is no function type, or is variadic.
func VmapN[F any](f F, config ...VmapConfig) F {
	m := anyFuncOf("VmapN", f)
	mapped := vmap(m.call, axesOf("VmapN", config, m.typ.NumIn(), m.typ.NumOut()), ofList)
	return made[F](m, mapped)
}

// anyFunc is a function of any arguments and results as a function of a list of each.
type anyFunc struct {
	typ  reflect.Type
	call func(x []any) []any
}

func anyFuncOf(what string, f any) anyFunc {
	v := reflect.ValueOf(f)
	switch {
	case !v.IsValid() || v.Kind() != reflect.Func:
		panic(trace.Errorf("%s of %T, which is no function: its argument and result have the type of the function, such as func(a, b trace.Value) trace.Value", what, f))
	case v.IsNil():
		panic(trace.Errorf("%s of a nil function", what))
	case v.Type().IsVariadic():
		panic(trace.Errorf("%s of the variadic %T: take a slice instead, which is a tree", what, f))
	}
	return anyFunc{v.Type(), func(x []any) []any {
		return list(v.Call(values(x, v.Type().In)))
	}}
}

// made is a function of type F by one of lists.
func made[F any](m anyFunc, f func(x []any) []any) F {
	call := func(args []reflect.Value) []reflect.Value { return values(f(list(args)), m.typ.Out) }
	out, _ := reflect.MakeFunc(m.typ, call).Interface().(F)
	return out
}

func list(vs []reflect.Value) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v.Interface()
	}
	return out
}

// values are the elements of a list as the types that a function takes or returns. nil
// stands for an interface without a value.
func values(x []any, typ func(i int) reflect.Type) []reflect.Value {
	out := make([]reflect.Value, len(x))
	for i, a := range x {
		if out[i] = reflect.ValueOf(a); a == nil {
			out[i] = reflect.Zero(typ(i))
		}
	}
	return out
}
