package kernel

// gemv is the product of a matrix and a vector, y(i) (+)= Σ_k A(i,k) x(k), with A(i,k) at
// a[i·rs + k·cs], x(k) at x[k·xs] and y(i) at y[i·ys]. The matrix is read once, in place.
func gemv[T Float](m, k int, a []T, rs, cs int, x []T, xs int, y []T, ys int, accumulate bool) {
	vec, s := borrow[T](k)
	for i := range vec {
		vec[i] = x[i*xs]
	}
	if cs <= rs {
		gemvRows(m, a, rs, cs, vec, y, ys, accumulate)
	} else {
		gemvCols(m, a, rs, cs, vec, y, ys, accumulate)
	}
	release(s)
}

// gemvRows takes the dot product of each row.
func gemvRows[T Float](m int, a []T, rs, cs int, x, y []T, ys int, accumulate bool) {
	grain := max(1, 1<<15/len(x))
	if m <= grain {
		dotRows(0, m, a, rs, cs, x, y, ys, accumulate)
		return
	}
	Parallel(m, grain, func(lo, hi int) { dotRows(lo, hi, a, rs, cs, x, y, ys, accumulate) })
}

func dotRows[T Float](lo, hi int, a []T, rs, cs int, x, y []T, ys int, accumulate bool) {
	for i := lo; i < hi; i++ {
		var v T
		if cs == 1 {
			v = dot(a[i*rs:i*rs+len(x)], x)
		} else {
			v = dotStrided(a[i*rs:], cs, x)
		}
		if accumulate {
			v += y[i*ys]
		}
		y[i*ys] = v
	}
}

// dot is Σ a[k] x[k], in blocks of depthBlock and with eight running sums within a block.
func dot[T Float](a, x []T) T {
	var total T
	for len(x) > depthBlock {
		total += dotShort(a[:depthBlock], x[:depthBlock])
		a, x = a[depthBlock:], x[depthBlock:]
	}
	return total + dotShort(a, x)
}

func dotShort[T Float](a, x []T) T {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	a = a[:len(x)]
	for len(x) >= 8 && len(a) >= 8 {
		s0 += a[0] * x[0]
		s1 += a[1] * x[1]
		s2 += a[2] * x[2]
		s3 += a[3] * x[3]
		s4 += a[4] * x[4]
		s5 += a[5] * x[5]
		s6 += a[6] * x[6]
		s7 += a[7] * x[7]
		a, x = a[8:], x[8:]
	}
	for k, v := range x {
		s0 += a[k] * v
	}
	return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
}

// dotStrided is Σ a[k·stride] x[k], in blocks.
func dotStrided[T Float](a []T, stride int, x []T) T {
	var total T
	for k := 0; k < len(x); k += depthBlock {
		var part T
		for l, v := range x[k:min(k+depthBlock, len(x))] {
			part += a[(k+l)*stride] * v
		}
		total += part
	}
	return total
}

// gemvCols adds up the columns, for matrices whose columns are the contiguous lines.
func gemvCols[T Float](m int, a []T, rs, cs int, x, y []T, ys int, accumulate bool) {
	const grain = 512 // rows whose sums stay in the first-level cache
	if m <= grain {
		sumColumns(0, m, a, rs, cs, x, y, ys, accumulate)
		return
	}
	Parallel(m, grain, func(lo, hi int) { sumColumns(lo, hi, a, rs, cs, x, y, ys, accumulate) })
}

func sumColumns[T Float](lo, hi int, a []T, rs, cs int, x, y []T, ys int, accumulate bool) {
	total, st := borrow[T](hi - lo)
	part, sp := borrow[T](hi - lo)
	clear(total)
	for k := 0; k < len(x); k += depthBlock {
		clear(part)
		for l := k; l < min(k+depthBlock, len(x)); l++ {
			addColumn(part, x[l], a[lo*rs+l*cs:], rs)
		}
		for i, v := range part {
			total[i] += v
		}
	}
	for i, v := range total {
		if accumulate {
			v += y[(lo+i)*ys]
		}
		y[(lo+i)*ys] = v
	}
	release(sp)
	release(st)
}

func addColumn[T Float](dst []T, s T, col []T, rs int) {
	if rs != 1 {
		addScaledStrided(dst, s, col, rs)
		return
	}
	col = col[:len(dst)]
	for i := range dst {
		dst[i] += s * col[i]
	}
}
