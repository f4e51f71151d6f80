package pool

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// randomPool draws windows of any step, some empty, some overlapping.
func randomPool(r *rand.Rand) *Geometry {
	s := &Geometry{Planes: r.IntN(4)}
	for a := range 3 {
		s.In[a], s.Out[a] = 1+r.IntN(6), r.IntN(5)
		if a == 2 && r.IntN(4) == 0 {
			s.In[a] += 40 // long enough for pairwise sums
		}
		for range s.Out[a] {
			w := Window{Start: r.IntN(s.In[a]), Step: 1 + r.IntN(2)}
			w.Count = r.IntN((s.In[a]-1-w.Start)/w.Step + 2)
			s.Windows[a] = append(s.Windows[a], w)
			s.Divisor[a] = append(s.Divisor[a], float64(1+r.IntN(4)))
		}
	}
	return s
}

// plainWindows calls f for every output element with its window: the flat positions in x
// that it reads, in row-major order.
func plainWindows(s *Geometry, f func(o int, divisor float64, window []int)) {
	for plane := range s.Planes {
		for o := range array.Volume(s.Out[:]) {
			o2, o1, o0 := o%s.Out[2], o/s.Out[2]%s.Out[1], o/s.Out[2]/s.Out[1]
			var window []int
			for _, i0 := range s.Windows[0][o0].indices() {
				for _, i1 := range s.Windows[1][o1].indices() {
					for _, i2 := range s.Windows[2][o2].indices() {
						window = append(window, plane*array.Volume(s.In[:])+(i0*s.In[1]+i1)*s.In[2]+i2)
					}
				}
			}
			divisor := s.Divisor[0][o0] * s.Divisor[1][o1] * s.Divisor[2][o2]
			f(plane*array.Volume(s.Out[:])+o, divisor, window)
		}
	}
}

func (w Window) indices() []int {
	var at []int
	for i := range w.Count {
		at = append(at, w.Start+i*w.Step)
	}
	return at
}

func TestPool(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		s := randomPool(r)
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			checkAvgPool[float32](t, r, s)
			checkAvgPool[float64](t, r, s)
			checkMaxPools(t, r, s)
		})
	}
}

func checkMaxPools(t *testing.T, r *rand.Rand, s *Geometry) {
	t.Helper()
	n := s.Planes * array.Volume(s.In[:])
	checkMaxPool(t, s, kerneltest.FloatsWithNaN[float32](r, n), float32(math.Inf(-1)))
	checkMaxPool(t, s, kerneltest.FloatsWithNaN[float64](r, n), math.Inf(-1))
	checkMaxPool(t, s, zerosAndNumbers[float32](r, n), float32(math.Inf(-1)))
	checkMaxPool(t, s, zerosAndNumbers[float64](r, n), math.Inf(-1))
	checkMaxPool(t, s, kerneltest.SmallInts[int32](r, n), math.MinInt32)
	checkMaxPool(t, s, kerneltest.SmallInts[int64](r, n), math.MinInt64)
}

// zerosAndNumbers are zeros of either sign, -Inf and a few numbers.
func zerosAndNumbers[T array.Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = []T{T(math.Inf(-1)), -1, T(math.Copysign(0, -1)), 0, T(r.IntN(3))}[r.IntN(5)]
	}
	return x
}

// regularPool has windows of so many elements along the last two axes, stride apart, cut
// off at the ends of the axes.
func regularPool(planes int, in [3]int, window, stride, step int) *Geometry {
	s := &Geometry{Planes: planes, In: in}
	for a := range 3 {
		pad := window / 2
		for from := -pad; from < in[a]; from += stride {
			w := Window{Start: from, Count: window, Step: step}
			for w.Start < 0 {
				w.Start, w.Count = w.Start+step, w.Count-1
			}
			w.Count = max(0, min(w.Count, array.CeilDiv(in[a]-w.Start, step)))
			s.Windows[a], s.Divisor[a] = append(s.Windows[a], w), append(s.Divisor[a], float64(max(1, w.Count)))
		}
		s.Out[a] = len(s.Windows[a])
	}
	return s
}

// TestPoolRows has rows of windows of every size that vector instructions pool, and past
// it, at every length.
func TestPoolRows(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		for window := 1; window <= 6; window++ {
			for stride := 1; stride <= 3; stride++ {
				for _, columns := range []int{17, 6, 33, 2, 5, 8, 15, 24, 25, 52}[:kerneltest.AtMost(10, 3)] {
					s := regularPool(2, [3]int{1 + window%2, 4, columns}, window, stride, 1+columns%5/4)
					t.Run(fmt.Sprint(window, stride, columns), func(t *testing.T) {
						checkAvgPool[float32](t, r, s)
						checkAvgPool[float64](t, r, s)
						checkMaxPools(t, r, s)
					})
				}
			}
		}
	})
}

