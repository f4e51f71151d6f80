package nn_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// modules are the layers of testdata/modules.json by the name of the case, with the shapes
// of their inputs. Their values were computed with PyTorch 1.13.
var modules = map[string]struct {
	layer  nn.Layer
	kind   trace.Kind
	shapes [][]int
	apply  func(l nn.Layer, in []Value) []Value // nil: Apply of the first
}{
	"mha":        {nn.NewMultiHeadAttention(6, 3), "attention", [][]int{{2, 4, 6}, {2, 5, 6}, {2, 5, 6}}, attendMasked},
	"mha_widths": {nn.NewMultiHeadAttention(4, 2, nn.MultiHeadConfig{Keys: 5, Values: 3}), "attention", [][]int{{2, 3, 4}, {2, 2, 5}, {2, 2, 3}}, attend},
	"rnn":        {nn.NewRNN(3, 2), "recurrent.rnn", [][]int{{2, 4, 3}}, run},
	"rnn_relu":   {nn.NewRNN(3, 2, nn.RecurrentConfig{ReLU: true}), "recurrent.rnn.relu", [][]int{{2, 4, 3}}, run},
	"lstm": {nn.NewLSTM(3, 2, nn.RecurrentConfig{Layers: 2, Bidirectional: true}), "recurrent.lstm",
		[][]int{{2, 4, 3}, {4, 2, 2}, {4, 2, 2}}, run},
	"gru":               {nn.NewGRU(3, 2, nn.RecurrentConfig{Layers: 2, Bidirectional: true}), "recurrent.gru", [][]int{{2, 4, 3}, {4, 2, 2}}, run},
	"gru_nobias":        {nn.NewGRU(3, 2, nn.RecurrentConfig{WithoutBias: true}), "recurrent.gru", [][]int{{2, 4, 3}}, run},
	"groupnorm":         {nn.NewGroupNorm(2, 4), trace.KindGroupNorm, [][]int{{2, 4, 3}}, nil},
	"instancenorm":      {nn.NewInstanceNorm(3), trace.KindInstanceNorm, [][]int{{2, 3, 5}}, nil},
	"upsample_nearest":  {nn.Upsample{Config: fn.ResizeConfig{Scale: []float64{2, 2}, Coordinates: fn.Asymmetric, Rounding: fn.RoundFloor}}, "shape.resize", [][]int{{1, 2, 3, 2}}, nil},
	"upsample_bilinear": {nn.Upsample{Config: fn.ResizeConfig{Scale: []float64{2, 2}, Mode: fn.ResizeLinear, Coordinates: fn.PyTorchHalfPixel}}, "shape.resize", [][]int{{1, 2, 3, 2}}, nil},
	"pixel_shuffle":     {nn.PixelShuffle{Factor: 2}, "shape.pixel_shuffle", [][]int{{1, 8, 2, 3}}, nil},
	"glu":               {nn.GLU{}, "product.gate", [][]int{{2, 3, 4}}, nil},
	"mish":              {nn.Mish(), "activation.mish", [][]int{{2, 3}}, nil},
	"softmax":           {nn.Softmax{}, trace.KindSoftmax, [][]int{{2, 3}}, nil},
	"logsoftmax":        {nn.LogSoftmax{Axis: 1}, trace.KindLogSoftmax, [][]int{{2, 3}}, nil},
	"batchnorm_training": {nn.NewBatchNorm(3), trace.KindBatchNorm, [][]int{{4, 3, 2, 2}}, func(l nn.Layer, in []Value) []Value {
		y, _ := nn.Train(l, in[0], random.Key(0))
		return []Value{y}
	}},
	"embedding": {nn.NewEmbedding(5, 3), "embedding", [][]int{{2, 2}}, func(l nn.Layer, in []Value) []Value {
		return []Value{l.Apply(fn.Cast(in[0], trace.Int64))}
	}},
}

func run(l nn.Layer, in []Value) []Value {
	y, final := l.(nn.Recurrent).Run(in[0], in[1:]...)
	return append([]Value{y}, final...)
}

func attend(l nn.Layer, in []Value) []Value {
	return []Value{l.(nn.MultiHeadAttention).Attend(in[0], in[1], in[2])}
}

// attendMasked hides a key from each of three queries, and one from all queries of an
// image.
func attendMasked(l nn.Layer, in []Value) []Value {
	places := []bool{true, true, true, false, true, true, false, true, true, true, true, true, true, true, true, false, true, true, true, true}
	keys := []bool{true, true, true, true, false, true, true, false, true, true}
	mask := fn.And(trace.New(places, 1, 1, 4, 5), trace.New(keys, 2, 1, 1, 5))
	return []Value{l.(nn.MultiHeadAttention).Attend(in[0], in[1], in[2], nn.AttentionConfig{Mask: mask})}
}

