package vision_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

// stateDict is what torchvision's model of a name stores, without the counters.
type stateDict struct {
	name                  string
	learnable, statistics int
	tensors               []string // as "conv1.weight [64 3 7 7]", sorted
}

// stateDicts reads what torchvision 0.14.1 lists for its models.
func stateDicts(t *testing.T) (out []stateDict) {
	t.Helper()
	f, err := os.Open("testdata/parameters.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(z); s.Scan(); {
		if head, ok := strings.CutPrefix(s.Text(), "# "); ok {
			var d stateDict
			if _, err := fmt.Sscan(head, &d.name, &d.learnable, &d.statistics); err != nil {
				t.Fatal(err)
			}
			out = append(out, d)
			continue
		}
		d := &out[len(out)-1]
		d.tensors = append(d.tensors, s.Text())
	}
	return out
}

// Every named model has the names, shapes and numbers of torchvision's parameters, and
// they are found again when it is loaded as the interface that Named returns.
func TestParametersAreTorchvisions(t *testing.T) {
	dicts := stateDicts(t)
	if want := append([]string{"lenet"}, namesOf(dicts)...); !slices.Equal(vision.Names(), want) {
		t.Errorf("got the names %v, want %v", vision.Names(), want)
	}
	if testing.Short() {
		// Memory that is not used twice need not be cleared: zeros are for free.
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
	}
	for _, d := range dicts {
		if testing.Short() && d.learnable > 100e6 {
			continue
		}
		model, err := vision.Named(d.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := untoldOf(model); got != untold[d.name] {
			t.Errorf("%s: got %s, want %s", d.name, got, untold[d.name])
		}
		var got []string
		learnable, statistics := 0, 0
		for _, p := range nn.Params(model) {
			got = append(got, fmt.Sprintf("%s %v", p.Name, p.Value.Shape()))
			if strings.Contains(p.Name, ".running_") {
				statistics += p.Value.Size()
			} else {
				learnable += p.Value.Size()
			}
		}
		slices.Sort(got)
		if learnable != d.learnable || statistics != d.statistics {
			t.Errorf("%s has %d parameters and %d statistics, want %d and %d", d.name, learnable, statistics, d.learnable, d.statistics)
		}
		for i, want := range d.tensors {
			if i >= len(got) || got[i] != want {
				t.Errorf("%s: parameter %d of %d is %v, want %s", d.name, i, len(got), got[min(i, len(got)-1)], want)
				break
			}
		}
		if len(got) != len(d.tensors) {
			t.Errorf("%s has %d parameters, want %d", d.name, len(got), len(d.tensors))
		}
	}
}

func namesOf(dicts []stateDict) (out []string) {
	for _, d := range dicts {
		out = append(out, d.name)
	}
	return out
}

// A model that is known as an nn.Layer alone is loaded, and keeps its type.
func TestNamedModelsAreLoaded(t *testing.T) {
	for _, name := range []string{"lenet", "mobilenet_v3_small", "densenet121"} {
		model, err := vision.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		tensors := map[string]Value{}
		for i, p := range nn.Params(model) {
			tensors[p.Name] = trace.FromArray(trace.NewArray(p.Value.Type()))
			if i == 0 {
				tensors[p.Name].Array().CopyPart(0, trace.ArrayOf([]float32{7}, 1), 0, 1)
			}
		}
		loaded, err := nn.Load(model, tensors)
		if err != nil {
			t.Fatal(err)
		}
		if reflect.TypeOf(loaded) != reflect.TypeOf(model) {
			t.Errorf("%s: got a %T, want a %T", name, loaded, model)
		}
		if p := nn.Params(loaded)[0]; p.Value.Float64s()[0] != 7 {
			t.Errorf("%s: %s was not loaded", name, p.Name)
		}
		delete(tensors, nn.Params(model)[0].Name)
		if _, err := nn.Load(model, tensors); err == nil || !strings.Contains(err.Error(), "1 missing: "+nn.Params(model)[0].Name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	_, err := vision.Named("resnet51")
	if want := `vision: no model is named "resnet51": the nearest names are resnet50, resnet18, resnet34`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, err := vision.Named(strings.Repeat("\n", 1<<20)); err == nil || strings.Contains(err.Error(), "\n") || len(err.Error()) > 500 {
		t.Errorf("got %.1000v, want one short line", err)
	}
}

// untold has what the parameters of some models do not tell: the number of attention
// heads, and ε of the normalizations.
var untold = map[string]string{
	"vit_b_16": "12 1e-06", "vit_b_32": "12 1e-06", "vit_l_16": "16 1e-06", "vit_l_32": "16 1e-06",
	"efficientnet_b0": "0", "efficientnet_b1": "0", "efficientnet_b2": "0", "efficientnet_b3": "0", "efficientnet_b4": "0",
	"efficientnet_b5": "0.001", "efficientnet_b6": "0.001", "efficientnet_b7": "0.001",
	"mobilenet_v2": "0", "mobilenet_v3_small": "0.001", "mobilenet_v3_large": "0.001",
}

func untoldOf(model nn.Layer) string {
	epsilon := func(features nn.Sequential) string {
		return fmt.Sprint(features[0].(nn.Sequential)[1].(nn.BatchNorm).Epsilon)
	}
	switch m := model.(type) {
	case vision.ViT:
		return fmt.Sprint(m.Encoder.Layers["encoder_layer_0"].SelfAttention.Heads, m.Encoder.LN.Epsilon)
	case vision.EfficientNet:
		return epsilon(m.Features)
	case vision.MobileNetV2:
		return epsilon(m.Features)
	case vision.MobileNetV3:
		return epsilon(m.Features)
	}
	return ""
}
