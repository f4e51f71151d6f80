package kernel

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// followed is a function for then that changes every element it is told of, and a check that it was told of
// each element of lines once, when it had its final value, in parts that are not too short. Lines have a
// length and are so far apart.
func followed[T Float](out []T) (then func(lo, hi int), check func(t *testing.T, want []T, length, apart int)) {
	var lock sync.Mutex
	var parts [][2]int
	then = func(lo, hi int) {
		lock.Lock()
		parts = append(parts, [2]int{lo, hi})
		lock.Unlock()
		for i := lo; i < hi; i++ {
			out[i] = 2*out[i] + 1
		}
	}
	return then, func(t *testing.T, want []T, length, apart int) {
		t.Helper()
		for i := range want {
			want[i] = 2*want[i] + 1
		}
		sameBits(t, out, want, "followed")
		for _, p := range parts {
			if n := p[1] - p[0]; n < min(length, 1000/sizeOf[T]()) && p[1]%apart != length%apart {
				t.Errorf("the part %v of lines of %d is short", p, length)
			}
		}
	}
}

func TestConvThen(t *testing.T) { eachFloat(t, testConvThen[float32], testConvThen[float64]) }

func testConvThen[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	convs := specialConvs()
	for i := range 120 {
		convs[fmt.Sprint(i)] = randomConv(r)
	}
	convs["wide"], convs["wide, strided"] = square(2, 1, 20, 30, 40, 3, 1), square(1, 1, 20, 30, 61, 3, 2)
	convs["wide, pointwise"], convs["narrow"] = square(1, 1, 50, 60, 40, 1, 1), square(1, 1, 90, 200, 7, 3, 1)
	for name, s := range convs {
		t.Run(name, func(t *testing.T) { checkConvThen[T](t, r, s) })
	}
}

func checkConvThen[T Float](t *testing.T, r *rand.Rand, s Conv) {
	nx, nw, ny := s.sizes()
	x, w, ct := normals[T](r, nx), normals[T](r, nw), normals[T](r, ny)
	want, got := garbage[T](ny), garbage[T](ny)
	ConvForward(want, x, w, s)
	then, check := followed(got)
	ConvForwardThen(got, x, w, s, then)
	check(t, want, volume(s.Out[1:]), volume(s.Out[1:]))
	want, got = garbage[T](nx), garbage[T](nx)
	ConvInput(want, ct, w, s)
	then, check = followed(got)
	ConvInputThen(got, ct, w, s, then)
	check(t, want, volume(s.In[1:]), volume(s.In[1:]))
}

func TestGemmThen(t *testing.T) { eachFloat(t, testGemmThen[float32], testGemmThen[float64]) }

func testGemmThen[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	for _, s := range [][4]int{{5, 7, 9, 0}, {1, 70, 3, 0}, {70, 1, 3, 0}, {70, 1, 3, 2}, {20, 30, 0, 0}, {20, 30, 4, 5}, {300, 700, 90, 0}, {90, 600, 300, 1}, {130, 40, 600, 0}} {
		m, n, k, ldc := s[0], s[1], s[2], s[1]+s[3]
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			a, b := normals[T](r, m*k), normals[T](r, k*n)
			got, tight := garbage[T]((m-1)*ldc+n), garbage[T](m*n)
			then, check := followed(got)
			GemmThen(m, n, k, a, k, 1, b, n, 1, got, ldc, false, then)
			Gemm(m, n, k, a, k, 1, b, n, 1, tight, n, false)
			want := garbage[T](len(got))
			for i := range m {
				copy(want[i*ldc:], tight[i*n:(i+1)*n])
			}
			check(t, want, n, ldc)
		})
	}
}
