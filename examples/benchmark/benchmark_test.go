package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

func runWith(t *testing.T, args ...string) string {
	t.Helper()
	o, err := parse(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := benchmark(&out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestListIsComplete(t *testing.T) {
	got := strings.Fields(runWith(t, "-list"))
	var want []string
	for _, net := range []string{"vgg16", "resnet18", "resnet50"} {
		for _, work := range []string{
			"forward", "gradient", "epsilon_gamma_box", "epsilon_plus", "epsilon_alpha2_beta1", "betasmooth_second", "egb_second",
		} {
			want = append(want, net+"/"+work+"/b1", net+"/"+work+"/b8")
		}
	}
	want = append(want, "resnet18/smoothgrad20/b1", "resnet18/integrads20/b1")
	for _, work := range []string{"forward", "gradient", "epsilon_plus", "betasmooth_second"} {
		want = append(want, "digits/"+work+"/b1", "digits/"+work+"/b100")
	}
	want = append(want, "digits/train/b64")
	if n := len(want); len(got) != n+10+15*3 || !slices.Equal(got[:n], want) {
		t.Errorf("%d jobs, want %d of networks, 10 of gemm and 45 of conv: %v", len(got), n, got)
	}
	for _, name := range []string{"gemm/f32/128", "gemm/f64/2048", "conv/vgg5_x/input", "conv/r50_1x1s2_1024_2048/weights"} {
		if !slices.Contains(got, name) {
			t.Errorf("no job %s", name)
		}
	}
	if slices.Sort(got); len(slices.Compact(got)) != len(want)+55 {
		t.Error("a name is listed twice")
	}
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]int{
		"vgg16/*/b1": 7, "gemm/f??/512": 2, "digits/forward/b1": 1, "*/forward/b1": 4, "conv/*": 45, "gemm/f32/[1]28": 0, "gemm/f32/12": 0,
	} {
		o, err := parse([]string{"-job", pattern}, io.Discard)
		if len(o.jobs) != want || (err != nil) != (want == 0) {
			t.Errorf("%s: %d jobs and error %v, want %d jobs", pattern, len(o.jobs), err, want)
		}
	}
	o, err := parse([]string{"-job", "gemm/f32/512", "-job", "gemm/f32/*"}, io.Discard)
	if err != nil || len(o.jobs) != 5 {
		t.Errorf("two patterns: %d jobs and error %v, want 5 jobs", len(o.jobs), err)
	}
}

func TestJSON(t *testing.T) {
	threads := runtime.GOMAXPROCS(0)
	out := runWith(t, "-job", "digits/epsilon_plus/b1", "-json", "-n", "3", "-threads", "1")
	got := map[string]any{}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, key := range []string{"median_s", "min_s", "peak_rss_mb", "rss_before_mb"} {
		if v, ok := got[key].(float64); !ok || !(v > 0) {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	if v, ok := got["spread"].(float64); !ok || !(v >= 0) {
		t.Errorf("spread is %v", got["spread"])
	}
	if got["job"] != "digits/epsilon_plus/b1" || got["runs"] != 3.0 || got["threads"] != 1.0 || len(got) != 9 {
		t.Errorf("got %s", out)
	}
	if library, _ := got["library"].(string); !strings.HasPrefix(library, "pullback") {
		t.Errorf("library is %v", got["library"])
	}
	if now := runtime.GOMAXPROCS(0); now != threads {
		t.Errorf("%d threads are left, there were %d", now, threads)
	}
}

func TestText(t *testing.T) {
	out := runWith(t, "-job", "gemm/f64/128", "-n", "1")
	if !strings.HasPrefix(out, "gemm/f64/128 ") || !strings.Contains(out, "median") || strings.Count(out, "\n") != 1 {
		t.Errorf("got %q", out)
	}
}

// Each work on a network compiles, gives a finite result on a narrow input, and differs
// from the other works.
func TestWorks(t *testing.T) {
	results := map[string]trace.Value{}
	in := digits.input(2)
	model := digits.build()
	for _, w := range append(slices.Clone(works), smoothgrad20, integrads20) {
		y := w.of(model, in)
		if want := in.X.Type(); w.name != "forward" && !y.Type().Equal(want) {
			t.Errorf("%s is %v, want %v", w.name, y.Type(), want)
		}
		if err := finite(y); err != nil {
			t.Errorf("%s: %v", w.name, err)
		}
		for name, other := range results {
			if slices.Equal(y.Float64s(), other.Float64s()) {
				t.Errorf("%s is the same as %s", w.name, name)
			}
		}
		results[w.name] = y
	}
	if target := in.Target.Float64s(); target[0] != 1 || target[11] != 1 || target[1] != 0 {
		t.Errorf("the target is %v, want one-hot of class 0 and of class 1", target)
	}
}

// The adjoints of a layer are those of its convolution: ⟨ct, conv(x, w)⟩ is both ⟨x,
// input⟩ and ⟨w, weights⟩.
func TestAdjoints(t *testing.T) {
	l := layer{"small", 3, 4, 3, 2, 1, 9}
	values := map[string]float64{}
	for _, j := range l.jobs() {
		p := j.build().(program[operands])
		with := map[string]trace.Value{"conv/small/forward": p.x.Ct, "conv/small/input": p.x.A, "conv/small/weights": p.x.B}[j.name]
		values[j.name] = fn.SumAll(fn.Mul(p.f(p.x), with)).Float64()
	}
	want := values["conv/small/forward"]
	for name, got := range values {
		if !(math.Abs(got-want) <= 1e-4*math.Abs(want)) {
			t.Errorf("%s gives %v, the convolution %v", name, got, want)
		}
	}
}

func TestResultThatIsNotFinite(t *testing.T) {
	p := program[trace.Value]{fn.Log, trace.New([]float32{1, -1})}
	_, err := measure(job{"log", func() task { return p }}, 1)
	if err == nil || err.Error() != "the result, f32[2], is not finite" {
		t.Errorf("got %v", err)
	}
}

// The quartiles are those of Python's statistics.quantiles.
func TestStatistics(t *testing.T) {
	for _, c := range []struct {
		times          []float64
		median, spread float64
	}{
		{[]float64{3}, 3, 0}, {[]float64{2, 4}, 3, 2. / 3}, {[]float64{1, 2, 4}, 2, 1.5}, {[]float64{1, 2, 4, 8, 16}, 4, 10.5 / 4},
	} {
		if m, s := quantile(c.times, 2), spread(c.times); !(math.Abs(m-c.median) <= 1e-15) || !(math.Abs(s-c.spread) <= 1e-15) {
			t.Errorf("%v: median %v and spread %v, want %v and %v", c.times, m, s, c.median, c.spread)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-job vgg16/forwrd/b1", `-job "vgg16/forwrd/b1": there is no such job; the nearest are vgg16/forward/b1, vgg16/forward/b8, `},
		{"-job gemm/f32/100", `-job "gemm/f32/100": there is no such job; the nearest are gemm/f32/128, gemm/f32/1024, `},
		{"", "no job is named: give -job NAME, or -list"},
		{"-job digits/forward/b1 -n 0", "-n 0: want 1 to 1000000 runs"},
		{"-job digits/forward/b1 -threads -1", "-threads -1: want 1 to 1024 threads"},
		{"-job digits/forward/b1 -n many", `invalid value "many" for flag -n`},
		{"-runs 3", "flag provided but not defined: -runs"},
		{"digits/forward/b1", `unexpected argument "digits/forward/b1"`},
	} {
		_, err := parse(strings.Fields(c.args), io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", c.args, err, c.want)
		}
	}
	var help bytes.Buffer
	if _, err := parse([]string{"-h"}, &help); !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "-threads") {
		t.Errorf("-h: %v\n%s", err, help.String())
	}
}

func TestProfileOfAJob(t *testing.T) {
	out := runWith(t, "-job", "digits/gradient/b1", "-n", "2", "-profile")
	for _, want := range []string{"digits/gradient/b1\n", "traced ", "made of constants", "mean of 2 calls", "conv_input{", "GFLOP/s"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
