package main

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// flatten merges the axes from start to end, both included, into one. A negative axis
// counts from the last, as in PyTorch.
type flatten struct {
	path       string
	start, end int
}

// Apply maps x[a b c d] with start 1 and end 2 to [a b·c d], and a scalar to [1].
func (l flatten) Apply(x trace.Value) trace.Value {
	named := transforms.Named(transforms.Layer{Kind: trace.KindShaping + ".flatten", Path: l.path}, func(x trace.Value, _ struct{}) trace.Value {
		return fn.Reshape(x, l.merged(x.Shape())...)
	})
	return named(x, struct{}{})
}

// merged returns the shape after merging.
func (l flatten) merged(shape []int) []int {
	if len(shape) == 0 {
		shape = []int{1}
	}
	rank := len(shape)
	if l.start < -rank || l.start >= rank || l.end < -rank || l.end >= rank {
		panic(trace.Errorf("flatten: start_dim %d and end_dim %d of %v: want axes from %d to %d", l.start, l.end, shape, -rank, rank-1))
	}
	from, to := (l.start+rank)%rank, (l.end+rank)%rank
	if from > to {
		panic(trace.Errorf("flatten: start_dim %d of %v comes after end_dim %d", l.start, shape, l.end))
	}
	size := 1
	for _, d := range shape[from : to+1] {
		size *= d
	}
	return slices.Concat(shape[:from], []int{size}, shape[to+1:])
}
