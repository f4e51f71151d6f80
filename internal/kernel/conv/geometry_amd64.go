//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// reach is how far a tap is from the first one, in x.
func (s *Geometry) reach(tap int) (offset [3]int) {
	for a := 2; a >= 0; a-- {
		offset[a] = tap % s.Kernel[a] * s.Dilation[a]
		tap /= s.Kernel[a]
	}
	return offset
}

// tapIn is where a tap of a group reads in the halos of its channels, for the first
// position of a line.
func (s *Geometry) tapIn(h *halo, tap int) int {
	window := array.Volume(s.Kernel[:])
	return tap/window*h.plane() + h.at(s.reach(tap%window))
}

// lineIn is where a line of positions of an image begins to read in a halo.
func (s *Geometry) lineIn(h *halo, line int) int {
	return (line/s.Out[1]*h.size[1] + line%s.Out[1]) * h.size[2]
}
