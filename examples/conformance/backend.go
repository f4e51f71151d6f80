package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// backendCases lists the cases of the ONNX backend suite that must pass, a folder a line,
// with the word slope behind it if the case must have derivatives. The others have
// elements of types that are not supported, draw random numbers, or have results whose
// shape depends on elements.
//
//go:embed backend.txt
var backendCases string

// backend verifies the ONNX backend suite below a folder: the outputs of each case, and
// its derivatives by finite differences.
func (t *tally) backend(dir string) {
	required := map[string]bool{} // by name: whether it has derivatives
	for line := range strings.Lines(backendCases) {
		name, slope, _ := strings.Cut(strings.TrimSpace(line), " ")
		required[name] = slope == "slope"
	}
	met, slopes, others, more := 0, 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() != "model.onnx" {
			return err
		}
		folder := filepath.Dir(path)
		name, err := filepath.Rel(dir, folder)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		differentiated := false
		err = guard(func() (err error) { differentiated, err = t.backendCase(folder); return err })
		slope, listed := required[name]
		switch {
		case !listed:
			if others++; err == nil {
				more++
			}
			return nil
		case err == nil && slope && !differentiated:
			err = errors.New("its derivatives could not be compared, as they must be")
		case differentiated && err == nil:
			slopes++
		}
		met++
		t.count(dir, name, err)
		return nil
	})
	if err == nil && met < len(required) {
		err = fmt.Errorf("%d of %d cases are not there", len(required)-met, len(required))
	}
	if err != nil {
		t.fail(1, dir, "folder", err)
	}
	fmt.Fprintf(t.out, "%s: %d cases, %d of them with derivatives; of %d others %d pass\n", dir, met, slopes, others, more)
}

// backendCase verifies all data sets of a case. It reports whether one has derivatives.
func (t *tally) backendCase(folder string) (differentiated bool, err error) {
	m, err := onnx.Load(filepath.Join(folder, "model.onnx"))
	if err != nil {
		return false, err
	}
	sets, err := filepath.Glob(filepath.Join(folder, "test_data_set_*"))
	if err != nil || len(sets) == 0 {
		return false, errors.New("it has no data")
	}
	for _, set := range sets {
		x, err := readPorts(set, "input", m.Inputs())
		if err != nil {
			return false, err
		}
		want, err := readPorts(set, "output", m.Outputs())
		if err != nil {
			return false, err
		}
		varying, known := values{}, values{}
		for _, p := range m.Inputs() {
			if p.Known {
				known[p.Name] = x[p.Name]
			} else {
				varying[p.Name] = x[p.Name]
			}
		}
		f := func(x values) values { return m.Apply(union(known, x)) }
		if t.compiled {
			f = transforms.Jit(f)
		}
		got := f(varying)
		for _, p := range m.Outputs() {
			if err := sameAs(got[p.Name], want[p.Name]); err != nil {
				return false, fmt.Errorf("output %s: %w", p.Name, err)
			}
		}
		found, err := t.slope(m, x)
		if err != nil {
			return false, err
		}
		differentiated = differentiated || found
	}
	return differentiated, nil
}

// readPorts reads the values of inputs or outputs.
func readPorts(set, what string, ports []onnx.Port) (values, error) {
	out := values{}
	for i, p := range ports {
		path := filepath.Join(set, fmt.Sprintf("%s_%d.pb", what, i))
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
		v, err := onnx.ReadTensor(path)
		if err != nil {
			return nil, err
		}
		out[p.Name] = v
	}
	return out, nil
}

