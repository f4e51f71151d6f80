package trace_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestKind(t *testing.T) {
	tests := []struct {
		kind, general trace.Kind
		want          bool
	}{
		{trace.KindConvStandard, trace.KindConv, true}, {trace.KindConvStandard, trace.KindLinear, true}, {trace.KindConv, trace.KindConvStandard, false},
		{trace.KindDense, trace.KindDense, true}, {"linearity", trace.KindLinear, false}, {trace.KindMean, trace.KindAvgPool, true},
		{trace.KindConvStandard.WithRank(2), trace.KindConv, true}, {trace.KindConvStandard.WithRank(2), trace.KindConvStandard, true},
		{trace.KindConvStandard.WithRank(2), trace.KindConvStandard.WithRank(2), true}, {trace.KindConvStandard.WithRank(2), trace.KindConvStandard.WithRank(1), false},
		{trace.KindConvStandard.WithRank(2), trace.KindConvTransposed, false}, {trace.KindConvStandard, trace.KindConvStandard.WithRank(2), false},
		{trace.KindMean, trace.KindAvgPool.WithRank(1), false}, {trace.KindMaxPool.WithRank(1), trace.KindMaxPool.WithRank(11), false},
	}
	for _, tt := range tests {
		if got := tt.kind.Is(tt.general); got != tt.want {
			t.Errorf("%q.Is(%q): got %v, want %v", tt.kind, tt.general, got, tt.want)
		}
	}
}

// The rank is no name: layers without a path are called by what is before it.
func TestLastOfKinds(t *testing.T) {
	for kind, want := range map[trace.Kind]string{
		trace.KindConvStandard: "standard", trace.KindDropout: "dropout", trace.KindMaxPool.WithRank(3): "max", trace.KindConvTransposed.WithRank(2): "transposed",
		"2d": "2d", "my.block2d": "block2d", "my.d": "d", "my.-1d": "-1d", "my.2": "2", "": "", "my.": "",
	} {
		wantText(t, kind.Last(), want)
	}
}

// A kind may be asked for in general, or with the number of axes.
func ExampleKind_WithRank() {
	pool := trace.KindMaxPool.WithRank(2)
	fmt.Println(pool, pool.Is(trace.KindMaxPool), pool.Is(trace.KindMaxPool.WithRank(2)), pool.Is(trace.KindMaxPool.WithRank(1)))
	// Output: pool.max.2d true true false
}
