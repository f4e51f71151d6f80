package attribute

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Upsampling says how to bring a map from the positions of a layer to the positions of
// the input.
type Upsampling uint8

// The ways to bring m values to n positions. Position i of n lies at (i + 1/2)·m/n - 1/2
// among the m, so the borders of both coincide.
const (
	// NoUpsampling leaves the map as it is.
	NoUpsampling Upsampling = iota
	// Nearest repeats values: position i has value ⌊i·m/n⌋.
	Nearest
	// Linear interpolates between the two nearest values along each axis, which is
	// bilinear for images. Beyond the outermost values it is constant.
	Linear
)

// to brings r[n p...] to the positions of x[n c s...].
func (u Upsampling) to(name string, x, r Value) Value {
	if u == NoUpsampling {
		return r
	}
	if x.Rank() != r.Rank()+1 {
		panic(trace.Errorf("attribute.%s: a map %v cannot be upsampled to the input %v: want x[n c s...] with as many places as the layer has axes of them",
			name, r.Type(), x.Type()))
	}
	for _, n := range x.Shape()[2:] { // each pass moves the next axis to the end
		r = fn.DotGeneral(r, u.matrix(r, r.Dim(1), n), fn.DotConfig{ContractA: []int{1}, ContractB: []int{0}})
	}
	return r
}

// matrix returns the [m n] that maps m values to n positions, in the dtype of r.
func (u Upsampling) matrix(r Value, m, n int) Value {
	weights := make([]float64, m*n)
	for i := range n {
		if u == Nearest {
			weights[i*m/n*n+i] = 1
			continue
		}
		at := max(0, (float64(i)+0.5)*float64(m)/float64(n)-0.5)
		low := int(math.Floor(at))
		part := at - float64(low)
		weights[low*n+i] += 1 - part
		weights[min(low+1, m-1)*n+i] += part
	}
	return fn.Reshape(vectorLike(r, weights), m, n)
}
