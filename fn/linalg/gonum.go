package linalg

import (
	"gonum.org/v1/gonum/mat"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// FromMatrix returns a matrix of gonum as an f64 array with two axes, and a [mat.Vector]
// as one with one axis. The elements of a *mat.Dense whose rows follow each other, and of
// a *mat.VecDense whose elements do, are shared, not copied: do not write to it any more.
func FromMatrix(m mat.Matrix) trace.Value {
	switch m := m.(type) {
	case nil:
		panic(trace.Errorf("FromMatrix of nil: give a matrix"))
	case *mat.Dense:
		if raw := m.RawMatrix(); raw.Stride == raw.Cols && raw.Rows > 0 {
			return trace.FromArray(trace.ArrayOf(raw.Data[:raw.Rows*raw.Cols], raw.Rows, raw.Cols))
		}
	case *mat.VecDense:
		if raw := m.RawVector(); raw.Inc == 1 && raw.N > 0 {
			return trace.FromArray(trace.ArrayOf(raw.Data[:raw.N], raw.N))
		}
	}
	rows, columns := m.Dims()
	data := make([]float64, 0, rows*columns)
	for i := range rows {
		for j := range columns {
			data = append(data, m.At(i, j))
		}
	}
	if _, vector := m.(mat.Vector); vector {
		return trace.New(data, rows)
	}
	return trace.New(data, rows, columns)
}

// Dense returns an array with two axes, none of them of length 0, as a matrix of gonum.
// The elements of an f64 array are shared: do not write to the matrix. Others are copied.
func Dense(x trace.Value) *mat.Dense {
	defer trace.Naming("dense", x)
	if x.Rank() != 2 || x.Size() == 0 {
		trace.Refuse("dense", []trace.Value{x}, "want two axes, with elements: gonum has no empty matrices")
	}
	return mat.NewDense(x.Dim(0), x.Dim(1), elements(x))
}

// VecDense returns an array with one axis, not of length 0, as a vector of gonum. The
// elements of an f64 array are shared: do not write to the vector. Others are copied.
func VecDense(x trace.Value) *mat.VecDense {
	defer trace.Naming("vec_dense", x)
	if x.Rank() != 1 || x.Size() == 0 {
		trace.Refuse("vec_dense", []trace.Value{x}, "want one axis, with elements: gonum has no empty vectors")
	}
	return mat.NewVecDense(x.Dim(0), elements(x))
}

// elements are those of an array, as float64.
func elements(x trace.Value) []float64 {
	if x.DType() != trace.Float64 {
		x = fn.Cast(x, trace.Float64)
	}
	return trace.Elems[float64](x.Array())
}
