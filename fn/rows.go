package fn

import "github.com/pullback-go/pullback/trace"

// These operations compute each image of a batch by itself, see [trace.Rowwise]. Elementwise ones do so too.

func (conv) ByRow(_ []trace.Type, j int) bool      { return j == 0 }
func (convInput) ByRow(_ []trace.Type, j int) bool { return j == 0 }
func (convRest) ByRow(_ []trace.Type, j int) bool  { return j == 0 || j > 2 }
func (*winograd) ByRow(_ []trace.Type, j int) bool { return j == 0 }

func (*smallConv[T]) ByRow(_ []trace.Type, j int) bool { return j == 0 }

// What is pooled are the last axes; of operands that have no others nothing is by rows, and their number would not be that of the outputs.

func (op avgPool) ByRow(in []trace.Type, _ int) bool      { return in[0].Rank() > op.Windows.rank() }
func (op avgPoolInput) ByRow(in []trace.Type, _ int) bool { return in[0].Rank() > op.Windows.rank() }
func (op maxPool) ByRow(in []trace.Type, _ int) bool      { return in[0].Rank() > op.Windows.rank() }

func (op addAlong) ByRow([]trace.Type, int) bool  { return op.Axis > 0 }
func (op takeAlong) ByRow([]trace.Type, int) bool { return op.Axis > 0 }
