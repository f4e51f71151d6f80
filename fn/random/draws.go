package random

import (
	"fmt"
	"slices"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	krandom "github.com/pullback-go/pullback/internal/kernel/random"
	"github.com/pullback-go/pullback/trace"
)

// words are those that one element of a draw uses: as many as it needs, and none that
// another element uses.
type words struct {
	stream
	element, used uint64
}

// next takes a word. An element has 2²⁴ of them, and an array fewer than 2⁴⁰ elements.
func (w *words) next() uint64 {
	word := w.at(w.used<<40 | w.element)
	w.used++
	return word
}

// uniform is an odd multiple of 2⁻⁵³, between 0 and 1.
func (w *words) uniform() float64 { return (float64(w.next()>>12) + 0.5) * 0x1p-52 }

func (w *words) normal() float64 {
	var x [1]float64
	krandom.Normals(x[:], []uint64{w.next()})
	return x[0]
}

// eachDraw calls f for each of n elements, which are as many for each key. cost is about how
// many words one takes.
func eachDraw(keys *trace.Array, n, cost int, f func(i int, w *words)) {
	list := trace.Elems[int64](keys)
	if n == 0 {
		return
	}
	each := n / len(list)
	kparallel.Run(n, kparallel.GrainOf(30*cost), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			f(i, &words{streamOf(list[i/each], forDraw), uint64(i % each), 0})
		}
	})
}

// inBlocks calls f for each of n elements, in parallel.
func inBlocks(n, cost int, f func(i int)) {
	kparallel.Run(n, kparallel.GrainOf(cost), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			f(i)
		}
	})
}

// store rounds numbers to the dtype of an array of floats.
func store(y *trace.Array, x []float64) {
	if y.DType() == trace.Float64 {
		copy(trace.Elems[float64](y), x)
		return
	}
	dst := trace.Elems[float32](y)
	for i, v := range x {
		dst[i] = float32(v)
	}
}

// checkDraws reports operands that are not keys, and parameters of floats for the draws from
// each of them.
func checkDraws(in []trace.Type) error {
	if err := checkKey(in[0]); err != nil {
		return err
	}
	keys := in[0].Rank()
	if shape := in[1].Shape; len(shape) < keys || !slices.Equal(shape[:keys], in[0].Shape) {
		return fmt.Errorf("the parameters %v do not begin with the axes of the keys, %v", in[1], in[0])
	}
	return sameFloats(in[1:])
}

// sameFloats reports types that differ or are not of floats.
func sameFloats(in []trace.Type) error {
	for _, t := range in {
		if !t.DType.IsFloat() {
			return fmt.Errorf("%v is not a float array: fn.Cast it to f32 or f64", t)
		}
		if !t.Equal(in[0]) {
			return fmt.Errorf("the parameters are %v and %v: want one dtype", in[0], t)
		}
	}
	return nil
}
