package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestConvLoweredNothingPastTheEnd(t *testing.T) {
	kerneltest.EachFloat(t, testConvLoweredGuarded[float32], testConvLoweredGuarded[float64])
}

func testConvLoweredGuarded[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for _, s := range loweredConvs(r) {
		nx, nw, ny := s.sizes()
		x, w, y := kerneltest.Guarded[T](t, r, nx), kerneltest.Guarded[T](t, r, nw), kerneltest.Guarded[T](t, r, ny)
		Forward(y, x, w, s)
		Input(x, y, w, s)
		Weights(w, x, y, s)
	}
}
