package gemm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestMicroKernel(t *testing.T) {
	t.Run("f32", testMicroKernel[float32])
	t.Run("f64", testMicroKernel[float64])
}

// testMicroKernel has every number of steps past two that are taken at once, and rows
// that are not neighbours.
func testMicroKernel[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(121, 122))
	for steps := range 8 {
		for _, accumulate := range []bool{false, true} {
			a, b, c := kerneltest.Wholes[T](r, steps*tileRows), kerneltest.Wholes[T](r, steps*tileCols), kerneltest.Wholes[T](r, 5+tileCols)
			want := slices.Clone(c)
			kerneltest.PlainMul(tileRows, tileCols, steps, a, 1, tileRows, b, tileCols, 1, want, 5, accumulate)
			microKernel(c, 5, a, b, accumulate)
			if !slices.Equal(c, want) {
				t.Errorf("%d steps, accumulate %v: got %v, want %v", steps, accumulate, c, want)
			}
		}
	}
}

func TestMultiplyPlain(t *testing.T) {
	t.Run("f32", testMultiplyPlain[float32])
	t.Run("f64", testMultiplyPlain[float64])
}

// testMultiplyPlain has blocks from the middle of their operands, with every rest of
// lines past whole tiles, none, one and two blocks of steps, and rows of C that are not
// neighbours.
func testMultiplyPlain[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(123, 124))
	const ldc = 9
	for _, steps := range []int{0, 1, 2, 5, DepthBlock, DepthBlock + 1, 2*DepthBlock + 3} {
		a, b := kerneltest.Wholes[T](r, 8*steps), kerneltest.Wholes[T](r, steps*10)
		left, right := Strided[T]{a, steps, 1}, Strided[T]{b, 1, 10}
		for m := range 6 {
			for n := range 8 {
				c, accumulate := kerneltest.Wholes[T](r, 6*ldc), r.IntN(2) == 0
				want := slices.Clone(c)
				kerneltest.PlainMul(m, n, steps, left.Data[min(2*steps, len(a)):], steps, 1, right.Data[min(3, len(b)):], 10, 1, want, ldc, accumulate)
				multiplyPlain(c, ldc, left, 2, 2+m, right, 3, 3+n, steps, accumulate)
				if !slices.Equal(c, want) {
					t.Fatalf("%d×%d of %d steps, accumulate %v: got %v, want %v", m, n, steps, accumulate, c, want)
				}
			}
		}
	}
}

// TestMultiply is the block of a product with the instructions in use: from the middle of
// operands that are read in place, copied or packed, by steps past one and two blocks, in
// every size past a tile.
func TestMultiply(t *testing.T) {
	kerneltest.EachFloat(t, testMultiply[float32], testMultiply[float64])
}

func testMultiply[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(125, 126))
	const far = 512 // lines so far apart crowd the cache
	for i := range kerneltest.AtMost(400, 25) {
		m, n, steps := 1+r.IntN(20), 1+r.IntN(70), []int{1, 2, 5, 9, 9, DepthBlock + 2, 2*DepthBlock + 1}[r.IntN(7)]
		if i%20 == 0 {
			m, n, steps = vectorRows+1+r.IntN(3), 1+r.IntN(40), 1+r.IntN(9)
		}
		if steps > DepthBlock {
			m, n = 1+m/3, 1+n/2 // the direct sum of all would take long
		}
		left, right := Strided[T]{nil, steps + 3, 1}, Strided[T]{nil, 1, n + 5}
		switch r.IntN(4) {
		case 0:
			left.Line, left.Step = 1, m+3
		case 1:
			right.Line, right.Step = steps+2, 1
		case 2:
			left.Line, right.Step = max(far, (steps+2+far-1)/far*far), far
		}
		i0, j0 := r.IntN(3), r.IntN(4)
		left.Data = kerneltest.Wholes[T](r, (i0+m-1)*left.Line+(steps-1)*left.Step+1)
		right.Data = kerneltest.Wholes[T](r, (j0+n-1)*right.Line+(steps-1)*right.Step+1)
		ldc, accumulate := n+r.IntN(3), i%3 == 0
		c := kerneltest.Wholes[T](r, m*ldc+2*kerneltest.Fence)
		want := slices.Clone(c)
		kerneltest.PlainMul(m, n, steps, left.Data[i0*left.Line:], left.Line, left.Step, right.Data[j0*right.Line:], right.Step, right.Line, want[kerneltest.Fence:], ldc, accumulate)
		Multiply(c[kerneltest.Fence:kerneltest.Fence+m*ldc], ldc, left, i0, i0+m, right, j0, j0+n, steps, accumulate)
		if !slices.Equal(c, want) {
			t.Fatalf("%d×%d of %d steps, left by %d and %d, right by %d and %d: a wrong product", m, n, steps, left.Line, left.Step, right.Line, right.Step)
		}
	}
}

