package kernel

// The pointwise convolutions, with a kernel of one element, are products of the arrays as they lie in
// memory: y = W·x and dx = Wᵀ·dy for each image and group, positions being columns.

func pointwiseForward[T Float](y, x, w []T, s Conv) {
	m, k, n := s.COut/s.Groups, s.CIn/s.Groups, s.positions()
	eachBlock(s.Batch*s.Groups, m, n, k, func(u, i0, i1, j0, j1 int) {
		a := strided[T]{w[u%s.Groups*m*k:], k, 1}
		b := strided[T]{x[u*k*n:], 1, n}
		multiply(y[(u*m+i0)*n+j0:], n, a, i0, i1, b, j0, j1, k, false)
	})
}

func pointwiseInput[T Float](dx, dy, w []T, s Conv) {
	m, k, n := s.CIn/s.Groups, s.COut/s.Groups, s.positions()
	eachBlock(s.Batch*s.Groups, m, n, k, func(u, i0, i1, j0, j1 int) {
		a := strided[T]{w[u%s.Groups*m*k:], 1, m}
		b := strided[T]{dy[u*k*n:], 1, n}
		multiply(dx[(u*m+i0)*n+j0:], n, a, i0, i1, b, j0, j1, k, false)
	})
}
