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
		{trace.ConvStandard, trace.Convolution, true}, {trace.ConvStandard, trace.LinearKind, true}, {trace.Convolution, trace.ConvStandard, false},
		{trace.Dense, trace.Dense, true}, {"linearity", trace.LinearKind, false}, {trace.MeanReduction, trace.AvgPool, true},
		{trace.ConvStandard.WithRank(2), trace.Convolution, true}, {trace.ConvStandard.WithRank(2), trace.ConvStandard, true},
		{trace.ConvStandard.WithRank(2), trace.ConvStandard.WithRank(2), true}, {trace.ConvStandard.WithRank(2), trace.ConvStandard.WithRank(1), false},
		{trace.ConvStandard.WithRank(2), trace.ConvTransposed, false}, {trace.ConvStandard, trace.ConvStandard.WithRank(2), false},
		{trace.MeanReduction, trace.AvgPool.WithRank(1), false}, {trace.MaxPool.WithRank(1), trace.MaxPool.WithRank(11), false},
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
		trace.ConvStandard: "standard", trace.Dropout: "dropout", trace.MaxPool.WithRank(3): "max", trace.ConvTransposed.WithRank(2): "transposed",
		"2d": "2d", "my.block2d": "block2d", "my.d": "d", "my.-1d": "-1d", "my.2": "2", "": "", "my.": "",
	} {
		wantText(t, kind.Last(), want)
	}
}

// A kind may be asked for in general, or with the number of axes.
func ExampleKind_WithRank() {
	pool := trace.MaxPool.WithRank(2)
	fmt.Println(pool, pool.Is(trace.MaxPool), pool.Is(trace.MaxPool.WithRank(2)), pool.Is(trace.MaxPool.WithRank(1)))
	// Output: pool.max.2d true true false
}
