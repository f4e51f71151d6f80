package layout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// ontoSizes are outer, n, m and inner, on both sides of a strip of columns, of vectors,
// and of where so many elements meet that float32 is added up in float64.
var ontoSizes = [][4]int{
	{1, 1, 1, 1}, {2, 5, 3, 1}, {1, 7, 3, 1}, {3, 4, 6, 7}, {2, 13, 6, 8}, {2, 3, 4, 9}, {1, 3, 2, 256}, {2, 3, 5, 257}, {1, 2, 3, 515},
	{0, 3, 2, 4}, {2, 3, 0, 4}, {2, 3, 4, 0},
}

// TestAddsOnto holds the four adjoints of taking to plain sums: onto zeros, and onto what
// is there. Numbers are whole, so that sums are exact in any order.
func TestAddsOnto(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, s := range ontoSizes {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				checkAdds[float32](t, r, s)
				checkAdds[float64](t, r, s)
				checkAdds[int32](t, r, s)
				checkAdds[int64](t, r, s)
			})
		}
	})
}

func checkAdds[T array.Number](t *testing.T, r *rand.Rand, s [4]int) {
	t.Helper()
	outer, n, m, inner := s[0], s[1], s[2], s[3]
	src, held := numbersOf[T](r, outer*m*inner), numbersOf[T](r, outer*n*inner)
	rows := randomIndex(r, m, n)
	index := randomIndex(r, len(src), n)
	short := make([]int32, len(index))
	for i, v := range index {
		short[i] = int32(v)
	}
	// added is what is there with the elements of src, each in the row that to gives it.
	added := func(onto []T, to func(at int) int64) []T {
		sum := slices.Clone(onto)
		for at, v := range src {
			sum[(at/(m*inner)*n+int(to(at)))*inner+at%inner] += v
		}
		return sum
	}
	byRow := func(at int) int64 { return rows[at/inner%m] }
	byElement := func(at int) int64 { return index[at] }
	for _, c := range []struct {
		name string
		onto []T
		to   func(at int) int64
		run  func(dst []T) int
	}{
		{"AddTake", make([]T, len(held)), byRow, func(dst []T) int { return AddTake(dst, src, rows, outer, n, inner) }},
		{"AddTakeOnto", held, byRow, func(dst []T) int { return AddTakeOnto(dst, src, rows, outer, n, inner) }},
		{"AddAlong", make([]T, len(held)), byElement, func(dst []T) int { return AddAlong(dst, src, index, outer, n, m, inner) }},
		{"AddAlong by int32", make([]T, len(held)), byElement, func(dst []T) int { return AddAlong(dst, src, short, outer, n, m, inner) }},
		{"AddAlongOnto", held, byElement, func(dst []T) int { return AddAlongOnto(dst, src, index, outer, n, m, inner) }},
		{"AddAlongOnto by int32", held, byElement, func(dst []T) int { return AddAlongOnto(dst, src, short, outer, n, m, inner) }},
	} {
		got, check := kerneltest.Fenced(len(held), T(99))
		copy(got, held)
		if bad := c.run(got); bad != -1 {
			t.Fatalf("%s: got the bad index %d", c.name, bad)
		}
		for i, want := range added(c.onto, c.to) {
			if got[i] != want {
				t.Fatalf("%s of %T: element %d: got %v, want %v", c.name, got, i, got[i], want)
			}
		}
		check(t, c.name)
	}
}

// numbersOf returns n small whole numbers of a type.
func numbersOf[T array.Number](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.IntN(19) - 9)
	}
	return x
}

// eachTimes repeats each of some elements n times.
func eachTimes[E any](n int, elements ...E) (all []E) {
	for _, v := range elements {
		all = append(all, slices.Repeat([]E{v}, n)...)
	}
	return all
}

// TestAddsInOrder: what is added to one element is added in the order in which it lies,
// and after what was there. In float64, 10¹⁶ + 1 is 10¹⁶.
func TestAddsInOrder(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, inner := range []int{1, 4, 9} {
			// The one comes to 0, the other to 1.
			first, last := eachTimes(inner, 1e16, 1, -1e16), eachTimes(inner, 1e16, -1e16, 1)
			for want, src := range [][]float64{first, last} {
				index, rows := make([]int64, 3*inner), make([]int64, 3)
				for name, run := range map[string]func(dst []float64) int{
					"AddTake":      func(dst []float64) int { return AddTake(dst, src, rows, 1, 1, inner) },
					"AddAlong":     func(dst []float64) int { return AddAlong(dst, src, index, 1, 1, 3, inner) },
					"AddTakeOnto":  func(dst []float64) int { return AddTakeOnto(dst, src[inner:], rows[1:], 1, 1, inner) },
					"AddAlongOnto": func(dst []float64) int { return AddAlongOnto(dst, src[inner:], index[inner:], 1, 1, 2, inner) },
				} {
					got := slices.Clone(src[:inner]) // which the first two do away with
					run(got)
					for r, v := range got {
						if v != float64(want) {
							t.Errorf("%s with inner %d: element %d is %v, want %d", name, inner, r, v, want)
						}
					}
				}
			}
		}
	})
}

