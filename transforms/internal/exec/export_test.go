package exec

// SetStripBytes changes the size of strips until the function that it returns is called.
func SetStripBytes(n int) (restore func()) {
	old := stripBytes
	stripBytes = n
	return func() { stripBytes = old }
}

// Strips is the first and last step of each strip, and how many rows it works on at a time.
func (pl *Plan) Strips() (list [][3]int) {
	for _, s := range pl.strips {
		list = append(list, [3]int{s.first, s.last, s.most})
	}
	return list
}
