package transforms_test

import (
	"context"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// No argument of a transform, and no result of the function that it is given, causes one
// of Go's own panics.
func TestMisuse(t *testing.T) {
	type v = Value
	id := func(x v) v { return x }
	half := func(x v) v { return fn.Mul(x, num(0.5)) }
	give := func(y v) Func { return func(v) v { return y } }
	aux := func(x v) (v, v) { return half(x), x }
	all := composite{"all", func(*Site) transforms.Rule { return bent{0.5} }}
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"Grad":            {func(x v) v { return transforms.Grad(half)(x) }, ""},
		"GradAux":         {func(x v) v { y, _ := transforms.GradAux(aux)(x); return y }, ""},
		"GradOf":          {func(x, y v) v { return transforms.GradOf(fn.Mul)(x, y) }, ""},
		"ValueAndGrad":    {func(x v) v { y, _ := transforms.ValueAndGrad(half)(x); return y }, ""},
		"ValueAndGradAux": {func(x v) v { y, _, _ := transforms.ValueAndGradAux(aux)(x); return y }, ""},
		"ValueAndGradOf":  {func(x, y v) v { z, _ := transforms.ValueAndGradOf(fn.Mul)(x, y); return z }, ""},
		"ValueAndGradAuxOf": {func(x, y v) v {
			z, _, _ := transforms.ValueAndGradAuxOf(func(x, y v) (v, v) { return fn.Mul(x, y), y })(x, y)
			return z
		}, ""},
		"VJP":             {func(x, ct v) v { _, pull := transforms.VJP(half)(x); return pull(ct) }, ""},
		"VJPAux":          {func(x, ct v) v { _, pull, _ := transforms.VJPAux(aux)(x); return pull(ct) }, ""},
		"Pull":            {func(x, ct v) v { return transforms.Pull(half, give(ct))(x) }, ""},
		"JVP":             {func(x, tangent v) v { _, y := transforms.JVP(half)(x, tangent); return y }, ""},
		"JVPAux":          {func(x, tangent v) v { _, y, _ := transforms.JVPAux(aux)(x, tangent); return y }, ""},
		"Linearize":       {func(x, tangent v) v { _, push := transforms.Linearize(half)(x); return push(tangent) }, ""},
		"LinearTranspose": {func(like, ct v) v { return transforms.LinearTranspose(half, like)(ct) }, ""},
		"Jacobian":        {func(x v) v { return transforms.Jacobian(half)(x) }, ""},
		"JacobianForward": {func(x v) v { return transforms.JacobianForward(half)(x) }, ""},
		"JacobianAux":     {func(x v) v { y, _ := transforms.JacobianAux(aux)(x); return y }, ""},
		"Jacobians":       {func(x v) any { return transforms.Jacobians(half)(x) }, ""},
		"Hessian":         {func(x v) v { return transforms.Hessian(func(x v) v { return fn.SumAll(fn.Square(x)) })(x) }, ""},
		"Hessians":        {func(x v) any { return transforms.Hessians(half)(x) }, ""},
		"HVP":             {func(x, y v) v { return transforms.HVP(half)(x, y) }, ""},
		"Ravel": {func(x, y, z v) []v {
			flat, tree := transforms.Ravel([]v{x, y})
			return append(tree(z), flat)
		}, ""},
		"Jit": {func(x, y v) v { return transforms.Jit(func(x []v) v { return fn.Add(x[0], x[1]) })([]v{x, y}) }, ""},
		"NewJit": {func(x v, c transforms.JitConfig) v {
			return transforms.NewJit(half, c).Call(x)
		}, ""},
		"JitN": {func(x, y v) v { return transforms.JitN(fn.Add)(x, y) }, ""},
		"Compile": {func(like, x v, c transforms.JitConfig) {
			compiled, err := transforms.Compile(half, like, c)
			if err == nil {
				_, err = compiled.Call(context.Background(), x)
			}
			if err != nil {
				panic(err)
			}
		}, ""},
		"Vmap": {func(x v, c transforms.VmapConfig) v { return transforms.Vmap(id, c)(x) }, "map"},
		"VmapN": {func(x, y v, in, out []transforms.Axis) v {
			return transforms.VmapN(fn.Add, transforms.VmapConfig{In: in, Out: out})(x, y)
		}, ""},
		"Psum": {func(x v) v { return transforms.Psum("i", x) }, ""}, "Pmean": {func(x v) v { return transforms.Pmean("i", x) }, ""},
		"Pmax": {func(x v) v { return transforms.Pmax("i", x) }, ""}, "Pmin": {func(x v) v { return transforms.Pmin("i", x) }, ""},
		"AxisIndex": {func() v { return fn.Neg(transforms.AxisIndex("i")) }, ""}, "AxisSize": {func() v { return fn.Neg(transforms.AxisSize("i")) }, ""},
		"Scan": {func(init, xs, y v, c []transforms.ScanConfig) v {
			last, _ := transforms.Scan(func(c, x v) (v, v) { return c, y }, c...)(init, xs)
			return last
		}, ""},
		"For":             {func(n int, x, y v) v { return transforms.For(n%100, func(_, c v) v { return fn.Add(c, y) })(x) }, ""},
		"While":           {func(x, y v) v { return transforms.While(func(v) v { return fn.And(y, trace.Scalar(false)) }, id)(x) }, ""},
		"AssociativeScan": {func(x, y v) v { return transforms.AssociativeScan(func(a, _ v) v { return fn.Add(a, y) })(x) }, ""},
		"Cond":            {func(pred, x, y v) v { return transforms.Cond(pred, id, give(y))(x) }, ""},
		"Cond0": {func(pred, x, y v) v {
			return transforms.Jit(func(pred v) v {
				return transforms.Cond0(pred, func() v { return fn.Neg(x) }, func() v { return fn.Neg(y) })
			})(pred)
		}, ""},
		"Switch": {func(i, x, y v) v {
			return transforms.Jit(func(i v) v { return transforms.Switch(i, half, give(y))(x) })(i)
		}, ""},
		"Checkpoint":     {func(x v) v { return transforms.Checkpoint(half)(x) }, ""},
		"CheckpointName": {func(x v) v { return transforms.CheckpointName(x, "x") }, ""},
		"CustomVJP": {func(x, y, ct v) v {
			return transforms.Grad(transforms.CustomVJP(half, func(x v) (v, v) { return y, x }, func(_, _ v) v { return ct }))(x)
		}, ""},
		"CustomJVP": {func(x, tangent v) v {
			return transforms.Grad(transforms.CustomJVP(half, func(x, _ v) (v, v) { return half(x), tangent }))(x)
		}, ""},
		"WithPullback": {func(x, ct v) v {
			return transforms.Grad(transforms.WithPullback(func(x v) (v, func(v) v) { return half(x), give(ct) }))(x)
		}, ""},
		"StopGradient": {transforms.StopGradient[v], ""},
		"LinearSolve":  {func(x, b v) v { return transforms.LinearSolve(func(y v) v { return fn.Mul(x, y) }, b) }, ""},
		"Root":         {func(x, y v) v { return transforms.Root(func(x v) v { return fn.Sub(x, y) }, x) }, ""},
		"FixedPoint": {func(x, y v) v {
			return transforms.FixedPoint(func(x v) v { return fn.Mul(x, y) }, x, transforms.RootConfig[v]{Steps: 5})
		}, ""},
		"CG": {func(x, b v, c transforms.CGConfig) v {
			c.Steps %= 100
			y, _ := transforms.CG(func(y v) v { return fn.Mul(x, y) }, b, c)
			return y
		}, ""},
		"Arnoldi": {func(x, start v, n int) v {
			q, _ := transforms.Arnoldi(func(y v) v { return fn.Mul(x, y) }, start, n%100)
			return q
		}, ""},
		"Named": {func(x, w, y v) v {
			return transforms.Named(transforms.Layer{}, func(x, w v) v { return fn.Add(fn.Mul(x, w), y) })(x, w)
		}, ""},
		"Plan":      {func(x v) any { return transforms.Plan(all, half, x).String() }, ""},
		"WithRules": {func(x v) v { return transforms.Grad(transforms.WithRules(all, half))(x) }, ""},
		"Rewrite":   {nil, ""}, // a canonizer's faults are its own
		"WithTaps": {func(x, y v) any {
			return transforms.WithTaps(half, "mul#0")(transforms.TapArg[v]{X: x, Taps: map[string]v{"mul#0": y}})
		}, ""},
		"WithValues": {func(x, y v) v { return transforms.WithValues(half, map[string]v{"mul#0": y})(x) }, ""},
		"WithMasks":  {func(x, y v) v { return transforms.WithMasks(half, map[string]v{"mul#0": y})(x) }, ""},
		"Relevances": {func(x, ct v) v {
			y, _ := transforms.Relevances(half, give(ct), "mul#0")(x)
			return y
		}, ""},
		"Foremost": {func() any { return transforms.Foremost(nil) }, ""},
		"Program":  {func(x v) any { return transforms.Program(half, x).String() }, ""},
		"Types":    {func(x v) v { return transforms.Types(half, x) }, ""},
		"Cost":     {func(x v) any { return transforms.Cost(half, x).String() }, ""},
		"Print":    {nil, ""}, // it prints
		"Callback": {func(x v) { transforms.Callback(func(x v) { fn.Exp(x) }, x) }, ""},
		"PureCallback": {func(x, y, like v) v {
			return transforms.PureCallback(give(y), like)(x)
		}, ""},
		"ParseProgram": {func(x v, n int) {
			text, err := transforms.Program(half, x).MarshalText()
			if err == nil {
				_, err = transforms.ParseProgram(text[min(max(n, 0), len(text)):])
			}
			if err != nil {
				panic(trace.Errorf("%w", err))
			}
		}, ""},
		"CheckFinite": {func(x v) v { return transforms.CheckFinite(half)(x) }, ""},
		"CheckKeys":   {func(x v) v { return transforms.CheckKeys(half)(x) }, ""},
	})
}
