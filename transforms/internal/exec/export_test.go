package exec

// Visits is how many operands, uses and buffers planning looked at.
func (pl *Plan) Visits() int { return pl.visits }

// Fitting is the largest divisor of n rows for which so many of them, of some bytes each, fit.
func Fitting(n, bytes, fit int) int {
	return (&Plan{options: Options{StripBytes: fit}}).fitting(n, bytes)
}

// Strips is the first and last step of each strip, and how many rows it works on at a time.
func (pl *Plan) Strips() (list [][3]int) {
	for _, s := range pl.strips {
		list = append(list, [3]int{s.first, s.last, s.most})
	}
	return list
}
