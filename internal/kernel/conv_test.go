package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func (s Conv) sizes() (x, w, y int) {
	return s.Batch * s.CIn * volume(s.In[:]), s.COut * s.taps(), s.Batch * s.COut * s.positions()
}

// plainTerms calls f with the flat positions in x, w and y of every product of the convolution.
func plainTerms(s Conv, f func(x, w, y int)) {
	ci, co := s.CIn/s.Groups, s.COut/s.Groups
	for n := range s.Batch {
		for o := range s.COut {
			for c := range ci {
				for p := range s.positions() {
					for k := range volume(s.Kernel[:]) {
						if i, ok := plainInput(s, p, k); ok {
							f((n*s.CIn+o/co*ci+c)*volume(s.In[:])+i, (o*ci+c)*volume(s.Kernel[:])+k, (n*s.COut+o)*s.positions()+p)
						}
					}
				}
			}
		}
	}
}

// plainInput is the position in its plane that output position p reads for kernel position k.
func plainInput(s Conv, p, k int) (int, bool) {
	at, stride := 0, 1
	for a := 2; a >= 0; a-- {
		i := p%s.Out[a]*s.Stride[a] + k%s.Kernel[a]*s.Dilation[a] - s.Pad[a]
		if i < 0 || i >= s.In[a] {
			return 0, false
		}
		at, stride = at+i*stride, stride*s.In[a]
		p, k = p/s.Out[a], k/s.Kernel[a]
	}
	return at, true
}

// randomConv draws a geometry; low ranks have leading axes of size 1.
func randomConv(r *rand.Rand) Conv {
	s := Conv{Batch: 1 + r.IntN(3), Groups: 1 + r.IntN(3)}
	s.CIn, s.COut = s.Groups*(1+r.IntN(4)), s.Groups*(1+r.IntN(6))
	rank := 1 + r.IntN(3)
	for a := range 3 {
		s.In[a], s.Kernel[a], s.Stride[a], s.Dilation[a], s.Out[a] = 1, 1, 1, 1, 1
		if a < 3-rank {
			continue
		}
		s.In[a], s.Kernel[a] = 1+r.IntN(9), 1+r.IntN(4)
		s.Stride[a], s.Dilation[a] = 1+r.IntN(3), 1+r.IntN(2)
		s.Pad[a] = r.IntN(4) - 1
		high := r.IntN(4) - 1
		room := s.In[a] + s.Pad[a] + high - (s.Kernel[a]-1)*s.Dilation[a] - 1
		s.Out[a] = 0
		if room >= 0 {
			s.Out[a] = room/s.Stride[a] + 1
		}
	}
	return s
}

func TestConv(t *testing.T) {
	t.Run("f32", testConv[float32])
	t.Run("f64", testConv[float64])
}

func testConv[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 400 {
		s := randomConv(r)
		t.Run(fmt.Sprintf("%d/%+v", i, s), func(t *testing.T) { checkConv[T](t, r, s) })
	}
}

func checkConv[T Float](t *testing.T, r *rand.Rand, s Conv) {
	nx, nw, ny := s.sizes()
	x, w, ct := normals[T](r, nx), normals[T](r, nw), normals[T](r, ny)
	y, dx, dw := garbage[T](ny), garbage[T](nx), garbage[T](nw)
	wantY, wantX, wantW := make([]T, ny), make([]T, nx), make([]T, nw)
	plainTerms(s, func(i, j, k int) {
		wantY[k] += x[i] * w[j]
		wantX[i] += ct[k] * w[j]
		wantW[j] += ct[k] * x[i]
	})
	ConvForward(y, x, w, s)
	ConvInput(dx, ct, w, s)
	ConvWeights(dw, x, ct, s)
	tol := 8 * eps[T]() * math.Sqrt(float64(s.taps()*s.COut+ny+1))
	wantClose(t, y, wantY, tol)
	wantClose(t, dx, wantX, tol)
	wantClose(t, dw, wantW, tol)
}
