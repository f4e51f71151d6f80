package optim

import (
	"github.com/pullback-go/pullback/fn"
)

// SGDConfig is the form of [SGD].
type SGDConfig struct {
	// Momentum μ averages the gradients: b ← μ b + g; 0 means none.
	Momentum float64
	// Nesterov steps along g + μ b in the place of b.
	Nesterov bool
	// Decay λ adds λ p to the gradient of p.
	Decay float64
}

// SGD is gradient descent, p ← p - rate · g, with momentum or not, in PyTorch's form: the
// rate is no part of the momentum.
//
// Sutskever et al., "On the importance of initialization and momentum in deep learning",
// ICML 2013.
func SGD(rate Schedule, c ...SGDConfig) Optimizer {
	config := theOnly(c)
	if config.Momentum == 0 {
		return rule{nil, func(p single) (Value, []Value) {
			return fn.Neg(fn.Mul(decayed(p, config.Decay), p.at(rate))), nil
		}}
	}
	return rule{[]float64{0}, func(p single) (Value, []Value) {
		g := decayed(p, config.Decay)
		b := fn.Add(scale(p.slots[0], config.Momentum), g)
		along := b
		if config.Nesterov {
			along = fn.Add(g, scale(b, config.Momentum))
		}
		return fn.Neg(fn.Mul(along, p.at(rate))), []Value{b}
	}}
}

// decayed is the gradient with the slope of λ/2 ‖p‖².
func decayed(p single, decay float64) Value {
	if decay == 0 {
		return p.update
	}
	return fn.Add(p.update, scale(p.param, decay))
}

// AdamConfig is the form of [Adam] and [AdamW].
type AdamConfig struct {
	// Beta1 and Beta2 are what the averages keep from step to step; 0 means 0.9 and 0.999.
	Beta1, Beta2 float64
	// Epsilon is added to the root of the second average; 0 means 1e-8.
	Epsilon float64
	// Decay λ: Adam adds λ p to the gradient of p; AdamW takes rate · λ p from p, with 0.01
	// for 0.
	Decay float64
}

// Adam divides an average of the gradients by the root of an average of their squares:
//
//	m ← β₁ m + (1 - β₁) g,   v ← β₂ v + (1 - β₂) g²,
//	p ← p - rate · m̂ / (√v̂ + ε),   with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ).
//
// Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
func Adam(rate Schedule, c ...AdamConfig) Optimizer {
	config := theOnly(c)
	return rule{[]float64{0, 0}, func(p single) (Value, []Value) {
		p.update = decayed(p, config.Decay)
		return config.step(p, rate)
	}}
}

// AdamW is [Adam] with weight decay beside the gradient: p ← p - rate · (m̂ / (√v̂ + ε) + λ
// p).
//
// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
func AdamW(rate Schedule, c ...AdamConfig) Optimizer {
	config := theOnly(c)
	decay := or(config.Decay, 0.01)
	return rule{[]float64{0, 0}, func(p single) (Value, []Value) {
		update, slots := config.step(p, rate)
		return fn.Sub(update, fn.Mul(scale(p.param, decay), p.at(rate))), slots
	}}
}

func (c AdamConfig) step(p single, rate Schedule) (Value, []Value) {
	b1, b2 := or(c.Beta1, 0.9), or(c.Beta2, 0.999)
	m := mixed(p.slots[0], p.update, 1-b1)
	v := mixed(p.slots[1], fn.Square(p.update), 1-b2)
	along := fn.Div(m, fn.Add(root(fn.Div(v, p.unbias(b2))), fn.Scalar(or(c.Epsilon, 1e-8))))
	return fn.Neg(fn.Mul(along, fn.Div(p.at(rate), p.unbias(b1)))), []Value{m, v}
}

// LionConfig is the form of [Lion].
type LionConfig struct {
	// Beta1 and Beta2 are what the direction and the average keep; 0 means 0.9 and 0.99.
	Beta1, Beta2 float64
	// Decay λ takes rate · λ p from p.
	Decay float64
}

