package linalg

import "github.com/pullback-go/pullback/trace"

// Ops returns one operation of each type in this package, as [fn.Ops] does.
func Ops() []trace.Op {
	return []trace.Op{
		cholesky{}, complement{}, detOp{}, eigh{}, expm{}, expmBetween{}, luOp{}, pinv{}, pivoting{}, qr{}, require{}, slogDet{}, solveOp{}, svd{},
		triangular{},
	}
}
