package network_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

var animals = network.Reader{Labels: []string{"cat", "dog", "hen", "7"}, Activation: "softmax"}

// reader reads text of the characters a and b. Class 0 is the blank, 3 a space.
var reader = network.Reader{Keys: []string{"a", "b"}}

// steps has the best classes 1 1 0 1 3 2: the text "aa b".
func steps() trace.Value {
	best := []int{1, 1, 0, 1, 3, 2}
	y := make([]float64, 24)
	for i, k := range best {
		y[4*i+k] = float64(i + 1)
	}
	return trace.New(y, 1, 6, 4)
}

// where lists the positions of ones.
func where(ct trace.Value) string {
	var at []string
	for i, v := range ct.Float64s() {
		if v != 0 {
			at = append(at, fmt.Sprint(i))
		}
	}
	return strings.Join(at, " ")
}

func TestGoals(t *testing.T) {
	logits := trace.New([]float64{1, 5, 2, 4}, 1, 4)
	places := trace.New([]float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 1, 2, 2, 3)
	for _, c := range []struct {
		target string
		y      trace.Value
		r      network.Reader
		want   string // caption, positions of ones and score of each goal
	}{
		{"top", logits, animals, "dog|1|5"},
		{"top:3", logits, animals, "dog|1|5; 7|3|4; hen|2|2"},
		{"top:9", logits, animals, "dog|1|5; 7|3|4; hen|2|2; cat|0|1"},
		{"2", logits, animals, "hen|2|2"},
		{"7", logits, animals, "7|3|4"}, // a name before a number
		{"class:cat", logits, animals, "cat|0|1"},
		{"DOG", logits, animals, "dog|1|5"},
		{"label", logits, animals, "hen|2|2"},
		{"top", steps(), reader, `"aa b"|1 13 19 22|16`},
		{"text", steps(), reader, `"a" at step 0|1|1; "a" at step 3|13|4; " " at step 4|19|5; "b" at step 5|22|6`},
		{"step:3:b", steps(), reader, `"b" at step 3|14|0`},
		{"step:0:1", steps(), network.Reader{}, "1 at step 0|1|1"},
		{"1", places, network.Reader{}, "1|6 7 8 9 10 11|51"},
		{"box:1,0,3,1:1", places, network.Reader{}, "1 in [1 0 3 1]|7 8|15"},
		{"box:0,1,1,2:cat", places, animals, "cat in [0 1 1 2]|3|3"},
	} {
		target, err := network.ParseTarget(c.target)
		if err != nil {
			t.Errorf("%s: %v", c.target, err)
			continue
		}
		goals, err := target.Goals(c.y, c.r, "hen")
		if err != nil {
			t.Errorf("%s: %v", c.target, err)
			continue
		}
		var got []string
		for _, g := range goals {
			got = append(got, fmt.Sprintf("%s|%s|%v", g.Caption, where(g.Cotangent), g.Score))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s: got %s, want %s", c.target, text, c.want)
		}
	}
}

func TestVectorTarget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.safetensors")
	if err := safetensors.Write(path, map[string]trace.Value{"v": trace.New([]float64{0, 2, 0, -1}, 4)}, nil); err != nil {
		t.Fatal(err)
	}
	target, err := network.ParseTarget("vector:" + path)
	if err != nil {
		t.Fatal(err)
	}
	if target, err = target.Load(much); err != nil {
		t.Fatal(err)
	}
	goals, err := target.Goals(trace.New([]float32{1, 5, 2, 4}, 1, 4), animals, "")
	if err != nil || len(goals) != 1 || goals[0].Cotangent.String() != "f32[1 4] [[0 2 0 -1]]" || goals[0].Score != 6 {
		t.Errorf("got %v, %v", goals, err)
	}
	if _, err := target.Goals(trace.New([]float32{1, 5, 2}, 1, 3), animals, ""); err == nil || !strings.Contains(err.Error(), "does not fit the output f32[1 3]") {
		t.Errorf("got %v", err)
	}
}

func TestTargetErrors(t *testing.T) {
	for text, want := range map[string]string{
		"": "want top, top:K", "top:0": "want top:K", "top:x": "want top:K", "step:a:b": "want step:STEP:CLASS", "step:1": "want step:STEP:CLASS",
		"box:1,2,3:4": "want box:X0", "box:3,0,1,1:2": "X0 below X1", "box:0,0,1,1": "want box:", "box:0,0,1,1,1:2": "want box:", "box:a,0,1,1:2": "want box:",
	} {
		if _, err := network.ParseTarget(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	logits := trace.New([]float64{1, 5, 2, 4}, 1, 4)
	for _, c := range []struct {
		target string
		y      trace.Value
		r      network.Reader
		want   string
	}{
		{"cow", logits, animals, `no class is named "cow"; the nearest are cat`},
		{"4", logits, animals, "there is no class 4: the network has 4, counted from 0"},
		{"cow", logits, network.Reader{}, "the classes have no names"},
		{"label", logits, animals, "the input has no label"},
		{"text", logits, animals, "is no text"},
		{"step:9:1", steps(), reader, "there is no step 9"},
		{"step:0:1", logits, animals, "there is no step 0"},
		{"box:0,0,9,9:1", trace.New([]float64{1, 2, 3, 4}, 1, 1, 2, 2), animals, "there is no class 1"},
		{"box:0,0,9,9:0", trace.New([]float64{1, 2, 3, 4}, 1, 1, 2, 2), animals, "there is no box [0 0 9 9]"},
		{"top", trace.New([]float64{1}), animals, "the output is f64[1]"},
		{"top", trace.New([]float64{1, 2}, 2, 1), animals, "the output is f64[2 1]"},
	} {
		target, err := network.ParseTarget(c.target)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := target.Goals(c.y, c.r, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.target, err, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	logits := trace.New([]float64{0, 2, 1, 3}, 1, 4)
	for _, c := range []struct {
		r    network.Reader
		y    trace.Value
		want string
	}{
		{animals, logits, "7 64.4 %"},
		{network.Reader{Activation: "sigmoid"}, logits, "3 95.3 %"},
		{network.Reader{Activation: "none"}, logits, "3 3"},
		{reader, steps(), `"aa b"`},
		{network.Reader{}, steps(), "1 7"}, // the sums over the steps are 3, 7, 6 and 5
	} {
		if got := c.r.Read(c.y); got.String() != c.want {
			t.Errorf("got %v, want %s", got, c.want)
		}
	}
	if lines := animals.Read(logits).Lines(); strings.Count(lines, "\n") != 4 || !strings.HasPrefix(lines, "  7 ") || !strings.Contains(lines, "##") {
		t.Errorf("got\n%s", lines)
	}
	if lines := reader.Read(steps()).Lines(); lines != "  reads \"aa b\"\n" {
		t.Errorf("got %q", lines)
	}
}