// moduleCase returns the layer of a case with its parameters, in float64, its inputs and
// the wanted results.
func moduleCase(t *testing.T, name string, lists map[string][]float64) (l nn.Layer, in []Value, out [][]float64) {
	t.Helper()
	m, tensors := modules[name], map[string]Value{}
	l = nn.Cast(m.layer, trace.Float64)
	for _, p := range nn.Params(l) {
		if list := lists[name+"/"+p.Name]; len(list) == p.Value.Size() {
			tensors[p.Name] = trace.New(list, p.Value.Shape()...)
		}
	}
	for key := range lists {
		if own, ok := strings.CutPrefix(key, name+"/"); ok && tensors[own].IsAbsent() {
			t.Errorf("PyTorch's parameter %s has no place", own)
		}
	}
	l, err := nn.Load(l, tensors)
	if err != nil {
		t.Fatal(err)
	}
	for i, shape := range m.shapes {
		in = append(in, trace.New(lists[fmt.Sprintf("%s>%d", name, i)], shape...))
	}
	for i := 0; lists[fmt.Sprintf("%s<%d", name, i)] != nil; i++ {
		out = append(out, lists[fmt.Sprintf("%s<%d", name, i)])
	}
	return l, in, out
}

func (m moduleApply) of(l nn.Layer, in []Value) []Value {
	if m == nil {
		return []Value{l.Apply(in[0])}
	}
	return m(l, in)
}

type moduleApply func(l nn.Layer, in []Value) []Value

func TestModulesHaveThePyTorchValues(t *testing.T) {
	lists := numbers(t, "testdata/modules.json")
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		t.Run(name, func(t *testing.T) {
			l, in, want := moduleCase(t, name, lists)
			f := func(in []Value) []Value { return moduleApply(modules[name].apply).of(l, in) }
			for way, got := range map[string][]Value{"eager": f(in), "compiled": transforms.Jit(f)(in)} {
				if len(got) != len(want) || len(want) == 0 {
					t.Fatalf("%s: %d results, want %d", way, len(got), len(want))
				}
				for i, v := range got {
					lawtest.Close(t, v, trace.New(want[i], v.Shape()...), 1e-12)
				}
			}
		})
	}
	for key := range lists {
		if name := key[:strings.IndexAny(key, "/<>")]; modules[name].layer == nil {
			t.Errorf("no test reads %s", key)
		}
	}
}

// Composites see each module as one layer, by its path.
func TestCompositesSeeModules(t *testing.T) {
	lists := numbers(t, "testdata/modules.json")
	for name, m := range modules {
		t.Run(name, func(t *testing.T) {
			l, in, _ := moduleCase(t, name, lists)
			named := nn.Name(struct{ Inner []nn.Layer }{[]nn.Layer{l}}).Inner[0]
			sites := sitesOf(func(x Value) Value {
				return moduleApply(m.apply).of(named, append([]Value{x}, in[1:]...))[0]
			}, in[0])
			if len(sites) == 0 || sites[0].Kind != m.kind || sites[0].Path != "inner.0" {
				t.Errorf("got %v, want inner.0 (%s)", sites, m.kind)
			}
		})
	}
}

// A normalization in training has the statistics of PyTorch afterwards.
func TestStatisticsOfBatchNorm(t *testing.T) {
	lists := numbers(t, "testdata/modules.json")
	l, in, _ := moduleCase(t, "batchnorm_training", lists)
	b := l.(nn.BatchNorm)
	model := nn.Sequential{nn.Identity{}, b}
	y, next := nn.Train(model, in[0], random.Key(1))
	lawtest.Close(t, y, model.Train(in[0], random.Key(2)), 0)
	after := next[1].(nn.BatchNorm)
	lawtest.Close(t, after.Mean, trace.New(lists["batchnorm_training<mean"]), 1e-14)
	lawtest.Close(t, after.Variance, trace.New(lists["batchnorm_training<var"]), 1e-14)
	if trace.Same(b.Mean, after.Mean) || !trace.Same(model[1].(nn.BatchNorm).Mean, b.Mean) {
		t.Error("the statistics did not move, or moved in the model itself")
	}
	decayed := next
	n := decayed[1].(nn.BatchNorm)
	n.Weight, n.Mean = fn.Mul(n.Weight, fn.Scalar(2)), fn.ZerosLike(n.Mean)
	set := nn.WithStatistics(nn.Sequential{nn.Identity{}, n}, next)[1].(nn.BatchNorm)
	if !trace.Same(set.Mean, after.Mean) || !trace.Same(set.Weight, n.Weight) {
		t.Error("WithStatistics set other parameters than the statistics")
	}
	// The statistics have no derivative, and the batch's are differentiated through.
	slope := transforms.Grad(func(b nn.BatchNorm) Value {
		_, next := b.Update(in[0], Value{})
		return fn.SumAll(next.(nn.BatchNorm).Mean)
	})(b)
	lawtest.Close(t, slope.Mean, fn.ZerosLike(b.Mean), 0)
}

