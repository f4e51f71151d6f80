package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// A Range is the place that Python writes start:stop:step, see [Span] and [SpanStep].
type Range struct{ Start, Stop, Step int }

// Span is the place of the elements from start up to, and without, stop. Bounds are those
// of [Slice]: a negative one counts from the last element, one outside of the axis is moved
// to its border, and End stands for the end.
func Span(start, stop int) Range { return Range{start, stop, 1} }

// SpanStep is [Span] of every step-th element. With a negative step it goes backward, down
// to, and without, stop; Begin stands for the place before the first element.
func SpanStep(start, stop, step int) Range { return Range{start, stop, step} }

// Marker is a place that is no index.
type Marker uint8

// Every is all of one axis, NumPy's colon. Rest is all of as many axes as the other places
// leave, NumPy's ellipsis; behind the last place it may be left out. NewAxis makes a new
// axis of length 1.
const (
	Every Marker = iota + 1
	Rest
	NewAxis
)

// At picks elements of x by a place for each axis, as NumPy's x[...] does. A place is
//
//   - an int: one element of the axis, which is dropped; -1 is the last;
//   - a [Span], [SpanStep] or [Every]: some of the axis or all of it;
//   - [NewAxis] and [Rest];
//   - a [trace.Value] of integers, or a []int: the elements at these indices, negative ones
//     from the end. A traced value will do. Several of them broadcast against each other,
//     and name one element together;
//   - a bool mask whose elements are known, as a Value or []bool: the elements where it is
//     true, over as many axes as it has.
//
// The axes that indices have stand where the indices do; in front of all others if a span
// lies between them. An int is an index too in this respect. An index outside of its axis
// is a *trace.Error, of a traced index when the operation runs. The number of true elements
// of a traced mask is not known: use [Where].
func At(x trace.Value, places ...any) trace.Value {
	defer trace.Naming("at", x)
	s := selectionOf("at", x, places)
	kept := s.apply(x)
	if len(s.indexed) == 0 {
		return Reshape(kept, s.shape()...)
	}
	return Reshape(s.pick(kept), s.shape()...)
}

// Set returns x with the elements at the places, which are those of [At], replaced by v. v
// broadcasts to the shape of At(x, places...). x itself is not changed; a compiled loop
// that sets elements of its carry does so in place. If an element is named twice, the last
// value stays. What is replaced gets no cotangent.
//
// A traced mask will do as the only place: the result is Where(mask, v, x) then.
func Set(x, v trace.Value, places ...any) trace.Value {
	return updated("set", ScatterSet, x, v, places)
}

// AddAt returns x with v added at the places, see [Set]. An element that is named several
// times gets all of it.
func AddAt(x, v trace.Value, places ...any) trace.Value {
	return updated("add_at", ScatterAdd, x, v, places)
}

// MulAt returns x with the elements at the places multiplied by v, see [AddAt].
func MulAt(x, v trace.Value, places ...any) trace.Value {
	return updated("mul_at", ScatterMul, x, v, places)
}

// MaxAt returns x with the elements at the places at least v, see [AddAt]. Equal elements
// share the cotangent.
func MaxAt(x, v trace.Value, places ...any) trace.Value {
	return updated("max_at", ScatterMax, x, v, places)
}

// MinAt returns x with the elements at the places at most v, see [MaxAt].
func MinAt(x, v trace.Value, places ...any) trace.Value {
	return updated("min_at", ScatterMin, x, v, places)
}

// DynamicSlice takes a block of the given sizes, one for each axis of x, that starts at
// traced integer scalars. A start is moved so that the block lies in x.
func DynamicSlice(x trace.Value, starts []trace.Value, sizes ...int) trace.Value {
	defer trace.Naming("dynamic_slice", x)
	return At(x, blockOf("dynamic_slice", x, starts, sizes)...)
}

// DynamicUpdateSlice returns x with the block v written into it, from traced integer
// scalars on; see [DynamicSlice].
func DynamicUpdateSlice(x, v trace.Value, starts ...trace.Value) trace.Value {
	defer trace.Naming("dynamic_update_slice", x, v)
	return Set(x, v, blockOf("dynamic_update_slice", x, starts, v.Shape())...)
}

