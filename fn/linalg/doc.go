// Package linalg decomposes matrices, solves linear systems, and has the functions of
// matrices that follow from that.
//
// A matrix lies on the last two axes of an array of f32 or f64; the axes before these are
// batches. f32 is computed in f64 and rounded. The derivative of a decomposition is made of
// operations, so derivatives of every order exist. They are those of the mathematical
// function: where that has none, as at equal eigenvalues, the page of the function says what
// the derivative is.
//
// A matrix that a function cannot do with, such as a singular one in [Solve], gives NaN for
// that matrix. Outside of compiled functions this is a *trace.Error too, which says so. A
// compiled function goes on with NaN, as NaN in one matrix of a batch says nothing about the
// others. NaN or an infinity in a matrix that is decomposed gives NaN, and no error.
//
// # Families
//
// Systems and inverses:
//
//	Solve SolveTriangular LstSq Inv Pinv PinvWith
//
// Decompositions:
//
//	Cholesky QR Eigh Eigvalsh SVD SVDFull
//
// Functions of matrices:
//
//	Det SlogDet Norm Expm MatrixPower
//
// What programs are read from text with:
//
//	Ops
//
// The border to gonum:
//
//	FromMatrix Dense VecDense
package linalg
