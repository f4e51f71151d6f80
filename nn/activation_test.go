package nn_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// activations has every activation layer with the equivalent function of package fn and
// its printed form.
var activations = map[string]struct {
	layer nn.Activation
	want  func(x Value) Value
}{
	"celu(0.5)":          {nn.CELU(0.5), func(x Value) Value { return fn.CELU(x, 0.5) }},
	"elu(0.7)":           {nn.ELU(0.7), func(x Value) Value { return fn.ELU(x, 0.7) }},
	"gelu":               {nn.GELU(), fn.GELU},
	"tanh of gelu":       {nn.GELUTanh(), fn.GELUTanh},
	"hardshrink(0.5)":    {nn.HardShrink(0.5), func(x Value) Value { return fn.HardShrink(x, 0.5) }},
	"hardsigmoid":        {nn.HardSigmoid(), fn.HardSigmoid},
	"hardswish":          {nn.HardSwish(), fn.HardSwish},
	"hardtanh(-0.5, 2)":  {nn.HardTanh(-0.5, 2), func(x Value) Value { return fn.HardTanh(x, -0.5, 2) }},
	"leaky_relu(0.01)":   {nn.LeakyReLU(0.01), func(x Value) Value { return fn.LeakyReLU(x, 0.01) }},
	"logsigmoid":         {nn.LogSigmoid(), fn.LogSigmoid},
	"relu":               {nn.ReLU(), fn.ReLU},
	"relu6":              {nn.ReLU6(), fn.ReLU6},
	"rrelu(0.1, 0.3)":    {nn.RReLU(0.1, 0.3), func(x Value) Value { return fn.RReLU(x, 0.1, 0.3) }},
	"selu":               {nn.SELU(), fn.SELU},
	"sigmoid":            {nn.Sigmoid(), fn.Sigmoid},
	"silu":               {nn.SiLU(), fn.SiLU},
	"softplus(2, 3)":     {nn.Softplus(2, 3), func(x Value) Value { return fn.Softplus(x, 2, 3) }},
	"softshrink(0.25)":   {nn.Softshrink(0.25), func(x Value) Value { return fn.Softshrink(x, 0.25) }},
	"softsign":           {nn.Softsign(), fn.Softsign},
	"tanh":               {nn.Tanh(), fn.Tanh},
	"tanhshrink":         {nn.Tanhshrink(), fn.Tanhshrink},
	"threshold(0.5, -1)": {nn.Threshold(0.5, -1), func(x Value) Value { return fn.Threshold(x, 0.5, -1) }},
}

func TestActivations(t *testing.T) {
	x := fn.Mul(random.Normal(random.Key(1), trace.Float64, 3, 4, 5), fn.Scalar(3))
	for name, a := range activations {
		lawtest.Close(t, a.layer.Apply(x), a.want(x), 0)
		if printed, _, _ := strings.Cut(name, " of"); a.layer.Function.String() != printed {
			t.Errorf("%s prints as %v", name, a.layer.Function)
		}
	}
	prelu := nn.Cast(nn.PReLU(4), trace.Float64)
	lawtest.Close(t, prelu.Apply(x), fn.LeakyReLU(x, 0.25), 0)
}

// TestActivationKinds checks that a layer has the kind of the operation inside it.
func TestActivationKinds(t *testing.T) {
	x := fn.Zeros(trace.TypeOf(trace.Float32, 2, 3))
	for name, a := range activations {
		checkKind(t, name, a.layer, x)
	}
	checkKind(t, "prelu", nn.PReLU(3), x)
}

func checkKind(t *testing.T, name string, l nn.Activation, x Value) {
	t.Helper()
	p := trace.Record(func(in []Value) []Value { return []Value{l.Apply(in[0])} }, []trace.Type{x.Type()})
	body := p.Eqns[0].Op.(trace.Caller).Bodies()[0]
	op, ok := body.Eqns[len(body.Eqns)-1].Op.(trace.Kinded)
	if !ok || op.Kind() != l.Function.Kind || sitesOf(l.Apply, x)[0].Kind != op.Kind() {
		t.Errorf("%s: the layer is of kind %s, its operation %v", name, l.Function.Kind, op)
	}
}

func TestActivationErrors(t *testing.T) {
	x := ones(3)
	want := `there is no activation function of kind "activation.swish": want one of [activation.celu activation.elu activation.gelu ` +
		`activation.gelu.tanh activation.hardshrink activation.hardsigmoid activation.hardswish activation.hardtanh activation.leaky_relu ` +
		`activation.logsigmoid activation.mish activation.relu activation.relu6 activation.rrelu activation.selu activation.sigmoid activation.silu ` +
		`activation.softplus activation.softshrink activation.softsign activation.tanh activation.tanhshrink activation.threshold]`
	wantError(t, func() { nn.Activation{Function: nn.Function{Kind: "activation.swish"}}.Apply(x) }, want)
}
