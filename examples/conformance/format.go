package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// suite is one NAME.json with its tensors.
type suite struct {
	dir      string
	doc      document
	tensors  *safetensors.File
	compiled bool // whether functions are compiled before they run
}

// document is the content of NAME.json. Titles, notes and statistics are ignored.
type document struct {
	Format  int
	Group   string
	Tensors string
	Models  map[string]json.RawMessage
	Cases   []json.RawMessage
	PNG     *pictures
	Weights string
}

// pictures are the inputs of a suite as images.
type pictures struct{ Files []string }

// model is a network. Its operations are in the order of execution.
type model struct {
	Comment     string
	Inputs      []graphInput
	Output      string
	Nodes       []node
	ModuleOrder []string `json:"module_order"`
}

type graphInput struct {
	Name  string
	Shape []int
}

// node is one operation. With a module, it is a layer that rules are assigned to.
type node struct {
	ID           string
	Module       *string
	Kind         string
	Inputs       []string
	Attrs        json.RawMessage
	Tensors      map[string]string
	ResidualSum  bool `json:"residual_sum"`
	SharedModule bool `json:"shared_module"`
}

// named is a name with arguments: a rule, a composite or an attributor.
type named struct {
	Module string
	Rule   string
	Name   string
	Args   json.RawMessage
}

// attributionCase has an expected attribution, by a composite, an attributor, or both.
type attributionCase struct {
	ID           string
	Model        string
	Composite    *named
	Rules        []named
	Canonizers   []any
	Merge        []mergePair `json:"merge_batch_norm"`
	ResidualSum  bool        `json:"residual_sum"`
	Inputs       map[string]string
	GradOutput   string `json:"grad_output"`
	Output       string
	Attribution  map[string]string
	Intermediate map[string]string
	V            map[string]string
	GradGrad     map[string]string

	OutputF32      string            `json:"output_f32"`
	AttributionF32 map[string]string `json:"attribution_f32"`

	Attributor *named
	AttrOutput *outputRelevance `json:"attr_output"`
	NoiseUnit  string           `json:"noise_unit"`

	Pixels, Labels string
	informational

	// bareRules is true if the case has no field for a composite. It is then about a
	// single layer, and its rules are to be assigned to that.
	bareRules bool
}

// outputRelevance says how the relevance of the output is computed from the output.
type outputRelevance struct {
	Kind   string
	Tensor string
}

// informational are known fields that are not compared.
type informational struct {
	ConstantTarget     any `json:"gradgrad_constant_target"`
	ConstantTargetNote any `json:"gradgrad_constant_target_note"`
	ConstantTargetF32  any `json:"gradgrad_constant_target_f32"`
	HooksActive        any `json:"gradgrad_hooks_active_INCORRECT"`
	RelevanceSum       any `json:"relevance_sum"`
	Noise              any
	Completed          any
}

// mergePair names linear modules and the batch norm to merge into them, written
// [[modules], batch norm].
type mergePair struct {
	Linear []string
	Norm   string
}

func (p *mergePair) UnmarshalJSON(b []byte) error { return pair(b, &p.Linear, &p.Norm) }

// mapEntry is an entry of a layer or name map, written [[types or names], rule].
type mapEntry struct {
	Keys []string
	Rule named
}

func (e *mapEntry) UnmarshalJSON(b []byte) error { return pair(b, &e.Keys, &e.Rule) }

// pair decodes a list of exactly two elements.
func pair(b []byte, first, second any) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("%d parts in %s, want 2", len(parts), clip(b))
	}
	if err := decode(parts[0], first); err != nil {
		return err
	}
	return decode(parts[1], second)
}

// decode reads one JSON value. An unknown field is an error, because it could not be
// verified.
func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w in %s", err, clip(b))
	}
	return nil
}

// clip shortens JSON for an error.
func clip(b []byte) string {
	if len(b) > 60 {
		return string(b[:57]) + "..."
	}
	return string(b)
}

// mostJSON is the number of bytes of JSON that a suite may have. It bounds the memory for
// reading one.
const mostJSON = 4 << 20

// readText reads a JSON file. It must be a regular file: a pipe or a device may have no
// end, or never a beginning.
func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostJSON+1))
	if err == nil && len(b) > mostJSON {
		err = fmt.Errorf("it has more than %d bytes", mostJSON)
	}
	return b, err
}

// readSuite reads a JSON file and the tensors that it names.
func readSuite(path string) (*suite, error) {
	b, err := readText(path)
	if err != nil {
		return nil, err
	}
	s := &suite{dir: filepath.Dir(path)}
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields); json.Valid(b) && fields["format"] == nil && fields["cases"] == nil {
		return nil, errNoSuite
	}
	if err := json.Unmarshal(b, &s.doc); err != nil {
		return nil, err
	}
	if s.doc.Format != 1 {
		return nil, fmt.Errorf("format is %d, want 1", s.doc.Format)
	}
	if s.doc.Tensors == "" {
		return nil, errors.New(`it names no file of "tensors"`)
	}
	s.tensors, err = s.readTensors(s.doc.Tensors)
	return s, err
}

// errNoSuite is the error for JSON without a format and without cases: it is about
// something else, such as the labels of a network.
var errNoSuite = errors.New("it has no format and no cases")

// readTensors reads a file that lies beside the JSON.
func (s *suite) readTensors(name string) (*safetensors.File, error) {
	path, err := s.beside(name)
	if err != nil {
		return nil, err
	}
	return safetensors.ReadFile(path)
}

// beside returns the path of a file that the JSON names. The file must not lie elsewhere.
func (s *suite) beside(name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("file %q is not below the folder of the JSON", name)
	}
	return filepath.Join(s.dir, name), nil
}

// model reads a model.
func (s *suite) model(name string) (model, error) {
	var m model
	raw, ok := s.doc.Models[name]
	if !ok {
		return m, fmt.Errorf("there is no model %q", name)
	}
	if err := decode(raw, &m); err != nil {
		return m, fmt.Errorf("model %q: %w", name, err)
	}
	return m, nil
}

// tensor returns a tensor by its key.
func (s *suite) tensor(key string) (trace.Value, error) { return s.tensors.Value(key) }

// tensorsAs returns tensors by name, cast to a float dtype.
func (s *suite) tensorsAs(keys map[string]string, d trace.DType) (map[string]trace.Value, error) {
	out := make(map[string]trace.Value, len(keys))
	for name, key := range keys {
		v, err := s.tensor(key)
		if err != nil {
			return nil, err
		}
		out[name] = castFloat(v, d)
	}
	return out, nil
}