func TestLawsOfModules(t *testing.T) {
	normal := func(shape ...int) lawtest.Input { return lawtest.Input{Shape: shape} }
	for name, l := range map[string]struct {
		f  func(in []Value) Value
		in []lawtest.Input
	}{
		"attention": {func(in []Value) Value {
			return nn.Attention(in[0], in[1], in[2], nn.AttentionConfig{Causal: true, Bias: in[3]})
		},
			[]lawtest.Input{normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 1), normal(3, 5)}},
		"batch_norm": {func(in []Value) Value {
			y, _ := nn.BatchNorm{Weight: in[1], Bias: in[2], Mean: in[2], Variance: in[1]}.Update(in[0], Value{})
			return y
		}, []lawtest.Input{normal(4, 2, 3), normal(2), normal(2)}},
		"lstm": {func(in []Value) Value {
			return nn.Recurrent{Cell: nn.LSTMCell, Parameters: nn.Parameters{"weight_ih_l0": in[1], "weight_hh_l0": in[2], "bias_ih_l0": in[3]}}.Apply(in[0])
		}, []lawtest.Input{normal(2, 3, 1), normal(8, 1), normal(8, 2), normal(8)}},
		"gru": {func(in []Value) Value {
			return nn.Recurrent{Cell: nn.GRUCell, Parameters: nn.Parameters{"weight_ih_l0": in[1], "weight_hh_l0": in[2]}}.Apply(in[0])
		}, []lawtest.Input{normal(2, 3, 1), normal(6, 1), normal(6, 2)}},
		"glu":      {func(in []Value) Value { return nn.GLU{Axis: 1, Gate: nn.SiLU()}.Apply(in[0]) }, []lawtest.Input{normal(3, 4, 2)}},
		"rms_norm": {func(in []Value) Value { return nn.RMSNorm{Weight: in[1]}.Apply(in[0]) }, []lawtest.Input{normal(3, 4), normal(4)}},
	} {
		t.Run(name, func(t *testing.T) { lawtest.LawsWith(t, lawtest.Config{Order: 1}, l.f, l.in...) })
	}
}

// A query that sees no key has the result 0 and no slope, and a causal one sees no key
// behind its place.
func TestMaskedAttention(t *testing.T) {
	q, v := random.Normal(random.Key(1), trace.Float64, 3, 2), random.Normal(random.Key(2), trace.Float64, 3, 4)
	mask := trace.New([]bool{false, false, false, false, true, false, true, true, true}, 3, 3)
	f := func(q Value) Value { return nn.Attention(q, q, v, nn.AttentionConfig{Mask: mask}) }
	lawtest.Close(t, fn.Index(f(q), 0), fn.Zeros(trace.TypeOf(trace.Float64, 4)), 0)
	lawtest.Close(t, fn.Index(f(q), 1), fn.Index(v, 1), 1e-15)
	if g := transforms.Pull(f, fn.OnesLike)(q); !trace.Data[bool](fn.All(fn.IsFinite(g), 0, 1))[0] {
		t.Errorf("the slope is %v", g)
	}
	causal := nn.Attention(q, q, v, nn.AttentionConfig{Causal: true})
	for i := range 3 {
		part := func(x Value) Value { return fn.Slice(x, fn.SliceConfig{Stop: []int{i + 1}}) }
		lawtest.Close(t, fn.Index(causal, i), fn.Index(nn.Attention(part(q), part(q), part(v)), i), 1e-14)
	}
	lawtest.Close(t, nn.Attention(q, q, v, nn.AttentionConfig{Causal: true, Mask: trace.Scalar(true)}), causal, 0)
	l := nn.Init(nn.Cast(nn.NewSelfAttention(4, 2), trace.Float64), random.Key(5))
	m := nn.MultiHeadAttention{InProjWeight: l.InProjWeight, InProjBias: l.InProjBias, OutProj: l.OutProj, Heads: 2}
	l.Causal, m.Causal = true, true
	x := random.Normal(random.Key(3), trace.Float64, 2, 3, 4)
	lawtest.Close(t, m.Apply(x), l.Apply(x), 1e-14)
}

