package network_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

const much = 1 << 30

// The preprocessing of the digits network makes the input that it was trained on.
func TestDigits(t *testing.T) {
	net, err := network.Digits()
	if err != nil {
		t.Fatal(err)
	}
	for d := range 10 {
		img, err := digits.Image(d)
		if err != nil {
			t.Fatal(err)
		}
		want, err := digits.Input(img, trace.Float32)
		if err != nil {
			t.Fatal(err)
		}
		x, _, err := net.Image(img)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.Float64s(), want.Float64s()) {
			t.Errorf("%d: got %v, want %v", d, x, want)
		}
		if p := (network.Reader{Activation: "softmax"}).Read(net.Apply(x)); p.Top[0].Index != d || !(p.Top[0].Probability > 0.5) {
			t.Errorf("%d: read as %v", d, p)
		}
	}
}

func TestFit(t *testing.T) {
	crop := vision.Size{Height: 8, Width: 8}
	for _, c := range []struct {
		dims    []int
		p, want picture.Preprocess
	}{
		{[]int{-1, 3, 96, 80}, picture.Preprocess{}, picture.Preprocess{Cover: vision.Size{Height: 96, Width: 80}}},
		{[]int{-1, 1, 8, 8}, of(vision.Preprocess{Crop: crop}), of(vision.Preprocess{Crop: crop, Channels: vision.Gray})},
		{[]int{-1, 96, 80, 3}, picture.Preprocess{}, picture.Preprocess{Preprocess: vision.Preprocess{Layout: vision.NHWC}, Cover: vision.Size{Height: 96, Width: 80}}},
		{[]int{-1, 3, 48, -1}, of(vision.Preprocess{Channels: vision.BGR}), of(vision.Preprocess{Channels: vision.BGR, Size: vision.Size{Height: 48}})},
		{[]int{-1, 3, -1, -1}, of(vision.Preprocess{Short: 7}), of(vision.Preprocess{Short: 7})},
		{[]int{-1, 576}, picture.Preprocess{}, picture.Preprocess{}},
	} {
		if got := (network.Network{Dims: c.dims}).Fit(c.p).Preprocess; fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v, %+v: got %+v, want %+v", c.dims, c.p, got, c.want)
		}
	}
}

func of(v vision.Preprocess) picture.Preprocess { return picture.Preprocess{Preprocess: v} }