// sameAs compares an output by the tolerance of the suite. NaN equals NaN.
func sameAs(got, want trace.Value) error {
	if !got.Type().Equal(want.Type()) {
		return fmt.Errorf("got %v, want %v", got.Type(), want.Type())
	}
	g, w := fn.Cast(got, trace.Float64).Float64s(), fn.Cast(want, trace.Float64).Float64s()
	largest := 1.
	for _, v := range w {
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			largest = max(largest, math.Abs(v))
		}
	}
	for i, v := range w {
		if g[i] == v || math.IsNaN(g[i]) && math.IsNaN(v) {
			continue
		}
		tol := 0.
		if got.DType().IsFloat() {
			tol = 1e-3*math.Abs(v) + 1e-5*largest
		}
		if !(math.Abs(g[i]-v) <= tol) {
			return fmt.Errorf("element %d is %v, want %v", i, g[i], v)
		}
	}
	return nil
}

// slope compares the gradient in float64 along a random direction with central
// differences. It reports false if nothing depends on a float input, or the function has
// a kink or jump wherever it looks.
func (t *tally) slope(m onnx.Model, x values) (bool, error) {
	m = m.Cast(trace.Float64)
	at, fixed := values{}, values{}
	for _, p := range m.Inputs() {
		if v := x[p.Name]; v.DType().IsFloat() && !p.Known && v.Size() > 0 {
			at[p.Name] = fn.Cast(v, trace.Float64)
		} else {
			fixed[p.Name] = castFloat(v, trace.Float64)
		}
	}
	if len(at) == 0 {
		return false, nil
	}
	random := rand.New(rand.NewPCG(1, 2))
	f := func(x values) values {
		y := m.Apply(union(fixed, x))
		for _, p := range m.Outputs() {
			if !y[p.Name].DType().IsFloat() {
				delete(y, p.Name)
			}
		}
		return y
	}
	for range 6 {
		here := moved(at, noise(at, random), 1e-3)
		y, pull := transforms.VJP(f)(here)
		ct := noise(y, random)
		if len(y) == 0 || !finite(y) {
			return false, nil
		}
		direction := noise(here, random)
		along := func(h float64) float64 {
			return (inner(ct, f(moved(here, direction, h))) - inner(ct, f(moved(here, direction, -h)))) / (2 * h)
		}
		coarse, fine := along(2e-6), along(1e-6)
		scale := magnitudeOf(ct, y)
		if math.Abs(coarse-fine) > 1e-6*max(math.Abs(fine), scale) {
			continue // a kink or a jump is near
		}
		if got := inner(pull(ct), direction); !(math.Abs(got-fine) <= 1e-5*max(math.Abs(fine), scale)) {
			return false, fmt.Errorf("its gradient along a direction is %.9g, central differences give %.9g", got, fine)
		}
		return true, nil
	}
	return false, nil
}

// noise returns random values, uniform from -1 to 1, like others.
func noise(like values, random *rand.Rand) values {
	out := values{}
	for _, name := range sortedKeys(like) {
		data := make([]float64, like[name].Size())
		for i := range data {
			data[i] = 2*random.Float64() - 1
		}
		out[name] = fn.Reshape(trace.New(data, len(data)), slices.Clone(like[name].Shape())...)
	}
	return out
}

// moved returns x + h u.
func moved(x, u values, h float64) values {
	out := values{}
	for name, v := range x {
		out[name] = fn.Add(v, fn.Mul(u[name], fn.Scalar(h)))
	}
	return out
}

// inner is the inner product.
func inner(a, b values) float64 {
	sum := 0.
	for name, v := range a {
		w := b[name].Float64s()
		for i, x := range v.Float64s() {
			sum += x * w[i]
		}
	}
	return sum
}

// magnitudeOf is the size of an inner product without cancellation.
func magnitudeOf(a, b values) float64 {
	sum := 0.
	for name, v := range a {
		w := b[name].Float64s()
		for i, x := range v.Float64s() {
			sum += math.Abs(x * w[i])
		}
	}
	return sum
}

func finite(x values) bool {
	for _, v := range x {
		for _, e := range v.Float64s() {
			if math.IsNaN(e) || math.IsInf(e, 0) {
				return false
			}
		}
	}
	return true
}
