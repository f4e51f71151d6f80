package onnx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
)

// withFile calls use with the content of a regular file, which is valid until use
// returns. A file that becomes shorter meanwhile gives an error, though reading a mapped
// file beyond its end is a fault.
func withFile(path string, use func(data []byte) error) error {
	data, release, err := openFile(path)
	if err != nil {
		return err
	}
	defer release()
	return guarded(func() error { return use(data) })
}

// guarded returns an error where f reads a mapped file beyond its end.
func guarded(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			fault, ok := r.(interface {
				error
				Addr() uintptr
			})
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("the file has become shorter while it was read (%w)", error(fault))
		}
	}()
	return f()
}

// openFile maps a regular file into memory. It refuses pipes and devices, which may have
// no end, or never a beginning.
func openFile(path string) (data []byte, release func(), err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, bare(err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errIrregular
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, bare(err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, nil, bare(err)
	}
	if !info.Mode().IsRegular() { // it may have been replaced since
		return nil, nil, errIrregular
	}
	return mapFile(file, info.Size())
}

var errIrregular = errors.New("not a regular file")

// bare drops the path from a system error, since the caller names it.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// externalFiles are the files beside a model that hold elements of its tensors. Their
// content is valid until release.
type externalFiles struct {
	folder string
	mutex  sync.Mutex // holds open and bound
	open   map[string][]byte
	bound  []func()
}

func newExternalFiles(folder string) *externalFiles {
	return &externalFiles{folder: folder, open: map[string][]byte{}}
}

// bytes returns the size bytes that the entries of a tensor's external_data point at. A
// location outside of the model's folder is an error.
func (e *externalFiles) bytes(entries map[string]string, size int) ([]byte, error) {
	location := entries["location"]
	switch {
	case e == nil || e.folder == "":
		return nil, fmt.Errorf("its data are in another file, %s, and the model did not come from a file: use onnx.Load", quote(location))
	case location == "":
		return nil, errors.New("its data are in another file, but external_data has no location")
	case !filepath.IsLocal(location):
		return nil, fmt.Errorf("its data are in %s, which is outside of the model's folder: put the file beside the model and say so in external_data", quote(location))
	}
	data, err := e.content(location)
	if err != nil {
		return nil, fmt.Errorf("its data are in %s: %w", quote(filepath.Join(e.folder, location)), err)
	}
	offset, err := entryNumber(entries, "offset", 0)
	if err != nil {
		return nil, err
	}
	length, err := entryNumber(entries, "length", size)
	if err != nil {
		return nil, err
	}
	if offset > len(data) || length > len(data)-offset {
		return nil, fmt.Errorf("its data are %d bytes from byte %d on of %s, which has %d: the file is cut off or another model's", length, offset, quote(location), len(data))
	}
	return data[offset : offset+length], nil
}

// content returns the content of a file in the folder.
func (e *externalFiles) content(location string) ([]byte, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if data, ok := e.open[location]; ok {
		return data, nil
	}
	data, release, err := openFile(filepath.Join(e.folder, location))
	if err != nil {
		return nil, err
	}
	e.open[location] = data
	e.bound = append(e.bound, release)
	return data, nil
}

// entryNumber reads a number of external_data.
func entryNumber(entries map[string]string, key string, otherwise int) (int, error) {
	s, ok := entries[key]
	if !ok {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(s, 10, 62)
	if err != nil {
		return 0, fmt.Errorf("external_data has the %s %s, want a number of bytes", key, quote(s))
	}
	return int(n), nil
}

func (e *externalFiles) release() {
	for _, f := range e.bound {
		f()
	}
}
