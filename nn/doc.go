// Package nn has the layers of neural networks as structs of values. A model is a struct,
// a slice or a map of layers, or any nesting of these. It is an ordinary argument to a
// transform, and it computes an ordinary function:
//
//	type Net struct {
//		Features   nn.Sequential
//		Classifier nn.Linear `nn:"fc"`
//	}
//
//	func (m Net) Apply(x trace.Value) trace.Value { return m.Classifier.Apply(m.Features.Apply(x)) }
//
// Apply is pure: a layer stores nothing, and may be applied any number of times, from any
// goroutine. Parameters have the layout of PyTorch. [Name] gives each layer its path, by
// which a composite finds it. [Params] and [Load] use the same paths, which are those of
// PyTorch's state_dict: features.0.weight.
package nn
