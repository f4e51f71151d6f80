package kernel

// tell calls then for the elements [lo, hi) of an output, in parts, on whichever goroutines are free.
func tell(then func(lo, hi int), lo, hi int) {
	if then != nil {
		split(hi-lo, elementGrain, telling{then, lo})
	}
}

type telling struct {
	then func(lo, hi int)
	at   int
}

func (t telling) run(lo, hi int) { t.then(t.at+lo, t.at+hi) }

// tellRows calls then for so many elements of each of some rows of an output, which are ldc apart from
// element at on: for all of them at once if they lie one behind the other.
func tellRows(then func(lo, hi int), at, ldc, rows, n int) {
	if then == nil || n == 0 {
		return
	}
	if n == ldc {
		rows, n = 1, rows*n
	}
	for ; rows > 0; rows-- {
		then(at, at+n)
		at += ldc
	}
}

// sizesThen is [sizesOf] for blocks whose rows are told to then: they are not made narrow.
func sizesThen[T Float](then func(lo, hi int)) blockSizes {
	size := sizesOf[T]()
	if then != nil {
		size.least = size.cols
	}
	return size
}
