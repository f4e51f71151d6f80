package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestSmallConvNothingPastTheEnd(t *testing.T) {
	eachFloat(t, testSmallConvGuarded[float32], testSmallConvGuarded[float64])
}

func testSmallConvGuarded[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(47, 48))
	for _, s := range smallConvs(r)[:60] {
		nx, nw, ny := s.sizes()
		x, w, y := guarded[T](t, r, nx), guarded[T](t, r, nw), guarded[T](t, r, ny)
		if g := NewSmallConv[T](s, false); g != nil {
			g.Run(y, x, w)
		}
		if g := NewSmallConv[T](s, true); g != nil {
			g.Run(x, y, w)
		}
	}
}
