package fn

import (
	"fmt"
	"math"
	"slices"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// GroupNorm normalizes floats x[n c s...] to mean 0 and variance 1, then scales and shifts
// them as [LayerNorm] does. The channels of an image are divided into groups, and each
// group is normalized by itself, over its channels and all s. scale[c] and bias[c] have
// one element for each channel; if absent, they are 1 and 0. PyTorch's eps is 1e-5.
//
// Wu and He, "Group Normalization", ECCV 2018.
func GroupNorm(x trace.Value, groups int, scale, bias trace.Value, eps float64) trace.Value {
	defer trace.Naming("group_norm", x, scale, bias)
	return normalizeGroups(groupNorm{groups, eps, false}, x, scale, bias)
}

// InstanceNorm is [GroupNorm] with each channel as a group.
//
// Ulyanov et al., "Instance Normalization: The Missing Ingredient for Fast Stylization",
// 2016.
func InstanceNorm(x, scale, bias trace.Value, eps float64) trace.Value {
	defer trace.Naming("instance_norm", x, scale, bias)
	groups := 1
	if x.Rank() > 1 {
		groups = max(x.Dim(1), 1)
	}
	return normalizeGroups(groupNorm{groups, eps, true}, x, scale, bias)
}

func normalizeGroups(op groupNorm, x, scale, bias trace.Value) trace.Value {
	if x.Rank() > 1 && x.DType().IsFloat() {
		t := trace.TypeOf(x.DType(), x.Dim(1))
		scale, bias = orFull(scale, x, t, 1), orFull(bias, x, t, 0)
	}
	return trace.Bind1(op, x, scale, bias)
}

// groupNorm normalizes Groups parts of each index of axis 0. With Instance each part is a
// channel.
type groupNorm struct {
	Groups   int
	Epsilon  float64
	Instance bool
}

func (op groupNorm) Name() string {
	if op.Instance {
		return "instance_norm"
	}
	return "group_norm"
}

func (op groupNorm) Kind() trace.Kind {
	if op.Instance {
		return trace.KindInstanceNorm
	}
	return trace.KindGroupNorm
}

func (op groupNorm) Infer(in []trace.Type) ([]trace.Type, error) {
	x := in[0]
	if err := wantFloats(x); err != nil {
		return nil, err
	}
	if x.Rank() < 2 {
		return nil, fmt.Errorf("%v has no channels: want x[n c ...]", x)
	}
	if op.Groups < 1 || x.Shape[1]%op.Groups != 0 {
		return nil, fmt.Errorf("%d channels are not %d groups of equal size", x.Shape[1], op.Groups)
	}
	want := trace.TypeOf(x.DType, x.Shape[1])
	for i, name := range []string{"scale", "bias"} {
		if !in[i+1].Equal(want) {
			return nil, fmt.Errorf("the %s is %v, want %v: one element for each channel of %v", name, in[i+1], want, x)
		}
	}
	return in[:1:1], checkEps(op.Epsilon)
}

func (op groupNorm) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), groupElems[float32], groupElems[float64])(op, in, out[0])
}

func groupElems[T float32 | float64](op groupNorm, in []*trace.Array, out *trace.Array) {
	x, scale, bias, y := trace.Elems[T](in[0]), trace.Elems[T](in[1]), trace.Elems[T](in[2]), trace.Elems[T](out)
	if len(x) == 0 {
		return
	}
	each := len(scale) / op.Groups
	plane := volume(out.Shape()[2:])
	size := each * plane
	kparallel.Run(len(x)/size, max(1, grain/size), func(lo, hi int) {
		for part := lo; part < hi; part++ {
			mean, variance := kelementwise.Moments(x[part*size : (part+1)*size])
			inverse := 1 / math.Sqrt(variance+op.Epsilon)
			for k := range each {
				c, from := part%op.Groups*each+k, part*size+k*plane
				ys, xs, center, gain := y[from:from+plane], x[from:from+plane], mean, float64(scale[c])*inverse
				if math.IsInf(gain, 0) { // it has no product with an x that is the mean, though scale may have one
					kelementwise.Normalize(ys, xs, mean, inverse, 0)
					xs, center, gain = ys, 0, float64(scale[c])
				}
				kelementwise.Normalize(ys, xs, center, gain, float64(bias[c]))
			}
		}
	})
}

func (op groupNorm) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	x := in[0]
	others := slices.Delete(allAxes(x.Rank()), 1, 2)
	out := make([]trace.Value, 3)
	if want[2] {
		out[2] = Sum(ct[0], others...)
	}
	if !want[0] && !want[1] {
		return out
	}
	parts := []int{x.Dim(0), op.Groups, volume(x.Shape()[1:]) / op.Groups}
	s := standardized(Reshape(x, parts...), op.Epsilon, 1)
	if want[1] {
		out[1] = Sum(Mul(ct[0], Reshape(s.normal, x.Shape()...)), others...)
	}
	if want[0] {
		g := Mul(ct[0], BroadcastIn(in[1], x.Shape(), 1))
		out[0] = Reshape(s.back(Reshape(g, parts...)), x.Shape()...)
	}
	return out
}

// Batch makes images of all cases. Where cases have parameters of their own, these are
// applied afterward.
func (op groupNorm) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	own := batched[1] || batched[2]
	if own {
		in = allBatched(size, in, batched)
	}
	shape := in[0].Shape()
	x := Reshape(in[0], slices.Concat([]int{shape[0] * shape[1]}, shape[2:])...)
	if !own {
		return []trace.Value{Reshape(trace.Bind1(op, x, in[1], in[2]), shape...)}
	}
	y := Reshape(normalizeGroups(op, x, trace.Value{}, trace.Value{}), shape...)
	each := func(v trace.Value) trace.Value { return BroadcastIn(v, shape, 0, 2) }
	return []trace.Value{Add(Mul(y, each(in[1])), each(in[2]))}
}
