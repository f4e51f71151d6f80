package trace

// NewGrid returns a concrete matrix with the given rows, which are copied. It panics with
// an *Error if the rows differ in length.
func NewGrid[E Elem](rows [][]E) Value {
	columns := 0
	if len(rows) > 0 {
		columns = len(rows[0])
	}
	data := make([]E, 0, len(rows)*columns)
	for i, row := range rows {
		if len(row) != columns {
			panic(Errorf("a grid of rows of different length: row 0 has %d elements, row %d has %d", columns, i, len(row)))
		}
		data = append(data, row...)
	}
	return FromArray(ArrayOf(data, len(rows), columns))
}

// Grid returns a copy of the rows of a concrete matrix. It panics with an *Error if v is
// no matrix, or E is not the Go type of its dtype.
func Grid[E Elem](v Value) [][]E {
	if v.Rank() != 2 {
		panic(Errorf("the rows of %v were asked for as a grid, which has 2 axes: use Data, or fn.Reshape first", v.Type()))
	}
	data, columns := Data[E](v), v.Dim(1)
	rows := make([][]E, v.Dim(0))
	for i := range rows {
		rows[i] = data[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return rows
}

// Item returns the only element of a concrete value of any shape. It panics with an
// *Error if there is not exactly one, or E is not the Go type of its dtype.
func Item[E Elem](v Value) E {
	if v.Size() != 1 {
		panic(Errorf("%v has %d elements, not one: use Data, or choose one with fn.Index", v.Type(), v.Size()))
	}
	return Data[E](v)[0]
}