// blockOf returns indices for each axis that together name a block.
func blockOf(name string, x trace.Value, starts []trace.Value, sizes []int) []any {
	if len(starts) != x.Rank() || len(sizes) != x.Rank() {
		refuse(name, []trace.Value{x}, "%d starts and %d sizes: want one for each of %d axes", len(starts), len(sizes), x.Rank())
	}
	places := make([]any, x.Rank())
	for a, n := range sizes {
		if n < 0 || n > x.Dim(a) {
			refuse(name, []trace.Value{x}, "the block has length %d along axis %d: want 0 to %d", n, a, x.Dim(a))
		}
		if err := checkIndex(starts[a].Type()); err != nil || starts[a].Rank() != 0 {
			refuse(name, []trace.Value{x}, "start %d is %v: want an integer scalar", a, starts[a].Type())
		}
		start := Clamp(wide(starts[a]), 0, float64(x.Dim(a)-n))
		shape := slices.Repeat([]int{1}, x.Rank())
		shape[a] = n
		places[a] = Reshape(Add(start, IotaLike(start, trace.TypeOf(trace.Int64, n), 0)), shape...)
	}
	return places
}

func updated(name string, mode ScatterMode, x, v trace.Value, places []any) trace.Value {
	defer trace.Naming(name, x, v)
	if len(places) == 1 {
		if mask, ok := places[0].(trace.Value); ok && !mask.IsAbsent() && mask.DType() == trace.Bool && !mask.IsConcrete() {
			return updatedWhere(name, mode, x, v, mask)
		}
	}
	s := selectionOf(name, x, places)
	if v.IsWeak() && x.DType() != trace.Bool {
		v = Cast(v, x.DType())
	}
	if v.DType() != x.DType() {
		refuse(name, []trace.Value{x, v}, "the values are %v, and the array is %v: convert them with fn.Cast", v.DType(), x.DType())
	}
	if _, err := BroadcastShapes(v.Shape(), s.shape()); err != nil || v.Rank() > len(s.shape()) {
		refuse(name, []trace.Value{x, v}, "the values %v do not broadcast to %v, the shape of what the places name", v.Type(), s.shape())
	}
	v = BroadcastTo(v, s.shape()...)
	rows, rest, index := s.rows()
	m := index.Size()
	y := scatterRows(Reshape(x, prepend(rows, rest)...), Reshape(index, m), Reshape(v, prepend(m, rest)...), mode)
	return Reshape(y, x.Shape()...)
}

// updatedWhere updates x where a mask over its first axes is true.
func updatedWhere(name string, mode ScatterMode, x, v, mask trace.Value) trace.Value {
	if mask.Rank() > x.Rank() || !slices.Equal(mask.Shape(), x.Shape()[:mask.Rank()]) {
		refuse(name, []trace.Value{x, v}, "the mask is %v: want the shape of the first axes of %v", mask.Type(), x.Type())
	}
	taken := BroadcastIn(mask, x.Shape(), allAxes(mask.Rank())...)
	combine := map[ScatterMode]func(a, b trace.Value) trace.Value{
		ScatterSet: func(_, b trace.Value) trace.Value { return b },
		ScatterAdd: Add, ScatterMul: Mul, ScatterMax: Maximum, ScatterMin: Minimum,
	}[mode]
	return Where(taken, combine(x, v), x)
}

// selection is what places name.
type selection struct {
	x    trace.Value
	name string
	axes []axisPlace // by axis of x
	// layout has the axes of the result.
	layout []resultAxis
	// indexed has the axes that indices pick from, numbered among those that apply keeps.
	indexed []indexedAxis
	lead    []int // the shape of all indices together
}

// axisPlace is a range of an axis, a single place, or an index.
type axisPlace struct {
	start, size, step int
	single            bool
	index             trace.Value
}

// whole reports whether the place is all of an axis of length n, in order.
func (p axisPlace) whole(n int) bool {
	return !p.single && p.index.IsAbsent() && p.start == 0 && p.size == n && p.step == 1
}

type indexedAxis struct {
	at    int
	index trace.Value
}

// resultAxis is an axis of x, by number, or one of the two below.
type resultAxis int

const (
	newAxis   resultAxis = -1
	indexAxes resultAxis = -2 // all axes of the indices
)

// picks are the indices that one place has for one axis each, and the shape of the mask that
// they come from, if any.
type picks struct {
	indices []trace.Value
	mask    []int
}

// selectionOf reads the places for the axes of x.
func selectionOf(name string, x trace.Value, places []any) *selection {
	s := &selection{x: x, name: name}
	read := make([]any, 0, len(places)+1)
	taken, rest := 0, -1
	for i, p := range places {
		p = s.normal(i, p)
		switch p := p.(type) {
		case Marker:
			if p == Rest {
				if rest >= 0 {
					s.refuse("place %d is fn.Rest, and so is another: which axes each has is not known", i)
				}
				rest = i
			} else if p == Every {
				taken++
			}
		case picks:
			taken += len(p.indices)
		default:
			taken++
		}
		read = append(read, p)
	}
	if taken > x.Rank() {
		s.refuse("the places name %d axes, and %v has %d", taken, x.Type(), x.Rank())
	}
	if rest < 0 {
		rest, read = len(read), append(read, Rest)
	}
	s.lay(slices.Insert(read, rest+1, slices.Repeat([]any{Every}, x.Rank()-taken)...))
	return s
}