// Lion steps by the sign of an average of the gradients:
//
//	p ← p - rate · (sign(β₁ m + (1 - β₁) g) + λ p),   then m ← β₂ m + (1 - β₂) g.
//
// Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023.
func Lion(rate Schedule, c ...LionConfig) Optimizer {
	config := theOnly(c)
	b1, b2 := or(config.Beta1, 0.9), or(config.Beta2, 0.99)
	return rule{[]float64{0}, func(p single) (Value, []Value) {
		along := fn.Sign(mixed(p.slots[0], p.update, 1-b1))
		if config.Decay != 0 {
			along = fn.Add(along, scale(p.param, config.Decay))
		}
		return fn.Neg(fn.Mul(along, p.at(rate))), []Value{mixed(p.slots[0], p.update, 1-b2)}
	}}
}

// RMSPropConfig is the form of [RMSProp].
type RMSPropConfig struct {
	// Keep α is what the average of squares keeps; 0 means 0.99.
	Keep float64
	// Epsilon is added to the root; 0 means 1e-8.
	Epsilon float64
	// Momentum μ averages the steps: b ← μ b + g / (√v + ε); 0 means none.
	Momentum float64
	// Centered takes the square of the average gradient from the average of squares.
	Centered bool
	// Decay λ adds λ p to the gradient of p.
	Decay float64
}

// RMSProp divides gradients by the root of an average of their squares, v ← α v + (1 - α)
// g²: p ← p - rate · g / (√v + ε), as PyTorch does.
//
// Tieleman and Hinton, "Lecture 6.5: RMSProp", Coursera, 2012. Graves, "Generating
// Sequences With Recurrent Neural Networks", 2013, has the centered form.
func RMSProp(rate Schedule, c ...RMSPropConfig) Optimizer {
	config := theOnly(c)
	keep, epsilon := or(config.Keep, 0.99), or(config.Epsilon, 1e-8)
	fills := []float64{0}
	if config.Centered {
		fills = append(fills, 0)
	}
	if config.Momentum != 0 {
		fills = append(fills, 0)
	}
	return rule{fills, func(p single) (Value, []Value) {
		g := decayed(p, config.Decay)
		square := mixed(p.slots[0], fn.Square(g), 1-keep)
		slots := []Value{square}
		if config.Centered {
			average := mixed(p.slots[1], g, 1-keep)
			slots = append(slots, average)
			square = fn.Sub(square, fn.Square(average))
		}
		along := fn.Div(g, fn.Add(root(square), fn.Scalar(epsilon)))
		if config.Momentum != 0 {
			along = fn.Add(scale(p.slots[len(slots)], config.Momentum), along)
			slots = append(slots, along)
		}
		return fn.Neg(fn.Mul(along, p.at(rate))), slots
	}}
}

// AdagradConfig is the form of [Adagrad].
type AdagradConfig struct {
	// Start is what the sum of squares begins with.
	Start float64
	// Epsilon is added to the root; 0 means 1e-10.
	Epsilon float64
	// Decay λ adds λ p to the gradient of p.
	Decay float64
}

// Adagrad divides gradients by the root of the sum of their squares, s ← s + g²: p ← p -
// rate · g / (√s + ε).
//
// Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and
// Stochastic Optimization", JMLR 12, 2011.
func Adagrad(rate Schedule, c ...AdagradConfig) Optimizer {
	config := theOnly(c)
	return rule{[]float64{config.Start}, func(p single) (Value, []Value) {
		g := decayed(p, config.Decay)
		s := fn.Add(p.slots[0], fn.Square(g))
		along := fn.Div(g, fn.Add(root(s), fn.Scalar(or(config.Epsilon, 1e-10))))
		return fn.Neg(fn.Mul(along, p.at(rate))), []Value{s}
	}}
}

// WeightDecay adds λ p to the update of p. Before [SGD] or [Adam] this is the slope of λ/2
// ‖p‖².
func WeightDecay(decay float64) Optimizer {
	return rule{nil, func(p single) (Value, []Value) { return decayed(p, decay), nil }}
}

// ClipValue limits each element of an update to [-bound, bound].
func ClipValue(bound float64) Optimizer {
	return rule{nil, func(p single) (Value, []Value) { return fn.Clamp(p.update, -bound, bound), nil }}
}

// Frozen updates nothing.
func Frozen() Optimizer {
	return rule{nil, func(p single) (Value, []Value) { return fn.ZerosLike(p.update), nil }}
}
