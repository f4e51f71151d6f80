package network

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/nn/vision"
)

// Source is the group of flags that say where a network comes from and how it takes
// images. Without any, it is the network of [Digits].
type Source struct {
	onnx          ONNXFile
	arch, weights string
	preprocess    string // a file
	text, white   bool
	given         picture.Preprocess
	crop          int
	size          vision.Size
	set           map[string]bool // the flags that are set
}

// Register adds the flags.
func (s *Source) Register(f *flag.FlagSet) {
	f.StringVar(&s.onnx.Path, "model", "", "the ONNX `file` of the network")
	f.StringVar(&s.onnx.Input, "model-input", "", "the `name` of the input of -model (default the first)")
	f.StringVar(&s.onnx.Output, "model-output", "", "the `name` of the output of -model, or of any value in it (default the first output)")
	f.StringVar(&s.onnx.Others, "others", "", "a safetensors `file` with the other inputs of -model, by name")
	f.StringVar(&s.arch, "arch", "", "the `architecture` of the network: "+strings.Join(vision.Names(), ", "))
	f.StringVar(&s.weights, "weights", "", "the `file` with the weights of -arch, in the safetensors format")
	f.StringVar(&s.preprocess, "preprocess", "", "a JSON `file` that says how an image becomes an input (default the one beside the network's file, NAME.json)")
	f.BoolVar(&s.text, "text", false, "inputs are lines of text: 48 pixels high, as wide as they are, bgr, (v/255 - 0.5)/0.5, on white")
	f.BoolVar(&s.white, "white", false, "an empty image is white, not black")
	p := &s.given
	f.IntVar(&p.Short, "resize", 0, "the `length` that an image's shorter side gets first")
	f.TextVar(&p.Filter, "filter", vision.Bilinear, "the `filter` to resize with: bilinear, bicubic, box or lanczos")
	f.IntVar(&s.crop, "crop", 0, "the `side` of the square to cut from the middle")
	f.IntVar(&s.size.Height, "height", 0, "the `height` of the input, instead of -resize and -crop")
	f.IntVar(&s.size.Width, "width", 0, "the `width` of the input; with -height, images are cut to these proportions")
	f.Float64Var(&p.Scale, "scale", 0, "the `factor` for pixels of 0 to 255; 0 means 1/255")
	f.Var((*numbers)(&p.Mean), "mean", "the `mean` to subtract then, one number or one for each channel")
	f.Var((*numbers)(&p.Std), "std", "the standard `deviation` to divide by, one number or one for each channel")
	f.TextVar(&p.Channels, "order", vision.RGB, "the `channels`: rgb, bgr or gray")
	f.TextVar(&p.Layout, "layout", vision.NCHW, "the order of the `axes`: nchw or nhwc")
}

// Check checks the parsed flags. It opens no file.
func (s *Source) Check(f *flag.FlagSet) error {
	s.set = map[string]bool{}
	f.Visit(func(v *flag.Flag) { s.set[v.Name] = true })
	switch {
	case s.onnx.Path != "" && s.arch+s.weights != "":
		return errors.New("-model stands alone: it has its architecture and its weights")
	case s.onnx.Path == "" && s.onnx.Input+s.onnx.Output+s.onnx.Others != "":
		return errors.New("-model-input, -model-output and -others are about a -model")
	case (s.arch == "") != (s.weights == ""):
		return errors.New("-arch and -weights go together")
	case s.arch != "":
		if _, err := vision.PreprocessFor(s.arch); err != nil {
			return fmt.Errorf("-arch: %w", err)
		}
	}
	const most = 1 << 16
	for _, side := range []struct {
		name string
		n    int
	}{{"resize", s.given.Short}, {"crop", s.crop}, {"height", s.size.Height}, {"width", s.size.Width}} {
		if err := flags.Whole(side.name, side.n, 0, most, "pixels"); err != nil {
			return err
		}
	}
	return s.given.Check()
}

// Open loads the network.
func (s Source) Open() (Network, error) {
	net, err := s.load()
	if err != nil {
		return net, err
	}
	p, err := s.over(net.Preprocess)
	if err != nil {
		return net, err
	}
	net.Blank = net.Blank || s.text || s.white
	net = net.Fit(p)
	return net, net.Preprocess.Check()
}

func (s Source) load() (Network, error) {
	if s.onnx.Path != "" {
		return s.onnx.Open()
	}
	if s.arch != "" {
		return Vision(s.arch, s.weights)
	}
	return Digits()
}

