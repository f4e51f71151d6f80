package winograd

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestWinogradFits: each condition by itself.
func TestWinogradFits(t *testing.T) {
	s := layer(2, 3, 5, 7)
	for name, c := range map[string]struct {
		g    Form
		want bool
	}{
		"F2":              {Form{Conv: s, Tile: 2}, true},
		"F4":              {Form{Conv: s, Tile: 4}, true},
		"input":           {Form{Conv: s, Tile: 4, Input: true}, true},
		"F3":              {Form{Conv: s, Tile: 3}, false},
		"F0":              {Form{Conv: s}, false},
		"cropped":         {Form{Conv: altered(s, func(s *conv.Geometry) { s.Pad[1], s.Pad[2] = -1, 5 }), Tile: 2}, true},
		"no batch":        {Form{Conv: altered(s, func(s *conv.Geometry) { s.Batch = 0 }), Tile: 2}, true},
		"groups":          {Form{Conv: altered(s, func(s *conv.Geometry) { s.Groups, s.CIn, s.COut = 2, 4, 4 }), Tile: 2}, false},
		"kernel":          {Form{Conv: altered(s, func(s *conv.Geometry) { s.Kernel[2] = 2 }), Tile: 2}, false},
		"three axes":      {Form{Conv: altered(s, func(s *conv.Geometry) { s.Kernel[0] = 3 }), Tile: 2}, false},
		"stride":          {Form{Conv: altered(s, func(s *conv.Geometry) { s.Stride[1] = 2 }), Tile: 2}, false},
		"dilation":        {Form{Conv: altered(s, func(s *conv.Geometry) { s.Dilation[2] = 2 }), Tile: 2}, false},
		"planes":          {Form{Conv: altered(s, func(s *conv.Geometry) { s.In[0] = 2 }), Tile: 2}, false},
		"planes of y":     {Form{Conv: altered(s, func(s *conv.Geometry) { s.Out[0] = 2 }), Tile: 2}, false},
		"padded in front": {Form{Conv: altered(s, func(s *conv.Geometry) { s.Pad[0] = 1 }), Tile: 2}, false},
	} {
		if got := c.g.Fits(); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// TestWinogradTiles: there are as many as cover the output, which towards the input is x.
func TestWinogradTiles(t *testing.T) {
	s := layer(3, 2, 2, 8)
	s.In[1], s.In[2], s.Out[1], s.Out[2] = 9, 4, 7, 13
	for _, c := range []struct {
		tile, want int
		input      bool
	}{{2, 3 * 4 * 7, false}, {4, 3 * 2 * 4, false}, {2, 3 * 5 * 2, true}, {4, 3 * 3 * 1, true}} {
		if got := (Form{s, c.tile, c.input}).tiles(); got != c.want {
			t.Errorf("F%d, input %v: got %d, want %d", c.tile, c.input, got, c.want)
		}
	}
}

// TestWinogradPaysLimits: 32 channels on both sides, 16 or 32 tiles of what is computed,
// and 12000 pairs of channels to each.
func TestWinogradPaysLimits(t *testing.T) {
	at := func(in, out, height, width int) conv.Geometry { return wide(1, in, out, height, width) }
	small := altered(at(32, 32, 8, 8), func(s *conv.Geometry) { s.In[1] = 6 }) // 12 tiles of x, and 16 of y
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, c := range []struct {
			name string
			g    Form
			want bool
		}{
			{"32 channels", Form{Conv: at(32, 32, 8, 8), Tile: 2}, true},
			{"31 input channels", Form{Conv: at(31, 32, 8, 8), Tile: 2}, false},
			{"31 output channels", Form{Conv: at(32, 31, 8, 8), Tile: 2}, false},
			{"15 tiles", Form{Conv: at(32, 32, 6, 10), Tile: 2}, false},
			{"16 large tiles", Form{Conv: at(32, 32, 16, 16), Tile: 4}, false},
			{"31 large tiles", Form{Conv: at(32, 32, 4, 124), Tile: 4}, false},
			{"32 large tiles", Form{Conv: at(32, 32, 16, 32), Tile: 4}, true},
			{"12000 pairs", Form{Conv: at(480, 400, 2, 32), Tile: 2}, true},
			{"12025 pairs", Form{Conv: at(480, 401, 2, 32), Tile: 2}, false},
			{"forward", Form{Conv: small, Tile: 2}, true},
			{"towards a small input", Form{Conv: small, Tile: 2, Input: true}, false},
			{"strided", Form{Conv: halved(layer(1, 32, 32, 32)), Tile: 2}, false},
		} {
			if got := c.g.Pays(); got != (c.want && cpu.InUse() != cpu.Plain) {
				t.Errorf("%s: got %v", c.name, got)
			}
		}
	})
}

