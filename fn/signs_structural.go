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

func (counting) Signs([]trace.Sign) []trace.Sign { return oneSign(trace.PosZero | trace.Positive) }

// Operations that move elements keep their classes.

func (reshape) Signs(in []trace.Sign) []trace.Sign   { return in[:1:1] }
func (transpose) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }
func (expand) Signs(in []trace.Sign) []trace.Sign    { return in[:1:1] }
func (slice) Signs(in []trace.Sign) []trace.Sign     { return in[:1:1] }
func (takeAlong) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }
func (take) Signs(in []trace.Sign) []trace.Sign      { return in[:1:1] }
func (extreme) Signs(in []trace.Sign) []trace.Sign   { return in[:1:1] }

// Signs is that of the operand, and of what is laid around it.
func (op pad) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0] | full{Value: op.Value}.Signs(nil)[0])
}

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

func (sum) Signs(in []trace.Sign) []trace.Sign          { return oneSign(summed(in[0])) }
func (mean) Signs(in []trace.Sign) []trace.Sign         { return oneSign(averaged(in[0])) }
func (cumSum) Signs(in []trace.Sign) []trace.Sign       { return oneSign(summed(in[0])) }
func (avgPool) Signs(in []trace.Sign) []trace.Sign      { return oneSign(averaged(in[0])) }
func (avgPoolInput) Signs(in []trace.Sign) []trace.Sign { return oneSign(averaged(in[0])) }
func (addAlong) Signs(in []trace.Sign) []trace.Sign     { return oneSign(summed(in[0])) }
func (addTake) Signs(in []trace.Sign) []trace.Sign      { return oneSign(summed(in[0])) }

// summed is the classes of sums of any number of elements, none included, in any order:
// so a sum of finite numbers of both signs, parts of which may overflow either way, may
// be anything. Zeros of either sign may come out of zeros.
func summed(x trace.Sign) trace.Sign {
	out := x | trace.Zero
	if x&trace.Negative != 0 {
		out |= trace.NegInf
	}
	if x&trace.Positive != 0 {
		out |= trace.PosInf
	}
	if out&infinite == infinite {
		out |= trace.NaN
	}
	return out
}

// averaged is that of sums which are divided by their number; of nothing it is NaN.
func averaged(x trace.Sign) trace.Sign { return summed(x) | trace.NaN }

func (dot) Signs(in []trace.Sign) []trace.Sign         { return productSigns(in) }
func (conv) Signs(in []trace.Sign) []trace.Sign        { return productSigns(in) }
func (convInput) Signs(in []trace.Sign) []trace.Sign   { return productSigns(in) }
func (convWeights) Signs(in []trace.Sign) []trace.Sign { return productSigns(in) }

// productSigns is the classes of sums of products, some of which may be with zeros around
// an operand.
func productSigns(in []trace.Sign) []trace.Sign {
	return oneSign(summed((in[0] | trace.PosZero).Times(in[1] | trace.PosZero)))
}

// Signs is that of a share, of rows without a number NaN.
func (softmax) Signs([]trace.Sign) []trace.Sign {
	return oneSign(trace.PosZero | trace.Positive | trace.NaN)
}
