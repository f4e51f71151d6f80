//go:build !purego

package conv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestImplicitRead(t *testing.T) {
	kerneltest.EachFloat(t, testImplicitRead[float32], testImplicitRead[float64])
}

// testImplicitRead holds the right side of a product, for the positions of any part of
// the grid, to what each tap reads: as it lies in a padded copy if there are few rows,
// and else gathered.
func testImplicitRead[T array.Float](t *testing.T) {
	if cpu.InUse() == cpu.Plain {
		return
	}
	defer scratch.Poison(true)()
	r := rand.New(rand.NewPCG(151, 152))
	flat := 0
	for i := range kerneltest.AtMost(500, 60) {
		s := drawnConv(r)
		if i%3 == 0 {
			s.COut = s.Groups * (flatRows + 1)
		} else {
			s.Stride = [3]int{1, 1, 1 + i%2}
		}
		x := kerneltest.Counting[T](s.Batch * s.CIn * array.Volume(s.In[:]))
		g := implicitProduct[T]{implicit: s.implicitForward(), src: x}
		g.plan()
		if want := s.COut/s.Groups <= 12 && s.Stride == [3]int{1, 1, 1}; g.flat != want {
			t.Fatalf("%+v: flat: %v", s, g.flat)
		}
		if g.flat {
			flat++
		}
		p0 := r.IntN(s.positions())
		p1 := p0 + 1 + r.IntN(s.positions()-p0)
		b := implicitBlock[T]{implicitProduct: g, box: g.box(p0, p1, array.SizeOf[T]()), rows: 1, first: p0, positions: p1 - p0}
		b.begin()
		first, channels := r.IntN(s.Batch*s.CIn), 1+r.IntN(g.chunk)
		channels = min(channels, s.Batch*s.CIn-first)
		b.read(first, channels)
		checkRight(t, &b, s, x, first, channels, p0, p1)
		b.end()
		scratch.Release(g.scratch)
	}
	if flat < 5 {
		t.Errorf("only %d were flat", flat)
	}
}

func checkRight[T array.Float](t *testing.T, b *implicitBlock[T], s Geometry, x []T, first, channels, p0, p1 int) {
	t.Helper()
	covered := p0
	for run := b.runs; len(run) > 0; run = run[runWords:] {
		at, from, lines, n := int(run[0]), int(run[1]), int(run[2]), int(run[3])
		if at+p0 != covered {
			t.Fatalf("%+v: a run begins at %d, want %d", s, at+p0, covered)
		}
		covered += lines * n
		for q := range lines * n {
			p, where := p0+at+q, at+q
			if b.flat {
				where = from + q/n*b.pitch + q%n
			}
			for c := range channels {
				for offset := range b.copies() {
					want := T(0)
					if i, ok := plainInput(s, p, offset); ok {
						want = x[(first+c)*array.Volume(s.In[:])+i]
					}
					if got := b.right[c*b.channel+b.at(int64(offset))+where]; got != want {
						t.Fatalf("%+v: positions %d to %d: channel %d, tap %d, position %d: got %v, want %v", s, p0, p1, c, offset, p, got, want)
					}
				}
			}
		}
	}
	if covered != p1 {
		t.Fatalf("%+v: positions %d to %d: the last run ends at %d", s, p0, p1, covered)
	}
}

// TestInputAxes holds what the taps reach along an axis, coordinate by coordinate, to a
// search.
func TestInputAxes(t *testing.T) {
	r := rand.New(rand.NewPCG(153, 154))
	for range kerneltest.AtMost(3000, 500) {
		ones := [3]int{1, 1, 1}
		s := Geometry{In: ones, Kernel: ones, Stride: ones, Dilation: ones, Out: ones}
		s.In[1], s.Kernel[1], s.Stride[1], s.Dilation[1], s.Pad[1] = 1+r.IntN(12), 1+r.IntN(9), 1+r.IntN(8), 1+r.IntN(9), r.IntN(20)-6
		axes, st := s.inputAxes()
		axis, in, stride := &axes[1], s.In[1], s.Stride[1]
		var firsts []int64
		taps := 0
		var offsets []int64
		for f := range min(stride, in) {
			reached := false
			for k := range s.Kernel[1] {
				if (f+s.Pad[1]-k*s.Dilation[1])%stride != 0 {
					continue
				}
				taps++
				offset := int64((f + s.Pad[1] - k*s.Dilation[1]) / stride) // exact
				offsets = append(offsets, offset)
				if n := axis.numbers[k]; axis.offsets[n] != offset {
					t.Errorf("%+v: tap %d reads %d places on, want %d", s, k, axis.offsets[n], offset)
				}
				if !reached {
					firsts = append(firsts, int64(f))
					if tap := axis.tapOf[len(firsts)-1]; tap != int64(k) {
						t.Errorf("%+v: coordinate %d is first reached by tap %d, want %d", s, f, tap, k)
					}
				} else if (k-int(axis.tapOf[len(firsts)-1]))%axis.period != 0 {
					t.Errorf("%+v: coordinate %d is reached by tap %d, which is no period of %d on", s, f, k, axis.period)
				}
				reached = true
			}
		}
		slices.Sort(offsets)
		offsets = slices.Compact(offsets)
		slices.Reverse(offsets)
		if !slices.Equal(axis.firsts, firsts) || axis.taps != taps || !slices.Equal(axis.offsets, offsets) {
			t.Errorf("%+v: got %+v, want the first coordinates %v, %d taps and the offsets %v", s, *axis, firsts, taps, offsets)
		}
		scratch.Release(st)
	}
}

