package transforms_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every name on the right side of the table "In JAX you write, and here" exists.
func TestTableOfJAX(t *testing.T) {
	page, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "# In JAX you write, and here")
	if !found {
		t.Fatal("doc.go has no table")
	}
	folders := map[string]string{
		"transforms": ".", "trace": "../trace", "fn": "../fn", "linalg": "../fn/linalg", "fft": "../fn/fft", "random": "../fn/random", "check": "check",
	}
	exported := map[string]map[string]bool{}
	for name, folder := range folders {
		exported[name] = namesOf(t, folder)
	}
	lines := 0
	for _, line := range strings.Split(table, "\n") {
		line, row := strings.CutPrefix(line, "//\t")
		if !row {
			continue
		}
		lines++
		if len(line) < 50 {
			t.Errorf("the line %q has no right side", line)
			continue
		}
		for _, m := range regexp.MustCompile(`\b(?:([a-z]+)\.)?([A-Z]\w*)(?:\.([A-Z]\w*))?`).FindAllStringSubmatch(line[47:], -1) {
			if m[1] == "" {
				m[1] = "transforms"
			}
			if !exported[m[1]][m[2]] {
				t.Errorf("%s.%s does not exist", m[1], m[2])
			}
			if m[3] != "" && !exported[m[1]][m[2]+"."+m[3]] {
				t.Errorf("%s.%s has no %s", m[1], m[2], m[3])
			}
		}
	}
	if lines < 50 {
		t.Errorf("the table has only %d lines", lines)
	}
}

// namesOf are the exported names of a package; methods and fields have that of their type
// in front.
func namesOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		add(names, f)
	}
	return names
}

func add(names map[string]bool, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil {
				names[n.Name.Name] = true
				return false
			}
			of := n.Recv.List[0].Type
			if p, ok := of.(*ast.StarExpr); ok {
				of = p.X
			}
			if p, ok := of.(*ast.IndexListExpr); ok {
				of = p.X
			}
			if name, ok := of.(*ast.Ident); ok {
				names[name.Name+"."+n.Name.Name] = true
			}
			return false
		case *ast.TypeSpec:
			names[n.Name.Name] = true
			if s, ok := n.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, name := range field.Names {
						names[n.Name.Name+"."+name.Name] = true
					}
				}
			}
			return false
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names[name.Name] = true
			}
			return false
		}
		return true
	})
}
