package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestImplicitNothingPastTheEnd(t *testing.T) {
	kerneltest.EachFloat(t, testImplicitGuarded[float32], testImplicitGuarded[float64])
}

func testImplicitGuarded[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for _, s := range implicitConvs(r) {
		nx, nw, ny := s.sizes()
		x, w, y := kerneltest.Guarded[T](t, r, nx), kerneltest.Guarded[T](t, r, nw), kerneltest.Guarded[T](t, r, ny)
		Forward(y, x, w, s)
		Input(x, y, w, s)
		Weights(w, x, y, s)
	}
}
