package safetensors

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"

	"github.com/pullback-go/pullback/trace"
)

// File is the content of a safetensors file, checked as a whole. Its tensors are converted when they are asked for. A File is
// not changed once made: several goroutines may read from it.
type File struct {
	name     string
	names    []string
	tensors  map[string]entry
	metadata map[string]string
	data     []byte
}

// Decode reads a file that is in memory; name stands for it in errors. The File keeps file, which must not be changed.
// It returns an error, and never panics, whatever the bytes are.
func Decode(name string, file []byte) (*File, error) {
	head, data, err := split(file)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", name, err)
	}
	h, err := parse(head, len(data))
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", name, err)
	}
	f := &File{name: name, tensors: make(map[string]entry, len(h.tensors)), metadata: h.metadata, data: data}
	for _, e := range h.tensors {
		f.names = append(f.names, e.name)
		f.tensors[e.name] = e
	}
	return f, nil
}

// ReadFile reads the file at path into memory and checks it.
func ReadFile(path string) (*File, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	return Decode(path, file)
}

// fileError says the path once, where the system's error would say it again.
func fileError(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("safetensors: %s: %w", path, err)
}

// Read returns all tensors of the file at path by name.
func Read(path string) (map[string]trace.Value, error) {
	f, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	return f.Values(), nil
}

// Names returns the names of the tensors in the order of the header.
func (f *File) Names() []string { return append([]string(nil), f.names...) }

// Metadata returns the texts beside the tensors, nil if there are none.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Type returns the type a tensor has as a Value; ok is false if the file has no such tensor.
func (f *File) Type(name string) (t trace.Type, ok bool) {
	e, ok := f.tensors[name]
	if !ok {
		return trace.Type{}, false
	}
	el, _ := elements(e.dtype)
	return trace.TypeOf(el.dtype, e.shape...), true
}

// Value converts a tensor. The error names the file and a tensor that is not there.
func (f *File) Value(name string) (trace.Value, error) {
	e, ok := f.tensors[name]
	if !ok {
		return trace.Value{}, fmt.Errorf("safetensors: %s: tensor %q: not in the file, which has %d others", f.name, name, len(f.names))
	}
	return f.convert(e), nil
}

// Values converts all tensors.
func (f *File) Values() map[string]trace.Value {
	out := make(map[string]trace.Value, len(f.tensors))
	for name, e := range f.tensors {
		out[name] = f.convert(e)
	}
	return out
}

func (f *File) convert(e entry) trace.Value {
	return trace.FromArray(array(e.dtype, f.data[e.begin:e.end], e.shape))
}

// Load returns tree with each of its Values replaced by the tensor of the name that name gives to the Value's path, such as
// .Layers[0].Weight (see [trace.Flatten]); absent Values stay absent. It is an error if a tensor is missing or its type is
// not the one of the Value it replaces. Tensors that no path asks for are left alone.
func Load[P any](f *File, tree P, name func(path string) string) (P, error) {
	leaves, structure := trace.Flatten(tree)
	for i, path := range structure.Paths() {
		key := name(path)
		v, err := f.Value(key)
		if err != nil {
			return tree, err
		}
		if want := leaves[i].Type(); !v.Type().Equal(want) {
			return tree, fmt.Errorf("safetensors: %s: tensor %q: is %v, the tree has %v at %s", f.name, key, v.Type(), want, path)
		}
		leaves[i] = v
	}
	return structure.Unflatten(leaves).(P), nil
}
