package method

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
)

func canonizers() map[string]rules.Canonizer {
	return map[string]rules.Canonizer{"merge_batch_norm": rules.MergeBatchNorm(), "strip_softmax": rules.StripSoftmax()}
}

// Canonizers lists the names of the canonizers.
func Canonizers() []string { return slices.Sorted(maps.Keys(canonizers())) }

// CanonizersNamed returns canonizers by name. The name none stands for none.
func CanonizersNamed(names []string) ([]rules.Canonizer, error) {
	var out []rules.Canonizer
	for _, name := range names {
		if name == None {
			continue
		}
		c, ok := canonizers()[name]
		if !ok {
			return nil, fmt.Errorf("no canonizer is named %q; the nearest are %s", trace.Excerpt(name), strings.Join(spelling.Nearest(name, Canonizers(), 2), ", "))
		}
		out = append(out, c)
	}
	return out, nil
}
