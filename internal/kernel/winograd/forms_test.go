package winograd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestWinogradAxis: along one axis, Aᵀ ((G w) ⊙ (Bᵀ d)) is the correlation of w and d:
// for each tap and each input by itself, exactly with F(2), for wholes and even taps.
func TestWinogradAxis(t *testing.T) {
	r := rand.New(rand.NewPCG(211, 212))
	for _, tile := range testedTiles {
		p := &plan{tile: tile, edge: tile + 2}
		check := func(w [3]float32, d []float32) {
			t.Helper()
			u, v, m, y := kerneltest.Garbage[float32](3*p.edge), kerneltest.Garbage[float32](2*p.edge), make([]float32, p.edge), kerneltest.Garbage[float32](2*p.edge)
			p.weightsAxis(u, 3, w[0], w[1], w[2])
			spread := make([]float32, 2*p.edge)
			for i, x := range d {
				spread[2*i] = x
			}
			p.inputAxis(v, spread, 2)
			for i := range m {
				m[i] = u[3*i] * v[2*i]
			}
			p.outputAxis(y, m, 1)
			for i := range tile {
				want := w[0]*d[i] + w[1]*d[i+1] + w[2]*d[i+2]
				if diff := math.Abs(float64(y[i] - want)); !(diff <= map[int]float64{2: 0, 4: 1e-4}[tile]) {
					t.Fatalf("F%d: output %d of %v and %v: got %v, want %v", tile, i, w, d, y[i], want)
				}
			}
		}
		for tap := range 3 {
			for at := range p.edge {
				w, d := [3]float32{}, make([]float32, p.edge)
				w[tap], d[at] = 2, 3
				check(w, d)
			}
		}
		for range 50 {
			w := kerneltest.Wholes[float32](r, 3)
			elementwise.Scale(w, w, 2)
			d := kerneltest.Wholes[float32](r, p.edge)
			check([3]float32(w), d[:p.edge])
		}
	}
}

// TestWinogradPoints: G w is the polynomial of the taps at the points, divided by what
// the other points are apart, and its last tap at infinity.
func TestWinogradPoints(t *testing.T) {
	points := map[int][]float64{2: {0, 1, -1}, 4: {0, 11.0 / 16, -11.0 / 16, 1.5, -1.5}}
	for _, tile := range testedTiles {
		p := &plan{tile: tile, edge: tile + 2}
		for _, w := range [][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {3, -5, 7}} {
			got := kerneltest.Garbage[float32](p.edge)
			p.weightsAxis(got, 1, float32(w[0]), float32(w[1]), float32(w[2]))
			for i, at := range points[tile] {
				want := w[0] + at*w[1] + at*at*w[2]
				for j, other := range points[tile] {
					if j != i {
						want /= at - other
					}
				}
				if i == 0 {
					want *= map[int]float64{2: -1, 4: 1}[tile] // the sign that Bᵀ has
				}
				if !(math.Abs(float64(got[i])-want) <= 3e-7*(math.Abs(want)+1)) {
					t.Errorf("F%d: the value of %v at %v is %v, want %v", tile, w, at, got[i], want)
				}
			}
			if last := got[p.edge-1]; float64(last) != w[2] {
				t.Errorf("F%d: the value of %v at infinity is %v, want %v", tile, w, last, w[2])
			}
		}
	}
}

// TestInterleavePlain: the way from planes to vectors of channels, filled up with zeros,
// and back.
func TestInterleavePlain(t *testing.T) {
	for lanes := 1; lanes <= 5; lanes++ {
		p := &plan{lanes: lanes}
		for channels := 1; channels <= lanes; channels++ {
			for n := 1; n <= 9; n++ {
				plane := n + 2
				src := kerneltest.Counting[float32](channels * plane)
				room := array.CeilDiv(n, lanes) * lanes * lanes
				all := kerneltest.Garbage[float32](room + kerneltest.Fence)
				p.interleavePlain(all[:room], src, plane, channels, n)
				for i, v := range all {
					want := float32(0)
					if j, c := i/lanes, i%lanes; j < n && c < channels {
						want = src[c*plane+j]
					}
					if i < room && v != want || i >= room && v == v {
						t.Fatalf("%d elements of %d channels by %d: element %d is %v, want %v", n, channels, lanes, i, v, want)
					}
				}
				back := slices.Repeat([]float32{-1}, channels*plane)
				p.separatePlain(back, all, plane, channels, n)
				for i, v := range back {
					if want := src[i]; i%plane < n && v != want || i%plane >= n && v != -1 {
						t.Fatalf("%d elements of %d channels by %d: element %d comes back as %v, want %v", n, channels, lanes, i, v, want)
					}
				}
			}
		}
	}
}