// TestEvenly: blocks are as few as there can be, and as small as so many can be.
func TestEvenly(t *testing.T) {
	for n := 1; n < 60; n++ {
		for most := 1; most < 25; most++ {
			got := evenly(n, most)
			blocks := array.CeilDiv(n, most)
			if got > most || array.CeilDiv(n, got) != blocks || got > 1 && array.CeilDiv(n, got-1) == blocks {
				t.Errorf("%d in blocks of at most %d: got %d", n, most, got)
			}
		}
	}
	if got := evenly(0, 5); got != 0 {
		t.Errorf("of nothing: got %d, want 0", got)
	}
}

// drawnWinograd draws a form of a convolution, some of many channels or large maps.
func drawnWinograd(r *rand.Rand) Form {
	s := drawnConv(r)
	switch r.IntN(4) {
	case 0:
		s.CIn, s.COut = 1+r.IntN(700), 1+r.IntN(700)
	case 1:
		s.Out[1], s.Out[2] = 1+r.IntN(300), 1+r.IntN(900)
	}
	return Form{s, testedTiles[r.IntN(2)], r.IntN(2) == 0}
}

// TestWinogradBlocks: every tile is in one block; blocks keep to what fits the cache and
// the room there is; the transformed input of a block has a place of its own for each
// position, tile and channel.
func TestWinogradBlocks(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(201, 202))
		for range kerneltest.AtMost(300, 60) {
			g := drawnWinograd(r)
			p := g.plan()
			checkWinogradBlocks(t, g, p)
			p.end()
		}
	})
}

func checkWinogradBlocks(t *testing.T, g Form, p *plan) {
	t.Helper()
	lines := p.batch * p.lines
	covered := make([]int, lines*p.columns)
	all := blocksJob{plan: p}
	for at := range all.count() {
		b := all.block(at, nil)
		if b.height < 1 || b.width < 1 || b.height > p.blockLines || b.width > p.blockColumns {
			t.Fatalf("%+v: block %d has %d lines of %d tiles", g, at, b.height, b.width)
		}
		for line := b.line; line < b.line+b.height; line++ {
			for column := b.column; column < b.column+b.width; column++ {
				covered[line*p.columns+column]++
			}
		}
		if n := p.edge * p.edge * b.inputPlane(); n > p.blockLen() {
			t.Fatalf("%+v: block %d has %d elements of transformed input, with room for %d", g, at, n, p.blockLen())
		}
	}
	for at, n := range covered {
		if n != 1 {
			t.Fatalf("%+v: tile %d is in %d blocks", g, at, n)
		}
	}
	tiles := p.blockLines * p.blockColumns
	if tiles > blockTiles/p.tile || tiles > 1 && p.blockLen() > inputRoom {
		t.Errorf("%+v: a block has %d tiles and %d elements", g, tiles, p.blockLen())
	}
	if p.depth%p.lanes != 0 || p.depth > max(p.lanes, blockChannels/p.tile) || p.inputLen() != all.count()*p.blockLen() {
		t.Errorf("%+v: %d channels are summed up at a time, by %d; the input takes %d", g, p.depth, p.lanes, p.inputLen())
	}
	b := block{plan: p, height: min(2, p.blockLines), width: min(3, p.blockColumns)}
	seen := map[int]string{}
	for tile := range b.tiles() {
		for c := range p.cIn {
			at, what := b.inputAt(tile, c), fmt.Sprintf("tile %d, channel %d", tile, c)
			if other, ok := seen[at]; ok || at >= b.inputPlane()-planeGap*p.lanes {
				t.Fatalf("%+v: %s is at %d of %d, as %s", g, what, at, b.inputPlane(), other)
			}
			if c%p.lanes > 0 && at != b.inputAt(tile, c-1)+1 {
				t.Fatalf("%+v: %s is no neighbour of the channel before", g, what)
			}
			seen[at] = what
		}
	}
}

