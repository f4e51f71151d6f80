package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// A few hundred bytes of JSON once exhausted the memory: the gradient of a strided
// convolution allocated an element for each element of the product of its strides.
func TestFaultC2StridesOfAConvolution(t *testing.T) {
	for _, stride := range []string{"[4096,4096,4096]", "4096", "[256,256,256]", "256", "2"} {
		dir := t.TempDir()
		ones := trace.New(slices.Repeat([]float64{1}, 8), 1, 1, 2, 2, 2)
		err := safetensors.Write(filepath.Join(dir, "t.safetensors"), map[string]trace.Value{
			"x": ones, "w": trace.New([]float64{3}, 1, 1, 1, 1, 1), "g": trace.New([]float64{1}, 1, 1, 1, 1, 1), "y": trace.New([]float64{3}, 1, 1, 1, 1, 1),
			"r": trace.New([]float64{3, 0, 0, 0, 0, 0, 0, 0}, 1, 1, 2, 2, 2),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "t.json"), fmt.Sprintf(`{"format":1,"group":"rules","tensors":"t.safetensors","models":{"m":{
			"inputs":[{"name":"x","shape":[1,1,2,2,2]}],"output":"c","module_order":["c"],
			"nodes":[{"id":"c","module":"c","kind":"Conv3d","inputs":["x"],"tensors":{"weight":"w"},
				"attrs":{"kernel_size":1,"stride":%s,"padding":0,"dilation":1,"groups":1,"bias":false}}]}},
			"cases":[{"id":"a","model":"m","inputs":{"x":"x"},"grad_output":"g","output":"y","attribution":{"x":"r"}}]}`, stride))
		var out strings.Builder
		code := run(&out, []string{dir})
		passed := code == 0 && out.String() == "1 passed, 0 failed\n"
		refused := code == 1 && strings.Contains(out.String(), "the product of the numbers [4096 4096 4096] is beyond 16777216")
		if huge := strings.Count(stride, "4096") == 3 || stride == "4096"; passed == huge || refused != huge {
			t.Errorf("stride %s: code %d and %s", stride, code, out.String())
		}
	}
}

// Flatten accepts the same pairs of axes as PyTorch's, counted from either end.
func TestFlattenOfAnyAxes(t *testing.T) {
	data := make([]float64, 120)
	for i := range data {
		data[i] = float64(i)
	}
	x := trace.New(data, 2, 3, 4, 5)
	for c, want := range map[[2]int][]int{
		{0, 0}: {2, 3, 4, 5}, {0, 1}: {6, 4, 5}, {0, 2}: {24, 5}, {0, 3}: {120},
		{1, 1}: {2, 3, 4, 5}, {1, 2}: {2, 12, 5}, {1, 3}: {2, 60},
		{2, 2}: {2, 3, 4, 5}, {2, 3}: {2, 3, 20}, {3, 3}: {2, 3, 4, 5},
	} {
		for _, from := range []int{c[0], c[0] - 4} {
			for _, to := range []int{c[1], c[1] - 4} {
				y := flatten{"f", from, to}.Apply(x)
				if !slices.Equal(y.Shape(), want) || !slices.Equal(y.Float64s(), data) {
					t.Errorf("from %d to %d: got %v, want %v", from, to, y.Type(), want)
				}
			}
		}
	}
	if y := (flatten{"f", 0, -1}).Apply(trace.Scalar(7.0)); y.String() != "f64[1] [7]" {
		t.Errorf("of a scalar: got %v", y)
	}
}

// Writing a network's Flatten in another way, or adding one that changes nothing, gives
// the same values.
func TestFlattenInASuite(t *testing.T) {
	for _, attrs := range []string{`"start_dim":-3,"end_dim":3`, `"start_dim":1,"end_dim":3`, `"start_dim":-3,"end_dim":-1`} {
		for _, args := range [][]string{nil, {"-jit"}} {
			path := copied(t, "seed/seed8")
			replace(`"start_dim":1,"end_dim":-1`, attrs)(t, path)
			var out strings.Builder
			if code := run(&out, append(args, filepath.Dir(path))); code != 0 || strings.Contains(out.String(), " 0 passed") {
				t.Errorf("%v with %s: code %d and %s", args, attrs, code, out.String())
			}
		}
	}
}

// Names from a file stay on their line. Each is cut to some 100 bytes.
func TestFailuresAreLines(t *testing.T) {
	var out strings.Builder
	long := strings.Repeat("x", 1000)
	tl := &tally{out: &out}
	tl.fail(1, "dir/a.json", "a\nPASS b\u202e", fmt.Errorf("tensor %q: %q and\n%s", long, "short \" one", long))
	want := `FAIL dir/a.json: a\nPASS b\u202e: tensor "` + long[:96] + `...: "short \" one" and ` + long[:97] + "...\n"
	if out.String() != want {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}
