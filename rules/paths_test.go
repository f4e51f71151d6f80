package rules_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Paths from a file print on one line in reasons, ledgers, composites and errors.
func TestFaultC11PathsPrintOnOneLine(t *testing.T) {
	const path, quoted = "a\nb\x00\xff\u202e", `"a\nb\x00\xff\u202e"`
	f := func(x Value) Value {
		return layer(path, "kind\n", fn.Tanh)(layer("b", trace.KindDense, dense(square))(x))
	}
	x := drawn("x", 2, 3)
	onePath := rules.NameMap(rules.At(path, rules.Pass()))
	report := transforms.Plan(onePath, f, x)
	account := rules.Ledger(onePath, f, fn.OnesLike)(x)
	fails := func(c rules.Composite) string {
		err := trace.Try(func() { relevance(c, f, x, x) })
		if err == nil {
			t.Fatalf("%v explains f", c)
		}
		return err.Error()
	}
	long := strings.Repeat("long", 1e6)
	for what, test := range map[string]struct {
		text  string
		lines int
		part  string
	}{
		"plan":        {report.String(), 1 + len(report.Rows), "name " + quoted},
		"ledger":      {account.String(), 4 + len(account.Rows), quoted + "  Pass()"},
		"name map":    {onePath.String(), 0, quoted + ": Pass()"},
		"layer map":   {rules.LayerMap(rules.On("kind\n", rules.Pass())).String(), 0, `"kind\n": Pass()`},
		"no name":     {fails(rules.NameMap(rules.At("a\n", rules.Pass()))), 0, "the nearest are " + "b, " + quoted},
		"no order":    {fails(rules.FirstInOrder([]string{"c\n"}, onePath)), 0, quoted},
		"strict":      {fails(rules.Strict(rules.LayerMap())), 0, `nor for "a\nb\x00\xff\u202e/tanh#0" (activation.tanh)`},
		"misfit":      {fails(rules.NameMap(rules.At(long, rules.Pass()))), 0, `no site has the path "` + long[:100] + `... (4000000 bytes)"`},
		"no preset":   {presetError(long), 0, "no composite is named"},
		"norm pair":   {rules.NamedMergeBatchNorm(rules.NormPair{Linear: []string{path}, Norm: "n\n"}).String(), 0, `[` + quoted + `] "n\n"`},
		"fitting":     {fails(rules.NameMap(rules.At(path, rules.ZPlus()))), 0, "does not fit " + quoted},
		"rule's name": {rules.Func("f\n", func(*rules.Site) rules.Rule { return nil }).String(), 0, `Func("f\n")`},
	} {
		if n := strings.Count(test.text, "\n"); n != test.lines || strings.ContainsAny(test.text, "\x00\u202e") || strings.Contains(test.text, "\xff") {
			t.Errorf("%s: %d lines, want %d:\n%.500q", what, n, test.lines, test.text)
		}
		if !strings.Contains(test.text, test.part) || len(test.text) > 3000 {
			t.Errorf("%s: no %s in %d bytes\n%.500s", what, test.part, len(test.text), test.text)
		}
	}
}

func presetError(name string) string {
	_, err := rules.Named(name, Value{}, Value{}, rules.Preset{})
	return err.Error()
}
