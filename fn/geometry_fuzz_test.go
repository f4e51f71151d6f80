package fn_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// sizes draws numbers from bytes: mostly small ones, and those at which ints end.
type sizes struct{ data []byte }

func (s *sizes) byte() int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b)
}

var hugeSizes = []int{math.MaxInt, math.MinInt, math.MaxInt - 1, math.MinInt + 1, 1 << 62, 1 << 61, 1 << 60, 1 << 48, 1 << 47, 1<<47 - 1, 1 << 46,
	1 << 40, 1 << 33, 1 << 32, 1<<32 + 1, 1 << 31, 1<<31 - 1, -1 << 31, 1 << 24, 1 << 20, 1 << 16, 3074457345618258604, 3689348814741910324}

// size is a number of any size.
func (s *sizes) size() int {
	switch b := s.byte(); {
	case b < 160:
		return b % 6
	case b < 180:
		return b - 150
	case b < 200:
		return -(b % 5)
	case b < 240:
		return hugeSizes[s.byte()%len(hugeSizes)]
	}
	var raw [8]byte
	s.data = s.data[copy(raw[:], s.data):]
	return int(binary.LittleEndian.Uint64(raw[:]))
}

// list is empty, or n numbers.
func (s *sizes) list(n int) []int {
	if s.byte()%3 == 0 {
		return nil
	}
	return s.lengths(n)
}

func (s *sizes) lengths(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = s.size()
	}
	return out
}

// shape is that of a small array, seldom an empty one. Some axis may be long.
func (s *sizes) shape(rank int) []int {
	out := make([]int, rank)
	for i := range out {
		out[i] = s.byte() % 7
		if out[i] == 0 && s.byte()%4 > 0 {
			out[i] = 1
		}
	}
	if slices.Contains(out, 0) && s.byte()%2 == 0 {
		if i := s.byte() % rank; out[i] > 0 {
			out[i] = 1 << (s.byte() % 32)
		}
	}
	return out
}

// program draws an operation with sizes, and the types of its operands.
func (s *sizes) program() (f func(in []trace.Value) trace.Value, in []trace.Type) {
	d, rank := trace.Float32, 1+s.byte()%3
	if s.byte()%2 == 0 {
		d = trace.Float64
	}
	switch s.byte() % 4 {
	case 0, 1:
		return s.conv(d, rank)
	case 2:
		return s.pool(d, rank)
	}
	return s.shaped(d, rank)
}

func (s *sizes) conv(d trace.DType, rank int) (func(in []trace.Value) trace.Value, []trace.Type) {
	groups, channels, outs := s.byte()%3, 1+s.byte()%3, 1+s.byte()%15
	x, w := s.shape(rank+2), s.shape(rank+2)
	each := max(groups, 1)
	x[1], w[0], w[1] = channels*each, outs*each, channels
	if s.byte()%8 == 0 {
		groups = s.size()
	}
	stride, padding, more, dilation := s.list(rank), s.list(rank), s.list(rank), s.list(rank)
	if s.byte()%2 == 0 {
		x[1], w[0], w[1] = outs*each, outs*each, channels
		c := fn.ConvTransposeConfig{Stride: stride, Padding: padding, OutputPadding: more, Dilation: dilation, Groups: groups}
		return func(in []trace.Value) trace.Value { return fn.ConvTranspose(in[0], in[1], c) }, []trace.Type{trace.TypeOf(d, x...), trace.TypeOf(d, w...)}
	}
	c := fn.ConvConfig{Stride: stride, Padding: padding, PaddingHigh: more, Dilation: dilation, Groups: groups}
	return func(in []trace.Value) trace.Value { return fn.Conv(in[0], in[1], c) }, []trace.Type{trace.TypeOf(d, x...), trace.TypeOf(d, w...)}
}

func (s *sizes) pool(d trace.DType, rank int) (func(in []trace.Value) trace.Value, []trace.Type) {
	in := []trace.Type{trace.TypeOf(d, s.shape(rank+2)...)}
	kernel, stride, padding, dilation := s.lengths(rank), s.list(rank), s.list(rank), s.list(rank)
	ceil, exclude := s.byte()%2 == 0, s.byte()%2 == 0
	switch s.byte() % 4 {
	case 0:
		return func(in []trace.Value) trace.Value { return fn.AdaptiveAvgPool(in[0], kernel...) }, in
	case 1:
		return func(in []trace.Value) trace.Value { return fn.AdaptiveMaxPool(in[0], kernel...) }, in
	case 2:
		c := fn.AvgPoolConfig{Kernel: kernel, Stride: stride, Padding: padding, CeilMode: ceil, ExcludePadding: exclude, Divisor: s.size()}
		return func(in []trace.Value) trace.Value { return fn.AvgPool(in[0], c) }, in
	}
	c := fn.MaxPoolConfig{Kernel: kernel, Stride: stride, Padding: padding, Dilation: dilation, CeilMode: ceil}
	return func(in []trace.Value) trace.Value { return fn.MaxPool(in[0], c) }, in
}

