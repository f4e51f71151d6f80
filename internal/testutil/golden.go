package testutil

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
)

// Reference is a file of reference values: cases in JSON, and the tensors that they name
// in a safetensors file beside it.
type Reference struct {
	Cases   []Case
	Tensors map[string]Value
	// Models describes networks, by name.
	Models map[string]json.RawMessage
}

// Case is one case of a Reference. Its fields are read by name; a field that is null
// counts as missing.
type Case struct {
	ID     string
	fields map[string]json.RawMessage
	from   *Reference
	t      testing.TB
}

// golden is what the JSON of a Reference holds.
type golden struct {
	Tensors string
	Models  map[string]json.RawMessage
	Cases   []map[string]json.RawMessage
}

// readGolden reads a JSON file, which must be a regular file: a pipe may have no end, or
// never a beginning.
func readGolden(path string) (g golden, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return g, err
	}
	if !info.Mode().IsRegular() {
		return g, fmt.Errorf("%s: not a regular file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return g, err
	}
	if err := json.Unmarshal(text, &g); err != nil {
		return g, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// Golden reads the reference values of the JSON file at path. What is wrong with them
// ends the test.
func Golden(t testing.TB, path string) *Reference {
	t.Helper()
	file, err := readGolden(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &Reference{Models: file.Models}
	if r.Tensors, err = safetensors.Read(filepath.Join(filepath.Dir(path), file.Tensors)); err != nil {
		t.Fatal(err)
	}
	for _, fields := range file.Cases {
		c := Case{fields: fields, from: r, t: t}
		c.Decode("id", &c.ID)
		r.Cases = append(r.Cases, c)
	}
	return r
}

// Each runs f for every case, as a subtest of its name, but for those marked skip (which
// have no values) or artifact (whose values nothing should reproduce).
func (r *Reference) Each(t *testing.T, f func(t *testing.T, c Case)) {
	for _, c := range r.Cases {
		if c.Has("skip") || c.Has("artifact") {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			c.t = t
			f(t, c)
		})
	}
}

// Case returns the case of that name.
func (r *Reference) Case(t testing.TB, id string) Case {
	t.Helper()
	for _, c := range r.Cases {
		if c.ID == id {
			c.t = t
			return c
		}
	}
	t.Fatalf("there is no case %q", id)
	return Case{}
}

// Has reports whether the case has the field.
func (c Case) Has(field string) bool {
	raw, ok := c.fields[field]
	return ok && string(raw) != "null"
}

// Decode reads a field as encoding/json does.
func (c Case) Decode(field string, into any) {
	c.t.Helper()
	if !c.Has(field) {
		c.t.Fatalf("case %q has no field %q", c.ID, field)
	}
	if err := json.Unmarshal(c.fields[field], into); err != nil {
		c.t.Fatalf("case %q, field %q: %v", c.ID, field, err)
	}
}

// Value returns the tensor that a field names.
func (c Case) Value(field string) Value {
	c.t.Helper()
	var key string
	c.Decode(field, &key)
	return c.tensor(field, key)
}

// Values returns the tensors of a field that names several, as {"x": "case/x"}.
func (c Case) Values(field string) map[string]Value {
	c.t.Helper()
	var keys map[string]string
	c.Decode(field, &keys)
	out := make(map[string]Value, len(keys))
	for name, key := range keys {
		out[name] = c.tensor(field, key)
	}
	return out
}

func (c Case) tensor(field, key string) Value {
	c.t.Helper()
	v, ok := c.from.Tensors[key]
	if !ok {
		c.t.Fatalf("case %q, field %q: there is no tensor %q", c.ID, field, key)
	}
	return v
}
