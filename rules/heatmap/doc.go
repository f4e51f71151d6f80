// Package heatmap turns relevance into images.
//
// Relevance is a slice of numbers and a shape. A Config says how its values become
// colors:
//
//	coldnhot := heatmap.Must(heatmap.Named("coldnhot"))
//	img, err := heatmap.Config{Map: coldnhot, Symmetric: true}.Image(relevance, []int{224, 224})
//	...
//	err = heatmap.WritePNG("relevance.png", img)
//
// The zero Config maps the smallest value to blue, the middle to white and the largest to
// red. One channel gives an *image.Paletted whose pixels are positions on the color map,
// so [Recolor] can change the map without the data. Three channels give an *image.NRGBA.
// A [Grid] in the Config lays out a batch, [Sheet] puts captions above images, [Overlay]
// blends a heat map with its input, and [Upscale], [WritePNG] and [WriteGIF] do what
// their names say. A [Text] is colored token by token, as HTML or in a terminal.
// [Read] and [ReadGray] read images.
//
// The conventions are those of Zennit (Anders et al., "Software for Dataset-wide XAI:
// From Local Explanations to Global Insights with Zennit, CoRelAy, and ViRelAy",
// arXiv:2106.13200, 2021), byte for byte, with two exceptions: a constant map gets the
// middle color, and NaN and infinities are errors.
//
// A function that takes data from outside the program returns an error. No function
// changes its arguments.
package heatmap
