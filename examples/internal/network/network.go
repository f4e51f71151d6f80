// Package network has the networks that the programs explain, what they predict, and
// which of their outputs to explain.
package network

import (
	"fmt"
	"image"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/fashion"
	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/examples/internal/textline"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

// Network is a network with one input and one output.
type Network struct {
	Name  string
	DType trace.DType // of the input
	Dims  []int       // of the input, the batch first; -1 where any length will do
	Apply func(x trace.Value) trace.Value
	// Labels are the names of the classes, nil if they have none.
	Labels []string
	// Preprocess makes inputs of images.
	Preprocess picture.Preprocess
	// Blank says that an empty image is white, as of text. Otherwise it is black.
	Blank bool
}

// DigitsName is the name of the network of [Digits].
const DigitsName = "digits"

// Digits is the embedded network that reads a handwritten digit, white on black.
func Digits() (Network, error) {
	net, err := digits.Model(trace.Float32)
	if err != nil {
		return Network{}, err
	}
	return Network{
		Name: DigitsName, DType: trace.Float32, Dims: []int{-1, 1, digits.Side, digits.Side}, Apply: net.Apply,
		Preprocess: picture.Preprocess{
			Preprocess: vision.Preprocess{Channels: vision.Gray, Scale: 1. / 120, Mean: []float64{1}},
			Cover:      vision.Size{Height: digits.Side, Width: digits.Side},
		},
	}, nil
}

// FashionName is the name of the network of [Fashion].
const FashionName = "fashion"

// Fashion is the embedded network that recognizes a garment, bright on black.
func Fashion() (Network, error) {
	net, err := fashion.Model(trace.Float32)
	if err != nil {
		return Network{}, err
	}
	return Network{
		Name: FashionName, DType: trace.Float32, Dims: []int{-1, 1, fashion.Side, fashion.Side}, Apply: net.Apply, Labels: fashion.Labels,
		Preprocess: picture.Preprocess{
			Preprocess: vision.Preprocess{Channels: vision.Gray, Scale: 1 / 127.5, Mean: []float64{1}},
			Cover:      vision.Size{Height: fashion.Side, Width: fashion.Side},
		},
	}, nil
}

// Vision is a network of package vision with weights from a file.
func Vision(name, weights string) (Network, error) {
	model, err := vision.Named(name)
	if err != nil {
		return Network{}, err
	}
	tensors, err := safetensors.Read(weights)
	if err != nil {
		return Network{}, err
	}
	if model, err = nn.Load(model, tensors); err != nil {
		return Network{}, fmt.Errorf("%s: %w", weights, err)
	}
	n := Network{Name: name, DType: trace.Float32, Dims: []int{-1, 3, -1, -1}, Apply: model.Apply}
	n.Preprocess.Preprocess, err = vision.PreprocessFor(name)
	n.Dims[1] = n.Preprocess.InputChannels()
	return n, err
}

// TextLine is the embedded network that tells which way up a line of text is.
func TextLine() (Network, error) {
	m, err := textline.Model()
	if err != nil {
		return Network{}, err
	}
	n, err := ofONNX("ppocr_cls", m, "", "", map[string]trace.Value{})
	n.Labels, n.Blank, n.Preprocess = textline.Labels(), true, TextPreprocess()
	return n, err
}

// TextPreprocess is the preprocessing of lines of text that PaddleOCR's networks share.
func TextPreprocess() picture.Preprocess {
	return picture.Preprocess{Preprocess: vision.Preprocess{
		Size: vision.Size{Height: 48}, Channels: vision.BGR, Mean: []float64{0.5}, Std: []float64{0.5}, Background: [3]uint8{255, 255, 255},
	}}
}

// ONNXFile says what of an ONNX file is the network.
type ONNXFile struct {
	Path string
	// Input and Output are names, empty for the first ones. The output may be any value of
	// the graph, as one before a softmax, and so may the input.
	Input, Output string
	// Others is a safetensors file with the network's other inputs by name, or empty.
	Others string
}

// Open loads the network.
func (o ONNXFile) Open() (Network, error) {
	m, err := onnx.Load(o.Path)
	if err != nil {
		return Network{}, err
	}
	others := map[string]trace.Value{}
	if o.Others != "" {
		if others, err = safetensors.Read(o.Others); err != nil {
			return Network{}, err
		}
	}
	return ofONNX(strings.TrimSuffix(filepath.Base(o.Path), filepath.Ext(o.Path)), m, o.Input, o.Output, others)
}

func ofONNX(name string, m onnx.Model, input, output string, others map[string]trace.Value) (Network, error) {
	n := Network{Name: name, DType: trace.Float32}
	var inputs, outputs []string
	if input != "" {
		inputs = append(slices.Sorted(maps.Keys(others)), input)
	}
	if output != "" {
		outputs = []string{output}
	}
	m, err := m.Between(inputs, outputs)
	if err != nil {
		return n, err
	}
	if ports := m.Inputs(); input == "" && len(ports) > 0 {
		input = ports[0].Name
	}
	output = m.Outputs()[0].Name
	for _, p := range m.Inputs() {
		other := others[p.Name]
		switch {
		case p.Name != input && other.IsAbsent():
			return n, fmt.Errorf("%s: it needs the input %s, %v, besides %s: give it in a safetensors file by -others", name, flags.Quote(p.Name), p, flags.Quote(input))
		case p.Name != input:
			continue
		case p.DType != trace.Invalid:
			n.DType = p.DType
		}
		for _, d := range p.Dims {
			n.Dims = append(n.Dims, d.Size)
		}
	}
	n.Apply = func(x trace.Value) trace.Value {
		in := maps.Clone(others)
		in[input] = x
		return m.Apply(in)[output]
	}
	return n, nil
}

// Fit returns the network with a preprocessing that makes inputs of its size: what the
// preprocessing leaves open follows from the dimensions.
func (n Network) Fit(p picture.Preprocess) Network {
	if len(n.Dims) == 4 {
		channels, h, w := n.Dims[1], n.Dims[2], n.Dims[3]
		if p.Layout == vision.NHWC || isChannels(w) && !isChannels(channels) {
			p.Layout = vision.NHWC
			channels, h, w = n.Dims[3], n.Dims[1], n.Dims[2]
		}
		if channels == 1 {
			p.Channels = vision.Gray
		}
		if size := (vision.Size{Height: max(0, h), Width: max(0, w)}); !p.Sized() && h > 0 && w > 0 {
			p.Cover = size
		} else if !p.Sized() {
			p.Size = size
		}
	}
	n.Preprocess = p
	return n
}

func isChannels(n int) bool { return n == 1 || n == 3 }

// Check returns an error that says why an input does not fit.
func (n Network) Check(x trace.Type) error {
	fits := x.DType == n.DType && (n.Dims == nil || len(x.Shape) == len(n.Dims))
	for i, d := range n.Dims {
		fits = fits && (d < 0 || i == 0 || x.Shape[i] == d)
	}
	if !fits {
		return fmt.Errorf("the input is %v, the network takes %s", x, n.input())
	}
	return nil
}

// input prints the type of the input, with n for the batch and ? where any length will do.
func (n Network) input() string {
	dims := make([]string, len(n.Dims))
	for i, d := range n.Dims {
		switch {
		case i == 0:
			dims[i] = "1"
		case d < 0:
			dims[i] = "?"
		default:
			dims[i] = fmt.Sprint(d)
		}
	}
	return fmt.Sprintf("%v[%s]", n.DType, strings.Join(dims, " "))
}

// ReadArray reads the input from a .npy file, or a .safetensors file with one tensor. An
// axis for the batch is added if it lacks.
func (n Network) ReadArray(path string, limit int64) (trace.Value, error) {
	x, err := readArray(path, limit)
	if err != nil {
		return x, err
	}
	if x.Rank() == len(n.Dims)-1 {
		x = fn.ExpandDims(x, 0)
	}
	if x.Rank() > 0 && x.Dim(0) != 1 {
		return x, fmt.Errorf("%s: the array %v has %d samples: want a file for each", path, x.Type(), x.Dim(0))
	}
	if x.DType().IsFloat() && n.DType.IsFloat() {
		x = nn.Cast(x, n.DType)
	}
	if err := n.Check(x.Type()); err != nil {
		return x, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

// IsArray reports whether a file holds an array, by its name.
func IsArray(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".npy" || ext == ".safetensors"
}

// readArray reads the only array of a file.
func readArray(path string, limit int64) (trace.Value, error) {
	file, err := picture.ReadFile(path, limit)
	if err != nil {
		return trace.Value{}, err
	}
	if strings.ToLower(filepath.Ext(path)) == ".npy" {
		v, err := picture.DecodeNPY(file)
		if err != nil {
			return v, fmt.Errorf("%s: %w", path, err)
		}
		return v, nil
	}
	f, err := safetensors.Decode(path, file)
	if err != nil {
		return trace.Value{}, err
	}
	if names := f.Names(); len(names) != 1 {
		return trace.Value{}, fmt.Errorf("%s: the file has %d tensors: want one", path, len(names))
	}
	return f.Value(f.Names()[0])
}

// TakesImages reports whether inputs can be made of images.
func (n Network) TakesImages() bool { return len(n.Dims) == 4 && n.DType.IsFloat() }

// Image returns the input x of an image, and the image that it shows.
func (n Network) Image(img image.Image) (x trace.Value, shown image.Image, err error) {
	x, shown, err = n.Preprocess.Input(img, n.DType)
	if err == nil {
		err = n.Check(x.Type())
	}
	return x, shown, err
}

// BlankLevel returns the values of an empty image, see [picture.Preprocess.Level].
func (n Network) BlankLevel() trace.Value {
	if n.Blank {
		return n.Preprocess.Level(255, n.DType)
	}
	return n.Preprocess.Level(0, n.DType)
}

// Bounds returns the smallest and the largest values of an input made of an image.
func (n Network) Bounds() (low, high trace.Value) {
	black, white := n.Preprocess.Level(0, n.DType), n.Preprocess.Level(255, n.DType)
	return fn.Minimum(black, white), fn.Maximum(black, white)
}
