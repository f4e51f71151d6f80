package opt

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Knowledge is what the passes over one program share: the conventions, what was read of
// the constants, and how much work it has been. It belongs to one goroutine.
type Knowledge struct {
	options     Options
	conventions conventions
	applied     []Pass // those that have run, and the one that runs now
	constants   map[span]*constant
	// Visits counts the equations that passes looked at, each as often as it was. A
	// program twice as long has about twice as many.
	Visits int
	// Read counts the elements of constants that were looked at.
	Read int
}

// NewKnowledge is for the passes over a program.
func NewKnowledge(o Options) *Knowledge {
	return &Knowledge{options: o, conventions: conventions{!o.ExactZeros}, constants: map[span]*constant{}}
}

// span is where an array lies: two arrays of one span have the same elements.
type span struct {
	place any
	size  int
}

// constant is what is known of the classes of an array's elements.
type constant struct {
	array *trace.Array
	read  int        // elements read, from the first on
	some  trace.Sign // the classes of these
}

// sample is how many elements of a constant are read to see whether it is worth while to
// read the others.
const sample = 1 << 10

// constant is what is known of an array, after a sample.
func (k *Knowledge) constant(a *trace.Array) *constant {
	at := span{a.Place(), a.Type().Size()}
	c := k.constants[at]
	if c == nil {
		c = &constant{array: a}
		k.constants[at] = c
		k.Read += c.readTo(sample)
	}
	return c
}

// all reads an array to the end, once, and returns the classes of its elements.
func (k *Knowledge) all(c *constant) trace.Sign {
	k.Read += c.readTo(math.MaxInt)
	if c.some == 0 {
		return trace.AnyOf(c.array.DType())
	}
	return c.some
}

func (c *constant) done() bool {
	return c.read == c.array.Type().Size() || c.some == trace.AnyOf(c.array.DType())
}

// readTo reads up to an element, in pieces, until all classes are found, and returns how
// many elements it read.
func (c *constant) readTo(end int) int {
	const piece = 1 << 14
	from := c.read
	end = min(end, c.array.Type().Size())
	for c.read < end && !c.done() {
		to := min(end, c.read+piece)
		switch c.array.DType() {
		case trace.Bool:
			c.some |= classesOfBools(trace.Elems[bool](c.array)[c.read:to])
		case trace.Float32:
			c.some |= classesOf32(trace.Elems[float32](c.array)[c.read:to])
		case trace.Float64:
			c.some |= classesOf64(trace.Elems[float64](c.array)[c.read:to])
		default:
			c.some = trace.AnyOf(c.array.DType())
		}
		c.read = to
	}
	return c.read - from
}

func classesOfBools(x []bool) trace.Sign {
	var found trace.Sign
	for _, v := range x {
		if v {
			found |= trace.Positive
		} else {
			found |= trace.PosZero
		}
	}
	return found
}

// classesOf32 returns the classes of floats, and those between any two of one sign. It
// reads their bits as integers, of which the largest and the smallest say it all: that
// needs no branch in the loop.
func classesOf32(x []float32) trace.Sign {
	low, high, lowest, highest := int32(math.MaxInt32), int32(math.MinInt32), uint32(math.MaxUint32), uint32(0)
	for _, v := range x {
		bits := math.Float32bits(v)
		low, high = min(low, int32(bits)), max(high, int32(bits))
		lowest, highest = min(lowest, bits), max(highest, bits)
	}
	const sign = 1 << 31
	var found trace.Sign
	if high >= 0 { // not negative, from lowest to high
		found |= classesBetween(sized32(lowest), sized32(uint32(high)))
	}
	if low < 0 { // with the sign bit, from low to highest
		found |= classesBetween(sized32(uint32(low)&^sign), sized32(highest&^sign)).Negated()
	}
	return found
}

// classesOf64 is classesOf32 for float64.
func classesOf64(x []float64) trace.Sign {
	low, high, lowest, highest := int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), uint64(0)
	for _, v := range x {
		bits := math.Float64bits(v)
		low, high = min(low, int64(bits)), max(high, int64(bits))
		lowest, highest = min(lowest, bits), max(highest, bits)
	}
	const sign = 1 << 63
	var found trace.Sign
	if high >= 0 {
		found |= classesBetween(sized64(lowest), sized64(uint64(high)))
	}
	if low < 0 {
		found |= classesBetween(sized64(uint64(low)&^sign), sized64(highest&^sign)).Negated()
	}
	return found
}

func sized32(bits uint32) trace.Sign { return sizeOf(float64(math.Float32frombits(bits))) }
func sized64(bits uint64) trace.Sign { return sizeOf(math.Float64frombits(bits)) }

// sizeOf is the class of a number without a sign bit.
func sizeOf(x float64) trace.Sign {
	switch {
	case x != x:
		return trace.NaN
	case x == 0:
		return trace.PosZero
	case math.IsInf(x, 1):
		return trace.PosInf
	}
	return trace.Positive
}

// classesBetween is the classes from a to b, neither of which has the sign bit.
func classesBetween(a, b trace.Sign) trace.Sign { return (b<<1 - 1) &^ (a - 1) }
