package opt

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Knowledge is shared by the passes over one program: the conventions, what is known
// about the constants, and counts of the work done. It belongs to one goroutine.
type Knowledge struct {
	options     Options
	conventions conventions
	applied     []Pass // the passes that have run, and the one that runs now
	constants   map[span]*constant
	// Visits counts the equations that passes looked at, each time they did. It is about
	// proportional to the length of the program.
	Visits int
	// Read counts the elements of constants that were read.
	Read int
}

// NewKnowledge returns a Knowledge for the passes over a program.
func NewKnowledge(o Options) *Knowledge {
	return &Knowledge{options: o, conventions: conventions{!o.ExactZeros}, constants: map[span]*constant{}}
}

// span is the memory of an array. Two arrays of one span have the same elements.
type span struct {
	place any
	size  int
}

// constant has what is known about the classes of an array's elements.
type constant struct {
	array *trace.Array
	read  int        // the number of elements read, from the first on
	some  trace.Sign // the classes of the elements read
}

// sample is the number of elements of a constant that are read to decide whether reading
// the others is worthwhile.
const sample = 1 << 10

// constant returns what is known about an array after a sample was read.
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

// readTo reads elements up to end, in pieces, until all classes are found. It returns how
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

// classesOf32 returns the classes of floats, and all classes between any two of one sign.
// It reads their bits as integers, and derives the classes from the largest and the
// smallest. So the loop needs no branch.
func classesOf32(x []float32) trace.Sign {
	low, high, lowest, highest := int32(math.MaxInt32), int32(math.MinInt32), uint32(math.MaxUint32), uint32(0)
	for _, v := range x {
		bits := math.Float32bits(v)
		low, high = min(low, int32(bits)), max(high, int32(bits))
		lowest, highest = min(lowest, bits), max(highest, bits)
	}
	const sign = 1 << 31
	var found trace.Sign
	if high >= 0 { // without the sign bit, from lowest to high
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

// sizeOf returns the class of a number without a sign bit.
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

// classesBetween returns the classes from a to b, neither of which has the sign bit.
func classesBetween(a, b trace.Sign) trace.Sign { return (b<<1 - 1) &^ (a - 1) }