func (s *sizes) shaped(d trace.DType, rank int) (func(in []trace.Value) trace.Value, []trace.Type) {
	in := []trace.Type{trace.TypeOf(d, s.shape(rank)...), trace.TypeOf(trace.Int64)} // and a key or index, which must be traced too
	a, b, c := s.list(rank), s.list(rank), s.list(rank)
	n, m, longer := s.size(), s.size(), s.lengths(s.byte()%4)
	plus := func(x, y trace.Value) trace.Value {
		return fn.Add(fn.Sum(fn.Flatten(x, 0), 0), fn.Cast(fn.Sum(fn.Flatten(y, 0), 0), d))
	}
	return func(in []trace.Value) trace.Value { return shapedOp(in[0], in[1], n, m, a, b, c, longer, plus) }, in
}

// shapedOp is number n of the operations that take sizes but have no windows.
func shapedOp(x, key trace.Value, n, m int, a, b, c, longer []int, plus func(x, y trace.Value) trace.Value) trace.Value {
	like := func(t trace.Type) trace.Value { return plus(x, fn.FillAs(x, t, 1)) }
	switch (n%20 + 20) % 20 {
	case 0, 1, 2:
		return fn.Slice(x, fn.SliceConfig{Start: a, Stop: b, Step: c})
	case 3, 4:
		return fn.Pad(x, fn.PadConfig{Low: a, High: b})
	case 5:
		return fn.Expand(x, m%4, n)
	case 6:
		return fn.Reshape(x, longer...)
	case 7:
		return fn.BroadcastTo(x, longer...)
	case 8:
		return fn.BroadcastIn(x, longer, a...)
	case 9:
		return fn.Tile(x, a...)
	case 10:
		return like(trace.TypeOf(trace.Float32, longer...))
	case 11:
		return plus(x, fn.IotaLike(x, trace.TypeOf(trace.Int64, longer...), m))
	case 12:
		return plus(x, fn.OneHot(key, m, trace.Float32))
	case 13:
		return plus(x, random.Uniform(key, trace.Float32, longer...))
	case 14:
		return plus(x, random.Permutation(key, m))
	case 15:
		return fn.SumTo(x, longer...)
	case 16:
		return fn.Concat(m, x, x)
	case 17:
		return plus(fn.Sum(x, m), fn.Softmax(x, m))
	case 18:
		return fn.Transpose(fn.Max(x, m))
	}
	return fn.CumSum(fn.Index(x, m), n)
}

// small reports whether a program needs little memory and little work.
func small(p *trace.Program) bool {
	for _, e := range p.Eqns {
		for _, t := range append(p.TypesOf(e.Out), p.TypesOf(e.In)...) {
			if t.Size() > 1<<16 {
				return false
			}
		}
		if c, ok := e.Op.(trace.Costed); ok {
			if ops := c.FLOPs(p.TypesOf(e.In)); ops < 0 || ops > 1<<22 {
				return false
			}
		}
	}
	return true
}

// runSmall runs f on ones, at once and compiled, if it is small. It reports whether it
// did.
func runSmall(t *testing.T, f func(in []trace.Value) []trace.Value, types []trace.Type) bool {
	var p *trace.Program
	if err := trace.Try(func() { p = trace.Record(f, types) }); err != nil || !small(p) {
		return false
	}
	in := make([]trace.Value, len(types))
	for i, typ := range types {
		in[i] = fn.Ones(typ)
	}
	var eager, compiled []trace.Value
	err := trace.Try(func() { eager = f(in) })
	again := trace.Try(func() { compiled = transforms.Jit(f)(in) })
	if (err == nil) != (again == nil) {
		t.Errorf("eager: %v, compiled: %v", err, again)
	}
	if err != nil || again != nil {
		return false
	}
	for i, y := range eager {
		all := compiled[i].Float64s()
		for j, v := range y.Float64s() {
			if w := all[j]; !(math.Abs(v-w) <= 1e-4*max(1, math.Abs(v))) && v == v {
				t.Fatalf("element %d of result %d is %v, compiled %v:\n%v", j, i, v, w, p)
			}
		}
	}
	return true
}

// FuzzGeometry draws sizes for every operation that takes some, from below 0 to 2⁶³. The
// operation gives a value or a *trace.Error, at once, compiled and for the gradient. It
// never panics in Go's own way, faults or hangs.
func FuzzGeometry(f *testing.F) {
	for _, seed := range []string{"", "abcdefghijklmnopqrstuvwxyz", "\x02\x00\x00\x01\x05\x07\x03\x03\x03\x03\x05\x05\xc8\x00\xc8\x01\xc8\x02\xc8\x03",
		"\x01\x01\x02\x04\x05\x06\x05\x03\xc8\x00\xc8\x05\x01\x01\x01", "\x00\x01\x03\x05\x05\xc8\x01\x01\xc8\x02\xc8\x03\xc8\x04\xc8\x05"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &sizes{data}
		op, types := s.program()
		all := func(in []trace.Value) []trace.Value { return []trace.Value{op(in)} }
		if !runSmall(t, all, types) {
			return
		}
		loss := func(in []trace.Value) trace.Value { return fn.SumAll(op(in)) }
		runSmall(t, transforms.Grad(loss), types)
	})
}
