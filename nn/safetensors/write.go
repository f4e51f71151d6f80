package safetensors

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/pullback-go/pullback/trace"
)

// Write writes tensors, which must be concrete, and metadata (or nil) to the file at
// path. The file is replaced only after everything has been written. On an error it stays
// as it was, and of several writers at once one wins. The new file takes the permissions
// of the one that it replaces. A link is replaced, not followed. The same tensors and
// metadata give the same bytes.
func Write(path string, tensors map[string]trace.Value, metadata map[string]string) error {
	f, err := beside(path)
	if err != nil {
		return fileError(path, err)
	}
	w := bufio.NewWriter(f)
	err = encode(w, tensors, metadata)
	for _, last := range []func() error{w.Flush, f.Sync, f.Close, func() error { return os.Rename(f.Name(), path) }} {
		if err == nil {
			err = last()
		}
	}
	if err != nil {
		f.Close() // it may be closed already
		os.Remove(f.Name())
		return fileError(path, err)
	}
	return nil
}

// beside creates a new file in the folder of path, with the permissions that the file at
// path has or would get. Its name is random, and no file or link of that name may exist,
// so nobody can guess or take it beforehand.
func beside(path string) (*os.File, error) {
	info, err := os.Stat(path)
	exists := err == nil
	if exists && !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	for {
		name := fmt.Sprintf(".%016x.partial", rand.Uint64())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil && exists {
			if err = f.Chmod(info.Mode().Perm()); err != nil {
				f.Close()
				os.Remove(f.Name())
			}
		}
		return f, err
	}
}

// Encode writes the bytes of a file.
func Encode(w io.Writer, tensors map[string]trace.Value, metadata map[string]string) error {
	if err := encode(w, tensors, metadata); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

func encode(w io.Writer, tensors map[string]trace.Value, metadata map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		if err := writable(name, tensors[name]); err != nil {
			return &tensorError{name, err}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
			return fmt.Errorf("the metadata at %s are not UTF-8", quote(key))
		}
	}
	names := order(tensors)
	if _, err := w.Write(appendHeader(nil, names, tensors, metadata)); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := w.Write(appendElems(nil, tensors[name].Array())); err != nil {
			return err
		}
	}
	return nil
}

func writable(name string, v trace.Value) error {
	switch {
	case name == metadataKey:
		return errors.New("the name is that of the metadata: give the tensor another")
	case !utf8.ValidString(name):
		return errors.New("the name is not UTF-8: give the tensor another")
	case v.IsAbsent():
		return errors.New("is absent (the zero trace.Value): leave it out, or give it elements")
	case !v.IsConcrete():
		return fmt.Errorf("has no elements yet, it is %v: write files outside of the function that is traced", v)
	}
	return nil
}

// order sorts by the size of the elements, largest first, so that each tensor starts at a
// multiple of its element size, and then by name.
func order(tensors map[string]trace.Value) []string {
	return slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		size := cmp.Compare(tensors[b].DType().Bytes(), tensors[a].DType().Bytes())
		return cmp.Or(size, cmp.Compare(a, b))
	})
}

// appendHeader appends the length and the JSON, padded with spaces to a multiple of eight
// bytes.
func appendHeader(b []byte, names []string, tensors map[string]trace.Value, metadata map[string]string) []byte {
	b = append(b, "12345678{"...)
	if len(metadata) > 0 {
		b = appendJSON(b, metadataKey)
		b = append(b, ':')
		b = append(appendJSON(b, metadata), ',')
	}
	at := 0
	for _, name := range names {
		t := tensors[name].Type()
		end := at + t.Bytes()
		b = append(appendJSON(b, name), ':')
		b = appendJSON(b, tensorJSON{formatName(t.DType), append([]int{}, t.Shape...), [2]int{at, end}})
		b, at = append(b, ','), end
	}
	if b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	binary.LittleEndian.PutUint64(b, uint64(len(b)-8))
	return b
}

// tensorJSON is a tensor in the header.
type tensorJSON struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// appendJSON appends v, which consists of strings and numbers that JSON can write.
func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, text...)
}
