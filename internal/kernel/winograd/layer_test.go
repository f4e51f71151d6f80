package winograd

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/conv"
)

// layer is a convolution of 3×3 that keeps the size of square images.
func layer(batch, in, out, side int) conv.Geometry {
	plane, ones := [3]int{1, side, side}, [3]int{1, 1, 1}
	return conv.Geometry{Batch: batch, Groups: 1, CIn: in, COut: out, In: plane, Kernel: [3]int{1, 3, 3}, Out: plane,
		Stride: ones, Pad: [3]int{0, 1, 1}, Dilation: ones}
}

// altered returns a convolution after a change of its geometry.
func altered(s conv.Geometry, change func(s *conv.Geometry)) conv.Geometry {
	change(&s)
	return s
}

// sizes is how many elements the input, the weights and the output have.
func sizes(s conv.Geometry) (x, w, y int) {
	return s.Batch * s.CIn * array.Volume(s.In[:]), s.COut * s.CIn / s.Groups * array.Volume(s.Kernel[:]), s.Batch * s.COut * array.Volume(s.Out[:])
}

// halved is a layer with stride 2.
func halved(s conv.Geometry) conv.Geometry {
	s.Stride = [3]int{1, 2, 2}
	s.Out = [3]int{1, (s.In[1]-1)/2 + 1, (s.In[2]-1)/2 + 1}
	return s
}
