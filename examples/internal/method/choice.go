package method

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// Choice is the group of flags that say which methods to apply.
type Choice struct {
	// Baselines is a file or folder with inputs for expected gradients, or empty.
	Baselines string

	attributors, composites, canonizers []string
	baseline                            string // blank, mean or a number
	low, high                           *float64
	options                             Options // what does not depend on the network
}

// Register adds the flags.
func (c *Choice) Register(f *flag.FlagSet) {
	o := &c.options
	names := func(to *[]string, name, usage string) {
		flags.Func(f, name, usage, func(text string) error { *to = strings.Split(text, ","); return nil })
	}
	number := func(to **float64, name, usage string) {
		flags.Func(f, name, usage, func(text string) error {
			v, err := strconv.ParseFloat(text, 64)
			*to = &v
			return err
		})
	}
	whole := func(to *[]int, name, usage string) {
		flags.Func(f, name, usage, func(text string) (err error) { *to, err = wholeNumbers(text); return err })
	}
	names(&c.composites, "composite", "the rules, `names` with commas between them, or all: "+strings.Join(rules.Names(), ", ")+", none")
	names(&c.attributors, "attributor", "how they are used, `names` with commas between them, or all: "+strings.Join(Attributors(), ", "))
	names(&c.canonizers, "canonizer", "what to do to the network first, `names` with commas between them: "+strings.Join(Canonizers(), ", ")+", or none (default all)")
	f.StringVar(&c.baseline, "baseline", "blank", "the `value` of what is not there: blank (black, or white of text), mean (of the input) or a number")
	f.StringVar(&c.Baselines, "baselines", "", "the `file or folder` with inputs that expectedgradients compares with")
	number(&c.low, "low", "the smallest `value` of an input, for epsilon_gamma_box (default black)")
	number(&c.high, "high", "the largest `value` of an input, for epsilon_gamma_box (default white)")
	f.IntVar(&o.Samples, "samples", 20, "the `number` of gradients of smoothgrad and others")
	f.Float64Var(&o.Noise, "noise", 0.1, "the standard `deviation` of smoothgrad's noise, as a part of the input's range")
	f.Int64Var(&o.Seed, "seed", 0xdeadbeef, "the `seed` of noise and of -shuffle")
	whole(&o.Window, "window", "the `size` of occlusion's window along the last axes, such as 56,56 (default a quarter)")
	whole(&o.Stride, "stride", "the `distance` between windows (default half a window)")
	f.BoolVar(&o.Inside, "occlude-inside", false, "occlusion hides the inside of the window, not the rest")
	f.StringVar(&o.Layer, "layer", "", "the `path` of the layer that gradcam draws")
	f.BoolVar(&o.Output, "output-relevance", false, "start with the output as relevance, not with 1")
	f.BoolVar(&o.NoResidual, "no-residual", false, "let no relevance pass through shortcuts")
	f.BoolVar(&o.Preset.ZeroBias, "no-bias", false, "count biases as 0 in the rules")
	number(&o.Preset.Gamma, "gamma", "the `gamma` of the gamma rule (default 0.25)")
	number(&o.Preset.Beta, "beta", "the `beta` of beta_smooth (default 10)")
	flags.Func(f, "epsilon", "the `epsilon` of the epsilon rule (default 1e-6)", stabilizer(&o.Preset.Epsilon))
	flags.Func(f, "stabilizer", "the `stabilizer` of all other rules (default 1e-6)", stabilizer(&o.Preset.Stabilizer))
}

func stabilizer(to *rules.Denominator) func(text string) error {
	return func(text string) error {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0) || v > 1e30 {
			return fmt.Errorf("want a number of at least 0")
		}
		*to = rules.Stabilizer{Epsilon: v}
		return nil
	}
}

func wholeNumbers(text string) (out []int, err error) {
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("want whole numbers from 1 on, with commas between them")
		}
		out = append(out, n)
	}
	return out, nil
}

