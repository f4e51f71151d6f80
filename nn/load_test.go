package nn_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

type pair struct {
	First  nn.Linear
	Second nn.Linear `nn:"fc"`
	Norm   nn.BatchNorm
}

func newPair() pair {
	return pair{nn.NewLinear(2, 3), nn.NewLinear(3, 4).WithoutBias(), nn.NewBatchNorm(4)}
}

// tensorsOf returns the parameters of a model by name, all different.
func tensorsOf(m pair) map[string]Value {
	out := map[string]Value{}
	for i, p := range nn.Params(m) {
		out[p.Name] = random.Normal(random.Key(int64(i)), p.Value.DType(), p.Value.Shape()...)
	}
	return out
}

func TestLoad(t *testing.T) {
	m := newPair()
	tensors := tensorsOf(m)
	tensors["norm.num_batches_tracked"] = trace.Scalar(int64(7))
	got, err := nn.Load(m, tensors)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range nn.Params(got) {
		if !trace.Same(p.Value, tensors[p.Name]) {
			t.Errorf("%s is %v, want %v", p.Name, p.Value, tensors[p.Name])
		}
	}
	if !slices.Equal(m.First.Weight.Float64s(), make([]float64, 6)) {
		t.Error("the model that was loaded into has changed")
	}
}

func TestLoadListsAllFaults(t *testing.T) {
	m := newPair()
	tensors := tensorsOf(m)
	delete(tensors, "first.bias")
	delete(tensors, "norm.running_var")
	tensors["fc.weight"] = fn.Zeros(trace.TypeOf(trace.Float32, 3, 4))
	tensors["first.weight"] = fn.Cast(tensors["first.weight"], trace.Float64)
	tensors["norm.bias"] = fn.Zeros(trace.TypeOf(trace.Int64, 4))
	tensors["fc.bias"] = ones(4)
	tensors["aux"] = ones(1)
	_, err := nn.Load(m, tensors)
	want := "nn: the tensors do not fit the model: 2 missing: first.bias f32[3], norm.running_var f32[4]; 2 unexpected: aux f32[1], fc.bias f32[4]; " +
		"3 of another type: first.weight is f64[3 2], want f32[3 2] (nn.Cast converts a model to f64), fc.weight is f32[3 4], want f32[4 3], " +
		"norm.bias is i64[4], want f32[4]"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var e *nn.LoadError
	if !errors.As(err, &e) || len(e.Missing) != 2 || len(e.Unexpected) != 2 || len(e.Misfit) != 3 {
		t.Errorf("got %#v", err)
	}
}

func TestLoadConvertsOnlyWhereAsked(t *testing.T) {
	tensors := tensorsOf(nn.Cast(newPair(), trace.Float64))
	if _, err := nn.Load(newPair(), tensors); err == nil {
		t.Error("f64 tensors were loaded into an f32 model")
	}
	wide, err := nn.Load(nn.Cast(newPair(), trace.Float64), tensors)
	if err != nil {
		t.Fatal(err)
	}
	if got := nn.Cast(wide, trace.Float32).First.Weight; got.DType() != trace.Float32 {
		t.Errorf("got %v", got.Type())
	}
}

// Halves are loaded into a wider model as the numbers that they are, and into a model of
// halves as they are; not into one of other halves, nor of another shape.
func TestLoadWidensHalves(t *testing.T) {
	for _, d := range []trace.DType{trace.Float16, trace.BFloat16} {
		tensors := tensorsOf(nn.Cast(newPair(), d))
		for _, to := range []trace.DType{trace.Float32, trace.Float64, d} {
			got, err := nn.Load(nn.Cast(newPair(), to), tensors)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range nn.Params(got) {
				if p.Value.DType() != to || !slices.Equal(p.Value.Float64s(), tensors[p.Name].Float64s()) {
					t.Errorf("%v to %v: %s is %v, want %v", d, to, p.Name, p.Value, tensors[p.Name])
				}
			}
		}
		if _, err := nn.Load(nn.Cast(newPair(), trace.Float16+trace.BFloat16-d), tensors); err == nil {
			t.Errorf("%v tensors were loaded into a model of the other halves", d)
		}
		tensors["Norm.weight"] = fn.ZerosOf(d, 5)
		tensors["norm.weight"] = fn.ZerosOf(d, 5)
		if _, err := nn.Load(newPair(), tensors); err == nil {
			t.Error("a tensor of another shape was loaded")
		}
	}
}

// A model that is known as a Layer is loaded as one, and keeps its type.
func TestLoadOfALayer(t *testing.T) {
	tensors := map[string]Value{"0.weight": random.Normal(random.Key(1), trace.Float32, 3, 2), "0.bias": ones(3)}
	for _, layer := range []nn.Layer{nn.Sequential{nn.NewLinear(2, 3), nn.ReLU()}, ptr(nn.Sequential{nn.NewLinear(2, 3)})} {
		got, err := nn.Load(layer, tensors)
		if err != nil || reflect.TypeOf(got) != reflect.TypeOf(layer) {
			t.Fatalf("got a %T, %v, want a %T", got, err, layer)
		}
		if p := nn.Params(got)[0]; !trace.Same(p.Value, tensors["0.weight"]) {
			t.Errorf("%s is %v, want %v", p.Name, p.Value, tensors["0.weight"])
		}
		x := ones(2)
		if y := got.Apply(fn.Reshape(x, 1, 2)); y.Size() != 3 {
			t.Errorf("got %v", y)
		}
	}
}

func TestLoadPartial(t *testing.T) {
	m := newPair()
	tensors := tensorsOf(m)
	delete(tensors, "first.bias")
	tensors["aux"], tensors["norm.num_batches_tracked"] = ones(1), trace.Scalar(int64(7))
	got, left, err := nn.LoadPartial(m, tensors)
	if err != nil {
		t.Fatal(err)
	}
	if want := "1 missing: first.bias f32[3]; 1 unexpected: aux f32[1]"; left.String() != want {
		t.Errorf("got  %s\nwant %s", left, want)
	}
	for _, p := range nn.Params(got) {
		want, ok := tensors[p.Name]
		if !ok {
			want = m.First.Bias
		}
		if !trace.Same(p.Value, want) {
			t.Errorf("%s is %v, want %v", p.Name, p.Value, want)
		}
	}
	if _, left, err := nn.LoadPartial(m, tensorsOf(m)); err != nil || left.String() != "" {
		t.Errorf("got %q left, %v", left, err)
	}
	tensors["fc.weight"] = ones(3)
	_, _, err = nn.LoadPartial(m, tensors)
	if want := "nn: the tensors do not fit the model: 1 of another type: fc.weight is f32[3], want f32[4 3]"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// The error for a wrong model is no page of names.
func TestLoadErrorsAreShort(t *testing.T) {
	tensors := map[string]Value{}
	for i := range 300 {
		tensors[fmt.Sprintf("layers.%03d.weight", i)] = ones(1)
	}
	_, err := nn.Load(newPair(), tensors)
	if err == nil || len(err.Error()) > 900 || !strings.Contains(err.Error(), "layers.009.weight f32[1] and 290 more") {
		t.Errorf("got %v", err)
	}
	var e *nn.LoadError
	if !errors.As(err, &e) || len(e.Unexpected) != 300 {
		t.Errorf("got %#v, want all names in the error", err)
	}
}
