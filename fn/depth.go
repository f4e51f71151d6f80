package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// PixelShuffle moves channels of x[n c s...] into space: x[n c·f² h w] becomes y[n c f·h
// f·w]. The f² channels of a block follow each other in x, as in PyTorch's PixelShuffle
// and in ONNX's DepthToSpace with the mode CRD. There may be any number of spatial axes.
//
// Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient
// Sub-Pixel Convolutional Neural Network", CVPR 2016.
func PixelShuffle(x trace.Value, factor int) trace.Value {
	defer trace.Naming("pixel_shuffle", x)
	return toSpace("pixel_shuffle", x, factor, false)
}

// PixelUnshuffle is the inverse of [PixelShuffle]: x[n c f·h f·w] becomes y[n c·f² h w].
func PixelUnshuffle(x trace.Value, factor int) trace.Value {
	defer trace.Naming("pixel_unshuffle", x)
	return toDepth("pixel_unshuffle", x, factor, false)
}

// DepthToSpace is [PixelShuffle] with another order of channels: those of a block are c
// apart in x. So do TensorFlow's depth_to_space and ONNX's DepthToSpace with the mode
// DCR.
func DepthToSpace(x trace.Value, block int) trace.Value {
	defer trace.Naming("depth_to_space", x)
	return toSpace("depth_to_space", x, block, true)
}

// SpaceToDepth is the inverse of [DepthToSpace], as in TensorFlow and ONNX.
func SpaceToDepth(x trace.Value, block int) trace.Value {
	defer trace.Naming("space_to_depth", x)
	return toDepth("space_to_depth", x, block, true)
}

// toSpace splits the channels into blocks and puts an axis of each block beside the
// spatial axis it enlarges. With blocksFirst the axes of a block come before the other
// channels.
func toSpace(name string, x trace.Value, block int, blocksFirst bool) trace.Value {
	spatial := wantBlocks(name, x, block)
	s := x.Shape()
	area := 1
	for range spatial {
		if area = times(area, block); area > longest {
			break
		}
	}
	if s[1]%area != 0 {
		refuse(name, []trace.Value{x}, "%d channels are not whole blocks of %d, which is %d along each of %d axes", s[1], area, block, spatial)
	}
	blocks, channels := slices.Repeat([]int{block}, spatial), []int{s[1] / area}
	firstBlock, channel := 2, 1
	split := slices.Concat(s[:1], channels, blocks, s[2:])
	if blocksFirst {
		firstBlock, channel = 1, 1+spatial
		split = slices.Concat(s[:1], blocks, channels, s[2:])
	}
	perm, out := []int{0, channel}, []int{s[0], channels[0]}
	for i, n := range s[2:] {
		perm, out = append(perm, 2+spatial+i, firstBlock+i), append(out, n*block)
	}
	return Reshape(Transpose(Reshape(x, split...), perm...), out...)
}

// toDepth is the inverse of toSpace.
func toDepth(name string, x trace.Value, block int, blocksFirst bool) trace.Value {
	wantBlocks(name, x, block)
	s := x.Shape()
	split, out := slices.Clone(s[:2]), slices.Clone(s[:2])
	var blocks, rest []int
	for i, n := range s[2:] {
		if n%block != 0 {
			refuse(name, []trace.Value{x}, "spatial axis %d has length %d, which is no multiple of %d", i, n, block)
		}
		rest, blocks = append(rest, len(split)), append(blocks, len(split)+1)
		split, out = append(split, n/block, block), append(out, n/block)
		out[1] = times(out[1], block)
	}
	perm := slices.Concat([]int{0, 1}, blocks, rest)
	if blocksFirst {
		perm = slices.Concat([]int{0}, blocks, []int{1}, rest)
	}
	return Reshape(Transpose(Reshape(x, split...), perm...), out...)
}

// wantBlocks refuses an x without spatial axes and an impossible block, and returns the
// number of spatial axes.
func wantBlocks(name string, x trace.Value, block int) int {
	if x.Rank() < 3 {
		refuse(name, []trace.Value{x}, "want x[n c s...] with at least one spatial axis")
	}
	if block < 1 {
		refuse(name, []trace.Value{x}, "blocks of length %d: want at least 1", block)
	}
	return x.Rank() - 2
}
