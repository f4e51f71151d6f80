// Package nn has the layers of neural networks as structs of values. A model is a struct,
// a slice or a map of layers, or any nesting of them; it is an ordinary argument to a
// transform, and what it computes is an ordinary function:
//
//	type Net struct {
//		Features   nn.Sequential
//		Classifier nn.Linear `nn:"fc"`
//	}
//
//	func (m Net) Apply(x trace.Value) trace.Value { return m.Classifier.Apply(m.Features.Apply(x)) }
//
// Apply is pure: nothing is stored in a layer, and one layer may be applied any number of
// times, from any goroutine. Parameters are kept in the layout of PyTorch. [Name] gives
// each layer its path, under which a composite finds it; [Params] and [Load] use the same
// paths, which are those of PyTorch's state_dict: features.0.weight.
package nn