// Padding is not trained.
func TestPaddingOfEmbedding(t *testing.T) {
	l := nn.Embedding{Weight: fn.Ones(trace.TypeOf(trace.Float64, 3, 2)), Padding: []int{1}}
	x := trace.New([]int64{1, 2, 2, 0})
	g := transforms.Grad(func(l nn.Embedding) Value { return fn.SumAll(l.Apply(x)) })(l)
	lawtest.Close(t, g.Weight, trace.New([]float64{1, 1, 0, 0, 2, 2}, 3, 2), 0)
	lawtest.Close(t, l.Apply(x), fn.Ones(trace.TypeOf(trace.Float64, 4, 2)), 0)
	w := nn.Init(l, random.Key(1)).Weight.Float64s()
	if w[2] != 0 || w[3] != 0 || w[0] == 0 || w[4] == 0 {
		t.Errorf("drew %v, want zeros for number 1", w)
	}
}

func TestRMSNorm(t *testing.T) {
	x := random.Normal(random.Key(1), trace.Float64, 2, 3)
	lawtest.Close(t, nn.RMSNorm{}.Apply(x), fn.RMSNorm(x, Value{}, 0x1p-52, 1), 0)
	lawtest.Close(t, nn.RMSNorm{}.Apply(fn.Cast(x, trace.Float32)), fn.RMSNorm(fn.Cast(x, trace.Float32), Value{}, 0x1p-23, 1), 0)
	lawtest.Close(t, nn.Cast(nn.NewRMSNorm(2, 3), trace.Float64).Apply(x), fn.RMSNorm(x, Value{}, 0x1p-52, 2), 0)
}

func TestInitOfRecurrent(t *testing.T) {
	l := nn.Init(nn.NewLSTM(8, 16, nn.RecurrentConfig{Bidirectional: true}), random.Key(1))
	seen := map[float64]bool{}
	for name, v := range l.Parameters {
		largest := fn.Max(fn.Abs(fn.Reshape(v, v.Size())), 0).Float64()
		if !(largest <= 0.25 && largest > 0.2) {
			t.Errorf("the largest of %s is %v, want nearly 1/√16", name, largest)
		}
		seen[largest] = true
	}
	if len(seen) != len(l.Parameters) {
		t.Error("two parameters were drawn from one key")
	}
}

func TestModuleErrors(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float32, 2, 3, 4))
	short := nn.NewGRU(4, 2)
	delete(short.Parameters, "weight_hh_l0")
	for want, f := range map[string]func(){
		"4 heads do not divide a width of 6":                                                                                func() { nn.NewMultiHeadAttention(6, 4) },
		"want q[... m d], k[... n d] and v[... n e] of one float dtype":                                                     func() { nn.Attention(x, x, ones(3)) },
		"the mask is f32[3], want bools in a shape that broadcasts to [2 3 3]":                                              func() { nn.Attention(x, x, x, nn.AttentionConfig{Mask: ones(3)}) },
		"3 groups do not divide 4 channels":                                                                                 func() { nn.NewGroupNorm(3, 4) },
		"GLU of f32[2 3 4] along axis 1: want an axis of even length":                                                       func() { nn.GLU{Axis: 1}.Apply(x) },
		`Recurrent: there is no cell "": want rnn, rnn.relu, lstm or gru`:                                                   func() { nn.Recurrent{}.Apply(x) },
		"Recurrent: 1 states to begin with, want 2 or none":                                                                 func() { nn.NewLSTM(4, 2).Run(x, x) },
		"Recurrent: state 0 to begin with is f32[2 3 4], want f32[1 2 2]":                                                   func() { nn.NewGRU(4, 2).Run(x, x) },
		"Recurrent: weight_ih_l0 or weight_hh_l0 is missing or does not fit: want [3·h 4] and [3·h h]":                      func() { short.Apply(x) },
		"training wants floats x[n c ...] with at least two elements for each channel":                                      func() { nn.NewBatchNorm(4).Train(fn.Ones(trace.TypeOf(trace.Float32, 1, 4)), Value{}) },
		"-1 inputs, 2 hidden, 0 layers, ReLU false: want no negative number, at least one hidden, and ReLU for an RNN only": func() { nn.NewGRU(-1, 2) },
	} {
		t.Run(want, func(t *testing.T) { wantError(t, f, want) })
	}
}
