package main

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/trace"
)

// input is one file to explain.
type input struct {
	name  string // unique, with slashes between folders
	path  string
	label string // the folder's name, empty if it lies in no folder of a folder

	embedded func() (image.Image, error) // nil of a file
}

// listInputs returns the files that the arguments name, and those of the folders among
// them, sorted by name. A file that is not there is listed, so that it is reported as
// unreadable. The folder of results is left out.
func listInputs(paths []string, results string) ([]input, error) {
	var all []input
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			all = append(all, input{name: filepath.Base(path), path: path})
			continue
		}
		found, err := listFolder(path, results)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b input) int { return cmp.Compare(a.name, b.name) })
	for i := range all[1:] {
		if a, b := all[i], all[i+1]; a.name == b.name {
			return nil, fmt.Errorf("two inputs are named %s: %s and %s; give the folder above both", flags.Quote(a.name), flags.Quote(a.path), flags.Quote(b.path))
		}
	}
	return all, nil
}

// listFolder returns the images and arrays in a folder and below, without those of the
// folder of results.
func listFolder(root, results string) ([]input, error) {
	var found []input
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && sameFolder(path, results) && path == root:
			return fmt.Errorf("%s: the folder of -o has no inputs but results", root)
		case d.IsDir() && sameFolder(path, results):
			return fs.SkipDir
		case d.IsDir() || !isInput(path):
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		in := input{name: filepath.ToSlash(name), path: path}
		if folder, _, inside := strings.Cut(in.name, "/"); inside {
			in.label = folder
		}
		found = append(found, in)
		return nil
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s: the folder has no images and no arrays", root)
	}
	return found, err
}

// sameFolder reports whether two paths name one folder.
func sameFolder(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}

// isInput tells images and arrays by their names.
func isInput(path string) bool {
	images := []string{".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
	return network.IsArray(path) || slices.Contains(images, strings.ToLower(filepath.Ext(path)))
}

// selection says which of the inputs to explain.
type selection struct {
	most          int // 0 for all
	shuffle       bool
	shard, shards int // the shard is counted from 1
	seed          int64
}

// of returns the inputs to explain, in their order.
func (s selection) of(all []input) []input {
	all = slices.Clone(all)
	if s.shuffle {
		draw := rand.New(rand.NewPCG(uint64(s.seed), 0))
		draw.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	if s.most > 0 {
		all = all[:min(s.most, len(all))]
	}
	if s.shards > 0 {
		n := len(all)
		all = all[(s.shard-1)*n/s.shards : s.shard*n/s.shards]
	}
	return all
}

// parseShard reads i/n with i from 1 to n.
func parseShard(text string) (i, n int, err error) {
	first, second, _ := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil || i < 1 || i > n || n > 1<<20 {
		return 0, 0, errors.New("want a shard such as 2/3, from 1/3 to 3/3")
	}
	return i, n, nil
}

// load reads an input. The image is what the network sees of it, nil for an array.
func (j *job) load(in input) (x trace.Value, shown image.Image, err error) {
	if network.IsArray(in.path) {
		x, err = j.net.ReadArray(in.path, j.fileLimit)
		return x, nil, err
	}
	if !j.net.TakesImages() {
		return x, nil, fmt.Errorf("%s: the network takes no images: give arrays, .npy or .safetensors", in.path)
	}
	img, err := j.readImage(in)
	if err != nil {
		return x, nil, err
	}
	x, shown, err = j.net.Image(img)
	if err != nil {
		return x, nil, fmt.Errorf("%s: %w", in.path, err)
	}
	return x, shown, nil
}

// readImage reads an image file, or an embedded image. A digit stands for its image if
// the network reads digits and there is no such file.
func (j *job) readImage(in input) (image.Image, error) {
	if in.embedded != nil {
		return in.embedded()
	}
	digit, err := strconv.Atoi(in.path)
	if _, missing := os.Stat(in.path); err != nil || missing == nil || j.net.Name != network.DigitsName {
		return picture.Read(in.path, j.fileLimit)
	}
	img, err := digits.Image(digit)
	if err != nil {
		return nil, fmt.Errorf("%s: no such file, and %w", in.path, err)
	}
	return img, nil
}
