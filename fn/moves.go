package fn

// These operations compute no new numbers: what they return are elements of their
// operands, or constants. Their VJPs send a cotangent back to where the element came
// from, so relevance passes them as it is, and no rule is needed.

// Moved or copied.

func (reshape) Moves()   {}
func (transpose) Moves() {}
func (expand) Moves()    {}
func (slice) Moves()     {}
func (pad) Moves()       {}
func (concat) Moves()    {}
func (take) Moves()      {}
func (takeAlong) Moves() {}

// Selected: the condition, or a comparison among the elements, says which. Equal maxima
// share what there is.

func (where) Moves()   {}
func (mask) Moves()    {}
func (maxPool) Moves() {}
func (extreme) Moves() {}

// Converted between floats, which rounds them at most. To and from other dtypes no
// relevance passes at all.

func (cast) Moves() {}