// TestKeepTile: the corner of a tile is set or added, and nothing beside it.
func TestKeepTile(t *testing.T) {
	tile := kerneltest.Counting[float32](4 * 7)
	for m := range 5 {
		for n := range 7 {
			for _, accumulate := range []bool{false, true} {
				c := slices.Repeat([]float32{100}, 4*8+1)
				KeepTile(c, 8, tile, 7, m, n, accumulate)
				for i, v := range c {
					want := float32(100)
					if row, col := i/8, i%8; row < m && col < n {
						want = tile[row*7+col]
						if accumulate {
							want += 100
						}
					}
					if v != want {
						t.Fatalf("%d×%d, accumulate %v: element %d is %v, want %v", m, n, accumulate, i, v, want)
					}
				}
			}
		}
	}
}

// TestPanelLen: the last panel is as long as the others.
func TestPanelLen(t *testing.T) {
	for _, c := range [][4]int{{0, 3, 5, 0}, {1, 3, 5, 15}, {3, 3, 5, 15}, {4, 3, 5, 30}, {6, 2, 1, 6}, {7, 1, 2, 14}, {5, 4, 0, 0}} {
		if got := panelLen(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%d lines of %d steps in panels of %d: got %d, want %d", c[0], c[2], c[1], got, c[3])
		}
	}
}

// TestPackTiles packs lines that lie side by side, at the widths of the tiles, with which
// they are copied by vectors, and beside them; the last panel may be a part, to be filled
// up with zeros.
func TestPackTiles(t *testing.T) {
	kerneltest.EachFloat(t, testPackTiles[float32], testPackTiles[float64])
}

func testPackTiles[T array.Float](t *testing.T) {
	size := SizesOf[T]()
	for _, width := range []int{2, 3, size.TileCols - 1, size.TileCols, size.TileCols + 1} {
		for _, lines := range []int{1, width - 1, width, width + 1, 2*width - 1, 2 * width} {
			for steps := range 4 {
				x := kerneltest.Counting[T]((lines + 4) * (steps + 2))
				s := Strided[T]{x, 1, lines + 4}
				all := kerneltest.Garbage[T](panelLen(lines, width, steps) + kerneltest.Fence)
				got := all[:len(all)-kerneltest.Fence]
				s.Pack(got, width, 2, 2+lines, 1, 1+steps)
				for at, v := range got {
					panel, k, i := at/(width*steps), at/width%steps, at%width
					want := T(0)
					if i += panel * width; i < lines {
						want = x[2+i+(1+k)*(lines+4)]
					}
					if v != want {
						t.Fatalf("width %d: %d lines, %d steps: line %d, step %d is %v, want %v", width, lines, steps, i, k, v, want)
					}
				}
				for _, v := range all[len(got):] {
					if v == v {
						t.Fatal(fmt.Sprint(width, lines, steps), ": more was written")
					}
				}
			}
		}
	}
}
