package gemm

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestDepthOf: a sum is taken in as few blocks as there can be, each of about the same
// length, and all steps are in one.
func TestDepthOf(t *testing.T) {
	for _, c := range [][2]int{{0, 0}, {1, 1}, {287, 287}, {288, 288}, {289, 145}, {576, 288}, {577, 193}, {864, 288}, {865, 217}} {
		if got := DepthOf(c[0]); got != c[1] {
			t.Errorf("of %d steps: got %d, want %d", c[0], got, c[1])
		}
	}
	for steps := 1; steps < 2000; steps++ {
		depth := DepthOf(steps)
		blocks := array.CeilDiv(steps, depth)
		if depth > DepthBlock || blocks != array.CeilDiv(steps, DepthBlock) || blocks > 1 && steps-(blocks-1)*depth < depth/2 {
			t.Fatalf("%d steps are taken %d at a time", steps, depth)
		}
	}
}

// TestBlockSizes: rows that are kept in the cache are whole tiles, blocks are whole rows
// and tiles of columns, and every tile that a sweep may have is in registers: sums, a
// vector of B for each column and one of A.
func TestBlockSizes(t *testing.T) {
	kerneltest.EachFloat(t, testBlockSizes[float32], testBlockSizes[float64])
}

func testBlockSizes[T array.Float](t *testing.T) {
	size := SizesOf[T]()
	bytes, registers := map[cpu.Instructions]int{cpu.AVX2: 32, cpu.AVX512: 64}[cpu.InUse()], map[cpu.Instructions]int{cpu.AVX2: 16, cpu.AVX512: 32}[cpu.InUse()]
	if cpu.InUse() == cpu.Plain {
		if want := (BlockSizes{TileRows: 2, TileCols: 3, Rows: 256, Cols: 252, least: 3}); size != want {
			t.Errorf("got %+v, want %+v", size, want)
		}
		return
	}
	if got := size.Lanes() * array.SizeOf[T](); got != bytes || size.TileCols != 2*size.Lanes() {
		t.Errorf("a vector has %d bytes, want %d; a tile is %d columns wide", got, bytes, size.TileCols)
	}
	if vectorRows%size.TileRows != 0 || size.Rows%vectorRows != 0 || size.Cols%size.TileCols != 0 || size.least%size.TileCols != 0 {
		t.Errorf("%+v: blocks are no whole tiles", size)
	}
	for vectors, rows := range map[int]int{2: size.TileRows, 3: size.three, 4: size.four, 8: size.eight} {
		if rows < 1 || rows*vectors+1 > registers || (rows+1)*vectors+1 <= registers-vectors-1 {
			t.Errorf("tiles of %d vectors have %d rows, with %d registers", vectors, rows, registers)
		}
	}
}

// blockRecord notes how often each element of some products is in a block.
type blockRecord struct {
	lock   *sync.Mutex
	counts []int
	m, n   int
	most   BlockSizes
	wrong  *string
}

func (b blockRecord) Block(product, i0, i1, j0, j1 int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if i1-i0 > b.most.Rows || j1-j0 > b.most.Cols || i0 >= i1 || j0 >= j1 {
		*b.wrong = fmt.Sprintf("a block has the rows %d to %d and the columns %d to %d", i0, i1, j0, j1)
	}
	for i := i0; i < i1; i++ {
		for j := j0; j < j1; j++ {
			b.counts[(product*b.m+i)*b.n+j]++
		}
	}
}

// TestEachBlock: every element of every product is in one block, none is larger than the
// sizes say, and those that begin within a product begin with a tile.
func TestEachBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(111, 112))
	size := BlockSizes{TileRows: 3, TileCols: 4, Rows: 18, Cols: 20, least: 8}
	for i := range 60 {
		products, m, n := r.IntN(4), r.IntN(40), r.IntN(50)
		k := []int{1, 300, 1 << 17}[i%3]
		kerneltest.WithCores(1+r.IntN(4), func() {
			var wrong string
			b := blockRecord{new(sync.Mutex), make([]int, products*m*n), m, n, size, &wrong}
			EachBlockOf(size, products, m, n, k, b)
			for at, count := range b.counts {
				if count != 1 {
					t.Fatalf("%d products %d×%d of %d steps: element %d is in %d blocks", products, m, n, k, at, count)
				}
			}
			if wrong != "" {
				t.Fatalf("%d products %d×%d of %d steps: %s", products, m, n, k, wrong)
			}
			if rows, cols := blocking(size, products, m, n, k); m > 0 && n > 0 && (rows < m && rows%3 != 0 || cols < n && cols%4 != 0) {
				t.Errorf("blocks of %d×%d are no whole tiles of a product %d×%d", rows, cols, m, n)
			}
		})
	}
}

// TestBlocking: blocks are as large as they may be unless there are fewer than four to a
// core and they are worth sharing out; then the longer side is halved, to whole tiles,
// columns not below the least.
func TestBlocking(t *testing.T) {
	size := BlockSizes{TileRows: 6, TileCols: 16, Rows: 1344, Cols: 512, least: 32}
	kerneltest.With(cpu.Plain, func() { // 2¹⁶ multiplications are worth sharing out
		for _, c := range []struct {
			cores, products, m, n, k, rows, cols int
		}{
			{1, 1, 10, 20, 1, 10, 20},
			{1, 1, 0, 0, 5, 1, 1},
			{1, 1, 5000, 600, 1, 1344, 512}, // four blocks down and two across are enough
			{2, 1, 5000, 600, 1, 1344, 512},
			{4, 1, 5000, 600, 1, 672, 512},
			{1, 4, 600, 512, 1000, 600, 512},
			{1, 3, 600, 512, 1000, 300, 512},
			{1, 1, 256, 256, 1, 256, 256}, // just not worth it
			{1, 1, 256, 256, 2, 132, 128},
			{1, 1, 600, 32, 1000, 150, 32}, // narrow: rows are halved twice
			{1, 1, 12, 512, 100, 12, 128},  // columns are
			{4, 1, 12, 64, 1000, 6, 32},
			{8, 1, 6, 32, 1 << 20, 6, 32}, // nothing is left to halve
		} {
			kerneltest.WithCores(c.cores, func() {
				if rows, cols := blocking(size, c.products, c.m, c.n, c.k); rows != c.rows || cols != c.cols {
					t.Errorf("%+v: got %d×%d", c, rows, cols)
				}
			})
		}
	})
	for _, c := range [][3]int{{1, 1, 1}, {2, 1, 1}, {5, 1, 3}, {100, 6, 54}, {96, 16, 48}, {97, 16, 64}} {
		if got := halve(c[0], c[1]); got != c[2] {
			t.Errorf("half of %d in tiles of %d: got %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
