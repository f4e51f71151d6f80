package kernel

// The jobs of the poolings work plane by plane.

type avgPool[T Float] struct {
	y, x []T
	s    *Pool
}

func (p avgPool[T]) run(lo, hi int) {
	in, out := volume(p.s.In[:]), volume(p.s.Out[:])
	for i := lo; i < hi; i++ {
		p.plane(p.y[i*out:(i+1)*out], p.x[i*in:(i+1)*in])
	}
}

func (p avgPool[T]) plane(y, x []T) {
	s, o := p.s, 0
	for o0, w0 := range s.Windows[0] {
		for o1, w1 := range s.Windows[1] {
			divisor := s.Divisor[0][o0] * s.Divisor[1][o1]
			for o2, w2 := range s.Windows[2] {
				y[o] = sumWindow(x, s, w0, w1, w2) / T(divisor*s.Divisor[2][o2])
				o++
			}
		}
	}
}

type avgPoolInput[T Float] struct {
	dx, dy []T
	s      *Pool
}

func (p avgPoolInput[T]) run(lo, hi int) {
	in, out := volume(p.s.In[:]), volume(p.s.Out[:])
	for i := lo; i < hi; i++ {
		p.plane(p.dx[i*in:(i+1)*in], p.dy[i*out:(i+1)*out])
	}
}

func (p avgPoolInput[T]) plane(dx, dy []T) {
	s, o := p.s, 0
	clear(dx)
	for o0, w0 := range s.Windows[0] {
		for o1, w1 := range s.Windows[1] {
			divisor := s.Divisor[0][o0] * s.Divisor[1][o1]
			for o2, w2 := range s.Windows[2] {
				addWindow(dx, dy[o]/T(divisor*s.Divisor[2][o2]), s, w0, w1, w2)
				o++
			}
		}
	}
}

type maxPool[T Number] struct {
	y     []T
	index []int32
	x     []T
	s     *Pool
}

func (p maxPool[T]) run(lo, hi int) {
	in, out := volume(p.s.In[:]), volume(p.s.Out[:])
	for i := lo; i < hi; i++ {
		p.plane(p.y[i*out:(i+1)*out], p.index[i*out:(i+1)*out], p.x[i*in:(i+1)*in])
	}
}

func (p maxPool[T]) plane(y []T, index []int32, x []T) {
	o := 0
	for _, w0 := range p.s.Windows[0] {
		for _, w1 := range p.s.Windows[1] {
			for _, w2 := range p.s.Windows[2] {
				y[o], index[o] = maxWindow(x, p.s, w0, w1, w2)
				o++
			}
		}
	}
}

// line is where a line of a window begins in its plane: number i0 and i1 along the first two axes.
func (s *Pool) line(i0, i1 int, w0, w1, w2 Window) int {
	return ((w0.Start+i0*w0.Step)*s.In[1]+w1.Start+i1*w1.Step)*s.In[2] + w2.Start
}

func sumWindow[T Float](x []T, s *Pool, w0, w1, w2 Window) T {
	var total T
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			total += sumLine(x, s.line(i0, i1, w0, w1, w2), w2)
		}
	}
	return total
}

// sumLine is the sum of one line of a window.
func sumLine[T Float](x []T, at int, w Window) T {
	if w.Step == 1 && w.Count > 16 {
		return pairwise(x[at : at+w.Count])
	}
	var total T
	for range w.Count {
		total += x[at]
		at += w.Step
	}
	return total
}

func addWindow[T Float](dx []T, v T, s *Pool, w0, w1, w2 Window) {
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			at := s.line(i0, i1, w0, w1, w2)
			for range w2.Count {
				dx[at] += v
				at += w2.Step
			}
		}
	}
}

func maxWindow[T Number](x []T, s *Pool, w0, w1, w2 Window) (T, int32) {
	best, where := least[T](), -1
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			at := s.line(i0, i1, w0, w1, w2)
			for range w2.Count {
				if v := x[at]; v > best || where < 0 || firstNaN(v, best) {
					best, where = v, at
				}
				at += w2.Step
			}
		}
	}
	return best, int32(where)
}
