package pytorch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/pytorch"
	"github.com/pullback-go/pullback/trace"
)

// Malformed trees and unknown names are panics with a text, which callers turn into errors.
func TestMalformed(t *testing.T) {
	x := map[string]trace.Value{"x": trace.New([]float64{1, 2, 3})}
	for tree, want := range map[string]string{
		`["call", "torch.sing", [["name", "x"]], {}]`:                                  `the operation "torch.sing" is not supported`,
		`["call", "torch.sin", [["name", "y"]], {}]`:                                   "the name y is not known",
		`["call", "torch.sin", [["name", "x"], ["name", "x"]], {}]`:                    "torch.sin has 1 arguments, and 2 are given",
		`["call", "torch.sum", [["name", "x"]], {"axis": ["const", 0]}]`:               `torch.sum has no argument "axis"`,
		`["+", ["name", "x"]]`:                                                         "an expression with 1 parts lacks part 1",
		`["if", ["name", "x"]]`:                                                        `the expression "if" is not supported`,
		`["attribute", ["name", "x"], "grad"]`:                                         `has no attribute "grad"`,
		`["index", ["name", "x"], ["const", 0.5]]`:                                     "0.5 is no whole number",
		`["tuple", ["name", "x"]]`:                                                     "is no tensor",
		`["call", "F.pad", [["name", "x"], ["const", 1]], {"mode": ["const", "odd"]}]`: `the mode "odd" is not supported`,
	} {
		e, err := pytorch.Parse([]byte(tree))
		if err != nil {
			t.Fatal(err)
		}
		if got := panicOf(func() { e.Value(x) }); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", tree, got, want)
		}
	}
	if _, err := pytorch.Parse([]byte(`{`)); err == nil {
		t.Error("what is no list has been parsed")
	}
}

func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

func ExampleExpression_Value() {
	e, err := pytorch.Parse([]byte(`["method", "sum", ["**", ["index", ["name", "x"], ["slice", ["const", 1], null, null]], ["const", 2]], [], {}]`))
	if err != nil {
		panic(err)
	}
	fmt.Println(e.Value(map[string]trace.Value{"x": trace.New([]float64{1, 2, 3})})) // x[1:] ** 2, summed
	// Output: f64[] 13
}
