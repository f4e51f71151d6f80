package pool

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// lineOf is windows along an axis, so many of them, from start on.
func lineOf(n, start, stride, count, step int) []Window {
	var all []Window
	for o := range n {
		all = append(all, Window{start + o*stride, count, step})
	}
	return all
}

// TestPoolRow: a row is the windows around the middle that are alike, and of a divisor.
func TestPoolRow(t *testing.T) {
	ones := func(n int) []float64 {
		d := make([]float64, n)
		elementwise.Fill(d, 1)
		return d
	}
	padded := append(append([]Window{{0, 2, 1}}, lineOf(6, 1, 2, 3, 1)...), Window{13, 1, 1})
	for _, c := range []struct {
		what    string
		windows []Window
		divisor []float64
		want    row
		any     bool
	}{
		{"all alike", lineOf(5, 0, 2, 3, 1), ones(5), row{0, 5, 0, 2, 3, 1}, true},
		{"cut off at both ends", padded, ones(8), row{1, 7, 1, 2, 3, 1}, true},
		{"two are too few to tell", lineOf(2, 0, 1, 3, 1), ones(2), row{}, false},
		{"no neighbours", lineOf(5, 0, 1, 3, 2), ones(5), row{}, false},
		{"two that are no neighbours", lineOf(5, 0, 1, 2, 2), ones(5), row{}, false},
		{"two runs", append(lineOf(3, 0, 1, 2, 1), lineOf(5, 4, 2, 2, 1)...), ones(8), row{2, 8, 2, 2, 2, 1}, true},
		{"one element has no step", lineOf(5, 0, 1, 1, 2), ones(5), row{0, 5, 0, 1, 1, 1}, true},
		{"single elements, apart", lineOf(5, 0, 2, 1, 1), ones(5), row{0, 5, 0, 2, 1, 1}, false},
		{"too far apart", lineOf(4, 0, 3, 3, 1), ones(4), row{0, 4, 0, 3, 3, 1}, false},
		{"longest", lineOf(4, 0, 1, 16, 1), ones(4), row{0, 4, 0, 1, 16, 1}, true},
		{"too long", lineOf(4, 0, 1, 17, 1), ones(4), row{0, 4, 0, 1, 17, 1}, false},
		{"empty", lineOf(4, 0, 1, 0, 1), ones(4), row{0, 4, 0, 1, 0, 1}, false},
		{"other divisors at the ends", lineOf(5, 0, 1, 2, 1), []float64{1, 2, 2, 2, 3}, row{1, 4, 1, 1, 2, 2}, true},
		{"another start", append(lineOf(4, 0, 2, 3, 1), Window{7, 3, 1}), ones(5), row{0, 4, 0, 2, 3, 1}, true},
	} {
		s := &Geometry{In: [3]int{1, 1, 40}, Out: [3]int{1, 1, len(c.windows)}, Windows: [3][]Window{nil, nil, c.windows}, Divisor: [3][]float64{nil, nil, c.divisor}}
		got := s.row(true)
		if c.what == "other divisors at the ends" && s.row(false) != (row{0, 5, 0, 1, 2, 0}) {
			t.Errorf("%s, which do not matter: got %+v", c.what, s.row(false))
		}
		if c.want == (row{}) && got.any() || c.want != (row{}) && got != c.want || got.any() != c.any {
			t.Errorf("%s: got %+v, which is %v, want %+v, which is %v", c.what, got, got.any(), c.want, c.any)
		}
	}
}