// TestAvgPoolVectors: vector instructions sum in the order of the plain loops.
func TestAvgPoolVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for window := 2; window <= 5; window++ {
		for stride := 1; stride <= 2; stride++ {
			s := regularPool(3, [3]int{2, 11, 37}, window, stride, 1)
			nx, ny := 3*array.Volume(s.In[:]), 3*array.Volume(s.Out[:])
			x, ct := kerneltest.Specials[float32](r, nx), kerneltest.Normals[float32](r, ny)
			var want []float32
			kerneltest.EachISA(t, func(t *testing.T) {
				all := kerneltest.Garbage[float32](ny + nx)
				Avg(all[:ny], x, s)
				AvgInput(all[ny:], ct, s)
				if want == nil {
					want = all
				}
				kerneltest.WantAlike(t, "Avg and its adjoint", all, want)
			})
		}
	}
}

func checkAvgPool[T array.Float](t *testing.T, r *rand.Rand, s *Geometry) {
	nx, ny := s.Planes*array.Volume(s.In[:]), s.Planes*array.Volume(s.Out[:])
	x, ct := kerneltest.Normals[T](r, nx), kerneltest.Normals[T](r, ny)
	y, dx := kerneltest.Garbage[T](ny), kerneltest.Garbage[T](nx)
	wantY, wantX := make([]float64, ny), make([]float64, nx)
	plainWindows(s, func(o int, divisor float64, window []int) {
		for _, i := range window {
			wantY[o] += float64(x[i]) / divisor
			wantX[i] += float64(ct[o]) / divisor
		}
	})
	Avg(y, x, s)
	AvgInput(dx, ct, s)
	kerneltest.WantClose(t, kerneltest.Float64s(y), wantY, 20*kerneltest.Eps[T]())
	kerneltest.WantClose(t, kerneltest.Float64s(dx), wantX, 20*kerneltest.Eps[T]())
}

func checkMaxPool[T array.Number](t *testing.T, s *Geometry, x []T, none T) {
	t.Helper()
	ny := s.Planes * array.Volume(s.Out[:])
	y, index := make([]T, ny), make([]int32, ny)
	elementwise.Fill(index, -7)
	Max(y, index, x, s)
	plainWindows(s, func(o int, _ float64, window []int) {
		want, where := none, -1
		if len(window) > 0 {
			first := kerneltest.FirstBest(window, func(i int) float64 { return float64(x[i]) })
			want, where = x[first], first%array.Volume(s.In[:])
		}
		if !kerneltest.Alike(float64(y[o]), float64(want)) || index[o] != int32(where) {
			t.Fatalf("output %d: got %v at %d, want %v at %d", o, y[o], index[o], want, where)
		}
	})
}

func TestAvgPoolEmptyWindow(t *testing.T) {
	s := &Geometry{Planes: 1, In: [3]int{1, 1, 2}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, {{0, 0, 1}}},
		Divisor: [3][]float64{{1}, {1}, {0}}}
	y, dx := []float64{5}, []float64{5, 5}
	Avg(y, []float64{1, 2}, s)
	AvgInput(dx, []float64{1}, s)
	if y[0] == y[0] || dx[0] != 0 || dx[1] != 0 {
		t.Errorf("got %v and %v, want NaN (0/0) and zeros", y, dx)
	}
}

func TestPoolSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const side = 30
	s := &Geometry{Planes: 50, In: [3]int{1, side, side}, Out: [3]int{1, side / 2, side / 2},
		Windows: [3][]Window{{{0, 1, 1}}, halves(side), halves(side)}, Divisor: [3][]float64{{1}, make([]float64, side/2), make([]float64, side/2)}}
	elementwise.Fill(s.Divisor[1], 2)
	elementwise.Fill(s.Divisor[2], 2)
	nx, ny := s.Planes*side*side, s.Planes*side*side/4
	x, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, ny)
	kerneltest.OnCores(t, func() []float32 {
		all, index := kerneltest.Garbage[float32](nx+2*ny), make([]int32, ny)
		AvgInput(all[:nx], ct, s)
		Avg(all[nx:nx+ny], x, s)
		Max(all[nx+ny:], index, x, s)
		return all
	})
}

// TestFaultB6Average: so many elements that are averaged are not added up in float32.
func TestFaultB6Average(t *testing.T) {
	const n = 1 << 20
	const rows = n / 16
	x, y := make([]float32, n), kerneltest.Garbage[float32](1)
	elementwise.Fill(x, 0.1)
	s := &Geometry{Planes: 1, In: [3]int{1, rows, 16}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{{{0, 1, 1}}, {{0, rows, 1}}, {{0, 15, 1}}},
		Divisor: [3][]float64{{1}, {rows}, {15}}}
	if Avg(y, x, s); !(math.Abs(float64(y[0])-float64(float32(0.1))) <= 1e-7) {
		t.Errorf("got %v, want 0.1", y[0])
	}
}
