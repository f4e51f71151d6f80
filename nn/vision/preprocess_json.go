package vision

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/pullback-go/pullback/trace"
)

// preprocessJSON is a Preprocess as JSON has it.
type preprocessJSON struct {
	Short      int       `json:"short,omitzero"`
	Size       []int     `json:"size,omitempty"`
	Filter     Filter    `json:"filter,omitzero"`
	Crop       []int     `json:"crop,omitempty"`
	Channels   Channels  `json:"channels,omitzero"`
	Layout     Layout    `json:"layout,omitzero"`
	Scale      float64   `json:"scale,omitzero"`
	Mean       []float64 `json:"mean,omitempty"`
	Std        []float64 `json:"std,omitempty"`
	Background []int     `json:"background,omitempty"`
}

var preprocessFields = []string{"short", "size", "filter", "crop", "channels", "layout", "scale", "mean", "std", "background"}

// field returns the place for the value of a field.
func (p *preprocessJSON) field(name string) any {
	return map[string]any{
		"short": &p.Short, "size": &p.Size, "filter": &p.Filter, "crop": &p.Crop, "channels": &p.Channels, "layout": &p.Layout,
		"scale": &p.Scale, "mean": &p.Mean, "std": &p.Std, "background": &p.Background,
	}[name]
}

// MarshalJSON leaves out fields that are 0. It is an error if a field makes no sense.
func (p Preprocess) MarshalJSON() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	j := preprocessJSON{
		Short: p.Short, Filter: p.Filter, Channels: p.Channels, Layout: p.Layout, Scale: p.Scale, Mean: p.Mean, Std: p.Std,
		Size: listOf(p.Size), Crop: listOf(p.Crop),
	}
	if p.Background != [3]uint8{} {
		j.Background = []int{int(p.Background[0]), int(p.Background[1]), int(p.Background[2])}
	}
	return json.Marshal(j)
}

func listOf(s Size) []int {
	if s == (Size{}) {
		return nil
	}
	return []int{s.Height, s.Width}
}

// UnmarshalJSON reads all fields anew. It accepts no field that it does not know, none
// twice, no null, and nothing that makes no sense.
func (p *Preprocess) UnmarshalJSON(text []byte) error {
	var j preprocessJSON
	if err := j.read(text); err != nil {
		return fmt.Errorf("preprocessing: %w", err)
	}
	q, err := j.preprocess()
	if err == nil {
		err = q.check()
	}
	if err != nil {
		return fmt.Errorf("preprocessing: %w", err)
	}
	*p = q
	return nil
}

// read reads the object field by field, so that each error names its own.
func (p *preprocessJSON) read(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("want an object {...}")
	}
	met := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name := t.(string) // as all keys
		into := p.field(name)
		if into == nil {
			return unknown("field", name, preprocessFields)
		}
		if met[name] {
			return fmt.Errorf("%s is there twice", name)
		}
		met[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		if err := decode(raw, into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// decode reads the value of a field. Errors do not show Go's types.
func decode(raw json.RawMessage, into any) error {
	if err := refuseNull(raw, into); err != nil {
		return err
	}
	err := json.Unmarshal(raw, into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("got %s, want %s", trace.Excerpt(string(raw)), describe(into))
	}
	return err
}

// refuseNull returns an error if null is part of a value, which json would read as 0.
func refuseNull(raw json.RawMessage, into any) error {
	if bytes.Contains(raw, []byte("null")) && !bytes.Contains(raw, []byte(`"`)) {
		return fmt.Errorf("got %s, want %s", trace.Excerpt(string(raw)), describe(into))
	}
	return nil
}

// describe says what a field holds.
func describe(into any) string {
	switch into.(type) {
	case *int:
		return "a whole number"
	case *float64:
		return "a number"
	case *[]int:
		return "a list of whole numbers"
	case *[]float64:
		return "a list of numbers"
	}
	return "a name in quotes"
}

// preprocess returns the fields with lists made into what they stand for.
func (p *preprocessJSON) preprocess() (Preprocess, error) {
	q := Preprocess{
		Short: p.Short, Filter: p.Filter, Channels: p.Channels, Layout: p.Layout, Scale: p.Scale, Mean: p.Mean, Std: p.Std,
	}
	var err error
	if q.Size, err = sizeOf("size", p.Size); err != nil {
		return q, err
	}
	if q.Crop, err = sizeOf("crop", p.Crop); err != nil {
		return q, err
	}
	if p.Background == nil {
		return q, nil
	}
	if len(p.Background) != 3 {
		return q, fmt.Errorf("background has %d numbers: want red, green and blue", len(p.Background))
	}
	for i, v := range p.Background {
		if v < 0 || v > 255 {
			return q, fmt.Errorf("background has %d: want numbers from 0 to 255", v)
		}
		q.Background[i] = uint8(v)
	}
	return q, nil
}

func sizeOf(what string, list []int) (Size, error) {
	if list == nil {
		return Size{}, nil
	}
	if len(list) != 2 || max(list[0], list[1]) == 0 {
		return Size{}, fmt.Errorf("%s is %s: want a height and a width, such as [224, 224]", what, trace.Excerpt(fmt.Sprint(list)))
	}
	return Size{list[0], list[1]}, nil
}

// ReadPreprocess reads a Preprocess from a JSON file, which must be a regular file of at
// most 1 MB. The error names the file and the field.
func ReadPreprocess(path string) (Preprocess, error) {
	text, err := readSmall(path)
	if err != nil {
		return Preprocess{}, fmt.Errorf("vision: %w", err)
	}
	var p Preprocess
	if err := json.Unmarshal(text, &p); err != nil {
		return Preprocess{}, fmt.Errorf("vision: %s: %w", path, err)
	}
	return p, nil
}

func readSmall(path string) ([]byte, error) {
	const most = 1 << 20
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if len(text) > most {
		return nil, fmt.Errorf("%s: more than %d bytes", path, most)
	}
	return text, err
}
