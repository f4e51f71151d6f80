package gemm

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestCrowded: strides of whole half pages are.
func TestCrowded(t *testing.T) {
	for stride, want := range map[int][2]bool{0: {true, true}, 1: {}, 255: {}, 256: {false, true}, 257: {}, 512: {true, true}, 768: {false, true}, 1024: {true, true}} {
		if got := [2]bool{crowded[float32](stride), crowded[float64](stride)}; got != want {
			t.Errorf("%d elements apart: got %v, want %v", stride, got, want)
		}
	}
}

// TestRows: the left side of a product has the lines and steps that were asked for, in
// place or, where many elements are read often from few cache sets, as a copy without
// gaps beyond its own.
func TestRows(t *testing.T) {
	data := kerneltest.Counting[float64](256 * 13)
	for _, c := range []struct {
		line, step, times int
		copied            bool
	}{
		{256, 1, 4, true}, {256, 1, 3, false}, {257, 1, 4, false}, {1, 256, 4, true}, {1, 256, 3, false}, {1, 255, 4, false},
		{256, 2, 9, false}, // no neighbours to copy
	} {
		s := Strided[float64]{data, c.line, c.step}
		for _, at := range [][4]int{{0, 9, 0, 7}, {2, 3, 1, 9}, {3, 9, 5, 6}} {
			lo, hi, k0, k1 := at[0], at[1], at[2], at[3]
			all := kerneltest.Garbage[float64](rowsRoom(hi-lo, k1-k0) + 1)
			buf := all[:len(all)-1]
			got := s.Rows(buf, lo, hi, k0, k1, c.times)
			if copied := slices.ContainsFunc(buf, func(v float64) bool { return v == v }); copied != c.copied {
				t.Errorf("%+v: the copy was made: %v", c, copied)
			}
			for i := range hi - lo {
				for k := range k1 - k0 {
					if v, want := got.Data[i*got.Line+k*got.Step], data[(lo+i)*c.line+(k0+k)*c.step]; v != want {
						t.Fatalf("%+v: lines %d to %d, steps %d to %d: line %d, step %d is %v, want %v", c, lo, hi, k0, k1, i, k, v, want)
					}
				}
			}
			if last := all[len(all)-1]; last == last {
				t.Errorf("%+v: more was written than there is room for", c)
			}
		}
	}
}

// rowsRoom is the room that rows has for so many lines and steps.
func rowsRoom(lines, steps int) int { return lines * (steps + RowGap) }

// TestColumns: the right side is read in place if its lines are neighbours, unless often
// from few cache sets.
func TestColumns(t *testing.T) {
	data := kerneltest.Counting[float32](2000)
	for _, c := range []struct {
		line, step, times int
		ok                bool
	}{
		{1, 7, 9, true}, {2, 7, 1, false}, {0, 7, 1, false}, {1, 512, 4, true}, {1, 512, 5, false}, {1, 513, 5, true},
	} {
		got, ok := Strided[float32]{data, c.line, c.step}.Columns(3, 2, c.times)
		if ok != c.ok {
			t.Errorf("%+v: in place: %v", c, ok)
		}
		if ok && (got.Line != 1 || got.Step != c.step || got.Data[0] != data[3+2*c.step] || got.Data[4+c.step] != data[7+3*c.step]) {
			t.Errorf("%+v: got %v by %d, from %v on", c, got.Line, got.Step, got.Data[0])
		}
	}
}
