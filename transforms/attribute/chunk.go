package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// chunkElements is the default number of elements of the copies of x that are computed at
// once. On larger arrays more copies make an operation no faster, and each copy costs
// memory.
const chunkElements = 1 << 17

// chunkOf returns the number of copies of x to compute at once. A chunk of 0 asks for the
// default.
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

// checkKey refuses a value that is not one key.
func checkKey(name string, key Value) {
	if key.DType() != trace.Int64 || key.Rank() != 0 {
		panic(trace.Errorf("attribute.%s: Key is %v, want one key, i64[]: make it by random.Key", name, key.Type()))
	}
}

// sumOver adds up f(row) over the rows of several arrays, along their common axis 0. Each
// f(row) has the given number of values, of the type of like. At most chunk rows are
// computed at once, in chunks of equal length and a remainder.
func sumOver(f func(row []Value) []Value, values int, like Value, rows []Value, chunk int) []Value {
	n := rows[0].Dim(0)
	total := make([]Value, values)
	for i := range total {
		total[i] = fn.ZerosLike(like)
	}
	chunks := max(1, (n+chunk-1)/chunk)
	chunk = (n + chunks - 1) / chunks
	chunks = n / max(1, chunk)
	if chunks > 1 {
		whole := partsOf(rows, 0, chunks*chunk)
		for i, r := range whole {
			whole[i] = fn.Reshape(r, append([]int{chunks, chunk}, r.Shape()[1:]...)...)
		}
		total, _ = transforms.Scan(func(total, rows []Value) ([]Value, []Value) { return addChunk(f, total, rows), nil })(total, whole)
		rows = partsOf(rows, chunks*chunk, n)
	}
	if rows[0].Dim(0) > 0 {
		total = addChunk(f, total, rows)
	}
	return total
}

// addChunk adds the values of f at some rows to their totals.
func addChunk(f func(row []Value) []Value, total, rows []Value) []Value {
	sums := make([]Value, len(total))
	for i, v := range transforms.Vmap(f)(rows) {
		sums[i] = fn.Add(total[i], fn.Sum(v, 0))
	}
	return sums
}

// partsOf returns the rows from lo up to hi.
func partsOf(rows []Value, lo, hi int) []Value {
	parts := make([]Value, len(rows))
	for i, r := range rows {
		parts[i] = fn.Slice(r, fn.SliceConfig{Start: []int{lo}, Stop: []int{hi}})
	}
	return parts
}
