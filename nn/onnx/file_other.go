//go:build !unix

package onnx

import (
	"io"
	"os"
)

// mapFile reads a file of size bytes into memory.
func mapFile(file *os.File, size int64) (data []byte, release func(), err error) {
	data = make([]byte, size)
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, nil, err
	}
	return data, func() {}, nil
}
