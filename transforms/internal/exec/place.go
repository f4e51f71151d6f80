package exec

import (
	"cmp"
	"slices"
)

// near is the number of lowest buffers that placing looks at. It covers all buffers of a
// network, and bounds the work for a huge program.
const near = 512

// place decides where buffers begin, the largest first. Each goes to the lowest place
// that does not overlap a buffer needed at the same time. If no such place is found among
// the lowest buffers, it goes above all buffers needed at the same time. place returns
// the end of the highest buffer.
//
// Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020:
// greedy by size.
func place(buffers []buffer, steps int, visits *int) (extent int) {
	order := make([]*buffer, len(buffers))
	for i := range buffers {
		order[i] = &buffers[i]
	}
	slices.SortStableFunc(order, func(a, b *buffer) int { return cmp.Compare(b.size, a.size) })
	var lowest []*buffer // by where they begin
	tops := newSkyline(steps)
	for k, b := range order {
		if !b.settle(lowest, visits) && k > near {
			b.at = b.aligned(tops.highest(b.from, b.to))
		}
		tops.raise(b.from, b.to, plus(b.at, b.size))
		extent = max(extent, plus(b.at, b.size))
		i, _ := slices.BinarySearchFunc(lowest, b, func(o, b *buffer) int { return cmp.Compare(o.at, b.at) })
		if i < near {
			lowest = slices.Insert(lowest, i, b)
			lowest = lowest[:min(near, len(lowest))]
		}
	}
	return extent
}

// settle moves a buffer to the lowest place between others. It reports whether that place
// is below the last of them.
func (b *buffer) settle(others []*buffer, visits *int) bool {
	for _, o := range others {
		*visits++
		if o.from > b.to || o.to < b.from {
			continue
		}
		if plus(b.at, b.size) <= o.at {
			return true
		}
		b.at = max(b.at, b.aligned(plus(o.at, o.size)))
	}
	return len(others) == 0 || plus(b.at, b.size) <= others[len(others)-1].at
}

// aligned returns the next byte from n on where the buffer may begin.
func (b *buffer) aligned(n int) int { return plus(n, b.align-1) / b.align * b.align }

// skyline records, by step, the end of the highest buffer. It is a segment tree: each
// node covers the steps of the two nodes below it.
type skyline struct {
	leaves int
	all    []int // by node: the end at each of its steps is at least this
	most   []int // by node: the end at one of its steps is at least this
}

func newSkyline(steps int) *skyline {
	n := 1
	for n < steps {
		n *= 2
	}
	return &skyline{n, make([]int, 2*n), make([]int, 2*n)}
}

// raise makes the end at the steps from lo to hi at least top.
func (s *skyline) raise(lo, hi, top int) { s.raiseIn(1, 0, s.leaves, lo, hi+1, top) }

// raiseIn does so below a node that covers the steps from first up to end.
func (s *skyline) raiseIn(node, first, end, lo, hi, top int) {
	if hi <= first || end <= lo {
		return
	}
	s.most[node] = max(s.most[node], top)
	if lo <= first && end <= hi {
		s.all[node] = max(s.all[node], top)
		return
	}
	middle := (first + end) / 2
	s.raiseIn(2*node, first, middle, lo, hi, top)
	s.raiseIn(2*node+1, middle, end, lo, hi, top)
}

// highest returns the highest end at the steps from lo to hi.
func (s *skyline) highest(lo, hi int) int { return s.highestIn(1, 0, s.leaves, lo, hi+1) }

func (s *skyline) highestIn(node, first, end, lo, hi int) int {
	switch {
	case hi <= first || end <= lo:
		return 0
	case lo <= first && end <= hi:
		return s.most[node]
	}
	middle := (first + end) / 2
	return max(s.all[node], s.highestIn(2*node, first, middle, lo, hi), s.highestIn(2*node+1, middle, end, lo, hi))
}
