// Package dataset has the images that the examples train on: handwritten digits, which
// are embedded, and Fashion-MNIST, which is read from files.
//
// The digits are the Optical Recognition of Handwritten Digits data set: E. Alpaydin and
// C. Kaynak, UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY
// 4.0. Fashion-MNIST is of Zalando SE, H. Xiao, K. Rasul and R. Vollgraf, 2017, MIT
// license; Debian has it as the package dataset-fashion-mnist.
package dataset

import (
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// Set is a part of a data set: images[n 1 h w] of float32 from -1, black, to 1, and their
// labels[n] of int64.
type Set struct{ Images, Labels trace.Value }

// Len is the number of images.
func (s Set) Len() int { return s.Labels.Dim(0) }

// Take returns the images with the given indices.
func (s Set) Take(index trace.Value) Set {
	return Set{fn.Take(s.Images, index, 0), fn.Take(s.Labels, index, 0)}
}

// Part returns the images from lo on, before hi.
func (s Set) Part(lo, hi int) Set {
	return Set{fn.At(s.Images, fn.Span(lo, hi)), fn.At(s.Labels, fn.Span(lo, hi))}
}

//go:embed digits.safetensors
var digits []byte

// Digits returns 1437 digits of 8 by 8 pixels to train with, and 360 to test with.
func Digits() (train, test Set, err error) {
	f, err := safetensors.Decode("digits.safetensors", digits)
	if err != nil {
		return Set{}, Set{}, err
	}
	tensors := f.Values()
	images := fn.Shift(fn.Scale(fn.Cast(fn.ExpandDims(tensors["images"], 1), trace.Float32), 1./8), -1)
	all := Set{images, tensors["labels"]}
	return all.Take(tensors["train_index"]), all.Take(tensors["test_index"]), nil
}

// FashionFolder is where Debian's package has the files of Fashion-MNIST.
const FashionFolder = "/usr/share/datasets/fashion-mnist"

// Fashion returns 60,000 garments of 28 by 28 pixels to train with, and 10,000 to test
// with, from the four files of a folder.
func Fashion(folder string) (train, test Set, err error) {
	if train, err = idx(folder, "train"); err != nil {
		return Set{}, Set{}, err
	}
	test, err = idx(folder, "t10k")
	return train, test, err
}

// idx reads the images and labels of one part.
func idx(folder, part string) (Set, error) {
	pixels, shape, err := idxFile(filepath.Join(folder, part+"-images-idx3-ubyte.gz"), 3)
	if err != nil {
		return Set{}, err
	}
	labels, count, err := idxFile(filepath.Join(folder, part+"-labels-idx1-ubyte.gz"), 1)
	if err != nil {
		return Set{}, err
	}
	if count[0] != shape[0] {
		return Set{}, fmt.Errorf("%s: %d images and %d labels", folder, shape[0], count[0])
	}
	x, y := make([]float32, len(pixels)), make([]int64, len(labels))
	for i, p := range pixels {
		x[i] = float32(p)/127.5 - 1
	}
	for i, l := range labels {
		if y[i] = int64(l); l > 9 {
			return Set{}, fmt.Errorf("%s: label %d is %d, want 0 to 9", folder, i, l)
		}
	}
	return Set{trace.New(x, shape[0], 1, shape[1], shape[2]), trace.New(y)}, nil
}

// idxFile reads a compressed file of bytes: two zeros, the type 8, the number of axes,
// their lengths, and the elements.
func idxFile(name string, axes int) (data []byte, shape []int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: install Debian's package dataset-fashion-mnist, or name the folder with -folder", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	header := make([]byte, 4+4*axes)
	if _, err := io.ReadFull(z, header); err != nil {
		return nil, nil, fmt.Errorf("%s: the header: %w", name, err)
	}
	if [4]byte(header) != [4]byte{0, 0, 8, byte(axes)} {
		return nil, nil, fmt.Errorf("%s: not a file of bytes with %d axes", name, axes)
	}
	size := 1
	for i := range axes {
		n := int(binary.BigEndian.Uint32(header[4+4*i:]))
		if n < 1 || n > 1<<30/size {
			return nil, nil, fmt.Errorf("%s: axis %d has the length %d", name, i, n)
		}
		shape, size = append(shape, n), size*n
	}
	data = make([]byte, size)
	if _, err := io.ReadFull(z, data); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, shape, nil
}
