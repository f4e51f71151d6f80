package main

import (
	"github.com/pullback-go/pullback/rules"
)

// canonize merges the batch norms of a case into the linear modules before them.
func (s *subject) canonize(pairs []mergePair) {
	if len(pairs) == 0 {
		return
	}
	merge := make([]rules.NormPair, len(pairs))
	for i, p := range pairs {
		merge[i] = rules.NormPair(p)
		s.merged[p.Norm] = true
	}
	s.model = rules.Canonize(s.apply, rules.NamedMergeBatchNorm(merge...))
}
