package transforms

import "github.com/pullback-go/pullback/trace"

// StopGradient returns a value, or a tree of values, as a constant to every derivative, at
// all levels: its cotangent and tangent are zero.
func StopGradient[P any](x P) P {
	return trace.Map(func(v Value) Value { return trace.Bind1(stopGradient{}, v) }, x)
}

type stopGradient struct{}

func (stopGradient) Name() string                                { return "stop_gradient" }
func (stopGradient) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (stopGradient) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (stopGradient) VJP(_, _, _ []Value, _ []bool) []Value       { return []Value{{}} }
func (stopGradient) Batch(_ int, in []Value, _ []bool) []Value {
	return trace.Bind(stopGradient{}, in...)
}
func (stopGradient) LinearIn([]bool) bool { return true }
