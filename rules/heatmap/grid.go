package heatmap

import (
	"fmt"
	"math"
)

// Grid says how the images of a batch are laid out, row by row. The zero value is ⌊√n⌋
// images wide for n images and as high as needed.
type Grid struct {
	Rows, Cols int      // images in a column and in a row; zero: as many as needed
	Fill       *float64 // the value of empty places; nil: the smallest value of the channel in the whole batch
}

// Tile lays out a batch of images as one image of shape [rows·h cols·w c]. The batch has
// the shape [n h w], [n c h w] or [n h w c] with 1 or 3 channels c. If both axes could be
// the channels, the last one is. Images beyond rows·cols are left out. The values stay as
// they are. For bytes, Fill must be a whole number in 0..255.
func Tile[T uint8 | float32 | float64](data []T, shape []int, g Grid) (tiled []T, tiledShape []int, err error) {
	if err := checkSize(len(data), shape); err != nil {
		return nil, nil, err
	}
	l, err := layoutOf(shape, true)
	if err != nil {
		return nil, nil, err
	}
	return tile(data, l, g)
}

func tile[T uint8 | float32 | float64](data []T, l layout, g Grid) ([]T, []int, error) {
	rows, cols, err := g.size(l)
	if err != nil {
		return nil, nil, err
	}
	fill, err := fills(data, l, g.Fill)
	if err != nil {
		return nil, nil, err
	}
	shape := []int{rows * l.h, cols * l.w, l.c}
	tiled := make([]T, 0, rows*l.h*cols*l.w*l.c)
	for y := range shape[0] {
		for x := range shape[1] {
			i := y/l.h*cols + x/l.w
			for k := range l.c {
				if i < l.n {
					tiled = append(tiled, data[l.at(i, y%l.h, x%l.w, k)])
				} else {
					tiled = append(tiled, fill[k])
				}
			}
		}
	}
	return tiled, shape, nil
}

func (g Grid) size(l layout) (rows, cols int, err error) {
	if g.Rows < 0 || g.Cols < 0 {
		return 0, 0, fmt.Errorf("heatmap: Grid: %d rows and %d columns, want at least 1, or 0 for as many as needed", g.Rows, g.Cols)
	}
	rows, cols = g.Rows, g.Cols
	if cols == 0 && rows == 0 {
		cols = int(math.Sqrt(float64(l.n)))
	}
	if cols == 0 {
		cols = (l.n-1)/rows + 1
	}
	if rows == 0 {
		rows = (l.n-1)/cols + 1
	}
	return rows, cols, checkPixels("Grid", rows, l.h, cols, l.w)
}

// fills returns the value of empty places for each channel.
func fills[T uint8 | float32 | float64](data []T, l layout, fill *float64) ([]T, error) {
	values := make([]T, l.c)
	if fill != nil {
		v := T(*fill)
		if _, bytes := any(v).(uint8); bytes && float64(v) != *fill {
			return nil, fmt.Errorf("heatmap: Grid: fill %v is not a whole number of 0..255, which bytes and colors need", *fill)
		}
		for k := range values {
			values[k] = v
		}
		return values, nil
	}
	for k := range values {
		values[k] = data[l.at(0, 0, 0, k)]
	}
	for i := range l.n {
		for y := range l.h {
			for x := range l.w {
				for k := range values {
					values[k] = min(values[k], data[l.at(i, y, x, k)])
				}
			}
		}
	}
	return values, nil
}
