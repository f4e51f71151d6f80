package fn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Each element of a block comes from its channel, for one to three spatial axes. The
// inverses undo that.
func TestDepthAndSpaceAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(60, 1))
	for range 60 {
		spatial, block := 1+r.IntN(3), 1+r.IntN(3)
		area := 1
		for range spatial {
			area *= block
		}
		channels := 1 + r.IntN(2)
		shape := append([]int{1 + r.IntN(2), channels * area}, shapeOf(r, spatial)...)
		x := whole(r, everyDType[r.IntN(len(everyDType))], shape...)
		out := []int{shape[0], channels}
		for _, n := range shape[2:] {
			out = append(out, n*block)
		}
		from := func(index []int, blocksFirst bool) []int {
			at, inBlock := slices.Clone(index), 0
			for a := 2; a < len(index); a++ {
				at[a], inBlock = index[a]/block, inBlock*block+index[a]%block
			}
			if at[1] = index[1]*area + inBlock; blocksFirst {
				at[1] = inBlock*channels + index[1]
			}
			return at
		}
		shuffled, deep := fn.PixelShuffle(x, block), fn.DepthToSpace(x, block)
		moves(t, "pixel_shuffle", x, shuffled, out, 0, func(index []int) []int { return from(index, false) })
		moves(t, "depth_to_space", x, deep, out, 0, func(index []int) []int { return from(index, true) })
		same := func(index []int) []int { return index }
		moves(t, "pixel_unshuffle", x, fn.PixelUnshuffle(shuffled, block), shape, 0, same)
		moves(t, "space_to_depth", x, fn.SpaceToDepth(deep, block), shape, 0, same)
	}
}

// The triangles of matrices of every shape, for every diagonal and some beyond.
func TestTrianglesAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 1))
	for range 100 {
		shape := shapeOf(r, 2+r.IntN(2))
		x, k, at := whole(r, everyDType[r.IntN(len(everyDType))], shape...), r.IntN(13)-6, len(shape)-2
		keep := func(kept bool, index []int) []int {
			if kept {
				return index
			}
			return nil
		}
		moves(t, "tril", x, fn.Tril(x, k), shape, 0, func(i []int) []int { return keep(i[at+1]-i[at] <= k, i) })
		moves(t, "triu", x, fn.Triu(x, k), shape, 0, func(i []int) []int { return keep(i[at+1]-i[at] >= k, i) })
	}
	const far = 1 << 62
	x := whole(r, trace.Float64, 2, 3)
	near(t, "all", fn.Tril(x, far).Float64s(), x.Float64s(), 0)
	near(t, "none", fn.Triu(x, far).Float64s(), make([]float64, 6), 0)
	near(t, "none", fn.Tril(x, -far).Float64s(), make([]float64, 6), 0)
}

func TestDepthErrors(t *testing.T) {
	x := f32(2, 6, 4)
	for want, f := range map[string]func(){
		"pixel_shuffle(f32[2 6 4]): 6 channels are not whole blocks of 4, which is 4 along each of 1 axes": func() { fn.PixelShuffle(x, 4) },
		"depth_to_space(f32[2 6]): want x[n c s...] with at least one spatial axis":                        func() { fn.DepthToSpace(f32(2, 6), 2) },
		"pixel_unshuffle(f32[2 6 4]): spatial axis 0 has length 4, which is no multiple of 3":              func() { fn.PixelUnshuffle(x, 3) },
		"space_to_depth(f32[2 6 4]): blocks of length 0: want at least 1":                                  func() { fn.SpaceToDepth(x, 0) },
		"tril(f32[2]): want matrices on the last two axes":                                                 func() { fn.Tril(f32(2), 0) },
	} {
		wantMessage(t, want, f)
	}
}

func ExamplePixelShuffle() {
	x := trace.New([]float32{1, 2, 3, 4}, 1, 4, 1, 1)
	fmt.Println(fn.PixelShuffle(x, 2))
	// Output: f32[1 1 2 2] [[[[1 2] [3 4]]]]
}
