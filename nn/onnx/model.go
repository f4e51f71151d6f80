package onnx

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/trace"
)

// Params are the parameters of a model by their names in the file. They are a tree: an
// argument that transforms differentiate, and that nn.Load fills from a weights file.
type Params map[string]trace.Value

// Model is the graph of an ONNX file as a pure function, see [Model.Apply].
//
// Params are its float weights. Whatever must be known when the function is traced, such
// as shapes and axes, is no parameter but a part of the graph. The same is true of single
// numbers that stand in the graph itself.
type Model struct {
	Params Params

	graph *graph
	whole *graph      // the graph as it is in the file, for Between
	float trace.DType // the dtype of float32 in the file, see Cast
	name  string      // of the file
}

// Port is an input or an output of a model.
type Port struct {
	Name string
	// DType is the dtype of its Values, trace.Invalid if the file does not say.
	DType trace.DType
	// Dims are the lengths of its axes. They are nil if the file does not say how many
	// axes there are, and for a scalar, which Ranked tells apart.
	Dims []Dim
	// Ranked reports whether the file says how many axes there are.
	Ranked bool
	// Known reports whether the elements of an input must be known when the model is
	// traced, because shapes, axes or the like are computed from them.
	Known bool

	element elementKind
	other   bool // it is no tensor
}

// Dim is the length of an axis of a [Port].
type Dim struct {
	// Size is the length, or -1 if any will do.
	Size int
	// Name is the name of a free length, which is the same wherever the name occurs; or
	// empty.
	Name string
}

// String prints dtype and lengths, as f32[n 3 224 224].
func (p Port) String() string {
	if !p.Ranked {
		return p.DType.String() + "[...]"
	}
	parts := make([]string, len(p.Dims))
	for i, d := range p.Dims {
		switch {
		case d.Size >= 0:
			parts[i] = strconv.Itoa(d.Size)
		case d.Name != "":
			parts[i] = trace.Printable(trace.Excerpt(d.Name))
		default:
			parts[i] = "?"
		}
	}
	return p.DType.String() + "[" + strings.Join(parts, " ") + "]"
}

// Load reads a model from a file. Tensors may lie in further files in the same folder.
// Their elements are copied, and the files are not needed afterwards.
//
// An error names the file and the node or tensor. If the model has operators that are not
// supported, the error lists all of them with their nodes.
func Load(path string) (Model, error) {
	var m Model
	err := withFile(path, func(data []byte) (err error) {
		files := newExternalFiles(filepath.Dir(path))
		defer files.release()
		m, err = decode(path, data, files)
		return err
	})
	return m, fileError(path, err)
}

// Decode reads a model that is in memory. The name stands for it in errors. Whatever the
// bytes are, Decode returns an error and never panics.
func Decode(name string, data []byte) (Model, error) {
	m, err := decode(name, data, nil)
	return m, fileError(name, err)
}

func fileError(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("onnx: %s: %w", trace.Printable(name), err)
}

// allowance is the memory that a small file may need beyond four times its size.
const allowance = 4 << 20

func decode(name string, data []byte, files *externalFiles) (Model, error) {
	d := &decoder{room: 4*len(data) + allowance}
	p, err := d.model(data)
	if err != nil {
		return Model{}, err
	}
	whole, err := build(p, files, d.room)
	if err != nil {
		return Model{}, err
	}
	return newModel(name, whole, trace.Float32)
}

// newModel prepares a graph.
func newModel(name string, whole *graph, float trace.DType) (Model, error) {
	m := Model{whole: whole, float: float, name: name}
	m.graph, m.Params = whole.prepared(float)
	return m, nil
}

// quote prints a name from a file in an error.
func quote(text string) string { return strconv.Quote(trace.Excerpt(text)) }

// Inputs returns what the model must be given, in the order of the file.
func (m Model) Inputs() []Port { return slices.Clone(m.graph.inputs) }

// Outputs returns the results of the model, in the order of the file.
func (m Model) Outputs() []Port { return slices.Clone(m.graph.outputs) }

