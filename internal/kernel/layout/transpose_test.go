package layout

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// transposeSides are on both sides of the squares of vectors, of two of them, and of
// tiles.
var transposeSides = []int{1, 3, 4, 5, 7, 8, 9, 16, 17, 32, 33, 41}

// TestTranspose has planes of all sides, of elements of each size.
func TestTranspose(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, height := range transposeSides {
			for _, width := range transposeSides {
				checkTranspose(t, height, width, func(i int) float32 { return float32(i) }, -1)
				checkTranspose(t, height, width, func(i int) float64 { return float64(i) }, -1)
				if height+width < 60 {
					checkTranspose(t, height, width, func(i int) int32 { return int32(i) }, -1)
					checkTranspose(t, height, width, func(i int) int64 { return int64(i) }, -1)
					checkTranspose(t, height, width, func(i int) bool { return i%3 == 0 }, true)
					checkTranspose(t, height, width, func(i int) [3]int32 { return [3]int32{int32(i), 7} }, [3]int32{})
				}
			}
		}
	})
	checkTranspose(t, 33, 9, func(i int) string { return fmt.Sprint(i) }, "fence")
	checkTranspose(t, 9, 33, func(i int) *int { return new(int) }, nil)
}

// checkTranspose transposes one plane, and three side by side along the first axis.
func checkTranspose[E comparable](t *testing.T, height, width int, element func(i int) E, fence E) {
	t.Helper()
	planes := 1
	if height+width < 20 {
		planes = 3
	}
	size := height * width
	src := make([]E, planes*size)
	for i := range src {
		src[i] = element(i)
	}
	dst, check := kerneltest.Fenced(len(src), fence)
	Permute(dst, src, []int{planes, height, width}, []int{0, 2, 1})
	for at, got := range dst {
		plane, w, h := at/size, at%size/height, at%height
		if want := src[plane*size+h*width+w]; got != want {
			t.Fatalf("%d planes of %d x %d: element %d: got %v, want %v", planes, height, width, at, got, want)
		}
	}
	check(t, "a plane")
}

// TestTransposePitches: both sides of a transposition may be parts of more, so that lines
// lie further apart than they are long.
func TestTransposePitches(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, width := range []int{3, 8, 13} {
			for _, height := range []int{4, 9, 40} {
				shape := []int{height, 2, width, 3}
				for _, perm := range [][]int{{2, 1, 3, 0}, {2, 3, 1, 0}, {3, 2, 1, 0}, {1, 3, 2, 0}, {3, 0, 1, 2}} {
					src := kerneltest.Counting[float32](array.Volume(shape))
					want := make([]float32, len(src))
					to := []int{shape[perm[0]], shape[perm[1]], shape[perm[2]], shape[perm[3]]}
					strides := rowMajor(shape)
					eachIndex(to, func(number int, index []int) {
						at := 0
						for a, i := range index {
							at += i * strides[perm[a]]
						}
						want[number] = src[at]
					})
					got, check := kerneltest.Fenced(len(src), float32(-1))
					Permute(got, src, shape, perm)
					kerneltest.WantEqual(t, got, want)
					check(t, fmt.Sprint(shape, perm))
				}
			}
		}
	})
}

// TestTransposeTwice is the array as it was, on any number of cores.
func TestTransposeTwice(t *testing.T) {
	src := kerneltest.Counting[int32](210 * 190)
	for _, cores := range []int{1, 3} {
		kerneltest.WithCores(cores, func() {
			there, back := make([]int32, len(src)), make([]int32, len(src))
			Permute(there, src, []int{210, 190}, []int{1, 0})
			Permute(back, there, []int{190, 210}, []int{1, 0})
			if !slices.Equal(back, src) {
				t.Errorf("%d cores: the array is another", cores)
			}
			if there[1] != 191 || there[210] != 2 {
				t.Errorf("%d cores: got %d and %d, want 191 and 2", cores, there[1], there[210])
			}
		})
	}
}

// TestTransposition takes a nest apart that does not begin with src: its units are strips
// of lines, each of which writes its own lines and no others.
func TestTransposition(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		const planes, height, width, step, apart, offset = 3, 40, 9, 50, 600, 5
		var n nest
		n.offset = offset
		n.add(planes, apart)
		n.add(height, 1)
		n.add(width, step)
		src := kerneltest.Counting[float32](offset + planes*apart)
		job := newTransposition(make([]float32, planes*height*width), src, n, 1)
		if job.strips() != 2 || job.units() != 6 {
			t.Errorf("there are %d units in strips of %d, want 6 of 2", job.units(), job.strips())
		}
		for u := range 6 {
			clear(job.dst)
			job.Run(u, u+1)
			for at, got := range job.dst {
				plane, h, w := at/(height*width), at/width%height, at%width
				want := float32(0)
				if plane*2+h/transposeTile == u {
					want = src[offset+plane*apart+h+w*step]
				}
				if got != want {
					t.Fatalf("unit %d: plane %d, line %d, element %d: got %v, want %v", u, plane, h, w, got, want)
				}
			}
		}
	})
}
