package heatmap

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestTilePutsImagesInRows(t *testing.T) {
	const n, h, w = 7, 2, 3
	x := whole(11, n*h*w)
	for _, c := range []struct {
		grid       Grid
		rows, cols int
	}{
		{Grid{}, 4, 2},
		{Grid{Rows: 2}, 2, 4},
		{Grid{Cols: 3}, 3, 3},
		{Grid{Rows: 7}, 7, 1},
		{Grid{Cols: 7}, 1, 7},
		{Grid{Rows: 9, Cols: 1}, 9, 1},
		{Grid{Rows: 1, Cols: 2}, 1, 2},
		{Grid{Rows: 20}, 20, 1},
	} {
		tiled, shape, err := Tile(x, []int{n, h, w}, c.grid)
		if want := fmt.Sprint([]int{c.rows * h, c.cols * w, 1}); err != nil || fmt.Sprint(shape) != want {
			t.Fatalf("%+v: shape %v, error %v, want %v", c.grid, shape, err, want)
		}
		for at, v := range tiled {
			y, column := at/(c.cols*w), at%(c.cols*w)
			want := slices.Min(x)
			if i := y/h*c.cols + column/w; i < n {
				want = x[(i*h+y%h)*w+column%w]
			}
			if v != want {
				t.Fatalf("%+v: value at %d, %d is %v, want %v", c.grid, y, column, v, want)
			}
		}
	}
}

func TestTileFillsChannelsWithTheirOwnMinimum(t *testing.T) {
	x := []float32{5, 2, 7, 4, 3, 9} // two images of one pixel with three channels
	tiled, shape, err := Tile(x, []int{2, 1, 1, 3}, Grid{Rows: 1, Cols: 3})
	if want := []float32{5, 2, 7, 4, 3, 9, 4, 2, 7}; err != nil || !slices.Equal(tiled, want) || !slices.Equal(shape, []int{1, 3, 3}) {
		t.Errorf("%v of shape %v, error %v, want %v", tiled, shape, err, want)
	}
	tiled, _, err = Tile(x, []int{2, 1, 1, 3}, Grid{Rows: 1, Cols: 3, Fill: new(-0.5)})
	if want := []float32{5, 2, 7, 4, 3, 9, -0.5, -0.5, -0.5}; err != nil || !slices.Equal(tiled, want) {
		t.Errorf("%v, error %v, want %v", tiled, err, want)
	}
}

func TestTileErrors(t *testing.T) {
	bytes := make([]uint8, 6)
	for _, c := range []struct {
		shape []int
		grid  Grid
		want  string
	}{
		{[]int{1, 2, 3}, Grid{Rows: -1}, "Grid: -1 rows and 0 columns, want at least 1"},
		{[]int{1, 2, 3}, Grid{Cols: -2}, "Grid: 0 rows and -2 columns"},
		{[]int{1, 2, 3}, Grid{Fill: new(256.)}, "fill 256 is not a whole number of 0..255"},
		{[]int{1, 2, 3}, Grid{Fill: new(-1.)}, "fill -1 is not"},
		{[]int{1, 2, 3}, Grid{Fill: new(math.NaN())}, "fill NaN is not"},
		{[]int{1, 2, 3}, Grid{Rows: 1 << 14, Cols: 1 << 14}, "Grid: 16384·2 by 16384·3 pixels are more than 268435456"},
		{[]int{1, 2, 3}, Grid{Rows: math.MaxInt, Cols: math.MaxInt}, "pixels are more than"},
		{[]int{1, 2, 3}, Grid{Rows: 2, Cols: math.MaxInt/2 + 1}, "pixels are more than"}, // 4 times that is 0 in a uint
		{[]int{2, 3}, Grid{}, "a grid takes [n h w]"},
		{[]int{2, 2, 3}, Grid{}, "6 values for shape [2 2 3], which has 12"},
	} {
		_, _, err := Tile(bytes, c.shape, c.grid)
		expectError(t, err, "heatmap: ", c.want)
	}
}
