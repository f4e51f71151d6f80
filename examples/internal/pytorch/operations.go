package pytorch

import (
	"fmt"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// operation is a function of PyTorch: the names of its parameters, in order, and what it
// computes. A parameter *name takes all arguments that are left. A method is the function
// of the same name in torch, applied to its object.
type operation struct {
	params string
	apply  func(a arguments) any
}

// arguments are those of one call, by name.
type arguments struct {
	name   string
	of     map[string]any
	heads  int
	masked bool
}

func (a arguments) has(name string) bool { return a.of[name] != nil }

// x is a tensor; one that is not given is absent.
func (a arguments) x(name string) trace.Value {
	if !a.has(name) {
		return trace.Value{}
	}
	return tensor(a.of[name])
}

func (a arguments) number(name string, otherwise float64) float64 {
	if !a.has(name) {
		return otherwise
	}
	n, ok := a.of[name].(float64)
	if !ok {
		panic(fmt.Sprintf("%s: %s is %v, which is no number", a.name, name, a.of[name]))
	}
	return n
}

func (a arguments) int(name string, otherwise int) int {
	if !a.has(name) {
		return otherwise
	}
	return whole(a.of[name])
}

func (a arguments) is(name string, otherwise bool) bool {
	if !a.has(name) {
		return otherwise
	}
	b, ok := a.of[name].(bool)
	if !ok {
		panic(fmt.Sprintf("%s: %s is %v, which is no bool", a.name, name, a.of[name]))
	}
	return b
}

func (a arguments) text(name, otherwise string) string {
	if !a.has(name) {
		return otherwise
	}
	return text(a.of[name])
}

// ints are whole numbers, or one, or a list as the only element of a list. They are nil if
// none are given.
func (a arguments) ints(name string) []int {
	switch x := a.of[name].(type) {
	case nil:
		return nil
	case []any:
		if len(x) == 1 {
			if inner, ok := x[0].([]any); ok {
				x = inner
			}
		}
		out := make([]int, len(x))
		for i, n := range x {
			out[i] = whole(n)
		}
		return out
	default:
		return []int{whole(x)}
	}
}

// along is ints for each of n axes; one number stands for all.
func (a arguments) along(name string, n int) []int {
	list := a.ints(name)
	for len(list) == 1 && n > 1 {
		list = append(list, list[0])
		n--
	}
	return list
}

func (a arguments) tensors(name string) []trace.Value {
	var out []trace.Value
	for _, x := range listOf(a.of[name]) {
		out = append(out, tensor(x))
	}
	return out
}

// elementwise is an operation of one tensor.
func elementwise(f func(x trace.Value) trace.Value) operation {
	return operation{"input", func(a arguments) any { return f(a.x("input")) }}
}

// reduction is an operation along the axes dim, all of them without one.
func reduction(f func(x trace.Value, axes ...int) trace.Value) operation {
	return operation{"input dim keepdim", func(a arguments) any { return reduce(a, f) }}
}

func reduce(a arguments, f func(x trace.Value, axes ...int) trace.Value) trace.Value {
	x, axes := a.x("input"), a.ints("dim")
	if axes == nil {
		for i := range x.Rank() {
			axes = append(axes, i)
		}
	}
	if x.Rank() == 0 {
		return x
	}
	y := f(x, axes...)
	if !a.is("keepdim", false) {
		return y
	}
	shape := append([]int{}, x.Shape()...)
	for _, i := range axes {
		shape[(i+x.Rank())%x.Rank()] = 1
	}
	return fn.Reshape(y, shape...)
}

// extremum is max or min: of all elements, which share the slope; or along one axis, with
// the first of equal elements.
func extremum(all func(x trace.Value, axes ...int) trace.Value, first func(x trace.Value, axis int) trace.Value) operation {
	return operation{"input dim keepdim", func(a arguments) any {
		if !a.has("dim") {
			return reduce(a, all)
		}
		indices := func(x trace.Value, axes ...int) trace.Value { return first(x, axes[0]) }
		pick := func(x trace.Value, axes ...int) trace.Value {
			at := fn.ExpandDims(first(x, axes[0]), axes[0])
			return fn.Squeeze(fn.TakeAlong(x, at, axes[0]), axes[0])
		}
		return map[string]any{"values": reduce(a, pick), "indices": reduce(a, indices)}
	}}
}

func conv(axes int) operation {
	return operation{"input weight bias stride padding dilation groups", func(a arguments) any {
		y := fn.Conv(a.x("input"), a.x("weight"), fn.ConvConfig{
			Stride: a.along("stride", axes), Padding: a.along("padding", axes), Dilation: a.along("dilation", axes), Groups: a.int("groups", 1),
		})
		return a.biased(y)
	}}
}

func convTranspose(axes int) operation {
	return operation{"input weight bias stride padding output_padding groups dilation", func(a arguments) any {
		y := fn.ConvTranspose(a.x("input"), a.x("weight"), fn.ConvTransposeConfig{
			Stride: a.along("stride", axes), Padding: a.along("padding", axes), OutputPadding: a.along("output_padding", axes),
			Dilation: a.along("dilation", axes), Groups: a.int("groups", 1),
		})
		return a.biased(y)
	}}
}

// biased adds a bias for each channel.
func (a arguments) biased(y trace.Value) trace.Value {
	if !a.has("bias") {
		return y
	}
	return fn.Add(y, fn.BroadcastIn(a.x("bias"), y.Shape(), 1))
}

func (a arguments) reduction() nn.Reduction {
	switch r := a.text("reduction", "mean"); r {
	case "mean":
		return nn.ReduceMean
	case "sum":
		return nn.ReduceSum
	case "none":
		return nn.ReduceNone
	default:
		panic(fmt.Sprintf("%s: the reduction %q is not supported", a.name, r))
	}
}

const lossParams = "input target size_average reduce reduction"

// operations are the functions of PyTorch that expressions may call, with its defaults.
var operations = map[string]operation{
	"torch.exp": elementwise(fn.Exp), "torch.log": elementwise(fn.Log), "torch.log1p": elementwise(fn.Log1p), "torch.expm1": elementwise(fn.Expm1),
	"torch.sqrt": elementwise(fn.Sqrt), "torch.rsqrt": elementwise(fn.Rsqrt), "torch.abs": elementwise(fn.Abs), "torch.square": elementwise(fn.Square),
	"torch.sin": elementwise(fn.Sin), "torch.cos": elementwise(fn.Cos), "torch.tanh": elementwise(fn.Tanh), "torch.sigmoid": elementwise(fn.Sigmoid),
	"torch.erf": elementwise(fn.Erf), "torch.relu": elementwise(fn.ReLU),
	"F.logsigmoid": elementwise(fn.LogSigmoid), "F.silu": elementwise(fn.SiLU), "F.mish": elementwise(fn.Mish),
	"F.softplus": {"input beta threshold", func(a arguments) any {
		return fn.Softplus(a.x("input"), a.number("beta", 1), a.number("threshold", 20))
	}},
	"F.gelu": {"input approximate", func(a arguments) any {
		if a.text("approximate", "none") == "tanh" {
			return fn.GELUTanh(a.x("input"))
		}
		return fn.GELU(a.x("input"))
	}},
	"F.elu":        {"input alpha", func(a arguments) any { return fn.ELU(a.x("input"), a.number("alpha", 1)) }},
	"F.leaky_relu": {"input negative_slope", func(a arguments) any { return fn.LeakyReLU(a.x("input"), a.number("negative_slope", 0.01)) }},
	"torch.clamp": {"input min max", func(a arguments) any {
		return fn.Clamp(a.x("input"), a.number("min", math.Inf(-1)), a.number("max", math.Inf(1)))
	}},
	"torch.maximum":   {"input other", func(a arguments) any { return fn.Maximum(a.x("input"), a.x("other")) }},
	"torch.minimum":   {"input other", func(a arguments) any { return fn.Minimum(a.x("input"), a.x("other")) }},
	"torch.where":     {"condition input other", func(a arguments) any { return fn.Where(a.x("condition"), a.x("input"), a.x("other")) }},
	"torch.full_like": {"input fill_value", func(a arguments) any { return fn.FullLike(a.x("input"), a.number("fill_value", 0)) }},
	"torch.zeros":     {"*size", func(a arguments) any { return fn.Zeros(trace.TypeOf(trace.Float64, a.ints("size")...)) }},

	"torch.sum": reduction(fn.Sum), "torch.mean": reduction(fn.Mean), "torch.prod": reduction(fn.Prod),
	"torch.amax": reduction(fn.Max), "torch.amin": reduction(fn.Min),
	"torch.max": extremum(fn.Max, fn.ArgMax), "torch.min": extremum(fn.Min, fn.ArgMin),
	"torch.logsumexp": {"input dim keepdim", func(a arguments) any { return reduce(a, logSumExp) }},
	"torch.var":       {"input dim unbiased keepdim", func(a arguments) any { return reduce(a, variance(a)) }},
	"torch.std":       {"input dim unbiased keepdim", func(a arguments) any { return fn.Sqrt(reduce(a, variance(a))) }},
	"torch.linalg.vector_norm": {"input ord dim keepdim", func(a arguments) any {
		return reduce(a, func(x trace.Value, axes ...int) trace.Value { return fn.Norm(x, a.number("ord", 2), axes...) })
	}},
	"torch.cumsum":  {"input dim", func(a arguments) any { return fn.CumSum(a.x("input"), a.int("dim", 0)) }},
	"torch.cumprod": {"input dim", func(a arguments) any { return fn.CumProd(a.x("input"), a.int("dim", 0)) }},
	"torch.softmax": {"input dim", func(a arguments) any { return fn.Softmax(a.x("input"), a.int("dim", -1)) }},
	"torch.log_softmax": {"input dim", func(a arguments) any {
		return fn.LogSoftmax(a.x("input"), a.int("dim", -1))
	}},
	"F.normalize": {"input p dim eps", func(a arguments) any {
		x := a.x("input")
		norm := fn.ExpandDims(fn.Norm(x, a.number("p", 2), a.int("dim", 1)), a.int("dim", 1))
		return fn.Div(x, fn.ClampMin(norm, a.number("eps", 1e-12)))
	}},

	"torch.reshape":   {"input *shape", func(a arguments) any { return fn.Reshape(a.x("input"), a.ints("shape")...) }},
	"torch.flatten":   {"input start_dim", func(a arguments) any { return fn.Flatten(a.x("input"), a.int("start_dim", 0)) }},
	"torch.unsqueeze": {"input dim", func(a arguments) any { return fn.ExpandDims(a.x("input"), a.int("dim", 0)) }},
	"torch.squeeze":   {"input dim", func(a arguments) any { return fn.Squeeze(a.x("input"), a.ints("dim")...) }},
	"torch.permute":   {"input *dims", func(a arguments) any { return fn.Transpose(a.x("input"), a.ints("dims")...) }},
	"torch.transpose": {"input dim0 dim1", func(a arguments) any {
		x := a.x("input")
		order := make([]int, x.Rank())
		for i := range order {
			order[i] = i
		}
		i, j := (a.int("dim0", 0)+x.Rank())%x.Rank(), (a.int("dim1", 0)+x.Rank())%x.Rank()
		order[i], order[j] = j, i
		return fn.Transpose(x, order...)
	}},
	"torch.flip": {"input dims", func(a arguments) any { return fn.Flip(a.x("input"), a.ints("dims")...) }},
	"torch.roll": {"input shifts dims", func(a arguments) any {
		x, by := a.x("input"), a.ints("shifts")
		for i, axis := range a.ints("dims") {
			x = fn.Roll(x, by[i], axis)
		}
		return x
	}},
	"torch.expand": {"input *sizes", func(a arguments) any { return fn.BroadcastTo(a.x("input"), a.ints("sizes")...) }},
	"torch.repeat": {"input *sizes", func(a arguments) any { return fn.Tile(a.x("input"), a.ints("sizes")...) }},
	"torch.split": {"input split_size dim", func(a arguments) any {
		x, size, axis := a.x("input"), a.int("split_size", 1), a.int("dim", 0)
		var at []int
		for from := size; from < x.Dim(axis); from += size {
			at = append(at, from)
		}
		var parts []any
		for _, p := range fn.SplitAt(x, axis, at...) {
			parts = append(parts, p)
		}
		return parts
	}},
	"torch.tril": {"input diagonal", func(a arguments) any { return fn.Tril(a.x("input"), a.int("diagonal", 0)) }},
	"torch.diagonal": {"input offset dim1 dim2", func(a arguments) any {
		return fn.Diagonal(a.x("input"), a.int("offset", 0), a.int("dim1", 0), a.int("dim2", 1))
	}},
	"torch.cat":   {"tensors dim", func(a arguments) any { return fn.Concat(a.int("dim", 0), a.tensors("tensors")...) }},
	"torch.stack": {"tensors dim", func(a arguments) any { return fn.Stack(a.int("dim", 0), a.tensors("tensors")...) }},
	"F.pad": {"input pad mode value", func(a arguments) any {
		x, pad := a.x("input"), a.ints("pad")
		c := fn.PadConfig{Low: make([]int, x.Rank()), High: make([]int, x.Rank()), Value: a.number("value", 0)}
		for i := 0; i+1 < len(pad); i += 2 { // pairs, from the last axis on
			axis := x.Rank() - 1 - i/2
			c.Low[axis], c.High[axis] = pad[i], pad[i+1]
		}
		modes := map[string]fn.PadMode{"constant": fn.PadConstant, "reflect": fn.PadReflect, "replicate": fn.PadEdge}
		var ok bool
		if c.Mode, ok = modes[a.text("mode", "constant")]; !ok {
			panic(fmt.Sprintf("F.pad: the mode %q is not supported", a.text("mode", "")))
		}
		return fn.Pad(x, c)
	}},

	"torch.gather":       {"input dim index", func(a arguments) any { return fn.TakeAlong(a.x("input"), a.x("index"), a.int("dim", 0)) }},
	"torch.index_select": {"input dim index", func(a arguments) any { return fn.Take(a.x("input"), a.x("index"), a.int("dim", 0)) }},
	"torch.scatter_add": {"input dim index src", func(a arguments) any {
		return fn.ScatterAlong(a.x("input"), a.x("index"), a.x("src"), a.int("dim", 0), fn.ScatterAdd)
	}},
	"F.embedding": {"input weight", func(a arguments) any { return fn.Take(a.x("weight"), a.x("input"), 0) }},

	"torch.einsum": {"equation *operands", func(a arguments) any { return fn.Einsum(a.text("equation", ""), a.tensors("operands")...) }},
	"F.linear":     {"input weight bias", func(a arguments) any { return fn.Linear(a.x("input"), a.x("weight"), a.x("bias")) }},
	"F.conv1d":     conv(1), "F.conv2d": conv(2), "F.conv3d": conv(3),
	"F.conv_transpose1d": convTranspose(1), "F.conv_transpose2d": convTranspose(2), "F.conv_transpose3d": convTranspose(3),
	"F.avg_pool2d": {"input kernel_size stride padding ceil_mode count_include_pad divisor_override", func(a arguments) any {
		return fn.AvgPool(a.x("input"), fn.AvgPoolConfig{
			Kernel: a.along("kernel_size", 2), Stride: a.along("stride", 2), Padding: a.along("padding", 2), CeilMode: a.is("ceil_mode", false),
			ExcludePadding: !a.is("count_include_pad", true), Divisor: a.int("divisor_override", 0),
		})
	}},
	"F.max_pool2d": {"input kernel_size stride padding dilation ceil_mode", func(a arguments) any {
		return fn.MaxPool(a.x("input"), fn.MaxPoolConfig{
			Kernel: a.along("kernel_size", 2), Stride: a.along("stride", 2), Padding: a.along("padding", 2), Dilation: a.along("dilation", 2),
			CeilMode: a.is("ceil_mode", false),
		})
	}},
	"F.adaptive_avg_pool2d": {"input output_size", func(a arguments) any { return fn.AdaptiveAvgPool(a.x("input"), a.along("output_size", 2)...) }},
	"F.batch_norm": {"input running_mean running_var weight bias training momentum eps", func(a arguments) any {
		x, mean, variance := a.x("input"), a.x("running_mean"), a.x("running_var")
		if a.is("training", false) {
			others := []int{0}
			for i := 2; i < x.Rank(); i++ {
				others = append(others, i)
			}
			mean, variance = fn.Mean(x, others...), fn.Var(x, true, others...)
		}
		return fn.BatchNorm(x, mean, variance, a.x("weight"), a.x("bias"), a.number("eps", 1e-5))
	}},
	"F.layer_norm": {"input normalized_shape weight bias eps", func(a arguments) any {
		return fn.LayerNorm(a.x("input"), a.x("weight"), a.x("bias"), a.number("eps", 1e-5), len(a.ints("normalized_shape")))
	}},
	"F.group_norm": {"input num_groups weight bias eps", func(a arguments) any {
		return fn.GroupNorm(a.x("input"), a.int("num_groups", 1), a.x("weight"), a.x("bias"), a.number("eps", 1e-5))
	}},
	"attention": {"x wq wk wv wo", attention},

	"F.cross_entropy": {"input target weight size_average ignore_index reduce reduction label_smoothing", func(a arguments) any {
		return nn.CrossEntropy(a.x("input"), a.x("target"), nn.ClassConfig{
			Weight: a.x("weight"), Smoothing: a.number("label_smoothing", 0), Reduction: a.reduction(),
		})
	}},
	"F.mse_loss": {lossParams, func(a arguments) any { return nn.MeanSquare(a.x("input"), a.x("target"), a.reduction()) }},
	"F.smooth_l1_loss": {lossParams + " beta", func(a arguments) any {
		return nn.SmoothL1(a.x("input"), a.x("target"), a.number("beta", 1), a.reduction())
	}},
	"F.binary_cross_entropy_with_logits": {"input target weight size_average reduce reduction pos_weight", func(a arguments) any {
		return nn.BinaryCrossEntropy(a.x("input"), a.x("target"), nn.BinaryConfig{Reduction: a.reduction(), PosWeight: a.x("pos_weight")})
	}},
	"F.kl_div": {lossParams + " log_target", func(a arguments) any {
		x, c := a.x("input"), nn.KLConfig{LogTarget: a.is("log_target", false)}
		if a.text("reduction", "mean") == "batchmean" {
			c.Reduction = nn.ReduceSum
			return fn.Div(nn.KLDivergence(x, a.x("target"), c), fn.Scalar(float64(x.Dim(0))))
		}
		c.Reduction = a.reduction()
		return nn.KLDivergence(x, a.x("target"), c)
	}},
	"F.cosine_similarity": {"x1 x2 dim eps", func(a arguments) any { return nn.CosineSimilarity(a.x("x1"), a.x("x2"), a.int("dim", 1)) }},
}

// attention is self-attention with several heads, without biases.
func attention(a arguments) any {
	x := a.x("x")
	batch, length := x.Dim(0), x.Dim(1)
	split := func(w trace.Value) trace.Value {
		y := fn.MatMul(x, w)
		return fn.Transpose(fn.Reshape(y, batch, length, a.heads, -1), 0, 2, 1, 3)
	}
	q, k, v := split(a.x("wq")), split(a.x("wk")), split(a.x("wv"))
	scores := fn.Div(fn.MatMul(q, fn.Transpose(k, 0, 1, 3, 2)), fn.Scalar(math.Sqrt(float64(q.Dim(-1)))))
	if a.masked {
		past := fn.Tril(fn.OnesLike(scores), 0)
		scores = fn.Where(fn.Greater(past, fn.Scalar(0)), scores, fn.Scalar(math.Inf(-1)))
	}
	y := fn.MatMul(fn.Softmax(scores, -1), v)
	return fn.MatMul(fn.Reshape(fn.Transpose(y, 0, 2, 1, 3), batch, length, -1), a.x("wo"))
}

// logSumExp is that along several axes as of one.
func logSumExp(x trace.Value, axes ...int) trace.Value {
	var order, shape []int
	for i := range x.Rank() {
		if !slices.Contains(axes, i) && !slices.Contains(axes, i-x.Rank()) {
			order, shape = append(order, i), append(shape, x.Dim(i))
		}
	}
	for _, i := range axes {
		order = append(order, (i+x.Rank())%x.Rank())
	}
	return fn.LogSumExp(fn.Reshape(fn.Transpose(x, order...), append(shape, -1)...), -1)
}

func variance(a arguments) func(x trace.Value, axes ...int) trace.Value {
	return func(x trace.Value, axes ...int) trace.Value { return fn.Var(x, !a.is("unbiased", true), axes...) }
}