// TestPoolBands: rows of outputs are taken together while their windows have as many
// lines and are of one plane of outputs.
func TestPoolBands(t *testing.T) {
	w := []Window{{0, 2, 1}, {0, 3, 1}, {1, 3, 1}, {2, 2, 2}}
	s := &Geometry{In: [3]int{3, 5, 7}, Out: [3]int{2, 4, 3}, Windows: [3][]Window{{{0, 2, 1}, {2, 1, 1}}, w, lineOf(3, 1, 2, 2, 1)}}
	for o, want := range [][2]int{{1, 4}, {2, 6}, {1, 6}, {1, 4}, {1, 2}, {2, 3}, {1, 3}, {1, 2}} {
		if rows, count := s.band(o); rows != want[0] || count != want[1] {
			t.Errorf("row %d: %d rows of %d lines, want %v", o, rows, count, want)
		}
		w0, w1 := s.rowWindows(o)
		if w0 != s.Windows[0][o/4] || w1 != w[o%4] {
			t.Errorf("row %d is of the windows %v and %v", o, w0, w1)
		}
	}
	// Lines begin at the first window of the row: i0·35 + i1·7 + 1.
	got := s.rowLines(nil, s.row(false))
	kerneltest.WantEqual(t, got[:10], []int64{1, 8, 36, 43, 1, 8, 15, 36, 43, 50})
	kerneltest.WantEqual(t, got[len(got)-5:], []int64{78, 85, 92, 85, 99})
	if len(got) != 2*10+10 {
		t.Errorf("there are %d lines, want 30", len(got))
	}
	for _, c := range []struct {
		row         row
		count, want int
	}{{s.row(false), 6, 6}, {s.row(false), 32, 32}, {s.row(false), 33, 0}, {row{}, 6, 0}} {
		if got := c.row.linesOf(c.count); got != c.want {
			t.Errorf("of %d lines %d are pooled with vector instructions, want %d", c.count, got, c.want)
		}
	}
	kerneltest.WantEqual(t, s.lines(nil, s.row(false), Window{1, 1, 1}, Window{2, 2, 2}), []int{50, 64})
	if got := s.lines(nil, s.row(false), Window{0, 3, 1}, Window{0, 11, 1}); len(got) != 0 {
		t.Errorf("of 33 lines, %d are pooled with vector instructions", len(got))
	}
}

// manyLines is a pooling whose windows have so many lines of so many elements, stride
// apart.
func manyLines(lines, taps, stride, outputs int) *Geometry {
	s := &Geometry{Planes: 1, In: [3]int{2, (lines + 1) / 2, outputs*stride + taps}, Out: [3]int{1, 1, outputs},
		Windows: [3][]Window{{{0, 2, 1}}, {{0, lines / 2, 1}}, lineOf(outputs, 1, stride, taps, 1)}, Divisor: [3][]float64{{2}, {4}, make([]float64, outputs)}}
	elementwise.Fill(s.Divisor[2], 8)
	return s
}

// TestPoolLimits has windows of just as many lines and elements as vector instructions
// take, and more.
func TestPoolLimits(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, c := range [][2]int{{2, 15}, {2, 16}, {2, 17}, {30, 1}, {32, 2}, {32, 3}, {34, 2}, {34, 3}, {66, 2}, {32, 16}, {34, 17}} {
			s := manyLines(c[0], c[1], 1+c[1]%2, 13)
			t.Run(fmt.Sprint(c), func(t *testing.T) {
				checkPoolExactly[float32](t, r, s)
				checkPoolExactly[float64](t, r, s)
				checkMaxPool(t, s, zerosAndNumbers[float32](r, array.Volume(s.In[:])), float32(-kerneltest.Inf))
				checkMaxPool(t, s, kerneltest.FloatsWithNaN[float64](r, array.Volume(s.In[:])), -kerneltest.Inf)
			})
		}
	})
}

// TestPoolExactly: divisors are powers of two and numbers whole, so that averages are
// exact, and the adjoint is: ⟨Avg x, y⟩ = ⟨x, AvgInput y⟩.
func TestPoolExactly(t *testing.T) {
	kerneltest.EachFloat(t, testPoolExactly[float32], testPoolExactly[float64])
}

