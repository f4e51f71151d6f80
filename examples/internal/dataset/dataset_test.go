package dataset_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/dataset"
	"github.com/pullback-go/pullback/fn"
)

func TestDigits(t *testing.T) {
	train, test, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 1437 || test.Len() != 360 || train.Images.Type().String() != "f32[1437 1 8 8]" {
		t.Errorf("%v and %v", train.Images.Type(), test.Images.Type())
	}
	low, high := fn.Min(train.Images, 0, 1, 2, 3).Float64(), fn.Max(train.Images, 0, 1, 2, 3).Float64()
	if low != -1 || high != 1 {
		t.Errorf("elements from %v to %v", low, high)
	}
	if counts := fn.BinCount(train.Labels, 10); fn.Min(counts, 0).Float64() < 130 {
		t.Errorf("labels %v", counts)
	}
}

// compressed is a file of bytes.
func compressed(t *testing.T, folder, name string, content ...byte) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFashion(t *testing.T) {
	dir := t.TempDir()
	for _, part := range []string{"train", "t10k"} {
		compressed(t, dir, part+"-images-idx3-ubyte.gz", 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 0)
		compressed(t, dir, part+"-labels-idx1-ubyte.gz", 0, 0, 8, 1, 0, 0, 0, 2, 7, 9)
	}
	train, test, err := dataset.Fashion(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := train.Images.String() + " " + test.Labels.String(); got != "f32[2 1 1 2] [[[[-1 1]]] [[[-0.6 -1]]]] i64[2] [7 9]" {
		t.Errorf("got %s", got)
	}
	for text, break_ := range map[string]func(){
		"label 1 is 10, want 0 to 9":       func() { compressed(t, dir, "t10k-labels-idx1-ubyte.gz", 0, 0, 8, 1, 0, 0, 0, 2, 7, 10) },
		"2 images and 1 labels":            func() { compressed(t, dir, "t10k-labels-idx1-ubyte.gz", 0, 0, 8, 1, 0, 0, 0, 1, 7) },
		"not a file of bytes with 1 axes":  func() { compressed(t, dir, "t10k-labels-idx1-ubyte.gz", 0, 0, 9, 1, 0, 0, 0, 2, 7, 9) },
		"the header: unexpected EOF":       func() { compressed(t, dir, "t10k-labels-idx1-ubyte.gz", 0, 0, 8) },
		"unexpected EOF":                   func() { compressed(t, dir, "t10k-labels-idx1-ubyte.gz", 0, 0, 8, 1, 0, 0, 0, 2, 7) },
		"axis 0 has the length 4294967295": func() { compressed(t, dir, "t10k-labels-idx1-ubyte.gz", 0, 0, 8, 1, 255, 255, 255, 255) },
		"install Debian's package":         func() { os.Remove(filepath.Join(dir, "t10k-labels-idx1-ubyte.gz")) },
	} {
		break_()
		if _, _, err := dataset.Fashion(dir); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}