// TestGCD is against a search.
func TestGCD(t *testing.T) {
	for a := 1; a < 25; a++ {
		for b := 1; b < 25; b++ {
			want := min(a, b)
			for a%want != 0 || b%want != 0 {
				want--
			}
			if got := gcd(a, b); got != want {
				t.Errorf("of %d and %d: got %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestShare: classes that have taps at the same offsets give them away, in the order of
// offsets, and keep the others.
func TestShare(t *testing.T) {
	var g implicit
	g.begin(3, 9)
	for offset := range 4 {
		g.addOffset([3]int{0, 0, offset})
	}
	for class, taps := range [][][2]int{{{10, 2}, {11, 0}, {12, 3}}, {{20, 0}, {21, 1}, {22, 2}}, {{30, 2}, {31, 3}, {32, 0}}} {
		g.addClass([3]int{0, 0, class})
		for _, tap := range taps {
			g.addTap(tap[0], tap[1])
		}
	}
	if g.only() != -1 {
		t.Errorf("class %d has all taps", g.only())
	}
	if got := [2]int{g.tapOf(1, 1), g.tapOf(1, 3)}; got != [2]int{4, -1} {
		t.Errorf("the second class has taps %v at the offsets 1 and 3, want the fifth of all and none", got)
	}
	g.share()
	if want := []int64{0, 2}; !slices.Equal(g.shared.offsets, want) {
		t.Errorf("the offsets %v are shared, want %v", g.shared.offsets, want)
	}
	if want := []int64{11, 20, 32, 10, 22, 30}; !slices.Equal(g.shared.taps, want) {
		t.Errorf("the taps %v are shared, want %v", g.shared.taps, want)
	}
	if want := []int64{12, 21, 31}; !slices.Equal(g.aTap, want) || !slices.Equal(g.copyOf, []int64{3, 1, 3}) || !slices.Equal(g.classes, []int64{1, 2, 3}) {
		t.Errorf("left are the taps %v at %v, in classes up to %v, want %v", g.aTap, g.copyOf, g.classes, want)
	}
	g.rows = 5
	if got := g.sharedLen(); got != 30 {
		t.Errorf("a channel has %d shared elements, want 6 taps of 5 rows", got)
	}
	scratch.Release(g.scratch)
}

// TestTighten: the least offset along each axis becomes 0, and the origin takes up the
// difference.
func TestTighten(t *testing.T) {
	g := implicit{origin: [3]int{1, 0, -2}}
	g.begin(1, 3)
	for _, offset := range [][3]int{{0, -3, 5}, {0, 4, 7}, {0, -1, 4}} {
		g.addOffset(offset)
	}
	g.tighten()
	if want := []int64{0, 0, 1, 0, 7, 3, 0, 2, 0}; !slices.Equal(g.offsets, want) {
		t.Errorf("the offsets are %v, want %v", g.offsets, want)
	}
	if g.origin != [3]int{1, -3, 2} || g.span != [3]int{1, 8, 4} {
		t.Errorf("the origin is %v and the span %v, want [1 -3 2] and [1 8 4]", g.origin, g.span)
	}
	scratch.Release(g.scratch)
}

// TestImplicitPlan: twelve rows at stride 1 are flat; so many channels are worked on at a
// time as make a block of steps, a quarter of it if flat, or twice that for several
// classes.
func TestImplicitPlan(t *testing.T) {
	for _, c := range []struct {
		conv  Geometry
		flat  bool
		chunk int
	}{
		{square(1, 1, 500, 13, 5, 3, 1), false, 32},
		{square(1, 1, 500, 12, 5, 3, 1), true, 8},
		{square(1, 1, 500, 12, 5, 3, 2), false, 32},
		{square(1, 1, 7, 13, 5, 3, 1), false, 7},
		{square(1, 1, 500, 13, 5, 17, 1), false, 1},
		{square(1, 1, 500, 13, 5, 18, 1), false, 1},
	} {
		g := c.conv.implicitForward()
		g.plan()
		if g.flat != c.flat || g.chunk != c.chunk || g.only() != 0 || g.copies() != c.conv.taps()/c.conv.CIn {
			t.Errorf("%+v: flat %v, %d channels at a time, the class %d of %d offsets has all taps", c.conv, g.flat, g.chunk, g.only(), g.copies())
		}
		scratch.Release(g.scratch)
	}
}

// TestRemainderOf: columns past whole vectors are a remainder if they are no more than an
// eighth of one, there are up to eight vectors, and the weights are in order.
func TestRemainderOf(t *testing.T) {
	s := square(1, 1, 20, 14, 5, 3, 1)
	forward := s.implicitForward() // all taps of a channel in order
	across := implicit{rows: 14, channels: 20, aRow: 9, aChannel: 14 * 9}
	across.begin(1, 9)
	across.addClass([3]int{})
	for tap := range 9 {
		across.addOffset([3]int{0, 0, tap})
		across.addTap(tap, tap)
	}
	wide, flat, several := across, forward, across
	wide.aRow, flat.flat = 10, true
	several.classes = []int64{4, 9}
	for _, c := range []struct {
		what           string
		g              *implicit
		columns, lanes int
		want           int
	}{
		{"none", &forward, 32, 16, 0}, {"one", &forward, 33, 16, 1}, {"two", &forward, 34, 16, 2}, {"three", &forward, 35, 16, 0},
		{"one of eight", &forward, 9, 8, 1}, {"two of eight", &forward, 10, 8, 0}, {"one of four", &forward, 5, 4, 0},
		{"no whole vector", &forward, 1, 16, 0}, {"eight vectors", &forward, 114, 16, 2}, {"more", &forward, 129, 16, 0},
		{"across", &across, 33, 16, 1}, {"not in order", &wide, 33, 16, 0}, {"flat", &flat, 33, 16, 0}, {"several classes", &several, 33, 16, 0},
	} {
		if got := c.g.remainderOf(c.columns, c.lanes); got != c.want {
			t.Errorf("%s: %d columns by %d: got %d, want %d", c.what, c.columns, c.lanes, got, c.want)
		}
	}
	scratch.Release(forward.scratch)
	scratch.Release(across.scratch)
}

func TestRemainderSums(t *testing.T) {
	kerneltest.EachFloat(t, testRemainderSums[float32], testRemainderSums[float64])
}

// testRemainderSums has the sums along rows of A, of every length past two vectors, and
// those across, of few and many rows.
func testRemainderSums[T array.Float](t *testing.T) {
	if cpu.InUse() == cpu.Plain {
		return
	}
	r := rand.New(rand.NewPCG(155, 156))
	lanes := gemm.SizesOf[T]().Lanes()
	for n := 1; n <= 2*lanes+3; n++ {
		rows, aRow := 1+n%21, n+n%3
		a, x, sums := kerneltest.Wholes[T](r, (rows-1)*aRow+n), kerneltest.Wholes[T](r, n), kerneltest.Wholes[T](r, rows*lanes)
		for i := range rows {
			want := T(0)
			for _, v := range sums[i*lanes : (i+1)*lanes] {
				want += v
			}
			for k, v := range x {
				want += a[i*aRow+k] * v
			}
			got := slices.Clone(sums)
			addDots(got, a, aRow, x)
			total := T(0)
			for _, v := range got[i*lanes : (i+1)*lanes] {
				total += v
			}
			if total != want {
				t.Fatalf("%d steps, row %d of %d: got %v, want %v", n, i, rows, total, want)
			}
		}
	}
	for taps := 1; taps <= productsAtOnce; taps++ {
		for _, rows := range []int{1, lanes - 1, lanes, lanes + 1, 3*lanes + 2, 10*lanes + 1} {
			channels, n := 1+rows%3, rows*taps
			aChannel := n + taps
			a, x, sums := kerneltest.Wholes[T](r, (channels-1)*aChannel+n), kerneltest.Wholes[T](r, channels*taps), kerneltest.Wholes[T](r, n)
			want := slices.Clone(sums)
			for c := range channels {
				for i := range n {
					want[i] += a[c*aChannel+i] * x[c*taps+i%taps]
				}
			}
			f := remainder[T]{x: x, repeats: kerneltest.Garbage[T](channels * taps * lanes)}
			f.addAcross(sums, a, aChannel, taps, channels)
			if !slices.Equal(sums, want) {
				t.Fatalf("%d rows of %d taps, %d channels: got %v, want %v", rows, taps, channels, sums, want)
			}
		}
	}
}

// TestRepeat fills every length with every period.
func TestRepeat(t *testing.T) {
	for period := 1; period < 8; period++ {
		src := kerneltest.Counting[int64](period)
		for n := range 40 {
			all := slices.Repeat([]int64{-1}, n+period)
			repeat(all[:n], src)
			for i, v := range all {
				want := int64(-1)
				if i < n {
					want = src[i%period]
				}
				if v != want {
					t.Fatalf("%d of %d: element %d is %d, want %d", n, period, i, v, want)
				}
			}
		}
	}
}

func TestTail(t *testing.T) { kerneltest.EachFloat(t, testTail[float32], testTail[float64]) }

// testTail: columns that are whole vectors have no tail. Others have one of up to three
// vectors, beside which an even number of whole ones is left.
func testTail[T array.Float](t *testing.T) {
	if cpu.InUse() == cpu.Plain {
		return
	}
	lanes := gemm.SizesOf[T]().Lanes()
	for cols := 1; cols <= 9*lanes; cols++ {
		got := tailOf[T](cols)
		if cols%lanes == 0 {
			if got != 0 {
				t.Errorf("%d columns have a tail of %d", cols, got)
			}
			continue
		}
		if got%lanes != cols%lanes || got > cols || got > tailWidth[T]() || (cols-got)%(2*lanes) != 0 || cols >= 2*lanes && got < lanes {
			t.Errorf("%d columns, %d to a vector, have a tail of %d", cols, lanes, got)
		}
	}
}

func TestSpread(t *testing.T) { kerneltest.EachFloat(t, testSpread[float32], testSpread[float64]) }

// testSpread has every number of elements past two vectors, with room behind them that
// may change and none.
func testSpread[T array.Float](t *testing.T) {
	for step := 1; step <= 4; step++ {
		for n := range 140 {
			apart := n + 70
			src := kerneltest.Counting[T](step * apart)
			for _, behind := range []int{0, 1, 40} {
				all := kerneltest.Garbage[T](n + behind + kerneltest.Fence)
				spread(all[:n+behind], n, src, apart, step)
				for j, v := range all {
					if j < n && v != src[j%step*apart+j/step] || j >= n+behind && v == v {
						t.Fatalf("%d elements by %d, %d behind: element %d is %v", n, step, behind, j, v)
					}
				}
			}
			for first := range step {
				all := kerneltest.Garbage[T](n)
				spreadOne(all, first, src, step)
				for j, v := range all {
					if hit := j%step == first; hit && v != src[j/step] || !hit && v == v {
						t.Fatalf("every %d from %d of %d: element %d is %v", step, first, n, j, v)
					}
				}
			}
		}
	}
}

// TestAheadByRows: a tile fetches a line of the cache in each of its rows, and then their
// next lines.
func TestAheadByRows(t *testing.T) {
	const rows, aRow, line = 3, 1000, 64
	moves := slices.Repeat([]int64{-1}, 8*gemm.MoveWords)
	aheadByRows(moves, aRow, rows, line)
	at := int64(0)
	for k := range 8 {
		if want := int64(k%rows*aRow + k/rows*line); at != want {
			t.Errorf("step %d fetches at %d, want %d", k, at, want)
		}
		if moves[gemm.MoveWords*k] != -1 || moves[gemm.MoveWords*k+1] != -1 {
			t.Errorf("step %d: another move was set: %v", k, moves[gemm.MoveWords*k:][:gemm.MoveWords])
		}
		at += moves[gemm.MoveWords*k+2]
	}
}

// TestImplicitBlocks: blocks are whole vectors of rows and columns, unless that is all of
// them, and whole lines if the sums are written line by line.
func TestImplicitBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(157, 158))
	size := gemm.BlockSizes{TileRows: 6, TileCols: 16, Cols: 256}
	for range 300 {
		g := implicit{rows: 1 + r.IntN(300), channels: 1 + r.IntN(500), grid: [3]int{1, 1 + r.IntN(40), 1 + r.IntN(60)}, outStep: [3]int{1, 1, 1},
			aTap: make([]int64, 9), flat: r.IntN(3) == 0}
		if r.IntN(3) == 0 {
			g.outStep[2] = 2
		}
		kerneltest.WithCores(1+r.IntN(6), func() {
			rows, cols := g.blocks(size, 1+r.IntN(5))
			n, line, what := g.positions(), g.grid[2], fmt.Sprintf("%d rows, a grid %v, merged %v: blocks of %d×%d", g.rows, g.grid, g.merged(), rows, cols)
			if rows < 1 || rows > g.rows || rows < g.rows && (rows%8 != 0 || rows < 12) {
				t.Error(what)
			}
			if cols < 1 || cols > n || g.merged() && cols > line && cols%line != 0 || !g.merged() && cols < n && cols%8 != 0 {
				t.Error(what)
			}
			if most := 256 + 8; !g.flat && cols > most {
				t.Error(what, ": too many columns")
			}
		})
	}
}
