package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every rule is on the package's page, and under the laws: itself, or the form of it with
// a Config.
func TestEveryRuleIsListed(t *testing.T) {
	page, laws := readText(t, "doc.go"), readText(t, "laws_test.go")+readText(t, "laws_transformer_test.go")
	names := exportedRules(t)
	if len(names) < 12 {
		t.Fatalf("only %q are found", names)
	}
	for _, name := range names {
		of := strings.TrimSuffix(name, "With")
		if !strings.Contains(page, "//\t"+of+" ") && !strings.Contains(page, "["+of+"]") {
			t.Errorf("doc.go does not name the rule %s", of)
		}
		if !strings.Contains(laws, "rules."+of+"(") && !strings.Contains(laws, "rules."+of+"With(") {
			t.Errorf("the tests of laws do not hold the rule %s to the laws", of)
		}
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// exportedRules are the functions of the package that return a Rule.
func exportedRules(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || fn.Type.Results == nil {
				continue
			}
			if result, ok := fn.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "Rule" {
				names = append(names, fn.Name.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}