func (s *selection) refuse(format string, args ...any) {
	refuse(s.name, []trace.Value{s.x}, format, args...)
}

// normal turns a place into an int, a Range, a Marker or picks.
func (s *selection) normal(i int, p any) any {
	switch p := p.(type) {
	case int, Range:
		return p
	case Marker:
		if p < Every || p > NewAxis {
			s.refuse("place %d is no marker: use fn.Every, fn.Rest or fn.NewAxis", i)
		}
		return p
	case []int:
		index := make([]int64, len(p))
		for k, at := range p {
			index[k] = int64(at)
		}
		return picks{indices: []trace.Value{trace.New(index, len(index))}}
	case []bool:
		return s.whereTrue(i, trace.New(p, len(p)))
	case trace.Value:
		if p.IsAbsent() {
			s.refuse("place %d is absent (the zero trace.Value)", i)
		}
		if p.DType() == trace.Bool {
			return s.whereTrue(i, p)
		}
		if err := checkIndex(p.Type()); err != nil {
			s.refuse("place %d: %v", i, err)
		}
		return picks{indices: []trace.Value{p}}
	}
	s.refuse("place %d is of type %T: use an int, fn.Span, fn.Every, fn.NewAxis, fn.Rest, or a trace.Value of integers or bools", i, p)
	return nil
}

// whereTrue returns the indices of the true elements of a mask.
func (s *selection) whereTrue(i int, mask trace.Value) picks {
	if !mask.IsConcrete() {
		s.refuse("place %d is a mask %v whose elements are not known yet, so the number of picked ones is not either: use fn.Where", i, mask.Type())
	}
	shape := mask.Shape()
	if len(shape) == 0 {
		s.refuse("place %d is a bool scalar: a mask has the axes that it picks from", i)
	}
	found := make([][]int64, len(shape))
	for at, is := range trace.Data[bool](mask) {
		if !is {
			continue
		}
		for a := len(shape) - 1; a >= 0; a-- {
			found[a] = append(found[a], int64(at%shape[a]))
			at /= shape[a]
		}
	}
	out := picks{mask: shape}
	for _, index := range found {
		out.indices = append(out.indices, trace.New(index, len(index)))
	}
	return out
}

// lay finds what is on each axis of x and of the result.
func (s *selection) lay(places []any) {
	kept, front, last, apart := 0, 0, -1, false
	for i, p := range places {
		a := len(s.axes)
		switch p := p.(type) {
		case Range:
			if p.Step == 0 {
				s.refuse("the step of a span is 0: use fn.Span for every element")
			}
			start, size := sliceBounds(p.Start, p.Stop, p.Step, s.x.Dim(a))
			s.axes, s.layout = append(s.axes, axisPlace{start: start, size: size, step: p.Step}), append(s.layout, resultAxis(a))
			kept++
			continue
		case Marker:
			if p == NewAxis {
				s.layout = append(s.layout, newAxis)
			}
			if p == Every {
				s.axes, s.layout = append(s.axes, axisPlace{size: s.x.Dim(a), step: 1}), append(s.layout, resultAxis(a))
				kept++
			}
			continue
		case int:
			n := s.x.Dim(a)
			at := fromEnd(p, n)
			if at < 0 || at >= n {
				s.refuse("index %d is outside of axis %d, which has length %d", p, a, n)
			}
			s.axes = append(s.axes, axisPlace{start: at, size: 1, step: 1, single: true})
		case picks:
			if p.mask != nil && !slices.Equal(p.mask, s.x.Shape()[a:a+len(p.mask)]) {
				s.refuse("a mask of shape %v does not fit axes %d to %d of %v", p.mask, a, a+len(p.mask)-1, s.x.Type())
			}
			for _, index := range p.indices {
				n := s.x.Dim(len(s.axes))
				index = fromBack(index, n)
				s.axes = append(s.axes, axisPlace{size: n, step: 1, index: index})
				s.indexed = append(s.indexed, indexedAxis{kept, index})
				kept++
			}
		}
		if last < 0 {
			front = len(s.layout)
		}
		apart = apart || last >= 0 && last != i-1
		last = i
	}
	if len(s.indexed) == 0 {
		return
	}
	for _, in := range s.indexed {
		shape, err := BroadcastShapes(s.lead, in.index.Shape())
		if err != nil {
			s.refuse("the indices do not broadcast: %v", err)
		}
		s.lead = shape
	}
	if apart {
		front = 0
	}
	s.layout = slices.Insert(s.layout, front, indexAxes)
}