// TestWinogradPlan: the geometry is that of the convolution, or that of its adjoint:
// sides are exchanged, and padding is what is left of the window.
func TestWinogradPlan(t *testing.T) {
	s := wide(2, 3, 5, 9, 11)
	s.Out[1], s.Out[2], s.Pad[1], s.Pad[2] = 6, 13, -1, 3
	p := Form{s, 4, false}.plan()
	if p.cIn != 3 || p.cOut != 5 || p.in != [2]int{9, 11} || p.out != [2]int{6, 13} || p.pad != [2]int{-1, 3} || p.lines != 2 || p.columns != 4 || p.edge != 6 || p.batch != 2 {
		t.Errorf("forward: got %+v", [...]any{p.cIn, p.cOut, p.in, p.out, p.pad, p.lines, p.columns, p.edge, p.batch})
	}
	p.bad.Store(true)
	p.end()
	p = Form{s, 2, true}.plan()
	if p.cIn != 5 || p.cOut != 3 || p.in != [2]int{6, 13} || p.out != [2]int{9, 11} || p.pad != [2]int{3, -1} || p.lines != 5 || p.columns != 6 || p.edge != 4 {
		t.Errorf("towards the input: got %+v", [...]any{p.cIn, p.cOut, p.in, p.out, p.pad, p.lines, p.columns, p.edge})
	}
	if p.bad.Load() || p.empty.Load() {
		t.Error("a plan begins with what another found")
	}
	p.end()
}

// TestWinogradWeightsAt: each panel, position, input and output channel has a place of
// its own in the transformed weights, and those of a panel are neighbours, step by step.
func TestWinogradWeightsAt(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, cOut := range []int{1, 4, 5, 8, 17, 33, 40} {
			for _, tile := range testedTiles {
				p := Form{Conv: layer(1, 5, cOut, 8), Tile: tile}.plan()
				seen := make([]bool, p.weightsLen())
				channels := 0
				for panel := range p.panels() {
					width := p.panelWidth(panel)
					channels += width
					for position := range p.edge * p.edge {
						for c := range p.cIn {
							at := p.weightsAt(p.all(), panel, position, c)
							for o := range width {
								if seen[at+o] {
									t.Fatalf("%d channels: panel %d, position %d, channel %d is at %d, as another", cOut, panel, position, c, at)
								}
								seen[at+o] = true
							}
						}
						part := part{panel, 2, 3} // by itself
						if got, want := p.weightsAt(part, panel, position, 4), (position*(3+planeGap)+2)*width; got != want {
							t.Fatalf("position %d of a part is at %d, want %d", position, got, want)
						}
					}
				}
				if want := array.CeilDiv(cOut, p.lanes) * p.lanes; channels != want {
					t.Errorf("%d channels have panels of %d, want %d", cOut, channels, want)
				}
				p.end()
			}
		}
	})
}

// TestWinogradConcurrent: runs at the same time, which share plans that are not in use,
// do not see each other.
func TestWinogradConcurrent(t *testing.T) {
	r := rand.New(rand.NewPCG(203, 204))
	var all sync.WaitGroup
	for i := range 6 {
		s := drawnConv(r)
		nx, nw, ny := sizes(s)
		x, w, want := kerneltest.Wholes[float32](r, nx), kerneltest.Wholes[float32](r, nw), make([]float32, ny)
		elementwise.Scale(w, w, 4) // so that F(2×2) is exact
		conv.Forward(want, x, w, s)
		all.Go(func() {
			for range 10 {
				y := kerneltest.Garbage[float32](ny)
				Form{Conv: s, Tile: 2}.Run(y, x, w)
				for at, v := range y {
					if v != want[at] {
						t.Errorf("run %d: element %d is %v, want %v", i, at, v, want[at])
						return
					}
				}
			}
		})
	}
	all.Wait()
}
