package testutil

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/transforms/lawtest"
)

// Operations that transforms make keep their promises too; loops and choices are held to
// theirs by the laws of programs.
func TestClaimsOfTransforms(t *testing.T) {
	all := Instances(6, 400, 2)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(name, "fn.") || name == "*transforms.scan" || name == "*transforms.cond" {
			continue
		}
		for _, i := range all[name] {
			t.Run(fmt.Sprint(name), func(t *testing.T) { lawtest.Claims(t, i.Op, i.In...) })
		}
	}
}
