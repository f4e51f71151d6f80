package fn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The package page names every function, in one family each, and nothing else.
func TestFamilies(t *testing.T) {
	page, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, line := range strings.Split(string(page), "\n") {
		if list, ok := strings.CutPrefix(line, "//\t"); ok {
			for _, name := range strings.Fields(list) {
				times[name]++
			}
		}
	}
	for _, name := range exportedFunctions(t) {
		if times[name] != 1 {
			t.Errorf("doc.go names fn.%s %d times among the families, want 1", name, times[name])
		}
		delete(times, name)
	}
	for name := range times {
		t.Errorf("doc.go names fn.%s, which is not there", name)
	}
}

func exportedFunctions(t *testing.T) (names []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.IsExported() {
				names = append(names, d.Name.Name)
			}
		}
	}
	if len(names) < 100 {
		t.Fatalf("only %d functions are found", len(names))
	}
	return names
}
