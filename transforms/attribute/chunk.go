package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// chunkElements is how many elements the copies of x have together that are computed at once by default.
const chunkElements = 1 << 20

// chunkOf is how many copies of x to compute at once; 0 asks for the default.
func chunkOf(x Value, chunk int) int {
	if chunk > 0 {
		return chunk
	}
	return max(1, chunkElements/max(1, x.Size()))
}

// checkChunk refuses a negative chunk.
func checkChunk(name string, chunk int) {
	if chunk < 0 {
		panic(trace.Errorf("attribute.%s: Chunk is %d: use the number of copies of the input to compute at once, or 0 to have it chosen", name, chunk))
	}
}

// sumOver adds up f(row) over the rows of a list of arrays, which have axis 0 in common, chunk of them at once.
func sumOver(f func(row []Value) []Value, rows []Value, chunk int) []Value {
	var total []Value
	for lo, n := 0, rows[0].Dim(0); lo < n; lo += chunk {
		part := make([]Value, len(rows))
		for i, r := range rows {
			part[i] = fn.Slice(r, fn.SliceConfig{Start: []int{lo}, Stop: []int{min(lo+chunk, n)}})
		}
		sums := transforms.Vmap(f)(part)
		for i, s := range sums {
			sums[i] = fn.Sum(s, 0)
			if total != nil {
				sums[i] = fn.Add(total[i], sums[i])
			}
		}
		total = sums
	}
	return total
}
