//go:build !purego

package layout

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// largestIndices is the largest of the first indices, if they have 32 bits, and how many
// they were. They are taken as unsigned numbers, so that a negative one is more than any
// index.
func largestIndices[I array.Integer](index []I) (most int64, done int) {
	const step = 16
	done = len(index) / step * step
	if cpu.InUse() == cpu.Plain || array.SizeOf[I]() != 4 || done == 0 {
		return 0, 0
	}
	return int64(largestIndex(array.Start(index), done)), done
}
