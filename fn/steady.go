package fn

// An output of these operations is about as far off as their operands are, in absolute terms: none divides, and where they jump, at a kink or between
// maxima that are nearly equal, either side will do.

func (activation[F]) Steady() {}
func (add) Steady()           {}
func (sub) Steady()           {}
func (maximum) Steady()       {}
func (minimum) Steady()       {}
func (clamp) Steady()         {}
func (within) Steady()        {}
func (where) Steady()         {}
func (mask) Steady()          {}
func (batchNorm) Steady()     {}
func (maxPool) Steady()       {}
func (extreme) Steady()       {}
func (softmax) Steady()       {}
func (logSoftmax) Steady()    {}
func (logSumExp) Steady()     {}
func (concat) Steady()        {}