func TestVision(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := safetensors.Write(path, map[string]trace.Value{"x": trace.Scalar(float32(1))}, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, want string }{
		{"resnet19", path, "resnet1"},
		{"resnet18", path, "w.safetensors: nn: the tensors do not fit the model"},
		{"resnet18", path + "x", "w.safetensorsx"},
	} {
		if _, err := network.Vision(c.name, c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestReadArray(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, tensors map[string]trace.Value) string {
		path := filepath.Join(dir, name)
		if err := safetensors.Write(path, tensors, nil); err != nil {
			t.Fatal(err)
		}
		return path
	}
	net := network.Network{DType: trace.Float32, Dims: []int{-1, 3}}
	for name, v := range map[string]trace.Value{"one": trace.New([]float64{1, 2, 3}, 1, 3), "flat": trace.New([]float32{1, 2, 3})} {
		x, err := net.ReadArray(write(name+".safetensors", map[string]trace.Value{"a": v}), much)
		if err != nil || x.String() != "f32[1 3] [[1 2 3]]" {
			t.Errorf("%s: got %v, %v", name, x, err)
		}
	}
	npy := filepath.Join(dir, "x.npy")
	head := "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"
	if err := os.WriteFile(npy, append([]byte("\x93NUMPY\x01\x00\x39\x00"+head), make([]byte, 24)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if x, err := net.ReadArray(npy, much); err != nil || x.String() != "f32[1 3] [[0 0 0]]" {
		t.Errorf("npy: got %v, %v", x, err)
	}
	ints := trace.New([]int64{1, 2, 3})
	for _, c := range []struct{ path, want string }{
		{write("two.safetensors", map[string]trace.Value{"a": ints, "b": ints}), "two.safetensors: the file has 2 tensors: want one"},
		{write("ints.safetensors", map[string]trace.Value{"a": ints}), "ints.safetensors: the input is i64[1 3], the network takes f32[1 3]"},
		{write("many.safetensors", map[string]trace.Value{"a": fn.Ones(trace.TypeOf(trace.Float32, 2, 3))}), "f32[2 3] has 2 samples"},
		{write("wide.safetensors", map[string]trace.Value{"a": fn.Ones(trace.TypeOf(trace.Float32, 4))}), "the input is f32[1 4], the network takes f32[1 3]"},
		{filepath.Join(dir, "none.npy"), "none.npy"},
	} {
		if _, err := net.ReadArray(c.path, much); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if !network.IsArray("a.NPY") || !network.IsArray("b.safetensors") || network.IsArray("c.png") {
		t.Error("IsArray")
	}
}

func TestReadLabels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.txt")
	for text, want := range map[string][]string{"a\nb c\n": {"a", "b c"}, "a\r\nb": {"a", "b"}, "\n\n": {"", ""}} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := network.ReadLabels(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := network.ReadLabels(path); err == nil || !strings.Contains(err.Error(), "labels.txt: the file has no names") {
		t.Errorf("got %v", err)
	}
}

// A network from a file can be cut at any value of its graph.
func TestONNX(t *testing.T) {
	const path = "../textline/ppocr_cls.onnx"
	whole, err := network.ONNXFile{Path: path}.Open()
	if err != nil {
		t.Fatal(err)
	}
	if whole.Name != "ppocr_cls" || whole.DType != trace.Float32 || !slices.Equal(whole.Dims, []int{-1, 3, -1, -1}) || !whole.TakesImages() {
		t.Errorf("got %+v", whole)
	}
	m, err := onnx.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	values := m.Values()
	cut, err := network.ONNXFile{Path: path, Input: m.Inputs()[0].Name, Output: values[len(values)-2]}.Open()
	if err != nil {
		t.Fatal(err)
	}
	x := random.Normal(random.Key(1), trace.Float32, 1, 3, 48, 64)
	p, logits := whole.Apply(x), cut.Apply(x)
	if got := fn.Softmax(logits, 1); !slices.Equal(got.Shape(), p.Shape()) || !(fn.Max(fn.Abs(fn.Sub(got, p)), 0, 1).Float64() <= 1e-6) {
		t.Errorf("the value %s is %v, the output %v", values[len(values)-2], logits, p)
	}
	for _, c := range [][3]string{{path + "x", "", "ppocr_cls.onnxx"}, {path, "no such value", "no such value"}} {
		if _, err := (network.ONNXFile{Path: c[0], Output: c[1]}).Open(); err == nil || !strings.Contains(err.Error(), c[2]) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %s", err, c[2])
		}
	}
}

// A network with several inputs is explained by one of them. The others are in a file.
func TestOtherInputs(t *testing.T) {
	const path = "../../conformance/testdata/onnx/two_inputs.opset11.onnx"
	m, err := onnx.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	ports := m.Inputs()
	in := map[string]trace.Value{}
	for i, p := range ports {
		shape := []int{1}
		for _, d := range p.Dims[1:] {
			shape = append(shape, d.Size)
		}
		in[p.Name] = random.Normal(random.Key(int64(i)), trace.Float32, shape...)
	}
	first, second := ports[0].Name, ports[1].Name
	others := filepath.Join(t.TempDir(), "others.safetensors")
	if err := safetensors.Write(others, map[string]trace.Value{second: in[second]}, nil); err != nil {
		t.Fatal(err)
	}
	want := m.Apply(in)[m.Outputs()[0].Name]
	for _, input := range []string{"", first} {
		n, err := network.ONNXFile{Path: path, Input: input, Others: others}.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Apply(in[first]); !trace.Same(got, want) && got.String() != want.String() {
			t.Errorf("input %q: got %v, want %v", input, got, want)
		}
	}
	_, err = network.ONNXFile{Path: path}.Open()
	if err == nil || !strings.Contains(err.Error(), `it needs the input "`+second+`"`) || !strings.Contains(err.Error(), "-others") {
		t.Errorf("got %v", err)
	}
}
