package linalg_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
)

func BenchmarkLinalg(b *testing.B) {
	for _, shape := range [][]int{{10000, 3, 3}, {100, 32, 32}, {512, 512}} {
		x := normal(1, trace.Float64, shape...)
		a := regular(fn.Mul(fn.MatMul(x, transposed(x)), fn.Scalar(1/float64(shape[len(shape)-1]))))
		for _, c := range []struct {
			name string
			f    func(a value) value
		}{
			{"Inv", linalg.Inv}, {"Det", linalg.Det}, {"Cholesky", linalg.Cholesky}, {"Eigh", one(linalg.Eigh)}, {"SVD", three(linalg.SVD)}, {"QR", one(linalg.QR)}, {"Expm", linalg.Expm},
		} {
			b.Run(c.name+"/"+fmt.Sprint(shape), func(b *testing.B) {
				for b.Loop() {
					c.f(a)
				}
			})
		}
	}
}
