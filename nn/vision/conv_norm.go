package vision

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
)

// convNorm returns a convolution with batch normalization and any layers after it. The
// convolution is that of [square], in as many groups as asked for.
func convNorm(in, out, kernel, stride, groups int, epsilon float64, after ...nn.Layer) nn.Sequential {
	c := fn.ConvConfig{Stride: []int{stride, stride}, Padding: []int{kernel / 2, kernel / 2}, Groups: groups}
	norm := nn.NewBatchNorm(out)
	norm.Epsilon = epsilon
	return append(nn.Sequential{nn.NewConv(in, out, []int{kernel, kernel}, c).WithoutBias(), norm}, after...)
}

// scaled returns a number of channels times a factor, rounded to a multiple of 8 as the
// published models with a width factor do it: to the nearest one, at least 8, but to the
// one above if the nearest loses more than a tenth.
func scaled(channels int, factor float64) int {
	const step = 8
	wide := float64(channels) * factor
	rounded := max(step, math.Floor((wide+step/2)/step)*step)
	if rounded < 0.9*wide {
		rounded += step
	}
	return int(rounded)
}