// fromBack counts negative indices from the end of an axis of length n.
func fromBack(index trace.Value, n int) trace.Value {
	index = Cast(index, index.DType().Wide()) // n may be no number of a narrower one
	if index.IsConcrete() && !slices.ContainsFunc(index.Float64s(), func(at float64) bool { return at < 0 }) {
		return index
	}
	return Where(Less(index, Scalar(0)), Add(index, Scalar(float64(n))), index)
}

// shape is that of the result.
func (s *selection) shape() []int {
	var out []int
	for _, a := range s.layout {
		switch a {
		case newAxis:
			out = append(out, 1)
		case indexAxes:
			out = append(out, s.lead...)
		default:
			out = append(out, s.axes[a].size)
		}
	}
	return out
}

// before is the number of axes of the result, without the new ones, before another.
func (s *selection) before(axis resultAxis) int {
	n := 0
	for _, a := range s.layout {
		switch {
		case a == axis:
			return n
		case a == indexAxes:
			n += len(s.lead)
		case a != newAxis:
			n++
		}
	}
	return n
}

// apply takes the ranges and the single places, whose axes it drops.
func (s *selection) apply(x trace.Value) trace.Value {
	op, shape := wholeSlice(x.Shape()), []int{}
	for a, p := range s.axes {
		op.Start[a], op.Size[a], op.Step[a] = p.start, p.size, p.step
		if !p.single {
			shape = append(shape, p.size)
		}
	}
	return Reshape(op.apply(x), shape...)
}

// pick takes the indices from what apply keeps. The result has no new axes yet.
func (s *selection) pick(kept trace.Value) trace.Value {
	front, index := s.indexed[0].at, s.indexed[0].index
	if len(s.indexed) > 1 {
		order, sizes, each := allAxes(kept.Rank()), make([]int, len(s.indexed)), make([]trace.Value, len(s.indexed))
		for i, in := range s.indexed {
			order = slices.DeleteFunc(order, func(a int) bool { return a == in.at })
			order = slices.Insert(order, front+i, in.at)
			sizes[i], each[i] = kept.Dim(in.at), BroadcastTo(wide(in.index), s.lead...)
		}
		shape := Transpose(kept, order...).Shape()
		kept = Reshape(Transpose(kept, order...), slices.Concat(shape[:front], []int{volume(sizes)}, shape[front+len(sizes):])...)
		index = trace.Bind1(flatPlace{sizes, 0}, Stack(-1, each...))
	}
	y, to := Take(kept, index, front), s.before(indexAxes)
	order := allAxes(y.Rank())
	own := slices.Clone(order[front : front+len(s.lead)])
	return Transpose(y, slices.Insert(slices.Delete(order, front, front+len(s.lead)), to, own...)...)
}

// rows sees x as a list of rows, each as long as the last axes that are taken whole. It
// returns how many rows there are, the shape of each, and the rows that the places name, in
// the shape of the result without its new axes and those last axes.
func (s *selection) rows() (n int, rest []int, index trace.Value) {
	k := len(s.axes)
	for k > 0 && s.axes[k-1].whole(s.x.Dim(k-1)) {
		k--
	}
	sizes, rest := s.x.Shape()[:k], s.x.Shape()[k:]
	var shape []int
	for _, a := range s.layout {
		switch {
		case a == indexAxes:
			shape = append(shape, s.lead...)
		case a >= 0 && int(a) < k:
			shape = append(shape, s.axes[a].size)
		}
	}
	each := make([]trace.Value, k)
	for a, p := range s.axes[:k] {
		at := s.before(resultAxis(a))
		switch {
		case p.single:
			each[a] = Full(trace.TypeOf(trace.Int64, shape...), float64(p.start))
		case !p.index.IsAbsent():
			axes := allAxes(len(s.lead))
			for i := range axes {
				axes[i] += s.before(indexAxes)
			}
			each[a] = BroadcastIn(BroadcastTo(wide(p.index), s.lead...), shape, axes...)
		default:
			each[a] = BroadcastIn(Add(Mul(Iota(trace.TypeOf(trace.Int64, p.size), 0), Scalar(float64(p.step))), Scalar(float64(p.start))), shape, at)
		}
	}
	switch k {
	case 0:
		return 1, rest, Zeros(trace.TypeOf(trace.Int64, shape...))
	case 1:
		return sizes[0], rest, each[0]
	}
	return volume(sizes), rest, trace.Bind1(flatPlace{sizes, 0}, Stack(-1, each...))
}
