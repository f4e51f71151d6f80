package nn_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// tower uses every way to build a model.
type tower struct {
	Features nn.Sequential
	Pool     nn.AdaptiveAvgPool `nn:"avgpool"`
	Heads    map[string]*nn.Linear
	Blocks   [2]*block
	FC       nn.Linear `nn:"fc"`
	Spare    nn.Layer
	Scratch  nn.Linear `nn:"-"`
	Note     string
	note     string
}

// block is a user's layer with layers inside. Its embedded fields add nothing to the
// path.
type block struct {
	Path string
	nn.Sequential
	Norm  nn.BatchNorm `nn:"bn"`
	Scale Value
}

func newTower() tower {
	return tower{
		Features: nn.Sequential{
			nn.NewConv(3, 4, []int{3, 2}, fn.ConvConfig{}), nn.ReLU(),
			nn.Sequential{nn.PReLU(4), nn.Dropout{Rate: 0.5}},
		},
		Heads:   map[string]*nn.Linear{"b": ptr(nn.NewLinear(2, 3).WithoutBias()), "a": nil, "10": ptr(nn.NewLinear(1, 1))},
		Blocks:  [2]*block{nil, {Sequential: nn.Sequential{nn.NewLinear(5, 6)}, Norm: nn.NewBatchNorm(6), Scale: ones(1)}},
		FC:      nn.NewLinear(8, 5),
		Scratch: nn.NewLinear(9, 9),
		Note:    "as it was", note: "this too",
	}
}

func ptr[T any](x T) *T { return &x }

func TestName(t *testing.T) {
	m := newTower()
	before := newTower()
	n := nn.Name(m)
	for want, got := range map[string]string{
		"features.0":   n.Features[0].(nn.Conv).Path,
		"features.1":   n.Features[1].(nn.Activation).Path,
		"features.2.1": n.Features[2].(nn.Sequential)[1].(nn.Dropout).Path,
		"avgpool":      n.Pool.Path,
		"heads.10":     n.Heads["10"].Path,
		"blocks.1":     n.Blocks[1].Path,
		"blocks.1.0":   n.Blocks[1].Sequential[0].(nn.Linear).Path,
		"blocks.1.bn":  n.Blocks[1].Norm.Path,
		"fc":           n.FC.Path,
		"":             n.Scratch.Path,
		"as it was":    n.Note,
		"this too":     n.note,
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if n.Heads["a"] != nil || n.Blocks[0] != nil || n.Spare != nil {
		t.Error("what was nil is no longer")
	}
	if _, s := trace.Flatten(m); !reflect.DeepEqual(s.Paths(), structure(before).Paths()) || s.Key() != structure(before).Key() {
		t.Error("the model that was named has changed")
	}
	if structure(nn.Name(n)).Key() != structure(n).Key() {
		t.Error("naming twice is not naming once")
	}
}

func structure(m tower) *trace.Structure { _, s := trace.Flatten(m); return s }

func TestParams(t *testing.T) {
	var got []string
	for _, p := range nn.Params(newTower()) {
		got = append(got, p.Name+" "+p.Value.Type().String())
	}
	want := []string{
		"features.0.weight f32[4 3 3 2]", "features.0.bias f32[4]", "features.2.0.weight f32[4]",
		"heads.10.weight f32[1 1]", "heads.10.bias f32[1]", "heads.b.weight f32[3 2]",
		"blocks.1.0.weight f32[6 5]", "blocks.1.0.bias f32[6]",
		"blocks.1.bn.weight f32[6]", "blocks.1.bn.bias f32[6]", "blocks.1.bn.running_mean f32[6]", "blocks.1.bn.running_var f32[6]",
		"blocks.1.scale f32[1]", "fc.weight f32[5 8]", "fc.bias f32[5]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestLoneModels names models that are not structs.
func TestLoneModels(t *testing.T) {
	if got := nn.Params(nn.NewLinear(2, 3))[0].Name; got != "weight" {
		t.Errorf("a lone layer's parameter is %q", got)
	}
	if got := nn.Name(nn.Sequential{nn.ReLU()})[0].(nn.Activation).Path; got != "0" {
		t.Errorf("a lone Sequential's layer is at %q", got)
	}
	var l nn.Layer = nn.ReLU()
	if got := nn.Name(l).(nn.Activation).Path; got != "" {
		t.Errorf("a lone layer is at %q", got)
	}
	m := newTower()
	if p := nn.Name(&m); p == &m || p.FC.Path != "fc" || m.FC.Path != "" {
		t.Error("a pointer to a model is not copied")
	}
}

// TestNamesReachSites checks that the sites of a computation have the model's paths, in
// order, and twice if a layer is called twice.
func TestNamesReachSites(t *testing.T) {
	m := nn.Name(struct {
		Body nn.Sequential
		Last nn.Linear `nn:"head"`
	}{nn.Sequential{nn.NewLinear(4, 4), nn.Tanh()}, nn.NewLinear(4, 2)})
	var got []string
	for _, s := range sitesOf(func(x Value) Value { return m.Last.Apply(m.Body.Apply(m.Body.Apply(x))) }, fn.Zeros(trace.TypeOf(trace.Float32, 3, 4))) {
		got = append(got, s.String())
	}
	want := []string{"body.0:0 (linear.dense)", "body.1:0 (activation.tanh)", "body.0:1 (linear.dense)", "body.1:1 (activation.tanh)", "head (linear.dense)"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCast(t *testing.T) {
	m := struct {
		Weight Value
		Index  Value
	}{ones(2), trace.New([]int32{1, 2, 3})}
	wide := nn.Cast(m, trace.Float64)
	if wide.Weight.DType() != trace.Float64 || wide.Index.DType() != trace.Int32 || m.Weight.DType() != trace.Float32 {
		t.Errorf("got %v and %v from %v", wide.Weight, wide.Index, m.Weight)
	}
	wantError(t, func() { nn.Cast(m, trace.Int32) }, "Cast of a model to i32: want a float dtype, as f32")
}

type ring struct {
	Path string
	Next *ring
}

func TestNameErrors(t *testing.T) {
	a := &ring{}
	a.Next = &ring{Next: a}
	wantError(t, func() { nn.Name(a) }, "next.next refers back to what holds it: a tree has no cycles")
	twice := struct {
		A Value `nn:"w"`
		B Value `nn:"w"`
	}{ones(1), ones(2)}
	wantError(t, func() { nn.Params(twice) }, `two parameters are named "w": give one of the fields another name with a tag nn:"name"`)
}

// TestModelsAreTrees checks that the gradient with respect to a model is a model.
func TestModelsAreTrees(t *testing.T) {
	m := nn.Name(nn.Init(struct {
		Body nn.Sequential
		Last nn.Linear
	}{nn.Sequential{nn.NewLinear(3, 4), nn.ReLU()}, nn.NewLinear(4, 2)}, random.Key(1)))
	x, labels := random.Normal(random.Key(2), trace.Float32, 5, 3), trace.New([]int64{0, 1, 1, 0, 1})
	g := transforms.Grad(func(m struct {
		Body nn.Sequential
		Last nn.Linear
	}) Value {
		return nn.CrossEntropy(m.Last.Apply(m.Body.Apply(x)), labels)
	})(m)
	if g.Last.Path != "last" || !slices.Equal(g.Body[0].(nn.Linear).Weight.Shape(), []int{4, 3}) {
		t.Errorf("got %v", g)
	}
}