func testPoolExactly[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, window := range []int{1, 2, 3, 4, 5} {
		for stride := 1; stride <= 2; stride++ {
			for _, columns := range []int{9, 16, 23} {
				s := regularPool(2, [3]int{2, 3, columns}, window, stride, 1)
				for a := range 3 {
					elementwise.Fill(s.Divisor[a], float64(int(1)<<a))
					if columns == 23 { // no two neighbours have one divisor
						for o := range s.Divisor[a] {
							s.Divisor[a][o] = float64(int(1) << (o % 2))
						}
					}
				}
				t.Run(fmt.Sprint(window, stride, columns), func(t *testing.T) { checkPoolExactly[T](t, r, s) })
			}
		}
	}
}

// checkPoolExactly holds an average and its adjoint to plain sums, where both are exact.
func checkPoolExactly[T array.Float](t *testing.T, r *rand.Rand, s *Geometry) {
	t.Helper()
	nx, ny := s.Planes*array.Volume(s.In[:]), s.Planes*array.Volume(s.Out[:])
	x, ct := kerneltest.Wholes[T](r, nx), kerneltest.Wholes[T](r, ny)
	wantY, wantX := make([]T, ny), make([]T, nx)
	plainWindows(s, func(o int, divisor float64, window []int) {
		for _, i := range window {
			wantY[o] += x[i] / T(divisor)
			wantX[i] += ct[o] / T(divisor)
		}
	})
	y, checkY := kerneltest.Fenced(ny, T(99))
	dx, checkX := kerneltest.Fenced(nx, T(99))
	Avg(y, x, s)
	AvgInput(dx, ct, s)
	kerneltest.WantEqual(t, y, wantY)
	kerneltest.WantEqual(t, dx, wantX)
	checkY(t, "Avg")
	checkX(t, "AvgInput")
	left, right := T(0), T(0)
	for i, v := range y {
		left += v * ct[i]
	}
	for i, v := range dx {
		right += v * x[i]
	}
	if left != right {
		t.Fatalf("the products are %v and %v", left, right)
	}
}

// TestMaxPoolFirst: of equal maxima the first counts, of NaNs too, in row-major order of
// the window and by its place in the plane.
func TestMaxPoolFirst(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		testMaxPoolFirst[float32](t, float32(kerneltest.NaN))
		testMaxPoolFirst(t, kerneltest.NaN)
		testMaxPoolFirst[int32](t, math.MaxInt32)
		testMaxPoolFirst[int64](t, math.MaxInt64)
	})
}

func testMaxPoolFirst[T array.Number](t *testing.T, best T) {
	t.Helper()
	// Windows of 3 x 3, of which each has the best at two places.
	const columns = 21
	s := &Geometry{Planes: 1, In: [3]int{1, 3, columns}, Out: [3]int{1, 1, columns - 2}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 3, 1}}, lineOf(columns-2, 0, 1, 3, 1)}}
	for first := range 3 {
		for second := range 3 {
			x := make([]T, 3*columns)
			elementwise.Fill(x[first*columns:(first+1)*columns], best)
			elementwise.Fill(x[second*columns:(second+1)*columns], best)
			y, index := make([]T, columns-2), make([]int32, columns-2)
			Max(y, index, x, s)
			for o, at := range index {
				if want := min(first, second)*columns + o; at != int32(want) || !kerneltest.Same(y[o], best) {
					t.Fatalf("rows %d and %d, output %d: got %v at %d, want %v at %d", first, second, o, y[o], at, best, want)
				}
			}
		}
	}
}

