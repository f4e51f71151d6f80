package fn

import "github.com/pullback-go/pullback/trace"

// FLOPs counts a multiplication and an addition for each pair of elements that meet.
func (op dot) FLOPs(in []trace.Type) int64 {
	return 2 * int64(in[0].Size()) * int64(lengthOf(in[1].Shape, op.freeB(in[1].Rank())))
}

// FLOPs counts a multiplication and an addition for each weight and each output that reads it, those that fall on padding included.
func (op conv) FLOPs(in []trace.Type) int64 {
	out, err := op.Infer(in)
	if err != nil {
		return 0
	}
	return windowFLOPs(in[0].Shape[0], in[1].Shape, out[0].Shape)
}

// FLOPs is that of the convolution it is the adjoint of.
func (op convInput) FLOPs(in []trace.Type) int64 {
	return windowFLOPs(in[0].Shape[0], in[1].Shape, in[0].Shape)
}

// FLOPs is that of the convolution it is the adjoint of.
func (op convWeights) FLOPs(in []trace.Type) int64 {
	out, err := op.Infer(in)
	if err != nil {
		return 0
	}
	return windowFLOPs(in[1].Shape[0], out[0].Shape, in[1].Shape)
}

// windowFLOPs is for n images, weights w[o c/groups k...] and outputs y[n o p...].
func windowFLOPs(n int, w, y []int) int64 {
	return 2 * int64(n) * int64(volume(w)) * int64(volume(y[2:]))
}
