package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/fft"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// ParseProgram reads a program of the operations of this module from the text that its
// MarshalText wrote: to keep what was traced, to send it elsewhere, or to write a small one
// by hand. Operations of your own are read if there is one of each type among ops. Layers,
// loops and choices have a text. Callbacks, custom derivatives and rules have none, because
// they hold functions of Go.
//
//	text, err := transforms.Program(f, x).MarshalText()
//	p, err := transforms.ParseProgram(text)
//	y := p.Apply(x)
//
// What is said of untrusted texts at [trace.Parse] holds.
func ParseProgram(text []byte, ops ...trace.Op) (*trace.Program, error) {
	own := []trace.Op{
		&call{}, &cond{}, &scan{}, &while{}, stopGradient{}, checkpointName{}, tapOp{}, gateOp{}, collective{}, axisNumber{}, required{}, zero{},
	}
	return trace.Parse(text, slices.Concat(own, fn.Ops(), random.Ops(), linalg.Ops(), fft.Ops(), ops)...)
}
