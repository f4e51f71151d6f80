// Package onnx reads models from ONNX files as pure functions of traced values. What
// PyTorch, TensorFlow or Paddle exported is differentiated, batched, compiled and
// explained like any other function:
//
//	model, err := onnx.Load("resnet50.onnx")
//	...
//	f, err := model.Func("", "")                         // of its one input to its one output
//	...
//	relevance := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), f), attribute.Class(281))
//	heat := transforms.Jit(relevance)(image)
//
// # Functions and parameters
//
// A [Model] is applied by [Model.Apply], to values by the names of its inputs. Its float
// weights are in [Model.Params], a map by the names of the file, which [Model.With]
// replaces. [Model.Between] cuts out the part between any two values of the graph.
// [Model.Cast] computes in float64.
//
// A graph is traced for the shapes that it meets, so a free length stays free. What
// depends on shapes alone is computed while the function is traced, and what depends on
// constants alone while the file is loaded. Shapes, axes and trip counts that depend on
// the elements of an input are an error that says so.
//
// # Layers and rules
//
// A node with weights, an activation, a normalization, a pooling, and a sum or a product
// of two signals is a layer: its kind is that of the layer in package nn, its path the
// node's name. Composites therefore do what they do for a network built by hand.
// Operations that exporters spell out in several nodes are recognized by the flow of their
// data, and are one layer: a product with a bias behind it, batch normalization, layer
// and RMS normalization, GELU, SiLU, hard swish, Mish, attention. The layer has the name
// of the last of its nodes, or of the product. transforms.Plan shows all of them.
//
// # Types
//
// Elements become the dtypes of package trace:
//
//	in the file     bool  uint8 int8 uint16 int16 int32  uint32 int64 uint64  float16 bfloat16 float32  float64
//	as a Value      bool  i32                            i64                  f32                       f64
//
// float16 and bfloat16 are widened and stay wide: results are those of float32. Strings,
// sequences, maps, optional values, sparse tensors and complex numbers are not supported.
//
// # Operators
//
// Opsets up to 23 are read. Operators have the meaning that the model's opset gives them.
// A model with operators that are not supported gives one error, which lists all of them
// with their nodes. Functions that a file defines are inlined. If becomes
// transforms.Cond, unless its condition is known when the function is traced; Scan, LSTM,
// GRU and RNN become transforms.Scan; each iteration of a Loop is traced by itself.
//
// # Files
//
// A file is mapped into memory and read in place: nothing but the weights is copied. It
// may come from anywhere, so the package trusts nothing in it. It compares a claimed size
// with the bytes that are there before it allocates, and needs at most four times the
// size of the file and four megabytes, weights included. No input panics. Tensors in other
// files must lie in the model's folder.
//
// The format: https://github.com/onnx/onnx/blob/main/docs/IR.md.
package onnx
