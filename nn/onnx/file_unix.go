//go:build unix

package onnx

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps a file of size bytes. The pages are the system's own copy of the file, so
// a load needs no memory beside the Values it makes.
func mapFile(file *os.File, size int64) (data []byte, release func(), err error) {
	if size == 0 { // which cannot be mapped
		return nil, func() {}, nil
	}
	if int64(int(size)) != size {
		return nil, nil, errIrregular
	}
	data, err = unix.Mmap(int(file.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	return data, func() { unix.Munmap(data) }, nil
}
