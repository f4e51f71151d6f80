package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

func activation(name trace.Kind) Activation { return activationOf(name, 0, 0) }

func activationOf(name trace.Kind, first, second float64) Activation {
	return Activation{Function: Function{trace.KindActivation + "." + name, first, second}}
}

// functions has each function with its parameters, by kind. The kinds are those of the
// operations in package fn.
var functions = map[trace.Kind]func(x trace.Value, a, b float64) trace.Value{
	"activation.celu":        func(x trace.Value, a, _ float64) trace.Value { return fn.CELU(x, a) },
	"activation.elu":         func(x trace.Value, a, _ float64) trace.Value { return fn.ELU(x, a) },
	"activation.gelu":        func(x trace.Value, _, _ float64) trace.Value { return fn.GELU(x) },
	"activation.gelu.tanh":   func(x trace.Value, _, _ float64) trace.Value { return fn.GELUTanh(x) },
	"activation.hardshrink":  func(x trace.Value, a, _ float64) trace.Value { return fn.HardShrink(x, a) },
	"activation.hardsigmoid": func(x trace.Value, _, _ float64) trace.Value { return fn.HardSigmoid(x) },
	"activation.hardswish":   func(x trace.Value, _, _ float64) trace.Value { return fn.HardSwish(x) },
	"activation.hardtanh":    func(x trace.Value, a, b float64) trace.Value { return fn.HardTanh(x, a, b) },
	"activation.leaky_relu":  func(x trace.Value, a, _ float64) trace.Value { return fn.LeakyReLU(x, a) },
	"activation.logsigmoid":  func(x trace.Value, _, _ float64) trace.Value { return fn.LogSigmoid(x) },
	"activation.mish":        func(x trace.Value, _, _ float64) trace.Value { return fn.Mish(x) },
	"activation.relu":        func(x trace.Value, _, _ float64) trace.Value { return fn.ReLU(x) },
	"activation.relu6":       func(x trace.Value, _, _ float64) trace.Value { return fn.ReLU6(x) },
	"activation.rrelu":       func(x trace.Value, a, b float64) trace.Value { return fn.RReLU(x, a, b) },
	"activation.selu":        func(x trace.Value, _, _ float64) trace.Value { return fn.SELU(x) },
	"activation.sigmoid":     func(x trace.Value, _, _ float64) trace.Value { return fn.Sigmoid(x) },
	"activation.silu":        func(x trace.Value, _, _ float64) trace.Value { return fn.SiLU(x) },
	"activation.softplus":    func(x trace.Value, a, b float64) trace.Value { return fn.Softplus(x, a, b) },
	"activation.softshrink":  func(x trace.Value, a, _ float64) trace.Value { return fn.Softshrink(x, a) },
	"activation.softsign":    func(x trace.Value, _, _ float64) trace.Value { return fn.Softsign(x) },
	"activation.tanh":        func(x trace.Value, _, _ float64) trace.Value { return fn.Tanh(x) },
	"activation.tanhshrink":  func(x trace.Value, _, _ float64) trace.Value { return fn.Tanhshrink(x) },
	"activation.threshold":   func(x trace.Value, a, b float64) trace.Value { return fn.Threshold(x, a, b) },
}

// CELU is [fn.CELU] as a layer; PyTorch's alpha is 1.
func CELU(alpha float64) Activation { return activationOf("celu", alpha, 0) }

// ELU is [fn.ELU] as a layer; PyTorch's alpha is 1.
func ELU(alpha float64) Activation { return activationOf("elu", alpha, 0) }

// GELU is [fn.GELU] as a layer.
func GELU() Activation { return activation("gelu") }

// GELUTanh is [fn.GELUTanh] as a layer.
func GELUTanh() Activation { return activation("gelu.tanh") }

// HardShrink is [fn.HardShrink] as a layer; PyTorch's bound is 0.5.
func HardShrink(bound float64) Activation { return activationOf("hardshrink", bound, 0) }

// HardSigmoid is [fn.HardSigmoid] as a layer.
func HardSigmoid() Activation { return activation("hardsigmoid") }

// HardSwish is [fn.HardSwish] as a layer.
func HardSwish() Activation { return activation("hardswish") }

// HardTanh is [fn.HardTanh] as a layer; PyTorch's bounds are -1 and 1.
func HardTanh(low, high float64) Activation { return activationOf("hardtanh", low, high) }

// LeakyReLU is [fn.LeakyReLU] as a layer; PyTorch's slope is 0.01.
func LeakyReLU(slope float64) Activation { return activationOf("leaky_relu", slope, 0) }

// LogSigmoid is [fn.LogSigmoid] as a layer.
func LogSigmoid() Activation { return activation("logsigmoid") }

// Mish is [fn.Mish] as a layer.
func Mish() Activation { return activation("mish") }

// PReLU is [fn.PReLU] as a layer with f32 slopes, one or one per channel. The slopes
// start at 0.25, as in PyTorch.
func PReLU(slopes int) Activation {
	defer trace.Naming("nn.PReLU")
	l := activation("prelu")
	l.Weight = fn.Full(trace.TypeOf(trace.Float32, slopes), 0.25)
	return l
}

// ReLU is [fn.ReLU] as a layer.
func ReLU() Activation { return activation("relu") }

// ReLU6 is [fn.ReLU6] as a layer.
func ReLU6() Activation { return activation("relu6") }

// RReLU is [fn.RReLU] as a layer; PyTorch's bounds are 1/8 and 1/3.
func RReLU(lower, upper float64) Activation { return activationOf("rrelu", lower, upper) }

// SELU is [fn.SELU] as a layer.
func SELU() Activation { return activation("selu") }

// Sigmoid is [fn.Sigmoid] as a layer.
func Sigmoid() Activation { return activation("sigmoid") }

// SiLU is [fn.SiLU] as a layer.
func SiLU() Activation { return activation("silu") }

// Softplus is [fn.Softplus] as a layer; PyTorch's beta is 1, its threshold 20.
func Softplus(beta, threshold float64) Activation { return activationOf("softplus", beta, threshold) }

// Softshrink is [fn.Softshrink] as a layer; PyTorch's bound is 0.5.
func Softshrink(bound float64) Activation { return activationOf("softshrink", bound, 0) }

// Softsign is [fn.Softsign] as a layer.
func Softsign() Activation { return activation("softsign") }

// Tanh is [fn.Tanh] as a layer.
func Tanh() Activation { return activation("tanh") }

// Tanhshrink is [fn.Tanhshrink] as a layer.
func Tanhshrink() Activation { return activation("tanhshrink") }

// Threshold is [fn.Threshold] as a layer.
func Threshold(threshold, value float64) Activation {
	return activationOf("threshold", threshold, value)
}
