package random

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/pullback-go/pullback/fn"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	krandom "github.com/pullback-go/pullback/internal/kernel/random"
	"github.com/pullback-go/pullback/trace"
)

// Key makes a key for random numbers from a seed: an i64 scalar. Use a key once. To get
// more keys, [Split] it or [FoldIn] a counter.
func Key(seed int64) trace.Value { return trace.Scalar(seed) }

// Split makes n keys, i64[n]. They are independent of each other and of what is drawn
// from key itself. An array of keys gives a row for each of them, i64[... n]; this holds
// for every function here.
func Split(key trace.Value, n int) trace.Value {
	return trace.Bind1(draw{"split", trace.Int64, []int{n}}, key)
}

// Bits draws 64 random bits for each element, as i64.
func Bits(key trace.Value, shape ...int) trace.Value {
	return trace.Bind1(draw{"bits", trace.Int64, slices.Clone(shape)}, key)
}

// Uniform draws numbers in [0, 1), each a multiple of 2⁻⁵³ in f64, of 2⁻²⁴ in f32, of 2⁻¹¹
// in f16 and of 2⁻⁸ in bf16. One draw of n elements differs from n draws of one element
// with keys of their own.
func Uniform(key trace.Value, d trace.DType, shape ...int) trace.Value {
	u := trace.Bind1(draw{"uniform", d.Wide(), slices.Clone(shape)}, key)
	precision := map[trace.DType]float64{trace.Float16: 1 << 11, trace.BFloat16: 1 << 8}[d]
	if precision == 0 {
		return fn.Cast(u, d)
	}
	return fn.Cast(fn.Div(fn.Floor(fn.Mul(u, fn.Scalar(precision))), fn.Scalar(precision)), d) // it would round up to 1
}

// Normal draws from the standard normal distribution. It takes the inverse distribution
// function at a number of 53 bits in (0, 1). The largest numbers are about 8.2. In f32
// they are those of f64, rounded, and in f16 and bf16 those of f32. Like [fn.Exp], and
// unlike the other draws, they may differ from one kind of machine to another by some ulp
// of f64.
func Normal(key trace.Value, d trace.DType, shape ...int) trace.Value {
	return fn.Cast(trace.Bind1(draw{"normal", d.Wide(), slices.Clone(shape)}, key), d)
}

// Bernoulli draws bools that are true with probability p; p outside of [0, 1] is an
// error.
func Bernoulli(key trace.Value, p float64, shape ...int) trace.Value {
	defer trace.Naming("bernoulli", key)
	if !(p >= 0 && p <= 1) {
		panic(trace.Errorf("bernoulli: the probability is %v: want 0 to 1", p))
	}
	return fn.Less(Uniform(key, trace.Float64, shape...), fn.Scalar(p))
}

// Permutation draws an order of 0 to n-1, i64[n]. All orders are equally likely.
func Permutation(key trace.Value, n int) trace.Value {
	return trace.Bind1(draw{"permutation", trace.Int64, []int{n}}, key)
}

// Purposes keep apart what is derived from one key: each has a key of its own.
const (
	forSplit uint32 = iota + 1
	forFoldIn
	forDraw
)

// stream is the sequence of 64-bit words, by counter, of a key and a purpose.
type stream struct{ k0, k1 uint32 }

func streamOf(key int64, purpose uint32) stream {
	k0, k1 := krandom.Threefry2x32(uint32(uint64(key)>>32), uint32(key), math.MaxUint32, purpose)
	return stream{k0, k1}
}

func (s stream) at(counter uint64) uint64 {
	w0, w1 := krandom.Threefry2x32(s.k0, s.k1, uint32(counter>>32), uint32(counter))
	return uint64(w0)<<32 | uint64(w1)
}

// checkKey reports a key that is not i64.
func checkKey(t trace.Type) error {
	if t.DType != trace.Int64 {
		return fmt.Errorf("a key is i64, not %v: make one by random.Key", t)
	}
	return nil
}

