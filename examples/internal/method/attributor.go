package method

import (
	"errors"
	"maps"
	"slices"

	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// attributor explains an input under options.
type attributor struct {
	explain func(f model, target attribute.Target, o Options, x value) value
	// needs says what is missing of the options, nil if nothing is needed.
	needs func(o Options) error
}

func (a attributor) check(o Options) error {
	if a.needs == nil {
		return nil
	}
	return a.needs(o)
}

// Attributors lists the names of the attributors.
func Attributors() []string { return slices.Sorted(maps.Keys(attributors())) }

func attributors() map[string]attributor {
	layer := func(o Options) error {
		if o.Layer == "" {
			return errors.New("which layer is missing: give its path, which -plan lists, by -layer")
		}
		return nil
	}
	return map[string]attributor{
		"gradient": {explain: func(f model, t attribute.Target, _ Options, x value) value { return attribute.Gradient(f, t)(x) }},
		"inputxgradient": {explain: func(f model, t attribute.Target, _ Options, x value) value {
			return attribute.InputXGradient(f, t)(x)
		}},
		"sensitivity": {explain: func(f model, t attribute.Target, _ Options, x value) value {
			return attribute.Sensitivity(f, t, attribute.SensitivityConfig{})(x)
		}},
		"smoothgrad":         smooth(attribute.Mean),
		"smoothgrad_squared": smooth(attribute.Square),
		"vargrad":            smooth(attribute.Variance),
		"integratedgradients": {explain: func(f model, t attribute.Target, o Options, x value) value {
			return attribute.IntegratedGradients(f, t, attribute.IntegratedGradientsConfig{Baseline: o.Baseline, N: o.Samples})(x)
		}},
		"expectedgradients": {explain: expected, needs: func(o Options) error {
			if o.Baselines.IsAbsent() {
				return errors.New("the samples to compare with are missing: give them by -baselines")
			}
			return nil
		}},
		"occlusion": {explain: occlusion},
		"gradcam": {needs: layer, explain: func(f model, t attribute.Target, o Options, x value) value {
			return attribute.GradCAM(f, o.Layer, t, attribute.GradCAMConfig{Upsample: attribute.Linear})(x)
		}},
		"gradcam++": {needs: layer, explain: func(f model, t attribute.Target, o Options, x value) value {
			return attribute.GradCAMPlusPlus(f, o.Layer, t, attribute.GradCAMConfig{Upsample: attribute.Linear})(x)
		}},
	}
}

func smooth(s attribute.Statistic) attributor {
	return attributor{explain: func(f model, t attribute.Target, o Options, x value) value {
		return attribute.SmoothGrad(f, t, attribute.SmoothGradConfig{NoiseLevel: o.Noise, N: o.Samples, Key: random.Key(o.Seed), Statistic: s})(x)
	}}
}

func expected(f model, t attribute.Target, o Options, x value) value {
	return attribute.ExpectedGradients(f, t, attribute.ExpectedGradientsConfig{Baselines: o.Baselines, N: o.Samples, Key: random.Key(o.Seed)})(x)
}

// occlusion sums up the output that is explained, which the target alone does not hold.
func occlusion(f model, t attribute.Target, o Options, x value) value {
	if !o.Output {
		t = attribute.TimesOutput(t)
	}
	window, stride := perAxis(o.Window, x.Shape(), 4), perAxis(o.Stride, x.Shape(), 8)
	if len(o.Stride) == 0 && len(o.Window) > 0 {
		stride = halves(window, x.Shape())
	}
	return attribute.Occlusion(f, t, attribute.OcclusionConfig{Window: window, Stride: stride, Fill: o.Baseline, Invert: o.Inside})(x)
}

// perAxis returns a length for each axis but 0. A list with one number has it for each
// spatial axis, from axis 2 on; an empty list has a part of the axis. Along axis 1, the
// channels, the length is that of the axis.
func perAxis(list, shape []int, parts int) []int {
	channels := min(1, len(shape)-2)
	if len(list) > max(1, len(shape)-1-channels) {
		return list // which has all axes, or too many
	}
	out := slices.Clone(shape[1:])
	for i, n := range out[channels:] {
		switch {
		case len(list) == 0:
			n = max(1, n/parts)
		case len(list) == 1:
			n = min(n, list[0])
		default:
			n = list[min(i, len(list)-1)]
		}
		out[channels+i] = n
	}
	return out
}

// halves returns strides of half a window along the axes that it does not cover.
func halves(window, shape []int) []int {
	stride := slices.Clone(window)
	for i, n := range window {
		if axis := i + len(shape) - len(window); axis > 0 && n < shape[axis] {
			stride[i] = max(1, n/2)
		}
	}
	return stride
}