// TestPoolWindowErrors: the message names the window and the axis; an empty window may be
// anywhere.
func TestPoolWindowErrors(t *testing.T) {
	pool := func(axis int, w Window) *Geometry {
		s := &Geometry{Planes: 1, In: [3]int{4, 5, 6}, Out: [3]int{2, 2, 2}, Divisor: [3][]float64{{1, 1}, {1, 1}, {1, 1}}}
		for a := range 3 {
			s.Windows[a] = []Window{{0, 1, 1}, {1, 2, 1}}
		}
		s.Windows[axis][1] = w
		return s
	}
	x, y := make([]float32, 120), make([]float32, 8)
	index := make([]int32, 8)
	for _, c := range []struct {
		axis int
		w    Window
		want string
	}{
		{0, Window{0, 4, 1}, "<nil>"},
		{0, Window{0, 5, 1}, "window 1 of axis 0 is {Start:0 Count:5 Step:1}, which is not inside of its 4 elements"},
		{1, Window{-1, 2, 1}, "window 1 of axis 1 is {Start:-1 Count:2 Step:1}, which is not inside of its 5 elements"},
		{1, Window{0, 3, 2}, "<nil>"},
		{1, Window{1, 3, 2}, "window 1 of axis 1 is {Start:1 Count:3 Step:2}, which is not inside of its 5 elements"},
		{2, Window{2, 1, 0}, "window 1 of axis 2 is {Start:2 Count:1 Step:0}, which is not inside of its 6 elements"},
		{2, Window{6, 1, 1}, "window 1 of axis 2 is {Start:6 Count:1 Step:1}, which is not inside of its 6 elements"},
		{2, Window{5, 1, 9}, "<nil>"},
		{2, Window{-7, 0, -1}, "<nil>"},
	} {
		s := pool(c.axis, c.w)
		for name, run := range map[string]func(){
			"Avg": func() { Avg(y, x, s) }, "AvgInput": func() { AvgInput(x, y, s) }, "Max": func() { Max(y, index, x, s) },
		} {
			want := c.want
			if want != "<nil>" {
				want = "kernel: pool." + name + ": " + want
			}
			if got := fmt.Sprint(kerneltest.Caught(run)); got != want {
				t.Errorf("panicked with %q, want %q", got, want)
			}
		}
	}
	for a := range 3 {
		s := pool(0, Window{0, 1, 1})
		s.Windows[a] = s.Windows[a][:1]
		want := fmt.Sprintf("kernel: pool.Max: the window list of axis %d has 1 elements, want 2", a)
		if got := fmt.Sprint(kerneltest.Caught(func() { Max(y, index, x, s) })); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
		s = pool(0, Window{0, 1, 1})
		s.Divisor[a] = nil
		want = fmt.Sprintf("kernel: pool.AvgInput: the divisor list of axis %d has 0 elements, want 2", a)
		if got := fmt.Sprint(kerneltest.Caught(func() { AvgInput(x, y, s) })); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
		Max(y, index, x, s) // which reads no divisors
	}
}

// TestPoolGivesBack runs what borrows more than a small class has, after which no span is
// lent: it would never be free again.
func TestPoolGivesBack(t *testing.T) {
	x, y := make([]float32, 40_000), make([]float32, 39_999)
	line := &Geometry{Planes: 1, In: [3]int{1, 1, 40_000}, Out: [3]int{1, 1, 39_999}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, make([]Window, 39_999)},
		Divisor: [3][]float64{{1}, {1}, make([]float64, 39_999)}}
	for o := range line.Windows[2] {
		line.Windows[2][o], line.Divisor[2][o] = Window{o, 2, 1}, 2
	}
	column := &Geometry{Planes: 1, In: [3]int{1, 600, 20}, Out: [3]int{1, 600, 19}, Windows: [3][]Window{{{0, 1, 1}}, make([]Window, 600), line.Windows[2][:19]}}
	for o := range column.Windows[1] {
		column.Windows[1][o] = Window{o, 1, 1}
	}
	before := scratch.Lent()
	AvgInput(x, y, line)
	Max(y[:600*19], make([]int32, 600*19), x[:600*20], column)
	if got := scratch.Lent(); got != before {
		t.Errorf("%d spans are lent, before there were %d", got, before)
	}
}