// draw gives each key an array of the shape. Of says what it draws: split, bits, uniform,
// normal or permutation. It treats all keys of an array alike, so its batch rule is
// itself.
type draw struct {
	Of    string
	DType trace.DType
	Shape []int
}

func (op draw) Name() string { return op.Of }
func (op draw) String() string {
	return fmt.Sprintf("%s{%v}", op.Of, trace.TypeOf(op.DType, op.Shape...))
}

func (op draw) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := checkKey(in[0]); err != nil {
		return nil, err
	}
	if !op.DType.IsFloat() && (op.Of == "uniform" || op.Of == "normal") {
		return nil, fmt.Errorf("there are %s numbers of floats, as f32, not of %v", op.Of, op.DType)
	}
	for _, n := range op.Shape {
		if n < 0 {
			return nil, fmt.Errorf("the shape %v has a negative length", op.Shape)
		}
	}
	return []trace.Type{trace.TypeOf(op.DType, slices.Concat(in[0].Shape, op.Shape)...)}, nil
}

func (op draw) Eval(in, out []*trace.Array) {
	n := trace.TypeOf(op.DType, op.Shape...).Size()
	for i, key := range trace.Elems[int64](in[0]) {
		op.fill(out[0], i*n, (i+1)*n, key)
	}
}

// fill draws elements lo to hi of y from one key.
func (op draw) fill(y *trace.Array, lo, hi int, key int64) {
	s := streamOf(key, forDraw)
	switch {
	case op.Of == "split":
		fillWords(trace.Elems[int64](y)[lo:hi], streamOf(key, forSplit), wholes)
	case op.Of == "bits":
		fillWords(trace.Elems[int64](y)[lo:hi], s, wholes)
	case op.Of == "permutation":
		shuffle(trace.Elems[int64](y)[lo:hi], s)
	case op.Of == "uniform" && op.DType == trace.Float32:
		fillWords(trace.Elems[float32](y)[lo:hi], s, uniform32)
	case op.Of == "uniform":
		fillWords(trace.Elems[float64](y)[lo:hi], s, uniform64)
	case op.DType == trace.Float32:
		fillWords(trace.Elems[float32](y)[lo:hi], s, krandom.Normals[float32])
	default:
		fillWords(trace.Elems[float64](y)[lo:hi], s, krandom.Normals[float64])
	}
}

// fillWords sets the elements to the converted words of the stream, a block at a time.
func fillWords[E any](dst []E, s stream, convert func(dst []E, words []uint64)) {
	kparallel.Run(len(dst), 1<<12, func(lo, hi int) {
		words := someWords.Get().(*[512]uint64)
		defer someWords.Put(words)
		for ; lo < hi; lo += len(words) {
			part := dst[lo:min(lo+len(words), hi)]
			krandom.Bits(words[:len(part)], s.k0, s.k1, uint64(lo))
			convert(part, words[:len(part)])
		}
	})
}

// someWords holds memory for words of a stream.
var someWords = sync.Pool{New: func() any { return new([512]uint64) }}

func wholes(dst []int64, words []uint64) {
	for i, w := range words {
		dst[i] = int64(w)
	}
}

func uniform64(dst []float64, words []uint64) {
	for i, w := range words {
		dst[i] = float64(w>>11) * 0x1p-53
	}
}

func uniform32(dst []float32, words []uint64) {
	for i, w := range words {
		dst[i] = float32(w>>40) * 0x1p-24
	}
}

// shuffle fills dst with 0 to n-1 in an order drawn from the stream, by the method of
// Fisher and Yates. The place of each comes from one word.
func shuffle(dst []int64, s stream) {
	for i := range dst {
		j, _ := bits.Mul64(s.at(uint64(i)), uint64(i+1))
		dst[i] = dst[j]
		dst[j] = int64(i)
	}
}

// UsesKeys says that a key should be used once. A split is independent of what is drawn
// from the same key, but two splits are not independent.
func (draw) UsesKeys() {}

func (draw) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op draw) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }
