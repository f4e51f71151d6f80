package text

import (
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// Init draws the weights of a model of this package for training: those of convolutions
// by [nn.LecunUniform], and all others of two axes, tables too, from a normal distribution
// with standard deviation 0.02, as GPT-2 and BERT do. Everything else, such as biases and
// scales, stays as the function that makes the model has set it.
func Init[M any](model M, key trace.Value) M {
	defer trace.Naming("text.Init", key)
	return nn.InitBy(model, key, func(name string, t trace.Type) nn.Draw {
		switch {
		case t.Rank() == 3:
			return nn.LecunUniform
		case t.Rank() == 2 && !strings.HasSuffix(name, "A_log"):
			return narrow
		}
		return nil
	})
}

// narrow draws from a normal distribution with standard deviation 0.02.
func narrow(key trace.Value, t trace.Type) trace.Value {
	return fn.Mul(random.Normal(key, t.DType, t.Shape...), fn.Scalar(0.02))
}