// Check checks the parsed flags.
func (c *Choice) Check(*flag.FlagSet) error {
	if len(c.canonizers) == 0 {
		c.canonizers = Canonizers()
	}
	if _, err := CanonizersNamed(c.canonizers); err != nil {
		return fmt.Errorf("-canonizer: %w", err)
	}
	c.all()
	if _, err := c.fill(network.Network{}); err != nil {
		return err
	}
	if err := flags.Whole("samples", c.options.Samples, 1, 1<<20, "gradients"); err != nil {
		return err
	}
	if err := flags.Real("noise", c.options.Noise, 1e-12); err != nil {
		return err
	}
	for _, number := range []struct {
		name string
		v    *float64
	}{{"low", c.low}, {"high", c.high}, {"gamma", c.options.Preset.Gamma}, {"beta", c.options.Preset.Beta}} {
		if number.v != nil {
			if err := flags.Finite(number.name, *number.v); err != nil {
				return err
			}
		}
	}
	// The bounds and samples are those of the network; here they only stand for some.
	o := c.options
	o.Low, o.High, o.Baselines = fn.Scalar(-1), fn.Scalar(1), trace.Value{}
	if c.Baselines != "" {
		o.Baselines = fn.Scalar(0)
	}
	_, err := c.methods(o)
	return err
}

// all replaces the name all by all names that can be used as they are.
func (c *Choice) all() {
	if slices.Contains(c.composites, "all") {
		c.composites = append(rules.Names(), None)
	}
	if slices.Contains(c.attributors, "all") {
		c.attributors = slices.DeleteFunc(Attributors(), func(a string) bool {
			return strings.HasPrefix(a, "gradcam") && c.options.Layer == "" || a == "expectedgradients" && c.Baselines == ""
		})
	}
}

// methods returns each attributor with each composite, or those of the sheet.
func (c *Choice) methods(o Options) ([]Method, error) {
	if len(c.attributors) == 0 && len(c.composites) == 0 {
		return Sheet(o)
	}
	attributors, composites := c.attributors, c.composites
	if len(attributors) == 0 {
		attributors = []string{"gradient"}
	}
	if len(composites) == 0 {
		composites = []string{None}
	}
	var out []Method
	for _, composite := range composites {
		for _, attributor := range attributors {
			m, err := New(attributor, composite, o)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		}
	}
	return out, nil
}

// fill returns what stands for nothing in an input of the network.
func (c *Choice) fill(net network.Network) (attribute.Fill, error) {
	switch c.baseline {
	case "blank":
		if !net.TakesImages() {
			return nil, nil // zeros
		}
		return Constant(net.BlankLevel()), nil
	case "mean":
		return attribute.SampleMean, nil
	}
	v, err := strconv.ParseFloat(c.baseline, 64)
	if err != nil || flags.Finite("baseline", v) != nil {
		return nil, fmt.Errorf("-baseline %s: want blank, mean or a number", flags.Quote(c.baseline))
	}
	return attribute.Constant(v), nil
}

// Methods returns the methods for a network. The baselines are samples of its input,
// or absent.
func (c *Choice) Methods(net network.Network, baselines trace.Value) ([]Method, error) {
	o := c.options
	o.Baselines = baselines
	o.Low, o.High = fn.Scalar(0), fn.Scalar(1)
	if net.TakesImages() {
		o.Low, o.High = net.Bounds()
	}
	if c.low != nil {
		o.Low = fn.Cast(fn.Scalar(*c.low), net.DType)
	}
	if c.high != nil {
		o.High = fn.Cast(fn.Scalar(*c.high), net.DType)
	}
	var err error
	if o.Baseline, err = c.fill(net); err != nil {
		return nil, err
	}
	return c.methods(o)
}

// Canonize returns the canonizers.
func (c *Choice) Canonize() []rules.Canonizer {
	all, _ := CanonizersNamed(c.canonizers) // which Check has found
	return all
}

// Seed is the seed of all that is random.
func (c *Choice) Seed() int64 { return c.options.Seed }