// over returns the preprocessing of a network, changed by the JSON file and then by the
// flags.
func (s Source) over(p picture.Preprocess) (picture.Preprocess, error) {
	path := s.preprocess
	if file := s.file(); path == "" && file != "" {
		path = strings.TrimSuffix(file, filepath.Ext(file)) + ".json"
		if _, err := os.Stat(path); err != nil {
			path = "" // a file beside the network is no must
		}
	}
	if path != "" {
		var err error
		p.Cover = vision.Size{}
		if p.Preprocess, err = vision.ReadPreprocess(path); err != nil {
			return p, err
		}
	}
	return s.flagged(p), nil
}

// flagged returns a preprocessing changed by the flags.
func (s Source) flagged(p picture.Preprocess) picture.Preprocess {
	if s.text {
		p = TextPreprocess()
	}
	g := s.given
	for name, change := range map[string]func(){
		"filter": func() { p.Filter = g.Filter },
		"scale":  func() { p.Scale = g.Scale },
		"mean":   func() { p.Mean = g.Mean },
		"std":    func() { p.Std = g.Std },
		"order":  func() { p.Channels = g.Channels },
		"layout": func() { p.Layout = g.Layout },
		"white":  func() { p.Background = [3]uint8{255, 255, 255} },
	} {
		if s.set[name] {
			change()
		}
	}
	if s.set["resize"] || s.set["crop"] || s.set["height"] || s.set["width"] {
		p.Short, p.Size, p.Crop, p.Cover = s.sizes(p)
	}
	return p
}

// sizes returns the sizes that the flags give. They are given together: what they leave
// out is not taken from elsewhere, but for the height of lines of text.
func (s Source) sizes(p picture.Preprocess) (short int, size, crop, cover vision.Size) {
	size = s.size
	if s.text && size.Height == 0 {
		size.Height = p.Size.Height
	}
	if s.given.Short == 0 && s.crop == 0 && size.Height > 0 && size.Width > 0 {
		return 0, vision.Size{}, vision.Size{}, size
	}
	return s.given.Short, size, vision.Size{Height: s.crop, Width: s.crop}, vision.Size{}
}

// file is the file of the network, empty if it is embedded.
func (s Source) file() string { return cmp.Or(s.onnx.Path, s.weights) }

// CopyTo copies the files that the network is made of, if there are any.
func (s Source) CopyTo(w io.Writer) error {
	for _, path := range []string{s.file(), s.onnx.Others} {
		if path == "" {
			continue
		}
		if err := copyFile(w, path); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(w, f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// ReaderFlags is the group of flags that say how to read a network's output.
type ReaderFlags struct{ labels, keys, activation string }

// Register adds the flags.
func (r *ReaderFlags) Register(f *flag.FlagSet) {
	f.StringVar(&r.labels, "labels", "", "a `file` with the names of the classes, a line for each")
	f.StringVar(&r.keys, "keys", "", "a `file` with the characters of a network that reads text, a line for each")
	f.StringVar(&r.activation, "activation", "softmax", "how outputs become `probabilities`: "+strings.Join(Activations(), ", "))
}

// Check checks the parsed flags. It opens no file.
func (r *ReaderFlags) Check(*flag.FlagSet) error {
	for _, a := range Activations() {
		if r.activation == a {
			return nil
		}
	}
	return fmt.Errorf("-activation %s: want one of %s", flags.Quote(r.activation), strings.Join(Activations(), ", "))
}

// Open reads the files of names.
func (r ReaderFlags) Open(net Network) (Reader, error) {
	reader := Reader{Labels: net.Labels, Activation: r.activation}
	for _, file := range []struct {
		path string
		to   *[]string
	}{{r.labels, &reader.Labels}, {r.keys, &reader.Keys}} {
		if file.path == "" {
			continue
		}
		names, err := ReadLabels(file.path)
		if err != nil {
			return reader, err
		}
		*file.to = names
	}
	return reader, nil
}

// numbers is a list of numbers with commas between them.
type numbers []float64

func (n *numbers) String() string {
	parts := make([]string, len(*n))
	for i, v := range *n {
		parts[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(parts, ",")
}

func (n *numbers) Set(text string) error {
	*n = nil
	for _, part := range strings.Split(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return errors.New("want numbers with commas between them")
		}
		*n = append(*n, v)
	}
	return nil
}
