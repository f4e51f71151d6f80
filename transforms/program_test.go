package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func ExampleProgram() {
	f := func(x trace.Value) trace.Value { return fn.SumAll(fn.Sin(x)) }
	fmt.Print(transforms.Program(transforms.Grad(f), trace.Unknown(trace.TypeOf(trace.Float64, 3))).Listing())
	// Output:
	// program(a f64[3])
	//   b f64[3] = sin(a)
	//   c f64[] = sum{Axes:[0]}(b)
	//   d f64[] = full{Type:f64[] Value:1}()
	//   e f64[3] = expand{Shape:[3] Axes:[]}(d) '
	//   f f64[3] = cos(a) '
	//   g f64[3] = mul(e, f) '
	//   return g
}

func ExampleTypes() {
	type layer struct{ Weight, Bias trace.Value }
	f := func(l layer) map[string]trace.Value {
		return map[string]trace.Value{"y": fn.MatMul(l.Weight, l.Bias), "large": fn.Greater(l.Bias, fn.Scalar(1))}
	}
	fmt.Println(transforms.Types(f, layer{
		trace.Unknown(trace.TypeOf(trace.Float32, 1<<20, 1<<10)),
		trace.Unknown(trace.TypeOf(trace.Float32, 1<<10)),
	}))
	// Output: map[large:unknown bool[1024] y:unknown f32[1048576]]
}

// A program of a function of a tree has its leaves in order, and computes what it does.
func TestProgramOfTrees(t *testing.T) {
	type pair struct{ A, B Value }
	c := vector(1, 2)
	f := func(p pair) []Value { return []Value{fn.Add(p.A, p.B), fn.Mul(p.B, c)} }
	p := transforms.Program(f, pair{vector(3, 4), vector(5, 6)})
	if err := p.Check(); err != nil || len(p.In) != 2 || len(p.Out) != 2 || len(p.Consts) != 1 {
		t.Fatalf("%v %v", err, p)
	}
	got := p.Apply(vector(3, 4), vector(5, 6))
	if bits(got[0]) != bits(vector(8, 10)) || bits(got[1]) != bits(vector(5, 12)) {
		t.Errorf("got %v", got)
	}
}

// Types keeps what is static and weak, and refuses what the function refuses.
func TestTypes(t *testing.T) {
	type out struct {
		Y    Value
		Name string
		None Value
	}
	got := transforms.Types(func(x Value) out { return out{Y: fn.Exp(x), Name: "n"} }, num(2))
	if got.Name != "n" || !got.Y.IsWeak() || got.Y.IsConcrete() || !got.None.IsAbsent() {
		t.Errorf("got %+v", got)
	}
	err := trace.Try(func() { transforms.Types(func(x Value) Value { return fn.Add(x, vector(1, 2)) }, vector(1, 2, 3)) })
	if err == nil || !strings.Contains(err.Error(), "program_test.go:") || !strings.Contains(err.Error(), "add(f64[3], f64[2])") {
		t.Errorf("got %v", err)
	}
}