// With returns the model with other parameters, which are those of [Model.Params] or
// some of them:
//
//	loss := func(p onnx.Params) trace.Value { return mse(m.With(p).Apply(in)["y"], want) }
//	gradient := transforms.Grad(loss)(m.Params)
func (m Model) With(params Params) Model {
	defer trace.Naming("onnx.Model.With")
	merged := maps.Clone(m.Params)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		old, ok := merged[name]
		if !ok {
			panic(trace.Errorf("the model has no parameter %s%s", quote(name), hint(name, slices.Collect(maps.Keys(merged)))))
		}
		if v := params[name]; v.IsAbsent() || !slices.Equal(v.Shape(), old.Shape()) {
			panic(trace.Errorf("parameter %s is %v, want the shape of %v", quote(name), typeText(v), old.Type()))
		}
		merged[name] = params[name]
	}
	m.Params = merged
	return m
}

func typeText(v trace.Value) string {
	if v.IsAbsent() {
		return "absent"
	}
	return v.Type().String()
}

// hint suggests the names that are nearest to one that does not exist.
func hint(name string, names []string) string {
	slices.Sort(names)
	near := spelling.Nearest(name, names, 3)
	for i, n := range near {
		near[i] = quote(n)
	}
	switch {
	case len(near) > 0:
		return ": did you mean " + strings.Join(near, " or ") + "?"
	case len(names) == 0:
		return ": there are none"
	case len(names) <= 5:
		for i, n := range names {
			names[i] = quote(n)
		}
		return ": there are " + strings.Join(names, ", ")
	}
	return ""
}

// Cast returns the model with d, f32 or f64, in the place of float32: for its parameters,
// its constants, and what it casts to float32. Inputs of float32 are of d then. What is
// float64 in the file stays float64.
func (m Model) Cast(d trace.DType) Model {
	defer trace.Naming("onnx.Model.Cast")
	if !d.IsFloat() {
		panic(trace.Errorf("a model is made of floats, not of %v: want f32 or f64", d))
	}
	params := m.Params
	m, _ = newModel(m.name, m.whole, d)
	for name, v := range params {
		m.Params[name] = fn.Cast(v, m.Params[name].DType())
	}
	return m
}

// Between returns the part of the model that computes some values from others. Any value
// of the graph may be named, not only inputs and outputs: a value behind an embedding to
// be explained, or the one before a last softmax. No names mean the model's own inputs or
// outputs. Parameters are those of the model.
func (m Model) Between(inputs, outputs []string) (Model, error) {
	whole, err := m.whole.between(inputs, outputs)
	if err != nil {
		return Model{}, fileError(m.name, err)
	}
	part, err := newModel(m.name, whole, m.float)
	for name := range part.Params {
		if v, ok := m.Params[name]; ok {
			part.Params[name] = v
		}
	}
	return part, fileError(m.name, err)
}

// Values returns the names of all values that the graph computes, in order, for
// [Model.Between].
func (m Model) Values() []string {
	var names []string
	for _, n := range m.whole.nodes {
		for _, out := range n.out {
			if out != "" {
				names = append(names, out)
			}
		}
	}
	return names
}

// Apply computes the model's outputs from its inputs, both by name. It is a pure
// function: it may be traced, differentiated, batched and compiled. Free lengths are
// those of the inputs. For a scalar an array of one element will do.
//
// An input that has a default in the file may be left out. Apply panics with a
// *trace.Error if another is missing or of the wrong type.
func (m Model) Apply(inputs map[string]trace.Value) map[string]trace.Value {
	defer trace.Naming("onnx.Model.Apply")
	s := &scope{values: map[string]trace.Value{}, model: &m}
	m.check(inputs)
	maps.Copy(s.values, inputs)
	for _, p := range m.graph.inputs {
		if p.Ranked && len(p.Dims) == 0 {
			s.values[p.Name] = fn.Reshape(inputs[p.Name], []int{}...)
		}
	}
	s.run(m.graph)
	out := make(map[string]trace.Value, len(m.graph.outputs))
	for _, p := range m.graph.outputs {
		out[p.Name] = s.get(p.Name)
	}
	return out
}

