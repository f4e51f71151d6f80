package method

import (
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
)

// chosen parses flags.
func chosen(args ...string) (*Choice, error) {
	c := &Choice{}
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	c.Register(f)
	if err := f.Parse(args); err != nil {
		return c, err
	}
	return c, c.Check(f)
}

// Each flag sets its option.
func TestChoiceOptions(t *testing.T) {
	c, err := chosen(strings.Fields("-samples 3 -noise 0.5 -seed 7 -window 4,5 -stride 2 -occlude-inside -layer a -output-relevance -no-residual -no-bias " +
		"-gamma 0.5 -beta 3 -epsilon 0.1 -stabilizer 0.2 -canonizer merge_batch_norm")...)
	if err != nil {
		t.Fatal(err)
	}
	o, p := c.options, c.options.Preset
	if o.Samples != 3 || o.Noise != 0.5 || c.Seed() != 7 || !slices.Equal(o.Window, []int{4, 5}) || !slices.Equal(o.Stride, []int{2}) ||
		!o.Inside || o.Layer != "a" || !o.Output || !o.NoResidual || !p.ZeroBias || *p.Gamma != 0.5 || *p.Beta != 3 ||
		p.Epsilon.(rules.Stabilizer).Epsilon != 0.1 || p.Stabilizer.(rules.Stabilizer).Epsilon != 0.2 {
		t.Errorf("got %+v", o)
	}
	if names := c.Canonize(); len(names) != 1 || names[0].String() != "MergeBatchNorm()" {
		t.Errorf("got %v", names)
	}
}

func TestChosenMethods(t *testing.T) {
	net, err := network.Digits()
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"": "gradient; smoothgrad; integratedgradients; epsilon_plus; epsilon_gamma_box; guided_backprop; beta_smooth",
		"-composite epsilon_plus,none -attributor gradient,vargrad": "epsilon_plus; epsilon_plus, vargrad; gradient; vargrad",
		"-composite none":                       "gradient",
		"-attributor occlusion":                 "occlusion",
		"-attributor all":                       "gradient; inputxgradient; integratedgradients; occlusion; sensitivity; smoothgrad; smoothgrad_squared; vargrad",
		"-attributor all -layer x -baselines y": "expectedgradients; gradcam; gradcam++; gradient; inputxgradient; integratedgradients; occlusion; sensitivity; smoothgrad; smoothgrad_squared; vargrad",
		"-composite all":                        strings.Join(rules.Names(), "; ") + "; gradient",
	} {
		c, err := chosen(strings.Fields(args)...)
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		methods, err := c.Methods(net, fn.Zeros(trace.TypeOf(trace.Float32, 2, 1, 8, 8)))
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		var got []string
		for _, m := range methods {
			got = append(got, m.Caption())
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("%s: got %s, want %s", args, text, want)
		}
	}
}

// The bounds of a network's input are those of black and white, unless flags say others.
func TestChoiceBounds(t *testing.T) {
	net, err := network.Digits()
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string][2]float64{"": {-1, 1.125}, "-low -2 -high 3": {-2, 3}} {
		c, err := chosen(append(strings.Fields(args), "-composite", "epsilon_gamma_box")...)
		if err != nil {
			t.Fatal(err)
		}
		methods, err := c.Methods(net, trace.Value{})
		if err != nil {
			t.Fatal(err)
		}
		if o := methods[0].options; o.Low.Float64() != want[0] || o.High.Float64() != want[1] {
			t.Errorf("%s: got %v and %v, want %v", args, o.Low, o.High, want)
		}
	}
}

func TestChoiceErrors(t *testing.T) {
	for args, want := range map[string]string{
		"-window 0": "want whole numbers from 1 on", "-window x": "want whole numbers from 1 on", "-stride 1,-2": "want whole numbers", "-epsilon -1": "want a number of at least 0",
		"-epsilon NaN": "want a number of at least 0", "-stabilizer x": "want a number of at least 0", "-low x": "invalid value", "-gamma Inf": "-gamma +Inf: want a finite number",
		"-samples 0": "-samples 0: want 1 to", "-noise 0": "-noise 0: want", "-baseline x": `-baseline "x"`, "-baseline NaN": `-baseline "NaN"`, "-canonizer x": "-canonizer: no canonizer",
	} {
		if _, err := chosen(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}
