package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestConvLoweredNothingPastTheEnd(t *testing.T) {
	eachFloat(t, testConvLoweredGuarded[float32], testConvLoweredGuarded[float64])
}

func testConvLoweredGuarded[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for _, s := range loweredConvs(r) {
		nx, nw, ny := s.sizes()
		x, w, y := guarded[T](t, r, nx), guarded[T](t, r, nw), guarded[T](t, r, ny)
		ConvForward(y, x, w, s)
		ConvInput(x, y, w, s)
		ConvWeights(w, x, y, s)
	}
}
