package main

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// operands are the operands of a single operation. All are arguments, so every run
// prepares them anew.
type operands struct{ A, B, Ct trace.Value }

func gemmJob(d trace.DType, n int) job {
	return job{fmt.Sprintf("gemm/%v/%d", d, n), func() task {
		a, b := random.Normal(random.Key(seed), d, n, n), random.Normal(random.Key(seed+1), d, n, n)
		return program[operands]{func(x operands) trace.Value { return fn.MatMul(x.A, x.B) }, operands{A: a, B: b}}
	}}
}

// layer is a convolution at batch 1, of a square kernel on a square map.
type layer struct {
	name                                     string
	in, out, kernel, stride, padding, length int
}

var layers = []layer{
	{"vgg1_1", 3, 64, 3, 1, 1, 224}, {"vgg1_2", 64, 64, 3, 1, 1, 224}, {"vgg2_1", 64, 128, 3, 1, 1, 112},
	{"vgg2_2", 128, 128, 3, 1, 1, 112}, {"vgg3_1", 128, 256, 3, 1, 1, 56}, {"vgg3_2", 256, 256, 3, 1, 1, 56},
	{"vgg4_1", 256, 512, 3, 1, 1, 28}, {"vgg4_2", 512, 512, 3, 1, 1, 28}, {"vgg5_x", 512, 512, 3, 1, 1, 14},
	{"r50_stem7x7", 3, 64, 7, 2, 3, 224}, {"r50_1x1_64_256", 64, 256, 1, 1, 0, 56}, {"r50_1x1_1024_256", 1024, 256, 1, 1, 0, 14},
	{"r50_1x1s2_1024_2048", 1024, 2048, 1, 2, 0, 14}, {"r18_3x3s2_64_128", 64, 128, 3, 2, 1, 56}, {"r18_3x3_512_7", 512, 512, 3, 1, 1, 7},
}

// jobs returns the layer and its adjoints.
func (l layer) jobs() []job {
	towardsInput := func(o operands) trace.Value {
		return transforms.Pull(func(x trace.Value) trace.Value { return l.of(x, o.B) }, attribute.Vector(o.Ct))(o.A)
	}
	towardsWeights := func(o operands) trace.Value {
		return transforms.Pull(func(w trace.Value) trace.Value { return l.of(o.A, w) }, attribute.Vector(o.Ct))(o.B)
	}
	return []job{
		l.job("forward", func(o operands) trace.Value { return l.of(o.A, o.B) }),
		l.job("input", towardsInput),
		l.job("weights", towardsWeights),
	}
}

func (l layer) of(x, w trace.Value) trace.Value {
	return fn.Conv(x, w, fn.ConvConfig{Stride: []int{l.stride, l.stride}, Padding: []int{l.padding, l.padding}})
}

func (l layer) job(way string, f func(o operands) trace.Value) job {
	return job{fmt.Sprintf("conv/%s/%s", l.name, way), func() task { return program[operands]{f, l.operands()} }}
}

func (l layer) operands() operands {
	to := (l.length+2*l.padding-l.kernel)/l.stride + 1
	return operands{
		A:  uniform(0, 0, 1, 1, l.in, l.length, l.length),
		B:  uniform(1, 0, 1, l.out, l.in, l.kernel, l.kernel),
		Ct: uniform(2, 0, 1, 1, l.out, to, to),
	}
}
