package kernel

// pairwise is the sum of x, halved until a part is short.
func pairwise[T Number](x []T) T {
	if len(x) > 256 {
		half := len(x) / 16 * 8
		return pairwise(x[:half]) + pairwise(x[half:])
	}
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	for len(x) >= 8 {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
		s4 += x[4]
		s5 += x[5]
		s6 += x[6]
		s7 += x[7]
		x = x[8:]
	}
	for _, v := range x {
		s0 += v
	}
	return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
}

func product[T Number](x []T) T {
	p := T(1)
	for _, v := range x {
		p *= v
	}
	return p
}

func maxOf[T Number](x []T) T {
	m := x[0]
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

func minOf[T Number](x []T) T {
	m := x[0]
	for _, v := range x {
		m = min(m, v)
	}
	return m
}

func anyOf(x []bool) bool {
	for _, v := range x {
		if v {
			return true
		}
	}
	return false
}

func allOf(x []bool) bool {
	for _, v := range x {
		if !v {
			return false
		}
	}
	return true
}

func addInto[T Number](dst, src []T) { add(dst, dst, src) }
func mulInto[T Number](dst, src []T) { mul(dst, dst, src) }
func maxInto[T Number](dst, src []T) { maximum(dst, dst, src) }
func minInto[T Number](dst, src []T) { minimum(dst, dst, src) }

func anyInto(dst, src []bool) {
	for i, v := range src {
		dst[i] = dst[i] || v
	}
}

func allInto(dst, src []bool) {
	for i, v := range src {
		dst[i] = dst[i] && v
	}
}
