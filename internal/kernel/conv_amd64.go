//go:build !purego

package kernel

// haloBlock is how many elements of copies are in memory at a time, if that is more than one image. Only
// tests change it.
var haloBlock = 1 << 22

// sweepForward is [ConvForward] by a sweep over x; it reports whether there are instructions for it
// and something to sum up.
func sweepForward[T Float](y, x, w []T, s Conv, then func(lo, hi int)) bool {
	if isa == plain || len(w) == 0 {
		return false
	}
	p := sweep{grid: s.Out, out: s.Out, step: [3]int{1, 1, 1}, rows: s.COut / s.Groups, channels: s.CIn / s.Groups,
		aRow: s.taps(), aChannel: volume(s.Kernel[:]), halo: s.inputHalo()}
	p.newTaps(volume(s.Kernel[:]))
	for tap := range cap(p.aTap) {
		p.addTap(tap, p.halo.at(s.reach(tap)))
	}
	p.plan(sizeOf[T]())
	eachHalo(x, &p.halo, s.Batch, s.CIn, 0, func(src []T, from, to int) {
		f := sweeping[T]{p, y, w, src, s.Groups, p.rows * p.aRow, from * s.Groups, then}
		f.all((to - from) * s.Groups)
	})
	p.release()
	return true
}

// inputHalo is the halo of x in which every output position has its taps.
func (s *Conv) inputHalo() halo {
	h := halo{in: s.In, stride: s.Stride}
	for a := range 3 {
		h.origin[a], h.parts[a] = -s.Pad[a], 1
		for k := range s.Kernel[a] {
			h.parts[a] = max(h.parts[a], k*s.Dilation[a]%s.Stride[a]+1)
		}
		h.size[a] = s.Out[a] + max(0, s.Kernel[a]-1)*s.Dilation[a]/s.Stride[a]
	}
	return h
}

// reach is how far a tap is from the first one, in x.
func (s *Conv) reach(tap int) (offset [3]int) {
	for a := 2; a >= 0; a-- {
		offset[a] = tap % s.Kernel[a] * s.Dilation[a]
		tap /= s.Kernel[a]
	}
	return offset
}

// eachHalo calls body with the padded planes of some images at a time, [from, to). It will need so many
// elements beside them for an image.
func eachHalo[T Float](x []T, h *halo, images, channels, beside int, body func(src []T, from, to int)) {
	image, in := channels*h.plane(), channels*volume(h.in[:])
	chunk := max(1, min(images, haloBlock/max(1, image+beside)))
	beyond := sizesOf[T]().lanes() // the last vector may read past the last plane
	src, st := borrow[T](chunk*image + beyond)
	for from := 0; from < images; from += chunk {
		to := min(from+chunk, images)
		fill := haloFill[T]{src, x[from*in : to*in], *h}
		split((to-from)*channels, max(1, elementGrain/max(1, h.plane())), fill)
		body(src, from, to)
	}
	release(st)
}

// sweepInput is [ConvInput] by sweeps over dy, one for each remainder of the coordinates of dx modulo
// the stride: each has taps of its own, which are a stride apart. It reports whether there are
// instructions for it and something to sum up.
func sweepInput[T Float](dx, dy, w []T, s Conv, then func(lo, hi int)) bool {
	if isa == plain || len(w) == 0 || len(dy) == 0 {
		return false
	}
	h := s.outputHalo()
	eachHalo(dy, &h, s.Batch, s.COut, 0, func(src []T, from, to int) {
		classes, during := volume(s.Stride[:]), then
		if classes > 1 {
			during = nil // since each of them leaves gaps
		}
		for f := range classes {
			p := s.inputSweep(h, [3]int{f / s.Stride[2] / s.Stride[1], f / s.Stride[2] % s.Stride[1], f % s.Stride[2]})
			p.plan(sizeOf[T]())
			g := sweeping[T]{p, dx, w, src, s.Groups, s.COut / s.Groups * s.taps(), from * s.Groups, during}
			g.all((to - from) * s.Groups)
			p.release()
		}
		if classes > 1 {
			image := s.CIn * volume(s.In[:])
			tell(then, from*image, to*image)
		}
	})
	return true
}

// outputHalo is the halo of dy in which every input position has its taps: with coordinates padded + i =
// h·stride + f, tap k reads dy at h - e, where k·dilation = e·stride + f.
func (s *Conv) outputHalo() halo {
	h := halo{in: s.Out, stride: [3]int{1, 1, 1}, parts: [3]int{1, 1, 1}}
	for a := range 3 {
		farthest := max(0, s.Kernel[a]-1) * s.Dilation[a] / s.Stride[a]
		h.origin[a] = floorDiv(s.Pad[a], s.Stride[a]) - farthest
		h.size[a] = floorDiv(s.Pad[a]+s.In[a]-1, s.Stride[a]) - h.origin[a] + 1
	}
	return h
}

// floorDiv is a/b rounded down, for b > 0.
func floorDiv(a, b int) int {
	if a < 0 {
		return -ceilDiv(-a, b)
	}
	return a / b
}

// inputSweep is the sweep for the positions of dx with remainder f.
func (s *Conv) inputSweep(h halo, f [3]int) sweep {
	window := volume(s.Kernel[:])
	p := sweep{halo: h, out: s.In, step: s.Stride, rows: s.CIn / s.Groups, channels: s.COut / s.Groups,
		aRow: window, aChannel: s.taps()}
	var low [3]int
	for a := range 3 {
		low[a] = -floorDiv(f[a]-s.Pad[a], s.Stride[a]) // the first h for which i >= 0
		p.first[a] = low[a]*s.Stride[a] + f[a] - s.Pad[a]
		p.grid[a] = max(0, floorDiv(s.In[a]-1-p.first[a], s.Stride[a])+1)
	}
	p.newTaps(window)
	for tap := range window {
		reach, ours := s.reach(tap), true
		for a := range 3 {
			ours = ours && reach[a]%s.Stride[a] == f[a]
			reach[a] = low[a] - reach[a]/s.Stride[a] - h.origin[a]
		}
		if ours {
			p.addTap(tap, h.at(reach))
		}
	}
	p.moves = p.moves[:2*p.steps()]
	return p
}
