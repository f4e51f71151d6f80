package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/trace"
)

// File is the content of a safetensors file, checked as a whole. It keeps one copy of the
// file's bytes and converts tensors when they are asked for. A File never changes, so
// several goroutines may read from it.
type File struct {
	name string
	*header
	data io.ReaderAt // the bytes after the header
}

// Decode reads a file that is in memory. The name stands for it in errors. The File keeps
// the bytes, so they must not be changed. Whatever the bytes are, Decode returns an error
// and never panics.
func Decode(name string, file []byte) (*File, error) {
	size := int64(len(file))
	f, err := index(name, bytes.NewReader(file), size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", name, err)
	}
	f.data = bytes.NewReader(file[8+len(f.text):])
	return f, nil
}

// ReadFile reads the file at path into memory and checks it. It must be a regular file.
func ReadFile(path string) (*File, error) {
	var f *File
	err := open(path, func(file *os.File, size int64) (err error) {
		if f, err = index(path, file, size); err != nil {
			return err
		}
		data := make([]byte, size-8-int64(len(f.text)))
		if _, err := io.ReadFull(file, data); err != nil {
			return shrunk(err)
		}
		f.data = bytes.NewReader(data)
		return nil
	})
	if err != nil {
		return nil, fileError(path, err)
	}
	return f, nil
}

// Read returns all tensors of the file at path by name. It keeps nothing else of the
// file. It refuses a file whose tensors would need more than four times its size: such a
// file has next to nothing but empty tensors.
//
// A path that ends in .json is that of an index, such as model.safetensors.index.json,
// whose weight_map says in which file each tensor lies. Read returns the tensors of all
// these files, the shards. Each lies beside the index. It is an error if a shard has a
// tensor that the index does not place there, or lacks one, or if all tensors together
// have another size than the index says.
func Read(path string) (map[string]trace.Value, error) {
	if strings.HasSuffix(path, ".json") {
		return readShards(path)
	}
	var out map[string]trace.Value
	err := open(path, func(file *os.File, size int64) error {
		f, err := index(path, file, size)
		if err != nil {
			return err
		}
		if err := f.fits(size); err != nil {
			return err
		}
		begin := 8 + int64(len(f.text))
		f.data = io.NewSectionReader(file, begin, size-begin)
		out, err = f.all()
		return err
	})
	if err != nil {
		return nil, fileError(path, err)
	}
	return out, nil
}

const (
	// valueBytes is the memory for a Value besides its elements and the lengths of its
	// axes, including its place in the map of all tensors.
	valueBytes = 200
	// entryBytes is the memory for a tensor in the index, including its share of the
	// table that finds names.
	entryBytes = 52
	// allowance is the memory allowed to a small file beyond four times its size.
	allowance = 1 << 20
)

// fits returns an error if all tensors and the index of a file of size bytes need more
// than four times that, and the allowance.
func (f *File) fits(size int64) error {
	need := int64(len(f.text)) + entryBytes*int64(len(f.tensors)) + int64(f.values)
	if need <= 4*size+allowance {
		return nil
	}
	return fmt.Errorf("its %d tensors need about %d bytes of memory, more than four times the file's %d: ask a safetensors.ReadFile for those that you need",
		len(f.tensors), need, size)
}

// open opens a regular file and calls with, giving it the file and its size. It refuses
// pipes and devices, which may have no end, or never a beginning.
func open(path string, with func(file *os.File, size int64) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errIrregular
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // it may have been replaced since
		return errIrregular
	}
	return with(file, info.Size())
}

var errIrregular = errors.New("not a regular file")

// index reads and checks the header of a file of size bytes. It does not read the data
// that follow.
func index(name string, file io.Reader, size int64) (*File, error) {
	if size < 8 {
		return nil, fmt.Errorf("%d bytes are too few: a file begins with eight bytes for the length of its header", size)
	}
	var length [8]byte
	if _, err := io.ReadFull(file, length[:]); err != nil {
		return nil, shrunk(err)
	}
	n, rest := binary.LittleEndian.Uint64(length[:]), size-8
	if n > uint64(rest) {
		return nil, fmt.Errorf("the header claims %d bytes, the file has %d after its first eight: it is cut off or not a safetensors file", n, rest)
	}
	if n > mostHeader {
		return nil, fmt.Errorf("the header claims %d bytes, more than the %d that the format allows", n, mostHeader)
	}
	var text strings.Builder
	text.Grow(int(n))
	if _, err := io.CopyN(&text, file, int64(n)); err != nil {
		return nil, shrunk(err)
	}
	h, err := parse(text.String(), int(rest)-int(n))
	return &File{name: name, header: h}, err
}

