package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"

	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// job is all that it takes to explain inputs.
type job struct {
	settings
	net       network.Network
	read      network.Reader
	explainer *method.Explainer
	fileLimit int64  // bytes that reading an input may take
	identity  string // all on which results depend, beside the input
}

// newJob opens the files of the settings.
func newJob(s settings) (*job, error) {
	net, err := s.source.Open()
	if err != nil {
		return nil, err
	}
	return s.job(net)
}

// job returns the job of explaining a network.
func (s settings) job(net network.Network) (*job, error) {
	j := &job{settings: s, net: net, fileLimit: fileLimit(s.memory)}
	var err error
	if j.read, err = s.reader.Open(j.net); err != nil {
		return nil, err
	}
	if j.target, err = s.target.Load(j.fileLimit); err != nil {
		return nil, err
	}
	baselines, err := j.loadBaselines()
	if err != nil {
		return nil, err
	}
	methods, err := j.choice.Methods(j.net, baselines)
	if err != nil {
		return nil, err
	}
	j.explainer = method.NewExplainer(j.net.Apply, j.choice.Canonize(), methods, s.memory)
	j.identity, err = j.identify(baselines)
	return j, err
}

// identify returns a text that differs if anything differs on which results depend.
func (j *job) identify(baselines trace.Value) (string, error) {
	h := sha256.New()
	if err := j.source.CopyTo(h); err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%+v %q %v", j.net.Preprocess, j.read, j.target)
	if !baselines.IsAbsent() {
		fmt.Fprint(h, baselines.Shape(), baselines.Float64s())
	}
	return fmt.Sprintf("%s%x", j.fingerprint, h.Sum(nil)), nil
}

// fileLimit is the memory that one input may take: a quarter of what there is.
func fileLimit(memory int) int64 {
	if memory == 0 {
		memory = min(trace.MemoryLimit(), math.MaxInt64>>20)
	}
	return int64(memory / 4)
}

// loadBaselines reads the inputs that expected gradients compares with, as one array.
func (j *job) loadBaselines() (trace.Value, error) {
	if j.choice.Baselines == "" {
		return trace.Value{}, nil
	}
	inputs, err := listInputs([]string{j.choice.Baselines}, j.output.results())
	if err != nil {
		return trace.Value{}, err
	}
	var all []trace.Value
	for _, in := range inputs {
		x, _, err := j.load(in)
		if err != nil {
			return trace.Value{}, err
		}
		if len(all) > 0 && !x.Type().Equal(all[0].Type()) {
			return trace.Value{}, fmt.Errorf("%s: the baseline is %v, those before are %v", in.path, x.Type(), all[0].Type())
		}
		all = append(all, x)
	}
	return fn.Concat(0, all...), nil
}

// selected lists the inputs to explain.
func (j *job) selected() ([]input, error) {
	names := j.inputs
	if len(names) == 0 && j.net.Name == network.DigitsName {
		names = []string{"0"}
	}
	if len(names) == 0 {
		return nil, &usageError{errors.New("no input: give files or folders")}
	}
	all, err := listInputs(names, j.output.results())
	if err != nil {
		return nil, err
	}
	sel := j.output.selection
	sel.seed = j.choice.Seed()
	return sel.of(all), nil
}
