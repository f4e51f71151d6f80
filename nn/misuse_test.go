package nn_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// applied makes a layer and applies it.
func applied[L nn.Layer](l L, x trace.Value) trace.Value { return l.Apply(x) }

// No argument of a public function or layer causes a panic of the Go runtime.
func TestMisuse(t *testing.T) {
	type v = trace.Value
	type at = func(x v) v
	one := func(f func(a float64) nn.Activation) func(a float64, x v) v {
		return func(a float64, x v) v { return f(a).Apply(x) }
	}
	two := func(f func(a, b float64) nn.Activation) func(a, b float64, x v) v {
		return func(a, b float64, x v) v { return f(a, b).Apply(x) }
	}
	none := func(l nn.Activation) at { return l.Apply }
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"CELU": {one(nn.CELU), "celu"}, "ELU": {one(nn.ELU), "elu"}, "HardShrink": {one(nn.HardShrink), "hardshrink"},
		"LeakyReLU": {one(nn.LeakyReLU), "leaky_relu"}, "Softshrink": {one(nn.Softshrink), "softshrink"},
		"HardTanh": {two(nn.HardTanh), "hardtanh"}, "RReLU": {two(nn.RReLU), "rrelu"}, "Softplus": {two(nn.Softplus), "softplus"},
		"Threshold": {two(nn.Threshold), "threshold"},
		"GELU":      {none(nn.GELU()), "gelu"}, "GELUTanh": {none(nn.GELUTanh()), "gelu.tanh"}, "HardSigmoid": {none(nn.HardSigmoid()), "hardsigmoid"},
		"HardSwish": {none(nn.HardSwish()), "hardswish"}, "LogSigmoid": {none(nn.LogSigmoid()), "logsigmoid"}, "ReLU": {none(nn.ReLU()), "relu"},
		"ReLU6": {none(nn.ReLU6()), "relu6"}, "SELU": {none(nn.SELU()), "selu"}, "Sigmoid": {none(nn.Sigmoid()), "sigmoid"},
		"SiLU": {none(nn.SiLU()), "silu"}, "Softsign": {none(nn.Softsign()), "softsign"}, "Tanh": {none(nn.Tanh()), "tanh"},
		"Tanhshrink": {none(nn.Tanhshrink()), "tanhshrink"},
		"PReLU":      {func(n int, x v) v { return nn.PReLU(n).Apply(x) }, ""},
		"NewConv":    {func(in, out int, k []int, c fn.ConvConfig, x v) v { return nn.NewConv(in, out, k, c).Apply(x) }, "onv"},
		"NewConvTranspose": {func(in, out int, k []int, c fn.ConvTransposeConfig, x v) v {
			return nn.NewConvTranspose(in, out, k, c).Apply(x)
		}, "onv"},
		"NewLinear":        {func(in, out int, x v) v { return nn.NewLinear(in, out).Apply(x) }, "inear"},
		"NewLayerNorm":     {func(shape []int, x v) v { return nn.NewLayerNorm(shape...).Apply(x) }, "orm"},
		"NewSelfAttention": {func(width, heads int, x v) v { return nn.NewSelfAttention(width, heads).Apply(x) }, ""},
		"NewMultiHeadAttention": {func(width, heads int, c []nn.MultiHeadConfig, q, k, values v) v {
			return nn.NewMultiHeadAttention(width, heads, c...).Attend(q, k, values)
		}, ""},
		"Attention":       {nn.Attention, "nn.Attention"},
		"NewEmbedding":    {func(n, w int, x v) v { return nn.NewEmbedding(n, w).Apply(x) }, ""},
		"NewRNN":          {func(n, h int, c []nn.RecurrentConfig, x v) v { return nn.NewRNN(n, h, c...).Apply(x) }, ""},
		"NewLSTM":         {func(n, h int, c []nn.RecurrentConfig, x v) v { return nn.NewLSTM(n, h, c...).Apply(x) }, ""},
		"NewGRU":          {func(n, h int, c []nn.RecurrentConfig, x v) v { return nn.NewGRU(n, h, c...).Apply(x) }, ""},
		"NewGroupNorm":    {func(g, c int, x v) v { return nn.NewGroupNorm(g, c).Apply(x) }, ""},
		"NewInstanceNorm": {func(c int, x v) v { return nn.NewInstanceNorm(c).Apply(x) }, "orm"},
		"NewRMSNorm":      {func(shape []int, x v) v { return nn.NewRMSNorm(shape...).Apply(x) }, ""},
		"Mish":            {none(nn.Mish()), "mish"},
		"Train":           {func(l nn.BatchNorm, x, key v) v { y, _ := nn.Train(l, x, key); return y }, "norm"},
		"WithStatistics":  {nn.WithStatistics[nn.BatchNorm], ""},
		"InitBy": {func(l nn.Linear, key v) nn.Linear {
			return nn.InitBy(l, key, func(string, trace.Type) nn.Draw { return nn.LecunNormal })
		}, ""},
		"KaimingNormal": {nn.KaimingNormal, "nn.KaimingNormal"}, "XavierUniform": {nn.XavierUniform, "nn.XavierUniform"},
		"XavierNormal": {nn.XavierNormal, "nn.XavierNormal"}, "LecunUniform": {nn.LecunUniform, "nn.LecunUniform"},
		"LecunNormal": {nn.LecunNormal, "nn.LecunNormal"}, "Constant": {func(x float64, t trace.Type) v { return nn.Constant(x)(v{}, t) }, ""},
		"Normal":         {func(x float64, key v, t trace.Type) v { return nn.Normal(x)(key, t) }, "nn.Normal"},
		"Uniform":        {func(a, b float64, key v, t trace.Type) v { return nn.Uniform(a, b)(key, t) }, "nn.Uniform"},
		"NewBatchNorm":   {func(n int, x v) v { return nn.NewBatchNorm(n).Apply(x) }, "orm"},
		"KaimingUniform": {nn.KaimingUniform, "nn.KaimingUniform"},
		"CrossEntropy":   {nn.CrossEntropy, "nn.CrossEntropy"}, "MeanSquare": {nn.MeanSquare, "nn.MeanSquare"}, "NLL": {nn.NLL, "nn.NLL"},
		"BinaryCrossEntropy": {nn.BinaryCrossEntropy, "nn.BinaryCrossEntropy"}, "KLDivergence": {nn.KLDivergence, "nn.KLDivergence"},
		"L1": {nn.L1, "nn.L1"}, "Huber": {nn.Huber, "nn.Huber"}, "SmoothL1": {nn.SmoothL1, "nn.SmoothL1"}, "PoissonNLL": {nn.PoissonNLL, "nn.PoissonNLL"},
		"GaussianNLL": {nn.GaussianNLL, "nn.GaussianNLL"}, "Hinge": {nn.Hinge, "nn.Hinge"}, "Triplet": {nn.Triplet, "nn.Triplet"},
		"CosineSimilarity": {nn.CosineSimilarity, "nn.CosineSimilarity"}, "CosineEmbedding": {nn.CosineEmbedding, "nn.CosineEmbedding"}, "CTC": {nn.CTC, "nn.CTC"},
		"Init":   {nn.Init[[]nn.Layer], ""},
		"Name":   {nn.Name[nn.Linear], ""},
		"Params": {nn.Params[nn.Conv], ""},
		"Cast":   {nn.Cast[nn.Linear], "Cast"},
		"LoadPartial": {func(l nn.Linear, w, b v) error {
			_, _, err := nn.LoadPartial(l, map[string]v{"weight": w, "other": b})
			return err
		}, ""},
		"Load": {func(l nn.Linear, w, b v) error {
			_, err := nn.Load(l, map[string]v{"weight": w, "bias": b, "other": w})
			return err
		}, ""},
	})
	layers := map[string]testutil.Misused{
		"Linear": {applied[nn.Linear], "linear"}, "Conv": {applied[nn.Conv], "onv"}, "ConvTranspose": {applied[nn.ConvTranspose], "onv"},
		"BatchNorm": {applied[nn.BatchNorm], "batch_norm"}, "Flatten": {applied[nn.Flatten], "flatten"}, "Sum": {applied[nn.Sum], "sum"},
		"Activation": {applied[nn.Activation], "activation function"}, "Dropout": {applied[nn.Dropout], ""}, "Identity": {applied[nn.Identity], ""},
		"Train":     {func(l nn.Dropout, x, key v) v { return l.Train(x, key) }, ""},
		"LayerNorm": {applied[nn.LayerNorm], "orm"}, "Permute": {applied[nn.Permute], "transpose"}, "SelfAttention": {applied[nn.SelfAttention], ""},
		"Init attention": {func(l nn.SelfAttention, key v) nn.Layer { return l.Init(key) }, ""},
		"MaxPool":        {applied[nn.MaxPool], "max_pool"}, "AvgPool": {applied[nn.AvgPool], "avg_pool"},
		"AdaptiveAvgPool": {applied[nn.AdaptiveAvgPool], "adaptive_avg_pool"}, "AdaptiveMaxPool": {applied[nn.AdaptiveMaxPool], "adaptive_max_pool"},
		"Draw": {func(s nn.VarianceScaling, key v, t trace.Type) v { return s.Draw(key, t) }, ""},
		"Attend": {func(l nn.MultiHeadAttention, q, k, values v, c []nn.AttentionConfig) v {
			return l.Attend(q, k, values, c...)
		}, ""},
		"Run":       {func(l nn.Recurrent, x v, init []v) v { y, _ := l.Run(x, init...); return y }, ""},
		"Embedding": {applied[nn.Embedding], ""}, "GroupNorm": {applied[nn.GroupNorm], ""}, "InstanceNorm": {applied[nn.InstanceNorm], ""},
		"RMSNorm": {applied[nn.RMSNorm], ""}, "Upsample": {applied[nn.Upsample], "resize"}, "PixelShuffle": {applied[nn.PixelShuffle], "pixel_shuffle"},
		"GLU": {applied[nn.GLU], ""}, "Softmax": {applied[nn.Softmax], "softmax"}, "LogSoftmax": {applied[nn.LogSoftmax], "softmax"},
		"Init embedding":            {func(l nn.Embedding, key v) nn.Layer { return l.Init(key) }, ""},
		"Init multi-head attention": {func(l nn.MultiHeadAttention, key v) nn.Layer { return l.Init(key) }, ""},
		"Init recurrent":            {func(l nn.Recurrent, key v) nn.Layer { return l.Init(key) }, ""},
		"Update":                    {func(l nn.BatchNorm, x, key v) v { y, _ := l.Update(x, key); return y }, ""},
		"Init linear":               {func(l nn.Linear, key v) nn.Layer { return l.Init(key) }, ""}, "Init conv": {func(l nn.Conv, key v) nn.Layer { return l.Init(key) }, ""},
	}
	testutil.Misuse(t, "", layers)
}
