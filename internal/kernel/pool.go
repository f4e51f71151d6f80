package kernel

// Window is what a pooling reads along one axis for one output position: the Count indices Start,
// Start+Step, ..., all inside of the axis. Count may be 0.
type Window struct{ Start, Count, Step int }

// Pool is the geometry of a pooling over up to three spatial axes, of Planes = batch · channels planes
// of shape In that become planes of shape Out. Windows[a] and Divisor[a] have Out[a] entries; only
// average pooling reads Divisor.
type Pool struct {
	Planes  int
	In, Out [3]int
	Windows [3][]Window
	Divisor [3][]float64
}

// AvgPool is average pooling,
//
//	y[o0,o1,o2] = Σ x over the window / (Divisor[0][o0] · Divisor[1][o1] · Divisor[2][o2]).
//
// An empty window is 0 over its divisor.
func AvgPool[T Float](y, x []T, s *Pool) {
	s.check("AvgPool", len(x), "x", len(y), "y", true)
	s.eachPlane(func(plane int) {
		in, out := s.plane(plane, len(x)), s.plane(plane, len(y))
		avgPlane(y[out[0]:out[1]], x[in[0]:in[1]], s)
	})
}

// AvgPoolInput is the adjoint of [AvgPool]: dx[i] is the sum of dy[o] / divisor(o) over the windows o
// that hold i.
func AvgPoolInput[T Float](dx, dy []T, s *Pool) {
	s.check("AvgPoolInput", len(dx), "dx", len(dy), "dy", true)
	s.eachPlane(func(plane int) {
		in, out := s.plane(plane, len(dx)), s.plane(plane, len(dy))
		avgPlaneInput(dx[in[0]:in[1]], dy[out[0]:out[1]], s)
	})
}

// MaxPool is max pooling: y is the maximum of the window and index its flat position in the plane of
// shape In. Of equal maxima the first in row-major order wins, and a NaN wins over every number, the first NaN
// over the others. An empty window gives -Inf, for integers the least one, and index -1.
func MaxPool[T Number](y []T, index []int32, x []T, s *Pool) {
	s.check("MaxPool", len(x), "x", len(y), "y", false)
	wantLen("MaxPool", "index", len(index), len(y))
	s.eachPlane(func(plane int) {
		in, out := s.plane(plane, len(x)), s.plane(plane, len(y))
		maxPlane(y[out[0]:out[1]], index[out[0]:out[1]], x[in[0]:in[1]], s)
	})
}

// plane is the range of one plane in an array of n elements.
func (s *Pool) plane(i, n int) [2]int {
	size := n / s.Planes
	return [2]int{i * size, (i + 1) * size}
}

// eachPlane calls f for every plane, in parallel if that pays.
func (s *Pool) eachPlane(f func(plane int)) {
	grain := planeGrain(volume(s.Out[:]) + volume(s.In[:]))
	Parallel(s.Planes, grain, func(lo, hi int) {
		for plane := lo; plane < hi; plane++ {
			f(plane)
		}
	})
}

// eachWindow calls f with every output position of a plane and its windows.
func (s *Pool) eachWindow(f func(o0, o1, o2, at int, w0, w1, w2 Window)) {
	at := 0
	for o0, w0 := range s.Windows[0] {
		for o1, w1 := range s.Windows[1] {
			for o2, w2 := range s.Windows[2] {
				f(o0, o1, o2, at, w0, w1, w2)
				at++
			}
		}
	}
}

// eachLine calls f with where each line of a window begins in the plane.
func (s *Pool) eachLine(w0, w1, w2 Window, f func(at int)) {
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			f(((w0.Start+i0*w0.Step)*s.In[1]+w1.Start+i1*w1.Step)*s.In[2] + w2.Start)
		}
	}
}

func (s *Pool) divisor(o0, o1, o2 int) float64 {
	return s.Divisor[0][o0] * s.Divisor[1][o1] * s.Divisor[2][o2]
}

func avgPlane[T Float](y, x []T, s *Pool) {
	s.eachWindow(func(o0, o1, o2, at int, w0, w1, w2 Window) {
		var total T
		s.eachLine(w0, w1, w2, func(line int) { total += sumLine(x, line, w2) })
		y[at] = total / T(s.divisor(o0, o1, o2))
	})
}

// sumLine is the sum of one line of a window.
func sumLine[T Float](x []T, at int, w Window) T {
	if w.Step == 1 && w.Count > 16 {
		return pairwise(x[at : at+w.Count])
	}
	var part T
	for range w.Count {
		part += x[at]
		at += w.Step
	}
	return part
}

func avgPlaneInput[T Float](dx, dy []T, s *Pool) {
	clear(dx)
	s.eachWindow(func(o0, o1, o2, at int, w0, w1, w2 Window) {
		v := dy[at] / T(s.divisor(o0, o1, o2))
		s.eachLine(w0, w1, w2, func(i int) {
			for range w2.Count {
				dx[i] += v
				i += w2.Step
			}
		})
	})
}

func maxPlane[T Number](y []T, index []int32, x []T, s *Pool) {
	s.eachWindow(func(_, _, _, at int, w0, w1, w2 Window) {
		best, where := least[T](), -1
		s.eachLine(w0, w1, w2, func(i int) {
			for range w2.Count {
				if v := x[i]; where < 0 || beats(v, best) {
					best, where = v, i
				}
				i += w2.Step
			}
		})
		y[at], index[at] = best, int32(where)
	})
}

func (s *Pool) check(fn string, x int, xName string, y int, yName string, average bool) {
	wantLen(fn, xName, x, s.Planes*volume(s.In[:]))
	wantLen(fn, yName, y, s.Planes*volume(s.Out[:]))
	for a := range 3 {
		wantLen(fn, "a Windows list", len(s.Windows[a]), s.Out[a])
		if average {
			wantLen(fn, "a Divisor list", len(s.Divisor[a]), s.Out[a])
		}
	}
}
