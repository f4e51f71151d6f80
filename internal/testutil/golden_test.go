package testutil

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// rosenbrock is Σ (1 - x_i)² + 100 (x_{i+1} - x_i²)².
func rosenbrock(x Value) Value {
	n := x.Dim(0)
	head := fn.Slice(x, fn.SliceConfig{Stop: []int{n - 1}})
	tail := fn.Slice(x, fn.SliceConfig{Start: []int{1}})
	valley := fn.Square(fn.Sub(tail, fn.Square(head)))
	return fn.Add(fn.SumAll(fn.Square(fn.Sub(fn.Scalar(1), head))), fn.Mul(fn.Scalar(100), fn.SumAll(valley)))
}

func TestGoldenRosenbrock(t *testing.T) {
	c := Golden(t, "testdata/scalar.json").Case(t, "scalar/rosenbrock")
	x, u, w, ct := c.Values("inputs")["x"], c.Values("u")["x"], c.Values("w")["x"], c.Value("c")
	vjp := transforms.Pull(rosenbrock, func(Value) Value { return ct })
	hvp := transforms.Pull(vjp, func(Value) Value { return u })
	third := transforms.Pull(hvp, func(Value) Value { return w })
	_, jvp := transforms.JVP(rosenbrock)(x, u)
	lawtest.Close(t, rosenbrock(x), c.Value("output"), 1e-12)
	lawtest.Close(t, vjp(x), c.Values("vjp")["x"], 1e-12)
	lawtest.Close(t, hvp(x), c.Values("hvp")["x"], 1e-12)
	lawtest.Close(t, third(x), c.Values("third")["x"], 1e-12)
	lawtest.Close(t, jvp, c.Value("jvp"), 1e-12)
	lawtest.Close(t, lawtest.FiniteDifference(rosenbrock, x, u), c.Value("jvp"), 1e-8)
}

// fatal is a test that notes why it ends.
type fatal struct {
	testing.TB
	failures []string
}

func (f *fatal) Helper() {}
func (f *fatal) Fatalf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (f *fatal) Fatal(args ...any) { f.Fatalf("%s", fmt.Sprint(args...)) }

// ended runs f, which ends the test, and returns with what words.
func ended(f func(t testing.TB)) string {
	t := &fatal{}
	done := make(chan bool)
	go func() {
		defer close(done)
		f(t)
	}()
	<-done
	return strings.Join(t.failures, "\n")
}

func TestGoldenErrors(t *testing.T) {
	dir := t.TempDir()
	tensors, err := os.ReadFile("testdata/scalar.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("t.safetensors", string(tensors))
	good := write("good.json", `{"tensors":"t.safetensors","cases":[{"id":"a","x":"no such tensor","y":null,"z":[1]}]}`)
	with := func(f func(c Case)) func(testing.TB) {
		return func(t testing.TB) { f(Golden(t, good).Case(t, "a")) }
	}
	tests := []struct {
		name, want string
		f          func(t testing.TB)
	}{
		{"no file", "no such file", func(t testing.TB) { Golden(t, filepath.Join(dir, "no.json")) }},
		{"bad JSON", "bad.json: unexpected end of JSON input", func(t testing.TB) { Golden(t, write("bad.json", "{")) }},
		{"no JSON but a folder", "not a regular file", func(t testing.TB) { Golden(t, dir) }},
		{"no regular file", "/dev/null: not a regular file", func(t testing.TB) { Golden(t, "/dev/null") }},
		{"no tensors", "no such file", func(t testing.TB) { Golden(t, write("lone.json", `{"tensors":"no.safetensors"}`)) }},
		{"no id", `case "" has no field "id"`, func(t testing.TB) { Golden(t, write("anon.json", `{"tensors":"t.safetensors","cases":[{}]}`)) }},
		{"no case", `there is no case "b"`, func(t testing.TB) { Golden(t, good).Case(t, "b") }},
		{"no tensor", `case "a", field "x": there is no tensor "no such tensor"`, with(func(c Case) { c.Value("x") })},
		{"null", `case "a" has no field "y"`, with(func(c Case) { c.Value("y") })},
		{"other kind", `case "a", field "z": json: cannot unmarshal array`, with(func(c Case) { c.Values("z") })},
	}
	for _, tt := range tests {
		if got := ended(tt.f); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEachLeavesOutWhatHasNoMeaning(t *testing.T) {
	r := &Reference{}
	for _, field := range []string{"skip", "artifact", "inputs"} {
		r.Cases = append(r.Cases, Case{ID: field, fields: map[string]json.RawMessage{field: json.RawMessage("true")}, from: r})
	}
	var met []string
	r.Each(t, func(t *testing.T, c Case) { met = append(met, c.ID) })
	if strings.Join(met, " ") != "inputs" {
		t.Errorf("got cases %v", met)
	}
}
