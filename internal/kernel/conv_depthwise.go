package kernel

// The depthwise convolutions work on a padded copy of a plane, in which every tap of every output
// position has its element, so that their loops need no bounds.

// padded is the geometry of such a copy: its size along each axis.
type padded struct {
	conv *Conv
	size [3]int
}

func (s *Conv) padded() padded {
	p := padded{conv: s}
	for a := range 3 {
		p.size[a] = max(0, s.Out[a]-1)*s.Stride[a] + max(0, s.Kernel[a]-1)*s.Dilation[a] + 1
	}
	return p
}

// lines calls f for each line along the last axis that the plane and its padded copy share, with
// the part of it that they share: n elements from at in the plane and from to in the copy.
func (p padded) lines(f func(at, to, n int)) {
	in, pad := &p.conv.In, &p.conv.Pad
	lo2, hi2 := inside(p.size[2], in[2], -pad[2], 1)
	for j0 := range p.size[0] {
		for j1 := range p.size[1] {
			i0, i1 := j0-pad[0], j1-pad[1]
			if uint(i0) < uint(in[0]) && uint(i1) < uint(in[1]) && lo2 < hi2 {
				f((i0*in[1]+i1)*in[2]+lo2-pad[2], (j0*p.size[1]+j1)*p.size[2]+lo2, hi2-lo2)
			}
		}
	}
}

// pad copies a plane into its padded form.
func pad[T Float](dst, plane []T, p padded) {
	clear(dst)
	p.lines(func(at, to, n int) { copy(dst[to:to+n], plane[at:at+n]) })
}

// crop is the adjoint of pad.
func crop[T Float](plane, src []T, p padded) {
	clear(plane)
	p.lines(func(at, to, n int) { copy(plane[at:at+n], src[to:to+n]) })
}

// depthwiseLines calls f for each tap and each line of output positions along the last axis, with
// where the line begins in the output and where its first element reads the padded plane.
func (p padded) depthwiseLines(f func(tap, out, in int)) {
	s := p.conv
	tap := 0
	for k0 := range s.Kernel[0] {
		for k1 := range s.Kernel[1] {
			for k2 := range s.Kernel[2] {
				for o0 := range s.Out[0] {
					for o1 := range s.Out[1] {
						j0 := o0*s.Stride[0] + k0*s.Dilation[0]
						j1 := o1*s.Stride[1] + k1*s.Dilation[1]
						f(tap, (o0*s.Out[1]+o1)*s.Out[2], (j0*p.size[1]+j1)*p.size[2]+k2*s.Dilation[2])
					}
				}
				tap++
			}
		}
	}
}

func depthwiseForward[T Float](y, x, w []T, s Conv) {
	in, out, window, m := volume(s.In[:]), s.positions(), s.taps(), s.COut/s.Groups
	Parallel(s.Batch*s.CIn, planeGrain(out*window*m), func(lo, hi int) {
		p := s.padded()
		plane, st := borrow[T](volume(p.size[:]))
		for u := lo; u < hi; u++ {
			pad(plane, x[u*in:(u+1)*in], p)
			for r := u * m; r < (u+1)*m; r++ {
				filter := w[r%s.COut*window:][:window]
				channel := y[r*out : (r+1)*out]
				clear(channel)
				p.depthwiseLines(func(tap, o, i int) {
					addScaledStrided(channel[o:o+s.Out[2]], filter[tap], plane[i:], s.Stride[2])
				})
			}
		}
		release(st)
	})
}

func depthwiseInput[T Float](dx, dy, w []T, s Conv) {
	in, out, window, m := volume(s.In[:]), s.positions(), s.taps(), s.COut/s.Groups
	Parallel(s.Batch*s.CIn, planeGrain(out*window*m), func(lo, hi int) {
		p := s.padded()
		plane, st := borrow[T](volume(p.size[:]))
		for u := lo; u < hi; u++ {
			clear(plane)
			for r := u * m; r < (u+1)*m; r++ {
				filter := w[r%s.COut*window:][:window]
				channel := dy[r*out : (r+1)*out]
				p.depthwiseLines(func(tap, o, i int) {
					addScaledTo(plane[i:], s.Stride[2], filter[tap], channel[o:o+s.Out[2]])
				})
			}
			crop(dx[u*in:(u+1)*in], plane, p)
		}
		release(st)
	})
}

func depthwiseWeights[T Float](dw, x, dy []T, s Conv) {
	in, out, window, m := volume(s.In[:]), s.positions(), s.taps(), s.COut/s.Groups
	Parallel(s.CIn, planeGrain(s.Batch*out*window*m), func(lo, hi int) {
		p := s.padded()
		plane, st := borrow[T](volume(p.size[:]))
		for c := lo; c < hi; c++ {
			clear(dw[c*m*window : (c+1)*m*window])
			for n := range s.Batch {
				pad(plane, x[(n*s.CIn+c)*in:][:in], p)
				for r := c * m; r < (c+1)*m; r++ {
					filter := dw[r*window : (r+1)*window]
					channel := dy[(n*s.COut+r)*out:][:out]
					p.depthwiseLines(func(tap, o, i int) {
						filter[tap] += dotStrided(plane[i:], s.Stride[2], channel[o:o+s.Out[2]])
					})
				}
			}
		}
		release(st)
	})
}

// planeGrain is how many planes of so many operations each are worth a goroutine.
func planeGrain(ops int) int { return max(1, 1<<15/max(1, ops)) }

// addScaledTo is dst[j·stride] += s·x[j].
func addScaledTo[T Float](dst []T, stride int, s T, x []T) {
	for j, v := range x {
		dst[j*stride] += s * v
	}
}