// check compares inputs with what the model wants.
func (m Model) check(inputs map[string]trace.Value) {
	lengths := map[string]int{}
	known := map[string]bool{}
	var names []string
	for _, p := range m.graph.inputs {
		known[p.Name] = true
		names = append(names, p.Name)
		v, ok := inputs[p.Name]
		if !ok || v.IsAbsent() {
			panic(trace.Errorf("input %s is missing, a %v", quote(p.Name), m.cast(p)))
		}
		m.checkPort(p, v, lengths)
	}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		old, isParam := m.Params[name]
		switch {
		case known[name]:
		case isParam && m.graph.defaults[name]:
			if v := inputs[name]; v.IsAbsent() || !v.Type().Equal(old.Type()) {
				panic(trace.Errorf("input %s is %v, want %v", quote(name), typeText(v), old.Type()))
			}
		default:
			panic(trace.Errorf("the model has no input %s%s", quote(name), hint(name, names)))
		}
	}
}

// cast returns a port as it is after [Model.Cast].
func (m Model) cast(p Port) Port {
	if p.DType == trace.Float32 {
		p.DType = m.float
	}
	return p
}

func (m Model) checkPort(p Port, v trace.Value, lengths map[string]int) {
	want := m.cast(p)
	if want.DType != trace.Invalid && v.DType() != want.DType {
		panic(trace.Errorf("input %s is %v, want %v: convert it by fn.Cast", quote(p.Name), v.Type(), want))
	}
	if !p.Ranked || len(p.Dims) == 0 && v.Size() == 1 {
		return
	}
	fits := len(p.Dims) == v.Rank()
	for i := 0; fits && i < len(p.Dims); i++ {
		fits = p.Dims[i].Size < 0 || p.Dims[i].Size == v.Shape()[i]
	}
	if !fits {
		panic(trace.Errorf("input %s is %v, want %v", quote(p.Name), v.Type(), want))
	}
	for i, d := range p.Dims {
		if d.Size >= 0 || d.Name == "" {
			continue
		}
		if n, ok := lengths[d.Name]; ok && n != v.Shape()[i] {
			panic(trace.Errorf("input %s is %v, but %s is %d in another input: want %v", quote(p.Name), v.Type(), trace.Printable(d.Name), n, want))
		}
		lengths[d.Name] = v.Shape()[i]
	}
}

// Func returns the model as a function of one input to one output. Empty names mean the
// first ones. Every other input must have a default. The function panics like
// [Model.Apply].
func (m Model) Func(input, output string) (func(x trace.Value) trace.Value, error) {
	in, err := onePort("input", input, m.graph.inputs)
	if err != nil {
		return nil, fileError(m.name, err)
	}
	out, err := onePort("output", output, m.graph.outputs)
	if err != nil {
		return nil, fileError(m.name, err)
	}
	for _, p := range m.graph.inputs {
		if p.Name != in {
			return nil, fileError(m.name, fmt.Errorf("it needs the input %s besides %s: use Apply", quote(p.Name), quote(in)))
		}
	}
	return func(x trace.Value) trace.Value { return m.Apply(map[string]trace.Value{in: x})[out] }, nil
}

func onePort(what, name string, ports []Port) (string, error) {
	var names []string
	for _, p := range ports {
		if p.Name == name || name == "" {
			return p.Name, nil
		}
		names = append(names, p.Name)
	}
	if name == "" {
		return "", fmt.Errorf("it has no %s", what)
	}
	return "", fmt.Errorf("it has no %s %s%s", what, quote(name), hint(name, names))
}

// ReadTensor reads a TensorProto, as the test data of the format have it, from a file.
func ReadTensor(path string) (trace.Value, error) {
	var v trace.Value
	err := withFile(path, func(data []byte) error {
		d := &decoder{room: 4*len(data) + allowance}
		t, err := d.tensor(field{wire: wireBytes, bytes: data})
		if err != nil {
			return err
		}
		files := newExternalFiles(filepath.Dir(path))
		defer files.release()
		v, err = t.value(files, nil)
		return err
	})
	return v, fileError(path, err)
}