// TestWinogradTile: rows of transformed tiles and columns of weights are multiplied, and
// added to what is there, by all sets of instructions.
func TestWinogradTile(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(213, 214))
		lanes := lanes()
		b := block{plan: &plan{tile: 2, edge: 4, lanes: lanes, depth: 2 * lanes}}
		for rows := 1; rows <= gemm.SizesOf[float32]().TileRows; rows++ {
			for _, columns := range []int{lanes, 2 * lanes} {
				steps, accumulate := 1+r.IntN(2*lanes), rows%2 == 0
				v, u := kerneltest.Wholes[float32](r, rows*b.depth), kerneltest.Wholes[float32](r, steps*columns)
				m := kerneltest.Wholes[float32](r, rows*b.outputTile())
				want := slices.Clone(m)
				kerneltest.PlainMul(rows, columns, steps, v, b.depth, 1, u, columns, 1, want, b.outputTile(), accumulate)
				b.runTile(m, v, u, steps, rows, columns, accumulate)
				if !slices.Equal(m, want) {
					t.Fatalf("%d rows, %d columns, %d steps, accumulate %v: a wrong product", rows, columns, steps, accumulate)
				}
			}
		}
	})
}

// TestWinogradReads: the input of a line of tiles is what their windows read, channel by
// channel in a vector, with zeros beyond the map and for channels that there are not.
func TestWinogradReads(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(215, 216))
		for range kerneltest.AtMost(300, 60) {
			g := Form{drawnConv(r), testedTiles[r.IntN(2)], false}
			p := g.plan()
			x := kerneltest.Counting[float32](p.batch * p.cIn * p.in[0] * p.in[1])
			all := blocksJob{plan: p, src: x}
			f := gatherJob{all.block(r.IntN(all.count()), nil)}
			line, image, c := r.IntN(p.lines), r.IntN(p.batch), r.IntN(array.CeilDiv(p.cIn, p.lanes))*p.lanes
			n, row := 1+r.IntN(p.lines-line), f.rowWidth()*p.lanes
			got := kerneltest.Garbage[float32]((n*p.tile+2)*row + p.lanes*p.lanes)
			f.read(got, image, c, line, n)
			for i := range (n*p.tile + 2) * row {
				y, at, lane := line*p.tile+i/row-p.pad[0], f.column*p.tile+i%row/p.lanes-p.pad[1], c+i%p.lanes
				want := float32(0)
				if y >= 0 && y < p.in[0] && at >= 0 && at < p.in[1] && lane < p.cIn {
					want = x[((image*p.cIn+lane)*p.in[0]+y)*p.in[1]+at]
				}
				if got[i] != want {
					t.Fatalf("%+v: lines from %d, column %d: row %d, column %d, channel %d: got %v, want %v", g, line, f.column, y, at, lane, got[i], want)
				}
			}
			p.end()
		}
	})
}

// TestWinogradTurns: towards the input, a vector reads the taps of exchanged channels.
func TestWinogradTurns(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		const cIn, cOut = 5, 37 // of the transform: more than two vectors of some sets
		lanes := lanes()
		for _, turned := range []bool{false, true} {
			w := kerneltest.Counting[float32](9 * cIn * cOut)
			p := &plan{tile: 2, edge: 4, lanes: lanes, cIn: cIn, cOut: cOut}
			f := weightsJob{p, nil, w, turned, p.all()}
			first, step := f.taps()
			for o := 0; o < cOut; o += lanes {
				x := kerneltest.Garbage[float32](f.roomOfTaps())
				f.read(x, o, 1, cIn-1)
				for c := range cIn - 1 {
					for lane := range min(lanes, cOut-o) {
						for tap := range 9 {
							want := w[((o+lane)*cIn+1+c)*9+tap]
							if turned {
								want = w[((1+c)*cOut+o+lane)*9+8-tap]
							}
							if got := x[9*c*lanes+first+tap*step+lane]; got != want {
								t.Fatalf("turned %v: output channel %d, input channel %d, tap %d: got %v, want %v", turned, o+lane, 1+c, tap, got, want)
							}
						}
					}
				}
			}
		}
	})
}

// TestWinogradBeyond: windows of nothing but padding are before the map if it is padded
// by more than two, or behind it.
func TestWinogradBeyond(t *testing.T) {
	for _, c := range []struct {
		in, out, pad int
		want         bool
	}{{5, 5, 1, false}, {5, 7, 2, false}, {5, 8, 3, true}, {5, 8, 2, true}, {5, 6, 1, false}, {5, 7, 1, true}, {5, 5, 0, false}, {5, 6, 0, true}, {5, 4, -1, false}, {5, 5, -1, true}} {
		read := func(o int) bool { return o-c.pad+2 >= 0 && o-c.pad < c.in }
		missing := false
		for o := range c.out {
			missing = missing || !read(o)
		}
		for axis := range 2 {
			p := &plan{in: [2]int{9, 9}, out: [2]int{9, 9}, pad: [2]int{1, 1}}
			p.in[axis], p.out[axis], p.pad[axis] = c.in, c.out, c.pad
			if got := p.beyond(); got != c.want || missing != c.want {
				t.Errorf("%+v along axis %d: got %v, and there are such: %v", c, axis, got, missing)
			}
		}
	}
}
