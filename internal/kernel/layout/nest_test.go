package layout

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// nestOf is a nest of axes, each a size and a stride.
func nestOf(axes ...[2]int) nest {
	var n nest
	for _, a := range axes {
		n.add(a[0], a[1])
	}
	return n
}

// TestNestAdd: axes of size 1 are left out, and those that are one run on the strided
// side are one axis.
func TestNestAdd(t *testing.T) {
	for _, c := range []struct{ axes, want [][2]int }{
		{nil, nil},
		{[][2]int{{1, 7}}, nil},
		{[][2]int{{5, 3}}, [][2]int{{5, 3}}},
		{[][2]int{{2, 12}, {3, 4}, {4, 1}}, [][2]int{{24, 1}}},
		{[][2]int{{2, 12}, {1, 99}, {3, 4}}, [][2]int{{6, 4}}},
		{[][2]int{{2, 13}, {3, 4}, {4, 1}}, [][2]int{{2, 13}, {12, 1}}},
		{[][2]int{{4, 1}, {3, 4}, {2, 12}}, [][2]int{{4, 1}, {3, 4}, {2, 12}}},
		{[][2]int{{2, 0}, {3, 0}}, [][2]int{{6, 0}}},
		{[][2]int{{2, 3}, {3, 0}}, [][2]int{{2, 3}, {3, 0}}},
		{[][2]int{{2, -6}, {3, -2}}, [][2]int{{6, -2}}},
		{[][2]int{{2, 6}, {3, -2}}, [][2]int{{2, 6}, {3, -2}}},
		{[][2]int{{0, 5}, {3, 1}}, [][2]int{{0, 5}, {3, 1}}},
	} {
		n := nestOf(c.axes...)
		var got [][2]int
		for a := range n.rank {
			got = append(got, [2]int{n.size[a], n.stride[a]})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.axes, got, c.want)
		}
	}
	var n nest
	n.put(2, 3)
	n.put(3, 1) // would be one run
	if n.rank != 2 {
		t.Errorf("put made %d axes of 2", n.rank)
	}
}

// TestNestAxes: the last axis, and the one along which the other side is contiguous if
// the last one is not.
func TestNestAxes(t *testing.T) {
	for _, c := range []struct {
		axes               [][2]int
		size, stride, fast int
	}{
		{nil, 1, 1, -1},
		{[][2]int{{5, 1}}, 5, 1, -1},
		{[][2]int{{5, 3}}, 5, 3, -1},
		{[][2]int{{4, 1}, {5, 4}}, 5, 4, 0},
		{[][2]int{{4, 1}, {5, 0}}, 5, 0, -1},
		{[][2]int{{4, 1}, {3, 21}, {5, 4}}, 5, 4, 0},
		{[][2]int{{3, 20}, {4, 1}, {5, 4}}, 5, 4, 1},
		{[][2]int{{3, 20}, {4, 2}, {5, 40}}, 5, 40, -1},
		{[][2]int{{4, 1}, {5, -4}}, 5, -4, -1},
	} {
		n := nestOf(c.axes...)
		if size, stride := n.inner(); size != c.size || stride != c.stride || n.fast() != c.fast {
			t.Errorf("%v: the last axis is %d by %d, the fast one %d, want %d by %d, and %d", c.axes, size, stride, n.fast(), c.size, c.stride, c.fast)
		}
	}
}

// eachPlace calls f with the places of all elements on the strided side, in row-major
// order.
func eachPlace(offset int, axes [][2]int, f func(at int)) {
	if len(axes) == 0 {
		f(offset)
		return
	}
	for i := range axes[0][0] {
		eachPlace(offset+i*axes[0][1], axes[1:], f)
	}
}

// drawnNest draws axes that lie in any order on the strided side, some of them broadcast,
// backward or spread; it returns how many elements that side has, and where the first one
// is.
func drawnNest(r *rand.Rand) (axes [][2]int, offset, length int) {
	axes = make([][2]int, r.IntN(5))
	stride := 1 + r.IntN(4)/3
	for _, a := range r.Perm(len(axes)) {
		size := []int{1, 2, 3, 5, 8, 9, 17, 33, 40}[r.IntN(9)]
		for stride*size > 8000 {
			size = 1 + size/2
			if stride*size > 8000 {
				size = 1
				break
			}
		}
		switch r.IntN(6) {
		case 0:
			axes[a] = [2]int{min(size, 4), 0}
		case 1:
			axes[a] = [2]int{size, -stride}
			offset += (size - 1) * stride
			stride *= size
		default:
			axes[a] = [2]int{size, stride}
			stride *= size + r.IntN(5)/4
		}
	}
	return axes, offset, stride + 1
}

func TestGather(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		t.Run("i32", testGather[int32])
		t.Run("f64", testGather[float64])
		t.Run("i64", testGather[int64])
	})
}

// testGather holds reading and adding to the places that loops give.
func testGather[T array.Number](t *testing.T) {
	r := rand.New(rand.NewPCG(161, 162))
	transposed := 0
	for range kerneltest.AtMost(400, 60) {
		axes, offset, length := drawnNest(r)
		n := nestOf(axes...)
		n.offset = offset
		if n.fast() >= 0 {
			transposed++
		}
		src, sums := kerneltest.Counting[T](length), kerneltest.Counting[T](length)
		added := slices.Clone(sums)
		var want []T
		eachPlace(offset, axes, func(at int) {
			want = append(want, src[at])
			added[at] += T(len(want) % 7)
		})
		all := slices.Repeat([]T{-1}, len(want)+2*kerneltest.Fence)
		kerneltest.WithCores(1+r.IntN(3), func() { gather(all[kerneltest.Fence:kerneltest.Fence+len(want)], src, n) })
		terms := make([]T, len(want))
		for i := range terms {
			terms[i] = T((i + 1) % 7)
			if at := n.at(i, n.rank); src[at] != want[i] {
				t.Fatalf("%v from %d: element %d is at %d", axes, offset, i, at)
			}
		}
		for i, v := range all {
			if at := i - kerneltest.Fence; at >= 0 && at < len(want) && v != want[at] || (at < 0 || at >= len(want)) && v != -1 {
				t.Fatalf("%v from %d: element %d of %d is %v", axes, offset, at, len(want), v)
			}
		}
		scatterAdd(sums, terms, n)
		if !slices.Equal(sums, added) {
			t.Fatalf("%v from %d: added, got %v, want %v", axes, offset, sums, added)
		}
	}
	if transposed < 5 {
		t.Errorf("only %d were transposed", transposed)
	}
}
