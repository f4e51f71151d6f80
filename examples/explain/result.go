package main

import (
	"fmt"
	"image"
	"math"
	"time"

	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/trace"
)

// result is what became of an input.
type result struct {
	input
	job        *job
	x          trace.Value
	shown      image.Image // nil of an array
	y          trace.Value // the network's output
	prediction network.Prediction
	heats      []heat
	err        error
	took       time.Duration
	kept       bool // read from a record of an earlier run
}

// heat is the relevance of an input by one method, for one output.
type heat struct {
	Method string  `json:"method"`
	Target string  `json:"target"`
	Score  float64 `json:"score"` // the explained output
	summary
	r trace.Value
}

// summary has what is printed of a relevance.
type summary struct {
	Sum      float64 `json:"sum"`
	Smallest float64 `json:"smallest"`
	Largest  float64 `json:"largest"`
}

// summarize returns an error if a value is not finite.
func summarize(r trace.Value) (summary, error) {
	s := summary{Smallest: math.Inf(1), Largest: math.Inf(-1)}
	for _, v := range r.Float64s() {
		s.Sum += v
		s.Smallest, s.Largest = min(s.Smallest, v), max(s.Largest, v)
	}
	return s, checkFinite(r)
}

// checkFinite returns an error that says where a value has a NaN or an infinity.
func checkFinite(v trace.Value) error {
	for i, x := range v.Float64s() {
		if x-x != 0 {
			return fmt.Errorf("%v at element %d of %v", x, i, v.Type())
		}
	}
	return nil
}

// line is a result in JSON. It has nothing that changes from run to run.
type line struct {
	Input string `json:"input"`
	Label string `json:"label,omitempty"`
	network.Prediction
	Maps  []heat `json:"maps,omitempty"`
	Error string `json:"error,omitempty"`
}

func (r *result) line() line {
	l := line{Input: r.name, Label: r.label, Prediction: r.prediction, Maps: r.heats}
	if r.err != nil {
		l.Error, l.Maps = r.err.Error(), nil
	}
	return l
}

// targets returns how many different outputs are explained.
func (r *result) targets() int {
	seen := map[string]bool{}
	for _, h := range r.heats {
		seen[h.Target] = true
	}
	return len(seen)
}