// shrunk returns errShrunk if a read found less than the file's size promised.
func shrunk(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errShrunk
	}
	return err
}

// fileError names the path once. The system's error would repeat it.
func fileError(path string, err error) error {
	return fmt.Errorf("safetensors: %s: %w", path, bare(err))
}

// bare returns an error of the system without its path.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// Names returns the names of the tensors in the order of the header.
func (f *File) Names() []string {
	names := make([]string, len(f.tensors))
	for i, e := range f.tensors {
		names[i] = e.name
	}
	return names
}

// Metadata returns the texts stored beside the tensors, nil if there are none.
func (f *File) Metadata() map[string]string { return f.texts() }

// entry returns the header's entry for a tensor, nil if there is none.
func (f *File) entry(name string) *entry {
	if id := *f.index.find(name); id > 0 {
		return &f.tensors[id-1]
	}
	return nil
}

// Type returns the type that a tensor has as a Value. If the file has no such tensor, ok
// is false.
func (f *File) Type(name string) (t trace.Type, ok bool) {
	e := f.entry(name)
	if e == nil {
		return trace.Type{}, false
	}
	return trace.TypeOf(elements[e.dtype].dtype, e.shapeOf(&scanner{text: f.text})...), true
}

// Value converts a tensor. The error names the file, and the tensor if it is not there.
func (f *File) Value(name string) (trace.Value, error) {
	e := f.entry(name)
	if e == nil {
		return trace.Value{}, fmt.Errorf("safetensors: %s: tensor %s: not in the file, which has %d others%s", f.name, quote(name), len(f.tensors), f.nearest(name))
	}
	v, err := f.source().value(e)
	if err != nil {
		return v, fmt.Errorf("safetensors: %s: %w", f.name, err)
	}
	return v, nil
}

// Values converts all tensors.
func (f *File) Values() map[string]trace.Value {
	out, err := f.all()
	if err != nil {
		panic(err) // the data of a File are in memory
	}
	return out
}

func (f *File) all() (map[string]trace.Value, error) {
	out := make(map[string]trace.Value, len(f.tensors))
	s := f.source()
	for _, i := range f.byPlace() {
		e := &f.tensors[i]
		v, err := s.value(e)
		if err != nil {
			return nil, err
		}
		out[e.name] = v
	}
	return out, nil
}

func (f *File) source() *source { return &source{data: f.data, header: scanner{text: f.text}} }

func (s *source) value(e *entry) (trace.Value, error) {
	a, err := s.array(e)
	if err != nil {
		return trace.Value{}, &tensorError{e.name, err}
	}
	return trace.FromArray(a), nil
}

// nearest lists the names like one that the file does not have, if it has not very many.
func (f *File) nearest(name string) string {
	if len(f.tensors) == 0 || len(f.tensors) > 10000 || len(name) > 1000 {
		return ""
	}
	names := spelling.Nearest(name, f.Names(), 3)
	for i, n := range names {
		names[i] = quote(n)
	}
	return "; the nearest are " + strings.Join(names, ", ")
}

// Load returns tree with each of its Values replaced by a tensor. The function name gives
// the tensor's name for a Value's path, such as .Layers[0].Weight (see [trace.Flatten]).
// Absent Values stay absent. It is an error if a tensor is missing or has another type
// than the Value it replaces. Tensors that no path asks for are ignored.
func Load[P any](f *File, tree P, name func(path string) string) (P, error) {
	leaves, structure := trace.Flatten(tree)
	for i, path := range structure.Paths() {
		key := name(path)
		v, err := f.Value(key)
		if err != nil {
			return tree, err
		}
		if want := leaves[i].Type(); !v.Type().Equal(want) {
			return tree, fmt.Errorf("safetensors: %s: tensor %s: is %v, the tree has %v at %s: make the tree with that type, or convert what Value returns", f.name, quote(key), v.Type(), want, path)
		}
		leaves[i] = v
	}
	return structure.Unflatten(leaves).(P), nil
}
