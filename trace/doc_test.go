package trace_test

import (
	"go/ast"
	"os"
	"strings"
	"testing"
)

// The page names every function and type in one group, and nothing else.
func TestPage(t *testing.T) {
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
	for _, name := range exported(t) {
		if times[name] != 1 {
			t.Errorf("doc.go names trace.%s %d times, want 1", name, times[name])
		}
		delete(times, name)
	}
	for name := range times {
		t.Errorf("doc.go names trace.%s, which is not there", name)
	}
}

// exported are the package's functions and types.
func exported(t *testing.T) (names []string) {
	for _, f := range parsed(t, ".") {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names = append(names, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						names = append(names, s.Name.Name)
					}
				}
			}
		}
	}
	out := names[:0]
	for _, name := range names {
		if ast.IsExported(name) {
			out = append(out, name)
		}
	}
	return out
}
