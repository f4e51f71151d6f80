package rules_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// affine is a layer z_j = Σ_i x_i w_ij + b_j written out, with relevance r_j of its
// outputs and a box around its inputs.
type affine struct {
	x, low, high []float64
	w            [][]float64 // by output, then by input; 0 where the output does not see the input
	b, z, r      []float64
}

// share returns the paper's Σ_j part_ij / (denominator_j ± eps) · r_j.
func (l affine) share(eps float64, part func(i, j int) float64, bias func(j int) float64) []float64 {
	return l.shareOf(l.r, eps, part, bias)
}

func (l affine) shareOf(r []float64, eps float64, part func(i, j int) float64, bias func(j int) float64) []float64 {
	out := make([]float64, len(l.x))
	for j := range l.z {
		denominator := bias(j)
		for i := range l.x {
			denominator += part(i, j)
		}
		denominator += math.Copysign(eps, denominator)
		for i := range l.x {
			out[i] += part(i, j) / denominator * r[j]
		}
	}
	return out
}

func positive(x float64) float64 { return math.Max(x, 0) }
func negative(x float64) float64 { return math.Min(x, 0) }

func (l affine) epsilon(eps float64) []float64 {
	return l.share(eps, func(i, j int) float64 { return l.x[i] * l.w[j][i] }, func(j int) float64 { return l.b[j] })
}

func (l affine) alphaBeta(alpha, beta, eps float64) []float64 {
	pro := l.share(eps, func(i, j int) float64 { return positive(l.x[i] * l.w[j][i]) }, func(j int) float64 { return positive(l.b[j]) })
	con := l.share(eps, func(i, j int) float64 { return negative(l.x[i] * l.w[j][i]) }, func(j int) float64 { return negative(l.b[j]) })
	for i := range pro {
		pro[i] = alpha*pro[i] - beta*con[i]
	}
	return pro
}

func (l affine) gamma(gamma, eps float64) []float64 {
	var above, below []float64
	for j, z := range l.z {
		above, below = append(above, l.r[j]), append(below, l.r[j])
		if z < 0 {
			above[j] = 0
		} else {
			below[j] = 0
		}
	}
	out := l.favouring(positive, gamma, eps, above)
	for i, r := range l.favouring(negative, gamma, eps, below) {
		out[i] += r
	}
	return out
}

// favouring adds γ times the part of every contribution that has the sign of the output.
func (l affine) favouring(part func(float64) float64, gamma, eps float64, r []float64) []float64 {
	favoured := func(x float64) float64 { return x + gamma*part(x) }
	return l.shareOf(r, eps, func(i, j int) float64 { return favoured(l.x[i] * l.w[j][i]) }, func(j int) float64 { return favoured(l.b[j]) })
}

func (l affine) zBox(eps float64) []float64 {
	return l.share(eps, func(i, j int) float64 {
		w := l.w[j][i]
		return l.x[i]*w - l.low[i]*positive(w) - l.high[i]*negative(w)
	}, func(int) float64 { return 0 }) // b - b⁺ - b⁻
}

func (l affine) wSquare(eps float64) []float64 {
	return l.share(eps, func(i, j int) float64 { return l.w[j][i] * l.w[j][i] }, func(j int) float64 { return l.b[j] * l.b[j] })
}

func (l affine) flat(eps float64) []float64 {
	return l.share(eps, func(i, j int) float64 {
		if l.w[j][i] == 0 {
			return 0
		}
		return 1
	}, func(int) float64 { return 0 })
}

// written writes a layer out: f is affine in x, b is its bias in the shape of the output.
func written(f func(Value) Value, x, low, high, r Value) affine {
	jacobian := transforms.Jacobian(f)(x).Float64s()
	bias := f(fn.ZerosLike(x)).Float64s()
	l := affine{x: x.Float64s(), low: low.Float64s(), high: high.Float64s(), b: bias, z: f(x).Float64s(), r: r.Float64s()}
	n := len(l.x)
	for j := range l.z {
		l.w = append(l.w, jacobian[j*n:(j+1)*n])
	}
	return l
}

// drawn draws an array from the standard normal distribution.
func drawn(seed string, shape ...int) Value {
	return lawtest.Normal().Value(lawtest.Rand(seed), trace.TypeOf(trace.Float64, shape...))
}

// affineLayers are layers with their data in x.
func affineLayers() map[string]struct {
	f func(Value) Value
	x Value
} {
	w, b := drawn("w", 5, 7), drawn("b", 5)
	kernel, shift := drawn("kernel", 4, 3, 2, 3), drawn("shift", 4)
	up, lift := drawn("up", 3, 2, 3), drawn("lift", 2)
	x := drawn("x", 2, 7).Float64s()
	x[3] = 0 // relevance of a zero is zero, except for rules that ignore the input
	return map[string]struct {
		f func(Value) Value
		x Value
	}{
		"dense": {func(x Value) Value { return fn.Linear(x, w, b) }, trace.New(x, 2, 7)},
		"conv": {func(x Value) Value {
			return conv(x, kernel, shift, fn.ConvConfig{Stride: []int{1, 2}, Padding: []int{1, 0}})
		}, drawn("image", 2, 3, 4, 7)},
		"transposed conv": {func(x Value) Value {
			return fn.Add(fn.ConvTranspose(x, up, fn.ConvTransposeConfig{Stride: []int{2}}), fn.Reshape(lift, 1, 2, 1))
		}, drawn("signal", 2, 3, 4)},
	}
}

// everywhere gives a rule to every linear layer.
func everywhere(r rules.Rule) rules.Composite { return rules.LayerMap(rules.On(trace.KindLinear, r)) }

func relevance(c rules.Composite, f func(Value) Value, x, r Value) Value {
	return transforms.Pull(transforms.WithRules(c, f), constant(r))(x)
}

// TestDoubleSums compares each rule with its sum over inputs and outputs.
func TestDoubleSums(t *testing.T) {
	const eps = 0.01
	c := rules.Config{Stabilizer: rules.Stabilizer{Epsilon: eps}}
	for name, layer := range affineLayers() {
		shape := layer.x.Shape()
		low := fn.Sub(fn.Neg(fn.Abs(drawn("low"+name, shape...))), fn.Scalar(1))
		high := fn.Add(fn.Abs(drawn("high"+name, shape...)), fn.Scalar(1))
		r := drawn("r"+name, layer.f(layer.x).Shape()...)
		l := written(layer.f, layer.x, low, high, r)
		for _, test := range []struct {
			rule rules.Rule
			want []float64
		}{
			{rules.Epsilon(eps), l.epsilon(eps)},
			{rules.Epsilon(0), l.epsilon(0)},
			{rules.NormWith(c.Stabilizer), l.epsilon(eps)},
			{rules.ZPlusWith(c), l.alphaBeta(1, 0, eps)},
			{rules.AlphaBetaWith(2, 1, c), l.alphaBeta(2, 1, eps)},
			{rules.AlphaBetaWith(1.5, 0.5, c), l.alphaBeta(1.5, 0.5, eps)},
			{rules.GammaWith(0.25, c), l.gamma(0.25, eps)},
			{rules.GammaWith(3, c), l.gamma(3, eps)},
			{rules.ZBoxWith(low, high, c), l.zBox(eps)},
			{rules.WSquareWith(c), l.wSquare(eps)},
			{rules.FlatWith(c), l.flat(eps)},
		} {
			t.Run(name+"/"+test.rule.String(), func(t *testing.T) {
				lawtest.Close(t, relevance(everywhere(test.rule), layer.f, layer.x, r), trace.New(test.want, shape...), 1e-9)
			})
		}
	}
}
