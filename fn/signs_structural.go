package fn

import "github.com/pullback-go/pullback/trace"

func (reshape) Elementwise() {}

// Signs is that of the number; as a bool, anything but 0 is true.
func (op full) Signs([]trace.Sign) []trace.Sign {
	if op.Type.DType == trace.Bool {
		return oneSign(truth(op.Value != 0))
	}
	return oneSign(trace.SignOf(op.Value))
}

func (counting) Signs([]trace.Sign) []trace.Sign { return oneSign(trace.Zero | trace.Positive) }

// Operations that move elements keep their signs.

func (reshape) Signs(in []trace.Sign) []trace.Sign   { return in[:1:1] }
func (transpose) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }
func (expand) Signs(in []trace.Sign) []trace.Sign    { return in[:1:1] }
func (slice) Signs(in []trace.Sign) []trace.Sign     { return in[:1:1] }
func (takeAlong) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }
func (take) Signs(in []trace.Sign) []trace.Sign      { return in[:1:1] }
func (extreme) Signs(in []trace.Sign) []trace.Sign   { return in[:1:1] }

func (op pad) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0] | trace.SignOf(op.Value)) }

func (concat) Signs(in []trace.Sign) []trace.Sign {
	var all trace.Sign
	for _, s := range in {
		all |= s
	}
	return oneSign(all)
}

// Signs of the values; where they were found says nothing.
func (maxPool) Signs(in []trace.Sign) []trace.Sign { return []trace.Sign{in[0], trace.AnySign} }

// Selects is the size of the planes that are pooled.
func (op maxPool) Selects(in []trace.Type) int { return volume(op.Windows.spatial(in[0].Shape)) }

// Scatters is along the last axis alone.
func (op addAlong) Scatters(in []trace.Type) (int, bool) { return op.Size, op.Axis == in[0].Rank()-1 }

// Sums have the signs of what they add up, and are zero where there is nothing.

func (sum) Signs(in []trace.Sign) []trace.Sign          { return oneSign(orZero(in[0])) }
func (mean) Signs(in []trace.Sign) []trace.Sign         { return oneSign(orZero(in[0])) }
func (cumSum) Signs(in []trace.Sign) []trace.Sign       { return oneSign(orZero(in[0])) }
func (avgPool) Signs(in []trace.Sign) []trace.Sign      { return oneSign(orZero(in[0])) }
func (avgPoolInput) Signs(in []trace.Sign) []trace.Sign { return oneSign(orZero(in[0])) }
func (addAlong) Signs(in []trace.Sign) []trace.Sign     { return oneSign(orZero(in[0])) }
func (addTake) Signs(in []trace.Sign) []trace.Sign      { return oneSign(orZero(in[0])) }

// Sums of products have the signs of the products.

func (dot) Signs(in []trace.Sign) []trace.Sign         { return productSigns(in) }
func (conv) Signs(in []trace.Sign) []trace.Sign        { return productSigns(in) }
func (convInput) Signs(in []trace.Sign) []trace.Sign   { return productSigns(in) }
func (convWeights) Signs(in []trace.Sign) []trace.Sign { return productSigns(in) }

func productSigns(in []trace.Sign) []trace.Sign { return oneSign(orZero(in[0].Times(in[1]))) }

func (softmax) Signs([]trace.Sign) []trace.Sign { return oneSign(trace.Zero | trace.Positive) }