// TestAddsWhereManyMeet: float32 is added up in float64 unless the places are more than
// twice as many as the elements. Twice 2⁻²⁴ changes 1 only if it is rounded once.
func TestAddsWhereManyMeet(t *testing.T) {
	src := []float32{1, 0x1p-24, 0x1p-24}
	for _, inner := range []int{1, 3, 257} {
		many := eachTimes(inner, src...)
		for n, want := range map[int]float32{1: 1 + 0x1p-23, 5: 1 + 0x1p-23, 6: 1 + 0x1p-23, 7: 1, 20: 1} {
			index, rows := make([]int32, len(many)), make([]int64, 3)
			elementwise.Fill(index, int32(n-1))
			elementwise.Fill(rows, int64(n-1))
			for name, run := range map[string]func(dst []float32) int{
				"AddTake":  func(dst []float32) int { return AddTake(dst, many, rows, 1, n, inner) },
				"AddAlong": func(dst []float32) int { return AddAlong(dst, many, index, 1, n, 3, inner) },
			} {
				got := kerneltest.Garbage[float32](n * inner)
				run(got)
				for i, v := range got {
					w := want
					if i < (n-1)*inner {
						w = 0
					}
					if v != w {
						t.Fatalf("%s to %d places, inner %d: element %d is %v, want %v", name, n, inner, i, v, w)
					}
				}
			}
		}
	}
}

// TestIndexOutsideAnywhere: the first bad index is named wherever it is, the first one of
// all too.
func TestIndexOutsideAnywhere(t *testing.T) {
	for _, bad := range []int64{-1, 3, 1 << 33, -1 << 63} {
		for at := range 6 {
			index := []int64{2, 0, 1, 2, 1, 0}
			index[at], index[5] = bad, bad
			x, y := make([]float64, 3), make([]float64, 6)
			for name, run := range map[string]func() int{
				"Take":         func() int { return Take(y, x, index, 1, 3, 1) },
				"TakeAlong":    func() int { return TakeAlong(y, x, index, 1, 3, 6, 1) },
				"AddTake":      func() int { return AddTake(x, y, index, 1, 3, 1) },
				"AddAlong":     func() int { return AddAlong(x, y, index, 1, 3, 6, 1) },
				"AddTakeOnto":  func() int { return AddTakeOnto(x, y, index, 1, 3, 1) },
				"AddAlongOnto": func() int { return AddAlongOnto(x, y, index, 1, 3, 6, 1) },
			} {
				if got := run(); got != at {
					t.Errorf("%s with index %d: got %d, want %d", name, bad, got, at)
				}
			}
		}
	}
}

// TestIndicesOfLongAxes: where an axis is longer than what an index can say, every index
// that is not negative is inside.
func TestIndicesOfLongAxes(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range []int{1 << 31, 1<<31 + 1, 1 << 40, 1 << 62} {
			for at := range 35 {
				index := slices.Repeat([]int32{1<<31 - 1}, 35)
				if got := firstOutside(index, n); got != -1 {
					t.Fatalf("of an axis of %d: got the bad index %d", n, got)
				}
				index[at] = -1 << 31
				if got := firstOutside(index, n); got != at {
					t.Fatalf("of an axis of %d: got the bad index %d, want %d", n, got, at)
				}
			}
		}
		for n := range 20 { // and of short axes, the last is inside and the next is not
			for at := range 35 {
				index, wide := make([]int32, 35), make([]int64, 35)
				index[at], wide[at] = int32(n-1), int64(n-1)
				want := -1
				if n == 0 {
					want = 0
				}
				if got, got2 := firstOutside(index, n), firstOutside(wide, n); got != want || got2 != want {
					t.Fatalf("index %d of %d: got %d and %d, want %d", n-1, n, got, got2, want)
				}
				index[at], wide[at] = int32(n), int64(n)
				if n > 0 {
					want = at
				}
				if got, got2 := firstOutside(index, n), firstOutside(wide, n); got != want || got2 != want {
					t.Fatalf("index %d of %d: got %d and %d, want %d", n, n, got, got2, want)
				}
			}
		}
	})
}

// TestTakeOfAnyType moves elements with pointers in them, and of no size.
func TestTakeOfAnyType(t *testing.T) {
	words := []string{"a", "b", "c", "d", "e", "f"}
	got := make([]string, 4)
	if bad := Take(got, words, []int64{2, 0}, 1, 3, 2); bad != -1 {
		t.Errorf("got the bad index %d", bad)
	}
	kerneltest.WantEqual(t, got, []string{"e", "f", "a", "b"})
	if bad := TakeAlong(got, words, []int32{2, 0, 1, 1}, 1, 3, 2, 2); bad != -1 {
		t.Errorf("got the bad index %d", bad)
	}
	kerneltest.WantEqual(t, got, []string{"e", "b", "c", "d"})
	if bad := Take(make([]struct{}, 2), make([]struct{}, 3), []int64{1, 3}, 1, 3, 1); bad != 1 {
		t.Errorf("of elements of no size: got %d, want 1", bad)
	}
}
